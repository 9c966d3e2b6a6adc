//! The topic settings that the log honours, with Kafka's names and defaults.

use aqueduct_protocol::record::TimestampType;

/// Settings of one partition's log. A change takes effect at the next append, read or tick
/// ([`PartitionLog::update_config`](crate::PartitionLog::update_config)).
///
/// Not here, because others decide by them: `compression.type`, `message.timestamp.before.max.ms` and
/// `message.timestamp.after.max.ms` (validation of records before the append), `min.insync.replicas`,
/// `unclean.leader.election.enable`. Not honoured: `preallocate` (the file would end in zeros that Kafka's tools trip
/// over, and unwritten extents make every sync slower).
#[derive(Clone, Debug, PartialEq)]
pub struct LogConfig {
    /// `segment.bytes`: a segment that would grow beyond this is closed and a new one begun.
    pub segment_bytes: u32,
    /// `segment.ms`: a segment is closed when its first batch is this much older than the batch to be appended.
    pub segment_ms: i64,
    /// `segment.jitter.ms`: `segment.ms` is shortened by a random part of this, once for every segment.
    pub segment_jitter_ms: i64,
    /// `segment.index.bytes`: the most that an index file may hold; a full index closes the segment.
    pub segment_index_bytes: u32,
    /// `index.interval.bytes`: an index entry is written for every so many bytes of log.
    pub index_interval_bytes: u32,
    /// `max.message.bytes`: the longest record batch, its 61 bytes of head included.
    pub max_message_bytes: u32,
    /// `retention.ms`: segments whose newest record is older are deleted; `None` keeps them (−1).
    pub retention_ms: Option<i64>,
    /// `retention.bytes`: oldest segments are deleted while the rest is at least this long; `None` keeps them (−1).
    pub retention_bytes: Option<u64>,
    /// `cleanup.policy`.
    pub cleanup_policy: CleanupPolicy,
    /// `file.delete.delay.ms`: how long a deleted segment's files stay under the name `….deleted`.
    pub file_delete_delay_ms: i64,
    /// `flush.messages`: with page-cache durability, a flush is due after so many records.
    pub flush_messages: i64,
    /// `flush.ms`: with page-cache durability, a flush is due this long after the first unflushed append.
    pub flush_ms: i64,
    /// `message.timestamp.type`.
    pub timestamp_type: TimestampType,
    /// `min.cleanable.dirty.ratio`: a log is compacted when more than this part of it is dirty.
    pub min_cleanable_dirty_ratio: f64,
    /// `min.compaction.lag.ms`: records younger than this are not compacted.
    pub min_compaction_lag_ms: i64,
    /// `max.compaction.lag.ms`: records older than this are compacted whatever the ratio.
    pub max_compaction_lag_ms: i64,
    /// `delete.retention.ms`: how long a tombstone stays after the compaction that first met it.
    pub delete_retention_ms: i64,
}

impl Default for LogConfig {
    fn default() -> LogConfig {
        LogConfig {
            segment_bytes: 1 << 30,
            segment_ms: 7 * 24 * 60 * 60 * 1000,
            segment_jitter_ms: 0,
            segment_index_bytes: 10 << 20,
            index_interval_bytes: 4096,
            max_message_bytes: 1_048_588,
            retention_ms: Some(7 * 24 * 60 * 60 * 1000),
            retention_bytes: None,
            cleanup_policy: CleanupPolicy::DELETE,
            file_delete_delay_ms: 60_000,
            flush_messages: i64::MAX,
            flush_ms: i64::MAX,
            timestamp_type: TimestampType::CreateTime,
            min_cleanable_dirty_ratio: 0.5,
            min_compaction_lag_ms: 0,
            max_compaction_lag_ms: i64::MAX,
            delete_retention_ms: 24 * 60 * 60 * 1000,
        }
    }
}

/// `cleanup.policy`: delete, compact, both, or neither (KIP-1211: keep everything).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CleanupPolicy {
    /// Segments are deleted by age and size.
    pub delete: bool,
    /// Older values of a key are removed by [`LogManager::clean`](crate::LogManager::clean).
    pub compact: bool,
}

impl CleanupPolicy {
    /// `delete`, Kafka's default.
    pub const DELETE: CleanupPolicy = CleanupPolicy { delete: true, compact: false };
    /// `compact`.
    pub const COMPACT: CleanupPolicy = CleanupPolicy { delete: false, compact: true };
}

/// When an append counts as done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Durability {
    /// After `fdatasync`, shared with all appends that wait at that moment.
    #[default]
    Flush,
    /// At once, as in Kafka: the system writes pages when it likes, and a power cut loses what it has not written.
    PageCache,
}
