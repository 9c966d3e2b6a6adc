//! One partition that this broker leads.

use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Arc, Weak};

use aqueduct_log::{
    AppendError, AppendOrigin, Appended, Durability, FlushTicket, LogListener, OfflineReason, PartitionLog,
};
use aqueduct_protocol::ids::{LeaderEpoch, Offset};

use crate::purgatory::waiters::{Waiters, Watched};

/// A partition and its log. Resolved once, when the topic appears; requests share it.
///
/// With one replica the high watermark is what is durable: with `log.durability=flush` it rises
/// when the log is flushed, so a consumer never sees a record that a power cut could take back;
/// with `page-cache` it rises with the append, as in Kafka.
pub struct Partition {
    /// Index in its topic.
    pub index: i32,
    log: Arc<PartitionLog>,
    leader_epoch: AtomicI32,
    waiters: Arc<Waiters>,
}

impl Partition {
    /// Takes over `log` as its leader in `leader_epoch`.
    #[must_use]
    pub fn new(index: i32, log: Arc<PartitionLog>, leader_epoch: i32, durability: Durability) -> Self {
        let waiters = Arc::new(Waiters::default());
        let listener = WakeFetches { waiters: Arc::downgrade(&waiters), durability };
        log.set_listener(Arc::new(listener));
        // What recovery kept is durable, and there is no other replica that could disagree.
        log.advance_high_watermark(log.log_end_offset());
        Self { index, log, leader_epoch: AtomicI32::new(leader_epoch), waiters }
    }

    /// The log.
    #[must_use]
    pub fn log(&self) -> &Arc<PartitionLog> {
        &self.log
    }

    /// The epoch in which this broker leads.
    #[must_use]
    pub fn leader_epoch(&self) -> LeaderEpoch {
        LeaderEpoch(self.leader_epoch.load(Ordering::Acquire))
    }

    /// Notes a new leader epoch.
    pub fn set_leader_epoch(&self, epoch: i32) {
        self.leader_epoch.fetch_max(epoch, Ordering::AcqRel);
    }

    /// Appends batches that were validated; see [`PartitionLog::append_as_leader`].
    ///
    /// # Errors
    /// As there.
    pub fn append(&self, records: &[u8], origin: AppendOrigin, now_ms: i64) -> Result<Appended, AppendError> {
        self.log.append_as_leader(records, self.leader_epoch(), origin, now_ms)
    }

    /// What an acknowledgement with `acks=all` waits for after an append.
    #[must_use]
    pub fn durable(&self, appended: &Appended) -> FlushTicket {
        self.log.flush_ticket(appended.last_offset.plus(1))
    }

    /// First offset that a reader may not see.
    #[must_use]
    pub fn read_limit(&self, isolation: IsolationLevel) -> Offset {
        match isolation {
            IsolationLevel::ReadUncommitted => self.log.high_watermark(),
            IsolationLevel::ReadCommitted => self.log.last_stable_offset(),
        }
    }
}

impl Watched for Partition {
    fn waiters(&self) -> &Waiters {
        &self.waiters
    }
}

impl std::fmt::Debug for Partition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.log.topic_partition())
    }
}

/// What a consumer may see of transactions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IsolationLevel {
    /// Everything below the high watermark.
    ReadUncommitted,
    /// Only what is below the last stable offset.
    ReadCommitted,
}

impl IsolationLevel {
    /// The level for the protocol's code.
    #[must_use]
    pub fn from_code(code: i8) -> Option<Self> {
        match code {
            0 => Some(Self::ReadUncommitted),
            1 => Some(Self::ReadCommitted),
            _ => None,
        }
    }
}

/// Moves the high watermark and wakes fetches as the log reports.
struct WakeFetches {
    waiters: Weak<Waiters>,
    durability: Durability,
}

impl WakeFetches {
    fn advance(&self, log: &PartitionLog, to: Offset) {
        if log.advance_high_watermark(to)
            && let Some(waiters) = self.waiters.upgrade()
        {
            waiters.wake_all();
        }
    }
}

impl LogListener for WakeFetches {
    fn appended(&self, log: &PartitionLog, end: Offset) {
        if self.durability == Durability::PageCache {
            self.advance(log, end);
        }
    }

    fn flushed(&self, log: &PartitionLog, flushed: Offset) {
        self.advance(log, flushed);
    }

    fn offline(&self, log: &PartitionLog, reason: &OfflineReason) {
        // A log that was deleted or shut down is closed: nothing is wrong with it.
        if *reason != OfflineReason::Closed {
            tracing::error!(partition = %log.topic_partition(), %reason, "partition is offline");
        }
        if let Some(waiters) = self.waiters.upgrade() {
            waiters.wake_all();
        }
    }
}
