//! Opens, creates, deletes and looks after the logs of all log directories.

use std::collections::{HashMap, HashSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::{Mutex, RwLock};
use uuid::Uuid;

use super::open::{DELETE_SUFFIX, open_all};
use super::schedule::Schedule;
use super::{LogDir, ManagerConfig};
use crate::flush::FlushStats;
use crate::fs::{FileSystem, is_full};
use crate::partition::OpenRequest;
use crate::topic_partition::is_legal_topic;
use crate::{LogConfig, ManagerError, OfflineReason, PartitionLog, TopicPartition};

/// The longest name of a file.
const NAME_MAX: usize = 255;

/// A log directory, for DescribeLogDirs and metrics.
#[derive(Clone, Debug)]
pub struct LogDirInfo {
    /// The directory.
    pub path: PathBuf,
    /// `directory.id` of its `meta.properties`; nil if it could not be opened.
    pub directory_id: Uuid,
    /// Why it cannot be used, if so.
    pub offline: Option<String>,
    /// Size of its disk in bytes.
    pub total_bytes: u64,
    /// Free bytes of its disk.
    pub usable_bytes: u64,
    /// Its partitions and the size of each in bytes.
    pub partitions: Vec<(TopicPartition, u64)>,
}

/// All logs of a broker.
pub struct LogManager {
    pub(super) config: ManagerConfig,
    pub(super) dirs: Vec<Arc<LogDir>>,
    /// Directories that could not be opened at all.
    unusable: Vec<(PathBuf, String)>,
    flush_stats: Arc<FlushStats>,
    logs: RwLock<HashMap<TopicPartition, Arc<PartitionLog>>>,
    /// Logs of partitions that another log directory has, too: a directory was away while its topic was deleted and
    /// made again. One of them is used when the one that is used is deleted.
    duplicates: Mutex<Vec<Arc<PartitionLog>>>,
    /// Held while a log is made or deleted.
    changing: Mutex<()>,
    pub(super) doomed: Mutex<Vec<Doomed>>,
    pub(super) schedule: Mutex<Schedule>,
    /// Partitions that the cleaner leaves alone, for what it found in them.
    pub(super) uncleanable: Mutex<HashSet<TopicPartition>>,
    pub(super) closed: AtomicBool,
}

/// A file or folder that is to be removed.
pub(super) struct Doomed {
    pub(super) path: PathBuf,
    pub(super) is_folder: bool,
    pub(super) due_ms: i64,
    pub(super) dir: Arc<LogDir>,
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
        let mut manager = LogManager {
            dirs: Vec::new(),
            unusable: Vec::new(),
            flush_stats: Arc::default(),
            logs: RwLock::default(),
            duplicates: Mutex::default(),
            changing: Mutex::default(),
            doomed: Mutex::default(),
            schedule: Mutex::new(Schedule::new(now_ms)),
            uncleanable: Mutex::default(),
            closed: AtomicBool::new(false),
            config,
        };
        for path in manager.config.log_dirs.clone() {
            let opened = LogDir::open(fs.clone(), &path, &manager.config, manager.flush_stats.clone())
                .and_then(|dir| manager.open_dir(Arc::new(dir), configs, now_ms));
            match opened {
                Ok(()) => {}
                // Another's directory is a mistake in the settings, not a broken disk.
                Err(error @ (ManagerError::Locked { .. } | ManagerError::WrongOwner { .. })) => {
                    return Err(error);
                }
                Err(error) => {
                    tracing::error!(dir = %path.display(), %error, "log directory cannot be used");
                    manager.unusable.push((path, error.to_string()));
                }
            }
        }
        if manager.dirs.is_empty() {
            let reasons =
                manager.unusable.iter().map(|(_, error)| error.as_str()).collect::<Vec<_>>().join("; ");
            return Err(ManagerError::NoUsableDir { reasons });
        }
        Ok(Arc::new(manager))
    }

    /// What flushes cost since the start.
    pub fn flush_stats(&self) -> &FlushStats {
        &self.flush_stats
    }

    /// The partition's log, if there is one, online or not.
    pub fn get(&self, partition: &TopicPartition) -> Option<Arc<PartitionLog>> {
        self.logs.read().get(partition).cloned()
    }

    /// All logs, offline ones too, in no particular order.
    pub fn logs(&self) -> Vec<Arc<PartitionLog>> {
        self.logs.read().values().cloned().collect()
    }

    /// The partition's log; made, in the directory with the fewest, if there is none. Durable when it returns.
    pub fn get_or_create(
        &self,
        partition: &TopicPartition,
        topic_id: Uuid,
        config: LogConfig,
        now_ms: i64,
    ) -> Result<Arc<PartitionLog>, ManagerError> {
        if !is_legal_topic(&partition.topic) || partition.partition < 0 {
            return Err(ManagerError::IllegalName { partition: partition.clone() });
        }
        let _changing = self.changing.lock();
        if let Some(log) = self.get(partition) {
            return existing(log, topic_id);
        }
        if self.closed.load(Ordering::Acquire) {
            let reason = OfflineReason::Closed;
            return Err(ManagerError::Offline { partition: partition.clone(), reason });
        }
        let dir = self.dir_for_new()?;
        let folder = dir.path.join(partition.dir_name());
        let made = self.make(&dir, &folder, partition, topic_id, config, now_ms);
        let log = made.map_err(|source| {
            let _ = dir.fs.remove_dir_all(&folder);
            match is_full(&source) {
                true => ManagerError::DiskFull { path: folder },
                false => ManagerError::Io { path: folder, source },
            }
        })?;
        if let Some(reason) = log.offline_reason() {
            return Err(ManagerError::Offline { partition: partition.clone(), reason });
        }
        self.logs.write().insert(partition.clone(), log.clone());
        Ok(log)
    }

    /// Deletes a partition's log: it is gone from here, durably, when this returns; its files go after
    /// `file.delete.delay.ms`. Works on offline logs and full disks. Where the whole directory is offline nothing can
    /// be done to the files: the log is forgotten, so that one of this name can be made elsewhere, and the next start
    /// that finds the directory finds it too.
    pub fn delete(&self, partition: &TopicPartition, now_ms: i64) -> Result<(), ManagerError> {
        let _changing = self.changing.lock();
        let log =
            self.get(partition).ok_or_else(|| ManagerError::Unknown { partition: partition.clone() })?;
        let done = self.doom(&log, now_ms);
        let dir = log.log_directory();
        if done.is_err() && dir.offline().is_none() {
            return done;
        }
        {
            let mut duplicates = self.duplicates.lock();
            let other = duplicates.iter().position(|log| log.topic_partition() == partition);
            let mut logs = self.logs.write();
            match other {
                Some(other) => logs.insert(partition.clone(), duplicates.swap_remove(other)),
                None => logs.remove(partition),
            };
        }
        self.uncleanable.lock().remove(partition);
        match done {
            Ok(()) => tracing::info!(%partition, "log deleted"),
            Err(_) => tracing::warn!(%partition, dir = %dir.path.display(),
                "log forgotten: its files stay until a start finds their log directory again"),
        }
        Ok(())
    }

    /// Deletes those logs for which another one of the same partition is used, in another log directory, and whose
    /// topic is gone.
    pub fn delete_duplicates(&self, is_gone: impl Fn(Uuid) -> bool, now_ms: i64) {
        let _changing = self.changing.lock();
        let gone: Vec<_> = self.duplicates.lock().extract_if(.., |log| is_gone(log.topic_id())).collect();
        for log in gone {
            let (partition, dir) = (log.topic_partition(), log.log_dir().display());
            match self.doom(&log, now_ms) {
                Ok(()) => {
                    tracing::info!(%partition, %dir, "log deleted; the partition is used in another directory")
                }
                Err(error) => tracing::error!(%partition, %error, "log was not deleted"),
            }
        }
    }

    /// Takes a log offline and its folder out of the way, durably; the files go later.
    fn doom(&self, log: &PartitionLog, now_ms: i64) -> Result<(), ManagerError> {
        let (partition, dir) = (log.topic_partition(), log.log_directory());
        log.go_offline(OfflineReason::Closed);
        let from = dir.path.join(partition.dir_name());
        let to = dir.path.join(doomed_name(partition));
        let moved = dir.fs.rename(&from, &to).and_then(|()| dir.fs.sync_dir(&dir.path));
        if let Err(source) = moved {
            return Err(ManagerError::Io { path: from, source });
        }
        for checkpoint in dir.checkpoints() {
            checkpoint.set(partition, None);
            if let Err(error) = dir.save(checkpoint) {
                // Entries of partitions that are gone are dropped at the next start, and when one is made anew.
                tracing::warn!(path = %checkpoint.path().display(), %error, "cannot write a checkpoint");
            }
        }
        let due_ms = now_ms.saturating_add(log.config().file_delete_delay_ms);
        self.doomed.lock().push(Doomed { path: to, is_folder: true, due_ms, dir: dir.clone() });
        Ok(())
    }

    /// Why some log directories cannot be used, if any cannot: then a partition without a log here may have one there.
    pub fn offline_dirs(&self) -> Option<String> {
        let unusable = self.unusable.iter().map(|(path, error)| format!("{}: {error}", path.display()));
        let failed =
            self.dirs.iter().filter_map(|dir| Some(format!("{}: {}", dir.path.display(), dir.offline()?)));
        let reasons: Vec<_> = unusable.chain(failed).collect();
        if reasons.is_empty() { None } else { Some(reasons.join("; ")) }
    }

    /// Why no log directory can be used, if none can.
    pub fn all_offline(&self) -> Option<String> {
        let all = self.dirs.iter().all(|dir| dir.offline().is_some());
        if all { self.offline_dirs() } else { None }
    }

    /// The log directories as they are now.
    pub fn dirs(&self) -> Vec<LogDirInfo> {
        let logs = self.logs();
        let usable = self.dirs.iter().map(|dir| {
            let space = dir.fs.space(&dir.path);
            let here = logs.iter().filter(|log| Arc::ptr_eq(log.log_directory(), dir));
            LogDirInfo {
                path: dir.path.clone(),
                directory_id: dir.directory_id,
                offline: dir.offline().map(str::to_owned),
                total_bytes: space.as_ref().map_or(0, |space| space.total),
                usable_bytes: space.map_or(0, |space| space.free),
                partitions: here.map(|log| (log.topic_partition().clone(), log.size())).collect(),
            }
        });
        let unusable = self.unusable.iter().map(|(path, error)| LogDirInfo {
            path: path.clone(),
            directory_id: Uuid::nil(),
            offline: Some(error.clone()),
            total_bytes: 0,
            usable_bytes: 0,
            partitions: Vec::new(),
        });
        usable.chain(unusable).collect()
    }

    /// Flushes all, writes snapshots, checkpoints and the marker of a clean shutdown. Appends fail from now on. What
    /// fails is logged and only costs a recovery scan at the next start.
    pub fn shut_down(&self) {
        let _changing = self.changing.lock();
        if self.closed.swap(true, Ordering::AcqRel) {
            return;
        }
        let logs = self.logs();
        let mut clean: HashMap<&Path, bool> =
            self.dirs.iter().map(|dir| (dir.path.as_path(), true)).collect();
        for log in &logs {
            // No append comes after the flush.
            let done = log.close();
            if let (Err(reason), Some(clean)) = (done, clean.get_mut(log.log_dir())) {
                tracing::warn!(partition = %log.topic_partition(), %reason, "not closed cleanly");
                *clean = false;
            }
        }
        for dir in &self.dirs {
            dir.committer.close();
            let here = logs.iter().filter(|log| Arc::ptr_eq(log.log_directory(), dir));
            here.for_each(|log| dir.high_watermarks.set(log.topic_partition(), Some(log.high_watermark())));
            let saved = dir.checkpoints().into_iter().try_for_each(|checkpoint| dir.save(checkpoint));
            let marked = saved.and_then(|()| match clean[dir.path.as_path()] {
                true => dir.space.with_reserve(&*dir.fs, || dir.clean_shutdown.set(&*dir.fs)),
                false => Ok(()),
            });
            if let Err(error) = marked {
                tracing::warn!(dir = %dir.path.display(), %error, "not shut down cleanly");
            }
        }
    }

    fn open_dir(
        &mut self,
        dir: Arc<LogDir>,
        configs: &(dyn Fn(&TopicPartition) -> LogConfig + Sync),
        now_ms: i64,
    ) -> Result<(), ManagerError> {
        let io = |source| ManagerError::Io { path: dir.path.clone(), source };
        let found = open_all(&dir, configs, self.config.recovery_threads, now_ms).map_err(io)?;
        // Only now: a crash during a long recovery does not make the next one longer.
        dir.clean_shutdown.clear(&*dir.fs).map_err(io)?;
        let logs = self.logs.get_mut();
        for log in found.logs {
            let name = log.topic_partition().clone();
            if let Some(other) = logs.get(&name) {
                tracing::error!(partition = %name, used = %other.log_dir().display(), ignored = %dir.path.display(),
                    "the partition is in two log directories");
                self.duplicates.get_mut().push(log);
                continue;
            }
            logs.insert(name, log);
        }
        let doomed = found.doomed.into_iter().map(|name| Doomed {
            path: dir.path.join(name),
            is_folder: true,
            due_ms: now_ms,
            dir: dir.clone(),
        });
        self.doomed.get_mut().extend(doomed);
        dir.space.look(&*dir.fs);
        self.dirs.push(dir);
        Ok(())
    }

    fn make(
        &self,
        dir: &Arc<LogDir>,
        folder: &Path,
        partition: &TopicPartition,
        topic_id: Uuid,
        config: LogConfig,
        now_ms: i64,
    ) -> io::Result<Arc<PartitionLog>> {
        // Offsets of a partition of this name that was deleted would contradict the new log.
        for checkpoint in dir.checkpoints() {
            checkpoint.set(partition, None);
            dir.save(checkpoint)?;
        }
        dir.fs.create_dir_all(folder)?;
        let log = PartitionLog::open(OpenRequest {
            dir: dir.clone(),
            folder: folder.to_path_buf(),
            name: partition.clone(),
            config,
            clean: true,
            now_ms,
        });
        if let Some(reason) = log.offline_reason() {
            return Err(io::Error::other(reason));
        }
        log.assign_topic_id(topic_id)?;
        dir.fs.sync_dir(&dir.path)?;
        Ok(log)
    }

    fn dir_for_new(&self) -> Result<Arc<LogDir>, ManagerError> {
        let logs = self.logs();
        let count =
            |dir: &Arc<LogDir>| logs.iter().filter(|log| Arc::ptr_eq(log.log_directory(), dir)).count();
        let online = self.dirs.iter().filter(|dir| dir.offline().is_none());
        online.min_by_key(|dir| count(dir)).cloned().ok_or_else(|| ManagerError::NoUsableDir {
            reasons: self.dirs.iter().filter_map(|dir| dir.offline()).collect::<Vec<_>>().join("; "),
        })
    }
}

