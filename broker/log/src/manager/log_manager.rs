//! Opens, creates, deletes and looks after the logs of all log directories.

use std::path::PathBuf;
use std::sync::Arc;

use aqueduct_protocol::ids::Offset;
use uuid::Uuid;

use crate::fs::FileSystem;
use crate::{Durability, LogConfig, ManagerError, PartitionLog, TopicPartition};

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
    /// `num.recovery.threads.per.data.dir`.
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
    /// The most idempotent producers kept per partition; beyond it the longest silent one is forgotten.
    pub max_producers_per_partition: usize,
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
        }
    }
}

/// A log directory, for DescribeLogDirs and metrics.
#[derive(Clone, Debug)]
pub struct LogDirInfo {
    /// The directory.
    pub path: PathBuf,
    /// `directory.id` of its `meta.properties`.
    pub directory_id: Uuid,
    /// Why it cannot be used, if so.
    pub offline: Option<String>,
    /// Size of its disk in bytes.
    pub total_bytes: u64,
    /// Free bytes of its disk.
    pub usable_bytes: u64,
    /// Its partitions and the size of each in bytes.
    pub partitions: Vec<(TopicPartition, u64, Offset)>,
}

/// All logs of a broker.
pub struct LogManager {
    _private: (),
}

impl LogManager {
    /// Locks and opens the log directories, and every log in them: at once those that were shut down cleanly, after a
    /// scan of what lies past their recovery points the others. Directories that cannot be used are offline and the
    /// rest goes on; none usable is an error.
    ///
    /// `configs` gives the settings of a partition by its name. `now_ms` as everywhere: ms since 1970.
    pub fn open(
        fs: Arc<dyn FileSystem>,
        config: ManagerConfig,
        configs: &(dyn Fn(&TopicPartition) -> LogConfig + Sync),
        now_ms: i64,
    ) -> Result<Arc<LogManager>, ManagerError> {
        let _ = (fs, config, configs, now_ms);
        todo!()
    }

    /// The partition's log, if there is one, online or not.
    pub fn get(&self, partition: &TopicPartition) -> Option<Arc<PartitionLog>> {
        let _ = partition;
        todo!()
    }

    /// All logs, offline ones too.
    pub fn logs(&self) -> Vec<Arc<PartitionLog>> {
        todo!()
    }

    /// The partition's log; made, in the directory with the fewest, if there is none. Durable when it returns.
    pub fn get_or_create(
        &self,
        partition: &TopicPartition,
        topic_id: Uuid,
        config: LogConfig,
        now_ms: i64,
    ) -> Result<Arc<PartitionLog>, ManagerError> {
        let _ = (partition, topic_id, config, now_ms);
        todo!()
    }

    /// Deletes a partition's log: it is gone from here, durably, when this returns; its files go after
    /// `file.delete.delay.ms`.
    pub fn delete(&self, partition: &TopicPartition, now_ms: i64) -> Result<(), ManagerError> {
        let _ = (partition, now_ms);
        todo!()
    }

    /// Does what is due: retention, deleted files, checkpoints, `flush.ms`, disk space, idle files. Call it about every
    /// second, from a thread that may block.
    pub fn tick(&self, now_ms: i64) {
        let _ = now_ms;
        todo!()
    }

    /// The log directories as they are now.
    pub fn dirs(&self) -> Vec<LogDirInfo> {
        todo!()
    }

    /// Flushes all, writes snapshots, checkpoints and the marker of a clean shutdown. Appends fail from now on. What
    /// fails is logged and only costs a recovery scan at the next start.
    pub fn shut_down(&self, now_ms: i64) {
        let _ = now_ms;
        todo!()
    }
}
