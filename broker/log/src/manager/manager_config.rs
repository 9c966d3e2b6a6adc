//! How the log directories are run: the broker's settings that the log honours.

use std::path::PathBuf;

use crate::Durability;

/// How the log directories are run.
#[derive(Clone, Debug)]
pub struct ManagerConfig {
    /// `log.dirs`.
    pub log_dirs: Vec<PathBuf>,
    /// `log.durability`.
    pub durability: Durability,
    /// Written into, and compared with, `meta.properties`.
    pub cluster_id: String,
    /// Written into, and compared with, `meta.properties`.
    pub node_id: i32,
    /// Threads that sync files, per log directory. They are started as they are needed.
    pub flush_threads: usize,
    /// `num.recovery.threads.per.data.dir`: threads that open logs, per log directory.
    pub recovery_threads: usize,
    /// `log.flush.offset.checkpoint.interval.ms`: the longest that a partition's recovery point stays behind.
    pub checkpoint_interval_ms: i64,
    /// Recovery points are brought forward earlier if more than this is unchecked in a directory: bounds the bytes
    /// that are read after a crash.
    pub checkpoint_bytes: u64,
    /// `replica.high.watermark.checkpoint.interval.ms`.
    pub high_watermark_checkpoint_interval_ms: i64,
    /// `log.retention.check.interval.ms`.
    pub retention_check_interval_ms: i64,
    /// Disk space below which clients' appends are refused while the broker's own go on.
    pub min_free_bytes: u64,
    /// Size of the file in each log directory that is given up when the disk is full, so that checkpoints can be
    /// written.
    pub reserve_bytes: u64,
    /// `producer.id.expiration.ms`.
    pub producer_id_expiration_ms: i64,
    /// The most idempotent producers kept per partition; beyond it the tenth that was silent longest is
    /// forgotten.
    pub max_producers_per_partition: usize,
    /// `log.cleaner.dedupe.buffer.size`: the most memory that the keys of one compaction may take.
    pub cleaner_dedupe_bytes: u64,
}

impl ManagerConfig {
    /// Kafka's defaults, one log directory.
    pub fn new(log_dir: PathBuf, cluster_id: impl Into<String>, node_id: i32) -> ManagerConfig {
        ManagerConfig {
            log_dirs: vec![log_dir],
            durability: Durability::Flush,
            cluster_id: cluster_id.into(),
            node_id,
            flush_threads: 8,
            recovery_threads: 2,
            checkpoint_interval_ms: 60_000,
            checkpoint_bytes: 512 << 20,
            high_watermark_checkpoint_interval_ms: 5_000,
            retention_check_interval_ms: 300_000,
            min_free_bytes: 64 << 20,
            reserve_bytes: 16 << 20,
            producer_id_expiration_ms: 86_400_000,
            max_producers_per_partition: 10_000,
            cleaner_dedupe_bytes: 128 << 20,
        }
    }
}
