//! What keeps `__consumer_offsets` small: lapsed offsets and unused groups go, and a partition that is mostly history
//! is written anew and cut.

use std::collections::HashMap;
use std::sync::Arc;

use bytestring::ByteString;
use uuid::Uuid;

use super::GroupCoordinator;
use super::shard::{Phase, Shard, ShardState};
use crate::group::GroupError;
use crate::group::classic::GroupState;
use crate::group::offsets::{OffsetsLapse, TopicIndex};
use crate::group::records::{self, CoordinatorRecord};
use crate::group::timers::Timers;
use crate::replica::offsets_topic::OFFSETS_TOPIC;

/// A partition below this size is left alone.
const MIN_REWRITE_BYTES: u64 = 16 << 20;
/// A partition is rewritten when it is this many times as large as what lives in it.
const REWRITE_RATIO: u64 = 4;
/// Records of one batch of a rewrite.
const REWRITE_BATCH: usize = 1_000;

impl GroupCoordinator {
    /// Removes what has lapsed and rewrites what has grown. The broker calls this now and then.
    pub async fn clean(self: &Arc<Self>) {
        for partition in 0..self.log.partitions().unwrap_or(0) {
            let Ok(shard) = self.shard_of_partition(partition) else { continue };
            self.expire(&shard);
            if let Err(error) = self.rewrite_if_grown(&shard).await {
                tracing::warn!(partition, %error, "__consumer_offsets cannot be rewritten now");
            }
        }
    }

    fn expire(self: &Arc<Self>, shard: &Arc<Shard>) {
        let now_ms = self.clock.now_ms();
        let mut state = shard.lock();
        let groups: Vec<(ByteString, OffsetsLapse, bool)> = state
            .groups
            .values()
            .map(|group| {
                let unused = group.state() == GroupState::Empty && group.is_unused();
                (group.id().clone(), group.offsets_lapse(), unused)
            })
            .collect();
        for (id, lapse, unused) in groups {
            let lapsed = state.offsets.lapsed(&id, &lapse, self.limits.offsets_retention_ms, now_ms);
            if let Err(error) = self.append_tombstones(shard, &mut state, &id, &lapsed) {
                tracing::warn!(group = %id, %error, "lapsed offsets cannot be removed now");
                return;
            }
            let in_use =
                state.offsets.has_group(&id) || state.pending.values().any(|commit| commit.group == id);
            if in_use || !unused {
                continue;
            }
            let tombstone = records::group_tombstone(&id).map_err(|_| GroupError::NotAvailable);
            let was_stored = state.stored.contains_key(&id);
            let appended = tombstone.and_then(|t| {
                if was_stored { self.log.append(shard.partition, &[t]).map(drop) } else { Ok(()) }
            });
            if appended.is_ok() {
                state.stored.remove(&id);
                state.groups.remove(&id);
                self.set_timer(&id, None);
            }
        }
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
        for (group, at) in state.offsets_in_log().of_topics(gone) {
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

    /// Appends all that lives in a partition again and deletes everything before it. A crash in between leaves both.
    async fn rewrite_if_grown(self: &Arc<Self>, shard: &Arc<Shard>) -> Result<(), GroupError> {
        let size = self.log.size(shard.partition);
        if size < MIN_REWRITE_BYTES {
            return Ok(());
        }
        let appended = {
            let state = shard.lock();
            let live = live_records(&state)?;
            let live_bytes: usize = live.iter().map(record_bytes).sum();
            if size / REWRITE_RATIO < live_bytes as u64 {
                return Ok(());
            }
            // Under the lock, so that no later record of the same keys comes before these.
            let mut first = None;
            let mut last = None;
            for batch in live.chunks(REWRITE_BATCH) {
                let (offset, durable) = self.log.append(shard.partition, batch)?;
                first.get_or_insert(offset);
                last = Some(durable);
            }
            first.zip(last)
        };
        if let Some((first, durable)) = appended {
            durable.await?;
            self.log.trim(shard.partition, first);
            tracing::info!(
                partition = shard.partition,
                bytes = size,
                "__consumer_offsets was rewritten and cut"
            );
        }
        Ok(())
    }
}

/// One record for everything that the log says now, commits on their way included.
fn live_records(state: &ShardState) -> Result<Vec<CoordinatorRecord>, GroupError> {
    let mut live = Vec::new();
    let refuse = |_| GroupError::NotAvailable;
    for (id, value) in &state.stored {
        live.push(records::group_metadata(id, value).map_err(refuse)?);
    }
    let offsets = state.offsets_in_log();
    for id in offsets.groups() {
        for (at, committed) in offsets.of_group(id) {
            live.push(records::offset_commit(id, at, committed).map_err(refuse)?);
        }
    }
    Ok(live)
}

fn record_bytes(record: &CoordinatorRecord) -> usize {
    record.key.len() + record.value.as_ref().map_or(0, |value| value.len()) + 20
}
