//! Settings of a membership.

use std::time::Duration;

use bytestring::ByteString;

/// Which group to join, and how fast to notice what happens in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupConfig {
    /// The group.
    pub group_id: ByteString,
    /// The protocol type, such as `consumer`, `connect` or `sr`. All members have the same.
    pub protocol_type: ByteString,
    /// Name of a static member (KIP-345).
    pub group_instance_id: Option<ByteString>,
    /// A member silent for this time is out.
    pub session_timeout: Duration,
    /// How long a rebalance waits for members to join again.
    pub rebalance_timeout: Duration,
    /// Time between heartbeats; below a third of the session time-out.
    pub heartbeat_interval: Duration,
}
