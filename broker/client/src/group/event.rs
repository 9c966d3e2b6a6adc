//! What happens to a member.

use bytes::Bytes;
use bytestring::ByteString;

use crate::ClientError;

/// What happens to a member. [`GroupMember::next_event`](super::GroupMember::next_event) gives one after the other.
#[derive(Clone, Debug)]
pub enum GroupEvent {
    /// The group rebalances, or `request_rejoin` asked for it: give up what must be given up, then call
    /// [`join`](super::GroupMember::join) within the rebalance time-out. Heartbeats go on meanwhile.
    Rejoin {
        /// Why, in words.
        reason: String,
    },
    /// This member leads the new generation: work the assignments out and call
    /// [`assign`](super::GroupMember::assign). Heartbeats are not needed meanwhile.
    Lead {
        /// The generation.
        generation: i32,
        /// The protocol that all members offered.
        protocol: ByteString,
        /// All members with their metadata for that protocol, this one included.
        members: Vec<JoinedMember>,
        /// A static leader came back and the group kept its assignments (KIP-814): what is assigned is ignored.
        skip_assignment: bool,
    },
    /// This member has its assignment in the new generation. Empty if the leader gave it none.
    Assigned {
        /// The generation.
        generation: i32,
        /// This member's id.
        member_id: ByteString,
        /// The protocol in use.
        protocol: ByteString,
        /// The leader's member id.
        leader_id: ByteString,
        /// The leader's bytes for this member.
        assignment: Bytes,
    },
    /// The membership is over: expired, fenced, unknown to the coordinator, or no coordinator for a whole session. What
    /// was assigned may be somebody else's already. Call [`join`](super::GroupMember::join) to come back, unless
    /// the error is fatal.
    Lost {
        /// Why.
        cause: ClientError,
    },
}

/// A member as its leader sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JoinedMember {
    /// The member's id.
    pub member_id: ByteString,
    /// Its static name.
    pub group_instance_id: Option<ByteString>,
    /// Its metadata for the protocol in use.
    pub metadata: Bytes,
}
