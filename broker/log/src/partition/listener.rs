//! What a partition's log tells the broker.

use aqueduct_protocol::ids::Offset;

use super::PartitionLog;
use crate::OfflineReason;

/// Called by the log as things happen, from the thread that appends or flushes; calls must not block. With several
/// appenders, calls may arrive out of order: offsets are "at least". `flushed` and `offline` may come while the log
/// holds locks: they may ask for offsets and raise the high watermark, but not append, truncate or look anything up.
pub trait LogListener: Send + Sync + 'static {
    /// The log end offset is now at least `end`: on a single node with [`Durability::PageCache`](crate::Durability),
    /// the new high watermark.
    fn appended(&self, log: &PartitionLog, end: Offset);
    /// All before `flushed` is durable: on a single node with [`Durability::Flush`](crate::Durability), the new high
    /// watermark. Called before the tickets up to that offset complete.
    fn flushed(&self, log: &PartitionLog, flushed: Offset);
    /// The partition went offline.
    fn offline(&self, log: &PartitionLog, reason: &OfflineReason);
}
