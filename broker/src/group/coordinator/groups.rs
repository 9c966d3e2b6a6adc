//! Listing, describing and deleting groups.

use std::sync::Arc;

use bytestring::ByteString;

use super::GroupCoordinator;
use crate::group::GroupError;
use crate::group::classic::{GroupState, Member};
use crate::group::records;

/// A group in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupListing {
    /// Its id.
    pub id: ByteString,
    /// Its protocol type; empty if it has had none.
    pub protocol_type: ByteString,
    /// Its state.
    pub state: GroupState,
}

/// A group and its members.
#[derive(Debug, Clone)]
pub struct GroupDescription {
    /// Its state.
    pub state: GroupState,
    /// Its protocol type; empty if it has had none.
    pub protocol_type: ByteString,
    /// The protocol chosen; empty unless the group is stable.
    pub protocol: ByteString,
    /// Its members.
    pub members: Vec<Member>,
}

impl GroupCoordinator {
    /// The groups of all partitions that can be asked, and why some cannot, if any.
    pub fn list(self: &Arc<Self>) -> (Vec<GroupListing>, Option<GroupError>) {
        let mut groups = Vec::new();
        let mut missing = None;
        for partition in 0..self.log.partitions().unwrap_or(0) {
            let shard = match self.shard_of_partition(partition) {
                Ok(shard) => shard,
                Err(error) => {
                    missing = Some(error);
                    continue;
                }
            };
            let state = shard.lock();
            groups.extend(state.groups.values().map(|group| GroupListing {
                id: group.id().clone(),
                protocol_type: group.protocol_type().cloned().unwrap_or_default(),
                state: group.state(),
            }));
        }
        (groups, missing)
    }

    /// How many committed offsets there are in all.
    pub fn offset_count(&self) -> usize {
        let shards: Vec<_> = self.shards.lock().values().cloned().collect();
        shards.iter().map(|shard| shard.lock().offsets.len()).sum()
    }

    /// One group.
    pub fn describe(self: &Arc<Self>, group_id: &ByteString) -> Result<GroupDescription, GroupError> {
        let shard = self.shard(group_id)?;
        let state = shard.lock();
        let group = state.groups.get(group_id).ok_or(GroupError::GroupIdNotFound)?;
        let stable = group.state() == GroupState::Stable;
        Ok(GroupDescription {
            state: group.state(),
            protocol_type: group.protocol_type().cloned().unwrap_or_default(),
            protocol: group.protocol().filter(|_| stable).cloned().unwrap_or_default(),
            members: group.members().cloned().collect(),
        })
    }

    /// Deletes a group without members, its offsets with it. Durable when the future completes.
    pub fn delete(
        self: &Arc<Self>,
        group_id: &ByteString,
    ) -> Result<impl Future<Output = Result<(), GroupError>> + Send + use<>, GroupError> {
        let shard = self.shard(group_id)?;
        let mut state = shard.lock();
        let group = state.groups.get(group_id).ok_or(GroupError::GroupIdNotFound)?;
        if group.state() != GroupState::Empty || !group.is_unused() {
            return Err(GroupError::NonEmptyGroup);
        }
        // Commits on their way are part of what is deleted.
        let offsets = state.offsets_of_group_in_log(group_id);
        let mut batch = Vec::with_capacity(offsets.len() + 1);
        for at in &offsets {
            batch.push(records::offset_tombstone(group_id, at).map_err(|_| GroupError::NotAvailable)?);
        }
        batch.push(records::group_tombstone(group_id).map_err(|_| GroupError::NotAvailable)?);
        let (first_offset, durable) = self.log.append(shard.partition, &batch)?;
        for (index, at) in offsets.iter().enumerate() {
            state.offsets.remove(group_id, at, first_offset + index as i64);
        }
        state.pending.retain(|_, commit| commit.group != *group_id);
        state.stored.remove(group_id);
        if let Some(mut group) = state.groups.remove(group_id) {
            group.die(self.clock.now_ms());
        }
        self.set_timer(group_id, None);
        Ok(durable)
    }
}
