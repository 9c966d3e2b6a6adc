//! One partition of `__consumer_offsets` in memory.

use std::collections::{BTreeMap, HashMap};

use aqueduct_protocol::messages::GroupMetadataValue;
use bytestring::ByteString;
use parking_lot::{Mutex, MutexGuard};
use tokio::sync::oneshot;

use crate::group::GroupError;
use crate::group::classic::{Group, JoinAnswer, SyncAnswer, Waiter};
use crate::group::offsets::{CommittedOffset, OffsetTable, TopicIndex};

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
    pub(super) offsets: Vec<(TopicIndex, CommittedOffset)>,
}

/// Where an answer goes.
#[derive(Debug)]
pub(super) enum Reply {
    Join(oneshot::Sender<JoinAnswer>),
    Sync(oneshot::Sender<SyncAnswer>),
}

impl Shard {
    pub(super) fn new(partition: i32) -> Self {
        let state = ShardState {
            phase: Phase::Loading,
            groups: HashMap::new(),
            stored: HashMap::new(),
            offsets: OffsetTable::default(),
            pending: BTreeMap::new(),
            waiting: HashMap::new(),
            next_waiter: 0,
        };
        Self { partition, state: Mutex::new(state) }
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, ShardState> {
        self.state.lock()
    }

    /// The state of a shard that nobody else has.
    pub(super) fn lock_into(self) -> ShardState {
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
        self.groups.entry(id.clone()).or_insert_with(|| Group::new(id.clone(), now_ms))
    }

    /// The offsets with those that are in the log and not durable yet.
    pub(super) fn offsets_in_log(&self) -> OffsetTable {
        let mut table = self.offsets.clone();
        for (log_offset, commit) in &self.pending {
            for (at, committed) in &commit.offsets {
                table.commit(&commit.group, at.clone(), committed.clone(), *log_offset);
            }
        }
        table
    }
}
