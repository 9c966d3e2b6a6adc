//! A member of a group: joins, syncs and heartbeats in the background, and tells what happens.

use bytes::Bytes;
use bytestring::ByteString;

use super::{GroupConfig, GroupEvent};
use crate::{Client, ClientError};

/// A membership. Dropping it ends the background task without leaving: the coordinator notices after the session
/// time-out.
///
/// The order of calls: `join`, then for every [`GroupEvent`] what its text says. At most one join is under way.
#[derive(Debug)]
pub struct GroupMember {}

impl GroupMember {
    /// A member that has not joined yet.
    pub fn new(client: &Client, config: GroupConfig) -> GroupMember {
        let _ = (client, config);
        todo!()
    }

    /// Joins (again), offering these protocols with metadata in order of preference. The outcome comes as an
    /// event: `Lead`, then `Assigned`, or `Assigned` alone, or `Rejoin`, or `Lost`. Retriable faults are retried
    /// for as long as it takes.
    pub async fn join(&mut self, protocols: Vec<(ByteString, Bytes)>) {
        let _ = protocols;
        todo!()
    }

    /// As the leader: gives each member its assignment. Members left out get empty bytes.
    pub async fn assign(&mut self, assignments: Vec<(ByteString, Bytes)>) {
        let _ = assignments;
        todo!()
    }

    /// The next event. Cancel safe. Waits for ever while nothing was asked for.
    pub async fn next_event(&mut self) -> GroupEvent {
        todo!()
    }

    /// Asks for a rebalance: an event `Rejoin` follows soon. Nothing happens while one is under way already.
    pub fn request_rejoin(&self, reason: impl Into<String>) {
        let _ = reason.into();
        todo!()
    }

    /// The generation, −1 while there is none.
    pub fn generation(&self) -> i32 {
        todo!()
    }

    /// The member id, empty while there is none.
    pub fn member_id(&self) -> ByteString {
        todo!()
    }

    /// Leaves the group, so that the others need not wait for the session time-out, and ends the background task. For a static member it
    /// removes the instance from the group.
    pub async fn leave(self, reason: &str) -> Result<(), ClientError> {
        let _ = reason;
        todo!()
    }
}
