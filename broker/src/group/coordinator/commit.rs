//! Committing and fetching offsets.

use std::collections::HashSet;
use std::sync::Arc;

use bytestring::ByteString;
use tokio::sync::oneshot;

use super::GroupCoordinator;
use super::shard::PendingCommit;
use crate::group::GroupError;
use crate::group::classic::GroupState;
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
        let too_long =
            |committed: &CommittedOffset| committed.metadata.len() > self.limits.max_offset_metadata_bytes;
        let refused: Vec<bool> = request.offsets.iter().map(|(_, committed)| too_long(committed)).collect();
        let appended = self.append_commit(group_id, request, &refused);
        let (coordinator, group_id) = (self.clone(), group_id.clone());
        async move {
            let outcome = match appended {
                Ok(None) => Ok(()),
                Ok(Some((first_offset, durable, shard))) => {
                    let ended = coordinator.when_committed(shard, group_id, first_offset, durable);
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
            None => return Err(GroupError::IllegalGeneration),
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
        state.group_or_new(group_id, now_ms);
        state.pending.insert(first_offset, PendingCommit { group: group_id.clone(), offsets });
        drop(state);
        Ok(Some((first_offset, durable, shard)))
    }

    /// Takes a commit in once it is durable, whether or not its client still waits: a commit whose client has gone is in
    /// the log all the same.
    fn when_committed(
        self: &Arc<Self>,
        shard: Arc<super::Shard>,
        group_id: ByteString,
        first_offset: i64,
        durable: super::Durable,
    ) -> oneshot::Receiver<Result<(), GroupError>> {
        let (tell, ended) = oneshot::channel();
        let coordinator = self.clone();
        self.tasks.spawn("commit-offsets", async move {
            let outcome = durable.await;
            coordinator.commit_ended(&shard, &group_id, first_offset, outcome);
            // The client may have left.
            let _ = tell.send(outcome);
        });
        ended
    }

    fn commit_ended(
        &self,
        shard: &super::Shard,
        group_id: &ByteString,
        first_offset: i64,
        outcome: Result<(), GroupError>,
    ) {
        let mut state = shard.lock();
        let Some(commit) = state.pending.remove(&first_offset) else { return };
        if outcome.is_err() {
            return;
        }
        for (index, (at, committed)) in commit.offsets.into_iter().enumerate() {
            state.offsets.commit(group_id, at, committed, first_offset + index as i64);
        }
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

    /// Checks that a member may read the group's offsets (OffsetFetch 9 and later); −1 and an empty id ask for nothing.
    pub fn check_member_for_fetch(
        self: &Arc<Self>,
        group_id: &ByteString,
        member_id: &ByteString,
        member_epoch: i32,
    ) -> Result<(), GroupError> {
        if member_id.is_empty() && member_epoch < 0 {
            return Ok(());
        }
        let shard = self.shard(group_id)?;
        let state = shard.lock();
        let group = state.groups.get(group_id).ok_or(GroupError::UnknownMember)?;
        if !group.members().any(|member| member.id == *member_id) {
            return Err(GroupError::UnknownMember);
        }
        if group.generation() == member_epoch { Ok(()) } else { Err(GroupError::IllegalGeneration) }
    }

    /// Deletes offsets; one outcome for each. Topics that members of a consumer group are subscribed to are kept.
    pub fn delete_offsets(
        self: &Arc<Self>,
        group_id: &ByteString,
        offsets: Vec<TopicIndex>,
    ) -> Result<impl Future<Output = Outcomes> + Send + use<>, GroupError> {
        let shard = self.shard(group_id)?;
        let mut state = shard.lock();
        let group = state.groups.get(group_id).ok_or(GroupError::GroupIdNotFound)?;
        let subscribed = match group.state() {
            GroupState::Dead => return Err(GroupError::GroupIdNotFound),
            GroupState::Empty => Some(HashSet::new()),
            _ => super::groups::subscribed_topics(group),
        };
        let Some(subscribed) = subscribed else { return Err(GroupError::NonEmptyGroup) };
        let kept: Vec<bool> = offsets.iter().map(|(topic, _)| subscribed.contains(topic)).collect();
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

    /// Appends tombstones for offsets and takes them out of the table.
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
        let tombstone = |at: &TopicIndex| records::offset_tombstone(group_id, at);
        let batch: Vec<_> =
            gone.iter().map(tombstone).collect::<Result<_, _>>().map_err(|_| GroupError::NotAvailable)?;
        let (first_offset, durable) = self.log.append(shard.partition, &batch)?;
        for (index, at) in gone.iter().enumerate() {
            state.offsets.remove(group_id, at, first_offset + index as i64);
        }
        Ok(Some(durable))
    }
}
