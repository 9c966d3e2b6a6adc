//! A member of a group.

use bytes::Bytes;
use bytestring::ByteString;

use super::group::Waiter;

/// A way to divide the work that a member knows (an assignor), with what it tells the others about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Protocol {
    /// The protocol's name: `range`, `cooperative-sticky`, `sessioned`.
    pub name: ByteString,
    /// Opaque to the broker.
    pub metadata: Bytes,
}

/// A member.
#[derive(Debug, Clone)]
pub struct Member {
    /// Its id, given by the coordinator.
    pub id: ByteString,
    /// Its instance id, for a static member.
    pub instance_id: Option<ByteString>,
    /// What its client calls itself.
    pub client_id: ByteString,
    /// The address it connects from, `/127.0.0.1` in Java's form.
    pub client_host: ByteString,
    /// Milliseconds without a heartbeat after which it is taken for dead.
    pub session_timeout_ms: i32,
    /// Milliseconds it may take to join a rebalance.
    pub rebalance_timeout_ms: i32,
    /// The protocols it knows, most wanted first.
    pub protocols: Vec<Protocol>,
    /// Its part of the work.
    pub assignment: Bytes,
    /// Its waiting JoinGroup.
    pub(super) joining: Option<Waiter>,
    /// Its waiting SyncGroup.
    pub(super) syncing: Option<Waiter>,
    /// When it is taken for dead if nothing is heard of it.
    pub(super) session_deadline: i64,
    /// Whether it has not completed a rebalance yet.
    pub(super) is_new: bool,
}

impl Member {
    /// The metadata for a protocol; empty if it does not know it.
    pub fn metadata(&self, protocol: &str) -> Bytes {
        self.protocols.iter().find(|p| *p.name == *protocol).map(|p| p.metadata.clone()).unwrap_or_default()
    }

    /// Bytes it holds in memory besides fixed costs.
    pub(super) fn bytes(&self) -> usize {
        self.assignment.len() + protocols_bytes(&self.protocols)
    }

    /// Whether it is waiting for the coordinator, and so alive whatever its session says.
    pub(super) fn is_waiting(&self) -> bool {
        self.joining.is_some() || self.syncing.is_some()
    }
}

/// Bytes of a list of protocols.
pub(super) fn protocols_bytes(protocols: &[Protocol]) -> usize {
    protocols.iter().map(|p| p.name.len() + p.metadata.len()).sum()
}
