//! Writes a partition of `__consumer_offsets` anew when most of it is history, and cuts the history off.
//!
//! A step takes the shard's lock for the time of one batch. What it appends is what the log says of its keys at that
//! moment, so no record is followed by an older one of its key; and what others append meanwhile stands behind the
//! first batch in any case. Once every key had its turn, all before the first batch is stale. A crash in between leaves
//! both.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::vec::IntoIter;

use aqueduct_protocol::messages::GroupMetadataValue;
use bytestring::ByteString;

use super::shard::{Phase, Shard, ShardState};
use super::{Durable, GroupCoordinator};
use crate::group::GroupError;
use crate::group::offsets::{CommittedOffset, OffsetKey};
use crate::group::records::{self, CoordinatorRecord};

/// A partition below this size is left alone.
const MIN_REWRITE_BYTES: u64 = 16 << 20;
/// A partition is rewritten when it is this many times as large as what lives in it.
const REWRITE_RATIO: u64 = 4;
/// Records of one batch, and groups that are looked at while the lock is held once.
const STEP: usize = 1_000;

impl GroupCoordinator {
    /// Appends all that lives in a partition again and deletes everything before it, if that is worth it.
    pub(super) async fn rewrite_if_grown(&self, shard: &Arc<Shard>) -> Result<(), GroupError> {
        let size = self.log.size(shard.partition);
        if size < MIN_REWRITE_BYTES || size / REWRITE_RATIO < live_bytes(shard).await as u64 {
            return Ok(());
        }
        let Some((first, durable)) = self.append_all_anew(shard).await? else { return Ok(()) };
        durable.await?;
        if shard.lock().phase != Phase::Ready {
            return Err(GroupError::NotAvailable);
        }
        self.log.trim(shard.partition, first);
        tracing::info!(partition = shard.partition, bytes = size, "__consumer_offsets was rewritten and cut");
        Ok(())
    }

    /// The offset of the first record, and what tells that all of them are durable; `None` if nothing lives.
    async fn append_all_anew(&self, shard: &Arc<Shard>) -> Result<Option<(i64, Durable)>, GroupError> {
        let mut sweep = None;
        let mut first = None;
        let mut last = None;
        loop {
            {
                let state = shard.lock();
                // The topic may be deleted meanwhile.
                if state.phase != Phase::Ready {
                    return Err(GroupError::NotAvailable);
                }
                // Begun under the lock of the first batch: what comes later stands behind that.
                let batch = sweep.get_or_insert_with(|| Sweep::begin(&state)).next_batch(&state)?;
                if batch.is_empty() {
                    return Ok(first.zip(last));
                }
                let (offset, durable) = self.log.append(shard.partition, &batch)?;
                first.get_or_insert(offset);
                last = Some(durable);
            }
            tokio::task::yield_now().await;
        }
    }
}

/// A way through everything that the log says of a shard.
struct Sweep {
    groups: IntoIter<ByteString>,
    /// The last key of the table that had its turn.
    at: Option<OffsetKey>,
    swept: bool,
    /// Keys of commits that were on their way when it began: they need not get into the table before it is swept.
    on_their_way: IntoIter<OffsetKey>,
}

impl Sweep {
    fn begin(state: &ShardState) -> Self {
        let groups: Vec<_> = state.stored.keys().cloned().collect();
        let on_their_way: Vec<_> = state.on_their_way().into_keys().collect();
        Self { groups: groups.into_iter(), at: None, swept: false, on_their_way: on_their_way.into_iter() }
    }

    /// The next records; none at the end.
    fn next_batch(&mut self, state: &ShardState) -> Result<Vec<CoordinatorRecord>, GroupError> {
        let newer = state.on_their_way();
        let mut batch = Vec::new();
        while batch.len() < STEP
            && let Some(record) = self.next(state, &newer)
        {
            batch.push(record.map_err(|_| GroupError::NotAvailable)?);
        }
        Ok(batch)
    }

    fn next(
        &mut self,
        state: &ShardState,
        newer: &BTreeMap<OffsetKey, CommittedOffset>,
    ) -> Option<Result<CoordinatorRecord, aqueduct_protocol::codec::EncodeError>> {
        for id in self.groups.by_ref() {
            if let Some(value) = state.stored.get(&id) {
                return Some(records::group_metadata(&id, value));
            }
        }
        if !self.swept {
            if let Some((key, committed)) = state.offsets.next_after(self.at.as_ref()) {
                let record = records::offset_commit(&key.0, &key.1, newer.get(&key).unwrap_or(committed));
                self.at = Some(key);
                return Some(record);
            }
            self.swept = true;
        }
        for key in self.on_their_way.by_ref() {
            let committed = newer.get(&key).or_else(|| state.offsets.get(&key.0, &key.1.0, key.1.1));
            if let Some(committed) = committed {
                return Some(records::offset_commit(&key.0, &key.1, committed));
            }
        }
        None
    }
}

/// About the bytes of one record of everything that lives in a shard.
async fn live_bytes(shard: &Shard) -> usize {
    let (groups, mut bytes) = {
        let state = shard.lock();
        (state.stored.keys().cloned().collect::<Vec<_>>(), state.offsets.bytes())
    };
    for some in groups.chunks(STEP) {
        {
            let state = shard.lock();
            let stored = some.iter().filter_map(|id| Some((id, state.stored.get(id)?)));
            bytes += stored.map(|(id, value)| group_bytes(id, value)).sum::<usize>();
        }
        tokio::task::yield_now().await;
    }
    bytes
}

fn group_bytes(id: &ByteString, value: &GroupMetadataValue) -> usize {
    let members = value.members.iter().map(|member| {
        let names = member.member_id.len() + member.client_id.len() + member.client_host.len();
        names + member.subscription.len() + member.assignment.len() + 30
    });
    id.len() + 60 + members.sum::<usize>()
}
