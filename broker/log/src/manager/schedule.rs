//! What a log manager does by the clock: retention, removal of deleted files, checkpoints, a look at the disks.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::checkpoint_plan::{Behind, choose};
use super::log_manager::Doomed;
use super::{LogDir, LogManager};
use crate::checkpoint::{META_PROPERTIES_FILE, OffsetCheckpoint};
use crate::{Durability, OfflineReason, PartitionLog};

/// Partitions whose recovery points are brought forward at the same time.
const CHECKPOINT_THREADS: usize = 4;

/// When things were last done, in ms.
pub(super) struct Schedule {
    high_watermarks_ms: i64,
    retention_ms: i64,
}

impl Schedule {
    pub(super) fn new(now_ms: i64) -> Schedule {
        // Retention at the first tick (Kafka: 30 s after the start), whatever the interval.
        Schedule { high_watermarks_ms: now_ms, retention_ms: i64::MIN }
    }
}

impl LogManager {
    /// Does what is due: retention, deleted files, checkpoints, `flush.ms`, disk space, idle files. Call it about every
    /// second, from a thread that may block.
    pub fn tick(&self, now_ms: i64) {
        let mut schedule = self.schedule.lock();
        let logs = self.logs();
        self.check_dirs(&logs);
        self.remove_doomed(now_ms);
        if now_ms.saturating_sub(schedule.retention_ms) >= self.config.retention_check_interval_ms {
            schedule.retention_ms = now_ms;
            self.apply_retention(&logs, now_ms);
        }
        if self.config.durability == Durability::PageCache {
            logs.iter().for_each(|log| log.flush_if_due(now_ms));
        }
        if now_ms.saturating_sub(schedule.high_watermarks_ms)
            >= self.config.high_watermark_checkpoint_interval_ms
        {
            schedule.high_watermarks_ms = now_ms;
            for log in logs.iter().filter(|log| log.offline_reason().is_none()) {
                let checkpoint = &log.log_directory().high_watermarks;
                checkpoint.set(log.topic_partition(), Some(log.high_watermark()));
            }
            self.save(|dir| &dir.high_watermarks);
        }
        self.checkpoint_recovery_points(&logs, now_ms);
        self.save(|dir| &dir.log_starts);
    }

    /// Applies retention now instead of at its interval.
    pub fn apply_retention_now(&self, now_ms: i64) {
        self.apply_retention(&self.logs(), now_ms);
    }

    fn check_dirs(&self, logs: &[Arc<PartitionLog>]) {
        for dir in self.dirs.iter().filter(|dir| dir.offline().is_none()) {
            // Its signature and not only its name: a disk that was unmounted leaves an empty folder.
            let error = match dir.fs.exists(&dir.path.join(META_PROPERTIES_FILE)) {
                Ok(true) => {
                    dir.space.look(&*dir.fs);
                    continue;
                }
                Ok(false) => {
                    io::Error::new(io::ErrorKind::NotFound, format!("{META_PROPERTIES_FILE} is gone"))
                }
                Err(error) => error,
            };
            if dir.set_offline(error.to_string()) {
                tracing::error!(dir = %dir.path.display(), %error, "log directory goes offline");
            }
            for log in logs.iter().filter(|log| Arc::ptr_eq(log.log_directory(), dir)) {
                log.go_offline(OfflineReason::Dir { path: dir.path.clone(), error: error.to_string() });
            }
        }
    }

    fn apply_retention(&self, logs: &[Arc<PartitionLog>], now_ms: i64) {
        let expiring: Vec<_> = logs.iter().filter(|log| log.expire(now_ms)).collect();
        for dir in self.dirs.iter().filter(|dir| dir.offline().is_none()) {
            // One write for all partitions of a directory. Where it fails, one segment at a time goes all the same:
            // deleting is what gives a full disk its space back.
            let at_most = if save_in(dir, |dir| &dir.log_starts) { usize::MAX } else { 1 };
            for log in expiring.iter().filter(|log| Arc::ptr_eq(log.log_directory(), dir)) {
                let due_ms = now_ms.saturating_add(log.config().file_delete_delay_ms);
                let files = log.delete_expired(at_most).into_iter();
                self.doomed.lock().extend(files.map(|path| Doomed {
                    path,
                    is_folder: false,
                    due_ms,
                    dir: dir.clone(),
                }));
            }
        }
        for log in logs {
            log.expire_producers(now_ms);
            log.close_idle_files();
        }
    }

    fn remove_doomed(&self, now_ms: i64) {
        let due: Vec<_> = self.doomed.lock().extract_if(.., |doomed| doomed.due_ms <= now_ms).collect();
        for doomed in due {
            let fs = &*doomed.dir.fs;
            let removed =
                if doomed.is_folder { fs.remove_dir_all(&doomed.path) } else { fs.remove_file(&doomed.path) };
            match removed {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    // Found again, by its name, at the next start.
                    tracing::warn!(path = %doomed.path.display(), %error, "cannot remove what was deleted");
                }
                _ => {}
            }
        }
    }

    fn checkpoint_recovery_points(&self, logs: &[Arc<PartitionLog>], now_ms: i64) {
        for dir in &self.dirs {
            let dirty: Vec<_> = logs
                .iter()
                .filter(|log| Arc::ptr_eq(log.log_directory(), dir) && log.offline_reason().is_none())
                .filter_map(|log| {
                    let age_ms = now_ms.saturating_sub(log.dirty_since_ms()?);
                    Some((log, Behind { bytes: log.bytes_behind(), age_ms }))
                })
                .collect();
            let behind: Vec<_> = dirty.iter().map(|(_, behind)| *behind).collect();
            let chosen = choose(&behind, self.config.checkpoint_interval_ms, self.config.checkpoint_bytes);
            let next = AtomicUsize::new(0);
            let work = || {
                while let Some(i) = chosen.get(next.fetch_add(1, Ordering::Relaxed)) {
                    // A failure has taken the partition offline and is logged there.
                    let _ = dirty[*i].0.checkpoint();
                }
            };
            thread::scope(|scope| {
                for _ in 1..chosen.len().div_ceil(8).min(CHECKPOINT_THREADS) {
                    scope.spawn(work);
                }
                work();
            });
        }
        self.save(|dir| &dir.recovery_points);
    }

    fn save(&self, which: impl Fn(&LogDir) -> &OffsetCheckpoint) {
        for dir in self.dirs.iter().filter(|dir| dir.offline().is_none()) {
            save_in(dir, &which);
        }
    }
}

/// Whether it could be saved; if not, the old checkpoint stands, and the next tick tries again.
fn save_in(dir: &LogDir, which: impl Fn(&LogDir) -> &OffsetCheckpoint) -> bool {
    let saved = dir.save(which(dir));
    if let Err(error) = &saved {
        tracing::warn!(dir = %dir.path.display(), %error, "cannot write a checkpoint");
    }
    saved.is_ok()
}
