//! What goes from `__consumer_offsets`: lapsed offsets, unused groups, offsets of deleted topics.

use std::collections::HashMap;
use std::sync::Arc;

use bytestring::ByteString;
use uuid::Uuid;

use super::GroupCoordinator;
use super::shard::{Phase, Shard, ShardState};
use crate::group::GroupError;
use crate::group::classic::GroupState;
use crate::group::offsets::TopicIndex;
use crate::group::records;
use crate::group::timers::Timers;
use crate::metadata::internal_topics::OFFSETS_TOPIC;

/// Groups that are looked at while the lock is held once.
const GROUPS_AT_A_TIME: usize = 100;

impl GroupCoordinator {
    /// Removes what has lapsed and rewrites what has grown. The broker calls this now and then.
    pub async fn clean(self: &Arc<Self>) {
        for partition in 0..self.log.partitions().unwrap_or(0) {
            let Ok(shard) = self.shard_of_partition(partition) else { continue };
            self.expire(&shard).await;
            if let Err(error) = self.rewrite_if_grown(&shard).await {
                tracing::warn!(partition, %error, "__consumer_offsets cannot be rewritten now");
            }
        }
    }

    async fn expire(self: &Arc<Self>, shard: &Arc<Shard>) {
        let now_ms = self.clock.now_ms();
        let groups: Vec<ByteString> = shard.lock().groups.keys().cloned().collect();
        for some in groups.chunks(GROUPS_AT_A_TIME) {
            {
                let mut state = shard.lock();
                for id in some {
                    if let Err(error) = self.expire_group(shard, &mut state, id, now_ms) {
                        tracing::warn!(group = %id, %error, "lapsed offsets cannot be removed now");
                        return;
                    }
                }
            }
            tokio::task::yield_now().await;
        }
    }

    fn expire_group(
        &self,
        shard: &Shard,
        state: &mut ShardState,
        id: &ByteString,
        now_ms: i64,
    ) -> Result<(), GroupError> {
        let Some(group) = state.groups.get(id) else { return Ok(()) };
        let unused = group.state() == GroupState::Empty && group.is_unused();
        let lapse = group.offsets_lapse();
        let lapsed = state.offsets.lapsed(id, &lapse, self.limits.offsets_retention_ms, now_ms);
        self.append_tombstones(shard, state, id, &lapsed)?;
        let in_use = state.offsets.has_group(id) || state.pending.values().any(|commit| commit.group == *id);
        if in_use || !unused {
            return Ok(());
        }
        if state.stored.contains_key(id) {
            let tombstone = records::group_tombstone(id).map_err(|_| GroupError::NotAvailable)?;
            // Nobody waits for it; the next start finds what did not become durable.
            drop(self.log.append(shard.partition, &[tombstone])?);
        }
        state.stored.remove(id);
        state.groups.remove(id);
        self.set_timer(id, None);
        Ok(())
    }

    /// Topics were deleted: no group has offsets of them any more. Offsets that belong to another topic of the same
    /// name stay.
    pub fn topics_deleted(self: &Arc<Self>, deleted: &[(ByteString, Uuid)]) {
        if deleted.iter().any(|(name, _)| &**name == OFFSETS_TOPIC) {
            self.unload_all();
            return;
        }
        let deleted: HashMap<&ByteString, Uuid> = deleted.iter().map(|(name, id)| (name, *id)).collect();
        let shards: Vec<Arc<Shard>> = self.shards.lock().values().cloned().collect();
        for shard in shards {
            let mut state = shard.lock();
            // One that is being loaded looks for itself when it is.
            if state.phase == Phase::Ready {
                self.remove_offsets_of(&shard, &mut state, |topic, id| {
                    deleted.get(topic).is_some_and(|deleted| id.is_nil() || id == *deleted)
                });
            }
        }
    }

    /// Removes the offsets of topics that `gone` picks by name and id.
    pub(super) fn remove_offsets_of(
        &self,
        shard: &Shard,
        state: &mut ShardState,
        gone: impl Fn(&ByteString, Uuid) -> bool,
    ) {
        let mut by_group: HashMap<ByteString, Vec<TopicIndex>> = HashMap::new();
        for (group, at) in state.offsets_of_topics_in_log(gone) {
            by_group.entry(group).or_default().push(at);
        }
        for (group, offsets) in by_group {
            // Nobody waits for it; the next start finds what did not become durable.
            match self.append_tombstones(shard, state, &group, &offsets) {
                Ok(_) => tracing::info!(%group, offsets = offsets.len(), "offsets of deleted topics removed"),
                Err(error) => {
                    tracing::warn!(%group, %error, "offsets of deleted topics cannot be removed now")
                }
            }
        }
    }

    /// Forgets all groups: the topic that keeps them was deleted.
    fn unload_all(&self) {
        let shards = std::mem::take(&mut *self.shards.lock());
        *self.timers.lock() = Timers::default();
        for shard in shards.into_values() {
            shard.lock().unload();
        }
        tracing::warn!("{OFFSETS_TOPIC} was deleted, and all groups with it");
    }
}
