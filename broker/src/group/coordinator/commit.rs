//! Committing and fetching offsets.

use std::collections::BTreeSet;
use std::sync::Arc;

use bytestring::ByteString;
use tokio::sync::oneshot;

use super::GroupCoordinator;
use super::shard::PendingCommit;
use crate::group::GroupError;
use crate::group::offsets::{CommittedOffset, TopicIndex};
use crate::group::records;

/// An OffsetCommit request.
#[derive(Debug, Clone)]
pub struct OffsetCommit {
    /// The committing member; empty for a consumer without a group.
    pub member_id: ByteString,
    /// Its instance id.
    pub instance_id: Option<ByteString>,
    /// Its generation; −1 without a group.
    pub generation: i32,
    /// What a member of a group that does not exist is told.
    pub unknown_group: GroupError,
    /// The offsets.
    pub offsets: Vec<(TopicIndex, CommittedOffset)>,
}

/// What became of each offset of a commit, in its order.
type Outcomes = Vec<Result<(), GroupError>>;

impl GroupCoordinator {
    /// Commits offsets: they are appended before this returns and durable when the future completes.
    pub fn commit(
        self: &Arc<Self>,
        group_id: &ByteString,
        request: OffsetCommit,
    ) -> impl Future<Output = Outcomes> + Send + use<> {
        let count = request.offsets.len();
        let too_long = |committed: &CommittedOffset| {
            utf16_length(&committed.metadata) > self.limits.max_offset_metadata_bytes
        };
        let refused: Vec<bool> = request.offsets.iter().map(|(_, committed)| too_long(committed)).collect();
        let appended = self.append_commit(group_id, request, &refused);
        let coordinator = self.clone();
        async move {
            let outcome = match appended {
                Ok(None) => Ok(()),
                Ok(Some((first_offset, durable, shard))) => {
                    let ended = coordinator.when_committed(shard, first_offset, durable);
                    let waited = tokio::time::timeout(coordinator.limits.commit_timeout, ended).await;
                    waited.map_or(Err(GroupError::TimedOut), |ended| {
                        ended.unwrap_or(Err(GroupError::NotAvailable))
                    })
                }
                Err(error) => Err(error),
            };
            let of =
                |index: usize| if refused[index] { Err(GroupError::OffsetMetadataTooLarge) } else { outcome };
            (0..count).map(of).collect()
        }
    }

    fn append_commit(
        self: &Arc<Self>,
        group_id: &ByteString,
        request: OffsetCommit,
        refused: &[bool],
    ) -> Result<Option<(i64, super::Durable, Arc<super::Shard>)>, GroupError> {
        let shard = self.shard(group_id)?;
        let now_ms = self.clock.now_ms();
        let mut state = shard.lock();
        match state.groups.get_mut(group_id) {
            Some(group) => group.check_commit(
                &request.member_id,
                request.instance_id.as_ref(),
                request.generation,
                now_ms,
            )?,
            None if request.generation < 0 => {}
            None => return Err(request.unknown_group),
        }
        let kept = request.offsets.into_iter().zip(refused).filter(|(_, refused)| !**refused);
        let offsets: Vec<_> = kept.map(|(offset, _)| offset).collect();
        if offsets.is_empty() {
            return Ok(None);
        }
        let record =
            |(at, committed): &(TopicIndex, CommittedOffset)| records::offset_commit(group_id, at, committed);
        let batch: Vec<_> = offsets.iter().map(record).collect::<Result<_, _>>().map_err(|error| {
            tracing::error!(group = %group_id, %error, "offsets cannot be written");
            GroupError::NotAvailable
        })?;
        let (first_offset, durable) = self.log.append(shard.partition, &batch)?;
        let group = state.group_or_new(group_id, now_ms).id().clone();
        let offsets =
            (first_offset..).zip(offsets).map(|(log_offset, (at, committed))| (log_offset, at, committed));
        state.pending.insert(first_offset, PendingCommit { group, offsets: offsets.collect() });
        drop(state);
        Ok(Some((first_offset, durable, shard)))
    }

