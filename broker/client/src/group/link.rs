//! What a member, as its user holds it, and its background task tell each other.

use bytes::Bytes;
use bytestring::ByteString;
use parking_lot::Mutex;
use tokio::sync::{Notify, oneshot};

use crate::ClientError;

/// What the user asks for.
#[derive(Debug)]
pub(super) enum Command {
    /// Join with these protocols and their metadata, in order of preference.
    Join(Vec<(ByteString, Bytes)>),
    /// As the leader: the members' assignments.
    Assign(Vec<(ByteString, Bytes)>),
    /// Leave, and say once the coordinator knows.
    Leave { reason: ByteString, reply: oneshot::Sender<Result<(), ClientError>> },
}

/// Who the member is at present.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Status {
    /// −1 while there is none.
    pub(crate) generation: i32,
    /// Empty while there is none.
    pub(crate) member_id: ByteString,
}

impl Default for Status {
    fn default() -> Status {
        Status { generation: -1, member_id: ByteString::new() }
    }
}

/// A wish to rebalance, noticed by the background task when it can be met.
#[derive(Debug, Default)]
pub(super) struct RejoinRequest {
    reason: Mutex<Option<String>>,
    /// Told whenever there is a new wish.
    pub(super) wake: Notify,
}

impl RejoinRequest {
    /// Makes the wish; one that is still to be met keeps its reason.
    pub(super) fn ask(&self, reason: impl Into<String>) {
        self.reason.lock().get_or_insert_with(|| reason.into());
        self.wake.notify_one();
    }

    /// The wish, which counts as met from now on.
    pub(super) fn take(&self) -> Option<String> {
        self.reason.lock().take()
    }
}
