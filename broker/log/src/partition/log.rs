//! The log of one partition: what is known about it without waiting, and its settings.

use std::path::PathBuf;
use std::sync::Arc;

use aqueduct_protocol::ids::Offset;
use uuid::Uuid;

use super::LogListener;
use crate::{ChangeError, FlushTicket, LogConfig, OfflineReason, TopicPartition};

/// The log of one partition: segments in a folder of their own. Shared between threads; one lock for writers, none
/// that a reader would wait for.
pub struct PartitionLog {
    _private: (),
}

impl PartitionLog {
    /// Which partition this is.
    pub fn topic_partition(&self) -> &TopicPartition {
        todo!()
    }

    /// The topic's id, from `partition.metadata`.
    pub fn topic_id(&self) -> Uuid {
        todo!()
    }

    /// The log directory it is in (not its own folder).
    pub fn log_dir(&self) -> PathBuf {
        todo!()
    }

    /// The settings in use.
    pub fn config(&self) -> Arc<LogConfig> {
        todo!()
    }

    /// Replaces the settings.
    pub fn update_config(&self, config: LogConfig) {
        let _ = config;
        todo!()
    }

    /// The first offset that can be read. Wait-free.
    pub fn log_start_offset(&self) -> Offset {
        todo!()
    }

    /// The offset of the next record to be appended. Wait-free.
    pub fn log_end_offset(&self) -> Offset {
        todo!()
    }

    /// The first offset that consumers may not see, as last set by the caller. At opening it is what was checkpointed,
    /// at least the recovery point. Wait-free.
    pub fn high_watermark(&self) -> Offset {
        todo!()
    }

    /// The first offset of the oldest open transaction, or the high watermark if that is lower or there is none.
    pub fn last_stable_offset(&self) -> Offset {
        todo!()
    }

    /// Raises the high watermark to `to`, but not beyond the log end offset; never lowers it. Returns whether it rose.
    pub fn advance_high_watermark(&self, to: Offset) -> bool {
        let _ = to;
        todo!()
    }

    /// All before this is durable. Wait-free.
    pub fn flushed_offset(&self) -> Offset {
        todo!()
    }

    /// A ticket that completes when all before `through` is as durable as the log's
    /// [`Durability`](crate::Durability) promises: with `PageCache`, at once unless `flush.messages` is reached.
    pub fn flush_ticket(&self, through: Offset) -> FlushTicket {
        let _ = through;
        todo!()
    }

    /// Asks for a flush of all that is appended, whatever the durability, and returns its ticket.
    pub fn flush(&self) -> FlushTicket {
        todo!()
    }

    /// Bytes in all segment files (without indexes), for DescribeLogDirs and metrics.
    pub fn size(&self) -> u64 {
        todo!()
    }

    /// Number of segments.
    pub fn segment_count(&self) -> usize {
        todo!()
    }

    /// Why the partition is offline, if it is.
    pub fn offline_reason(&self) -> Option<OfflineReason> {
        todo!()
    }

    /// Sets who is told of appends and flushes; only the first call counts.
    pub fn set_listener(&self, listener: Arc<dyn LogListener>) {
        let _ = listener;
        todo!()
    }

    /// Moves the log start offset up to `offset` (DeleteRecords, KIP-107); segments wholly below it are deleted at the
    /// next tick. Returns the log start offset, which is higher than asked if it was already. Fails beyond the high
    /// watermark. Durable when it returns.
    pub fn delete_records_before(&self, offset: Offset) -> Result<Offset, ChangeError> {
        let _ = offset;
        todo!()
    }

    /// Removes all records from `offset` on (a follower's reconciliation with its leader). Returns false if the log
    /// already ends there or before. Durable when it returns.
    pub fn truncate_to(&self, offset: Offset) -> Result<bool, ChangeError> {
        let _ = offset;
        todo!()
    }

    /// Empties the log and begins it again at `offset` (a follower whose leader no longer has what it has).
    pub fn truncate_fully_and_start_at(&self, offset: Offset) -> Result<(), ChangeError> {
        let _ = offset;
        todo!()
    }
}