    /// Takes a commit in once it is durable, whether or not its client still waits: a commit whose client has gone is
    /// in the log all the same.
    fn when_committed(
        self: &Arc<Self>,
        shard: Arc<super::Shard>,
        first_offset: i64,
        durable: super::Durable,
    ) -> oneshot::Receiver<Result<(), GroupError>> {
        let (tell, ended) = oneshot::channel();
        self.tasks.spawn("commit-offsets", async move {
            let outcome = durable.await;
            commit_ended(&shard, first_offset, outcome);
            // The client may have left.
            let _ = tell.send(outcome);
        });
        ended
    }

    /// Committed offsets of a group: those asked for (`None` where there is none), or all of them.
    pub fn fetch(
        self: &Arc<Self>,
        group_id: &ByteString,
        wanted: Option<&[TopicIndex]>,
    ) -> Result<Vec<(TopicIndex, Option<CommittedOffset>)>, GroupError> {
        let shard = self.shard(group_id)?;
        let state = shard.lock();
        Ok(match wanted {
            Some(wanted) => wanted
                .iter()
                .map(|at| (at.clone(), state.offsets.get(group_id, &at.0, at.1).cloned()))
                .collect(),
            None => state
                .offsets
                .of_group(group_id)
                .map(|(at, committed)| (at.clone(), Some(committed.clone())))
                .collect(),
        })
    }

    /// Deletes offsets; one outcome for each. Topics that members of a consumer group are subscribed to are kept.
    pub fn delete_offsets(
        self: &Arc<Self>,
        group_id: &ByteString,
        offsets: Vec<TopicIndex>,
    ) -> Result<impl Future<Output = Outcomes> + Send + use<>, GroupError> {
        if group_id.is_empty() {
            return Err(GroupError::InvalidGroupId);
        }
        let shard = self.shard(group_id)?;
        let mut state = shard.lock();
        let in_use = state.groups.get(group_id).ok_or(GroupError::GroupIdNotFound)?.offsets_in_use()?;
        let kept: Vec<bool> = offsets.iter().map(|(topic, _)| in_use(topic)).collect();
        let gone: Vec<TopicIndex> =
            offsets.into_iter().zip(&kept).filter(|(_, kept)| !**kept).map(|(at, _)| at).collect();
        let durable = self.append_tombstones(&shard, &mut state, group_id, &gone)?;
        drop(state);
        Ok(async move {
            let outcome = match durable {
                Some(durable) => durable.await,
                None => Ok(()),
            };
            kept.into_iter()
                .map(|kept| if kept { Err(GroupError::SubscribedToTopic) } else { outcome })
                .collect()
        })
    }

    /// Appends tombstones for those of the offsets that there are, and takes them out of the table.
    pub(super) fn append_tombstones(
        &self,
        shard: &super::Shard,
        state: &mut super::shard::ShardState,
        group_id: &ByteString,
        gone: &[TopicIndex],
    ) -> Result<Option<super::Durable>, GroupError> {
        if gone.is_empty() {
            return Ok(None);
        }
        let mut there = state.offsets_of_group_in_log(group_id);
        let gone: BTreeSet<TopicIndex> = gone.iter().filter_map(|at| there.take(at)).collect();
        if gone.is_empty() {
            return Ok(None);
        }
        let tombstone = |at: &TopicIndex| records::offset_tombstone(group_id, at);
        let batch: Vec<_> =
            gone.iter().map(tombstone).collect::<Result<_, _>>().map_err(|_| GroupError::NotAvailable)?;
        let (first_offset, durable) = self.log.append(shard.partition, &batch)?;
        for (index, at) in gone.iter().enumerate() {
            state.offsets.remove(group_id, at, first_offset + index as i64);
        }
        state.forget_pending(group_id, &gone);
        Ok(Some(durable))
    }
}

fn commit_ended(shard: &super::Shard, first_offset: i64, outcome: Result<(), GroupError>) {
    let mut state = shard.lock();
    let Some(commit) = state.pending.remove(&first_offset) else { return };
    if outcome.is_err() {
        return;
    }
    for (log_offset, at, committed) in commit.offsets {
        state.offsets.commit(&commit.group, at, committed, log_offset);
    }
}

/// The length that Kafka measures: a Java string's.
fn utf16_length(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.encode_utf16().count() }
}
