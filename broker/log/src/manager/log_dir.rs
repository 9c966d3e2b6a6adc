//! One log directory: what its partitions share.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use uuid::Uuid;

use super::ManagerConfig;
use super::space::SpaceGuard;
use crate::checkpoint::{CleanShutdown, MetaProperties, OffsetCheckpoint};
use crate::flush::{Committer, FlushStats};
use crate::fs::{DirLock, FileSystem, make_durable_dir};
use crate::{Durability, ManagerError};

pub(crate) struct LogDir {
    pub(crate) path: PathBuf,
    pub(crate) fs: Arc<dyn FileSystem>,
    pub(crate) directory_id: Uuid,
    pub(crate) durability: Durability,
    pub(crate) producer_limit: usize,
    pub(crate) producer_expiration_ms: i64,
    pub(crate) committer: Committer,
    /// Those of all directories.
    pub(crate) flush_stats: Arc<FlushStats>,
    pub(crate) space: SpaceGuard,
    pub(crate) recovery_points: OffsetCheckpoint,
    pub(crate) high_watermarks: OffsetCheckpoint,
    pub(crate) log_starts: OffsetCheckpoint,
    /// First offsets that compaction has not seen yet.
    pub(crate) cleaner_offsets: OffsetCheckpoint,
    /// See [`ManagerConfig::min_free_bytes`].
    pub(crate) min_free_bytes: u64,
    pub(crate) clean_shutdown: CleanShutdown,
    offline: OnceLock<String>,
    _lock: DirLock,
}

impl LogDir {
    /// Locks the directory, made if it is missing, and reads its small files. Nothing here needs free space on the
    /// disk, except in a new directory.
    pub(crate) fn open(
        fs: Arc<dyn FileSystem>,
        path: &Path,
        config: &ManagerConfig,
        flush_stats: Arc<FlushStats>,
    ) -> Result<LogDir, ManagerError> {
        let io = |source| ManagerError::Io { path: path.to_path_buf(), source };
        make_durable_dir(&*fs, path).map_err(io)?;
        let lock = fs.lock(&path.join(".lock")).map_err(|source| match source.kind() {
            io::ErrorKind::WouldBlock => ManagerError::Locked { dir: path.to_path_buf() },
            _ => io(source),
        })?;
        let space = SpaceGuard::new(path, config.min_free_bytes, config.reserve_bytes);
        let directory_id = identify(&*fs, path, config, &space)?;
        // What is seen here may be names that a process before this one changed and could not sync: a partition's
        // folder, a checkpoint, the marker of a clean shutdown that it took away.
        fs.sync_dir(path).map_err(io)?;
        let checkpoint = |name| OffsetCheckpoint::load(fs.clone(), path.join(name)).map_err(io);
        Ok(LogDir {
            path: path.to_path_buf(),
            directory_id,
            durability: config.durability,
            producer_limit: config.max_producers_per_partition,
            producer_expiration_ms: config.producer_id_expiration_ms,
            committer: Committer::new(config.flush_threads),
            flush_stats,
            space,
            recovery_points: checkpoint("recovery-point-offset-checkpoint")?,
            high_watermarks: checkpoint("replication-offset-checkpoint")?,
            log_starts: checkpoint("log-start-offset-checkpoint")?,
            cleaner_offsets: checkpoint("cleaner-offset-checkpoint")?,
            min_free_bytes: config.min_free_bytes,
            clean_shutdown: CleanShutdown::new(path),
            offline: OnceLock::new(),
            _lock: lock,
            fs,
        })
    }

    /// All offsets that are kept for partitions.
    pub(crate) fn checkpoints(&self) -> [&OffsetCheckpoint; 4] {
        [&self.recovery_points, &self.high_watermarks, &self.log_starts, &self.cleaner_offsets]
    }

    /// Writes a checkpoint, with the reserve's help if need be.
    pub(crate) fn save(&self, checkpoint: &OffsetCheckpoint) -> io::Result<()> {
        self.space.with_reserve(&*self.fs, || checkpoint.save())
    }

    pub(crate) fn offline(&self) -> Option<&str> {
        self.offline.get().map(String::as_str)
    }

    /// Takes the directory offline; true if it was not before.
    pub(crate) fn set_offline(&self, error: String) -> bool {
        self.offline.set(error).is_ok()
    }
}

/// Checks whom the directory belongs to, and signs a new one. Returns its id.
fn identify(
    fs: &dyn FileSystem,
    path: &Path,
    config: &ManagerConfig,
    space: &SpaceGuard,
) -> Result<Uuid, ManagerError> {
    let file = path.join("meta.properties");
    let io = |source| ManagerError::Io { path: file.clone(), source };
    let found = MetaProperties::read(fs, path).map_err(io)?;
    let wrong = |key, found: &dyn ToString, expected: &dyn ToString| ManagerError::WrongOwner {
        path: file.clone(),
        key,
        found: found.to_string(),
        expected: expected.to_string(),
    };
    if let Some(found) = &found {
        if found.cluster_id != config.cluster_id {
            return Err(wrong("cluster.id", &found.cluster_id, &config.cluster_id));
        }
        if found.node_id != config.node_id {
            return Err(wrong("node.id", &found.node_id, &config.node_id));
        }
        if let Some(id) = found.directory_id {
            return Ok(id);
        }
    }
    let directory_id = new_directory_id();
    let signed = MetaProperties {
        cluster_id: config.cluster_id.clone(),
        node_id: config.node_id,
        directory_id: Some(directory_id),
    };
    space.with_reserve(fs, || signed.write(fs, path)).map_err(io)?;
    Ok(directory_id)
}

/// A random id that is none of Kafka's reserved ones (the first hundred).
fn new_directory_id() -> Uuid {
    loop {
        let id = Uuid::new_v4();
        if id.as_u128() >= 100 {
            return id;
        }
    }
}
