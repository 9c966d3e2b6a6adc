//! One partition of `__consumer_offsets` in memory.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use aqueduct_protocol::messages::GroupMetadataValue;
use bytestring::ByteString;
use parking_lot::{Mutex, MutexGuard};
use tokio::sync::oneshot;
use uuid::Uuid;

use crate::detach;
use crate::group::GroupError;
use crate::group::classic::{Group, JoinAnswer, SyncAnswer, Waiter};
use crate::group::offsets::{CommittedOffset, OffsetKey, OffsetTable, TopicIndex};

/// A partition's groups and offsets.
#[derive(Debug)]
pub(super) struct Shard {
    pub(super) partition: i32,
    state: Mutex<ShardState>,
}

/// Whether a shard can serve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    Loading,
    Ready,
    Failed,
}

/// What the lock protects.
#[derive(Debug)]
pub(super) struct ShardState {
    pub(super) phase: Phase,
    pub(super) groups: HashMap<ByteString, Group>,
    /// The last record of each group in the log.
    pub(super) stored: HashMap<ByteString, GroupMetadataValue>,
    pub(super) offsets: OffsetTable,
    /// Commits that are in the log and not yet durable, by the offset of their batch.
    pub(super) pending: BTreeMap<i64, PendingCommit>,
    /// Answers that wait, by number.
    waiting: HashMap<Waiter, Reply>,
    next_waiter: Waiter,
}

/// A commit that is not durable yet.
#[derive(Debug, Clone)]
pub(super) struct PendingCommit {
    pub(super) group: ByteString,
    /// Each with the offset of its record.
    pub(super) offsets: Vec<(i64, TopicIndex, CommittedOffset)>,
}

/// Where an answer goes.
#[derive(Debug)]
pub(super) enum Reply {
    Join(oneshot::Sender<JoinAnswer>),
    Sync(oneshot::Sender<SyncAnswer>),
}

impl Shard {
    pub(super) fn new(partition: i32) -> Self {
        Self { partition, state: Mutex::new(ShardState::new(Phase::Loading)) }
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, ShardState> {
        self.state.lock()
    }

    /// The state of a shard that nobody else has.
    pub(super) fn into_state(self) -> ShardState {
        self.state.into_inner()
    }

    pub(super) fn ready(&self) -> Result<(), GroupError> {
        match self.lock().phase {
            Phase::Ready => Ok(()),
            Phase::Loading => Err(GroupError::Loading),
            Phase::Failed => Err(GroupError::NotAvailable),
        }
    }
}

impl ShardState {
    fn new(phase: Phase) -> Self {
        Self {
            phase,
            groups: HashMap::new(),
            stored: HashMap::new(),
            offsets: OffsetTable::default(),
            pending: BTreeMap::new(),
            waiting: HashMap::new(),
            next_waiter: 0,
        }
    }

    /// A number for an answer that may have to wait.
    pub(super) fn wait(&mut self, reply: Reply) -> Waiter {
        self.next_waiter += 1;
        self.waiting.insert(self.next_waiter, reply);
        self.next_waiter
    }

    /// Gives an answer to whoever waits for it; nobody may wait any more.
    pub(super) fn answer_join(&mut self, waiter: Waiter, answer: JoinAnswer) {
        if let Some(Reply::Join(reply)) = self.waiting.remove(&waiter) {
            let _ = reply.send(answer);
        }
    }

    /// As [`answer_join`](Self::answer_join).
    pub(super) fn answer_sync(&mut self, waiter: Waiter, answer: SyncAnswer) {
        if let Some(Reply::Sync(reply)) = self.waiting.remove(&waiter) {
            let _ = reply.send(answer);
        }
    }

    /// The group, made if there is none.
    pub(super) fn group_or_new(&mut self, id: &ByteString, now_ms: i64) -> &mut Group {
        if !self.groups.contains_key(id) {
            let id = detach::text(id);
            self.groups.insert(id.clone(), Group::new(id, now_ms));
        }
        self.groups.get_mut(id).expect("it was put there")
    }

    /// Forgets everything, for a partition that was deleted. Whoever waits is told that the group is not available.
    pub(super) fn unload(&mut self) {
        *self = Self::new(Phase::Failed);
    }

    /// What a group has offsets for, commits on their way included.
    pub(super) fn offsets_of_group_in_log(&self, group: &ByteString) -> BTreeSet<TopicIndex> {
        let pending = self.pending.values().filter(|commit| commit.group == *group);
        let on_their_way = pending.flat_map(|commit| commit.offsets.iter().map(|(_, at, _)| at.clone()));
        self.offsets.of_group(group).map(|(at, _)| at.clone()).chain(on_their_way).collect()
    }

    /// Takes offsets of a group out of commits on their way, whose records a tombstone follows in the log.
    pub(super) fn forget_pending(&mut self, group: &ByteString, gone: &BTreeSet<TopicIndex>) {
        for commit in self.pending.values_mut().filter(|commit| commit.group == *group) {
            commit.offsets.retain(|(_, at, _)| !gone.contains(at));
        }
    }

    /// Of commits that are in the log and not durable yet: the last for each key, if it is later than what the table has.
    pub(super) fn on_their_way(&self) -> BTreeMap<OffsetKey, CommittedOffset> {
        let mut last = BTreeMap::new();
        // Later ones come later, and stay.
        for commit in self.pending.values() {
            for (log_offset, at, committed) in &commit.offsets {
                let key = (commit.group.clone(), at.clone());
                if self.offsets.log_offset(&key).is_none_or(|known| known < *log_offset) {
                    last.insert(key, committed.clone());
                }
            }
        }
        last
    }

    /// The keys whose last commit in the log is of a topic that `wanted` picks by name and id.
    pub(super) fn offsets_of_topics_in_log(
        &self,
        wanted: impl Fn(&ByteString, Uuid) -> bool,
    ) -> Vec<OffsetKey> {
        let newer = self.on_their_way();
        let mut found = self.offsets.of_topics(&wanted);
        found.retain(|key| !newer.contains_key(key));
        let newer = newer.into_iter().filter(|(key, committed)| wanted(&key.1.0, committed.topic_id));
        found.extend(newer.map(|(key, _)| key));
        found
    }
}