impl std::fmt::Debug for LogManager {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LogManager").field("logs", &self.logs.read().len()).finish_non_exhaustive()
    }
}

/// A log that is there, if it is the one that is meant. Whose it is comes first: one of a topic that is gone is in the
/// way whatever its state.
fn existing(log: Arc<PartitionLog>, topic_id: Uuid) -> Result<Arc<PartitionLog>, ManagerError> {
    let partition = log.topic_partition().clone();
    let found = log.topic_id();
    if !found.is_nil() && found != topic_id {
        return Err(ManagerError::TopicIdMismatch { partition, found, expected: topic_id });
    }
    if let Some(reason) = log.offline_reason() {
        return Err(ManagerError::Offline { partition, reason });
    }
    if found.is_nil() {
        let path = log.log_dir().join(partition.dir_name());
        log.assign_topic_id(topic_id).map_err(|source| ManagerError::Io { path, source })?;
    }
    Ok(log)
}

/// The name of a folder that waits for its removal: unique, and no longer than a name may be.
fn doomed_name(partition: &TopicPartition) -> String {
    let suffix = format!("-{}.{}{DELETE_SUFFIX}", partition.partition, Uuid::new_v4().simple());
    let topic = &partition.topic[..partition.topic.len().min(NAME_MAX - suffix.len())];
    format!("{topic}{suffix}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_doomed_folders_fit() {
        let name = doomed_name(&TopicPartition::new("a", 3));
        assert!(name.starts_with("a-3.") && name.ends_with("-delete") && name.len() == 4 + 32 + 7);
        assert_eq!(doomed_name(&TopicPartition::new("x".repeat(249), i32::MAX)).len(), 255);
    }
}
