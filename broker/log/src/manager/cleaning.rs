//! The log cleaner: compacts the logs that are dirty enough, dirtiest first.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::LogManager;
use super::log_manager::Doomed;
use crate::cleaner::CompactError;
use crate::{PartitionLog, TopicPartition};

impl LogManager {
    /// Compacts what is due, one log after the other. Call it now and then (`log.cleaner.backoff.ms`) from a thread
    /// that may block, and not from two at a time.
    pub fn clean(&self, now_ms: i64) {
        let mut due: Vec<(f64, Arc<PartitionLog>)> = Vec::new();
        for log in self.logs() {
            if self.uncleanable.lock().contains(log.topic_partition()) {
                continue;
            }
            match log.dirt(now_ms) {
                Ok(Some(dirt)) if dirt.is_due(log.config().min_cleanable_dirty_ratio) => {
                    due.push((dirt.ratio(), log));
                }
                Ok(_) => {}
                Err(error) => {
                    tracing::warn!(partition = %log.topic_partition(), %error, "cannot tell what there is to compact");
                }
            }
        }
        due.sort_by(|(a, _), (b, _)| b.total_cmp(a));
        for (_, log) in due {
            if self.closed.load(Ordering::Acquire) {
                return;
            }
            self.compact(&log, now_ms);
        }
    }

    /// Partitions that cannot be compacted until the next start, for metrics.
    pub fn uncleanable(&self) -> Vec<TopicPartition> {
        self.uncleanable.lock().iter().cloned().collect()
    }

    fn compact(&self, log: &PartitionLog, now_ms: i64) {
        let (partition, dir) = (log.topic_partition(), log.log_directory());
        let compacted = match log.compact(self.config.cleaner_dedupe_bytes, now_ms) {
            Ok(compacted) => compacted,
            Err(CompactError::Changed) => return,
            Err(error) if error.is_lasting() => {
                tracing::error!(%partition, %error, "log is not compacted any more until the next start");
                self.uncleanable.lock().insert(partition.clone());
                return;
            }
            Err(error) => {
                tracing::warn!(%partition, %error, "log was not compacted, trying again later");
                return;
            }
        };
        let due_ms = now_ms.saturating_add(log.config().file_delete_delay_ms);
        let doomed = |path| Doomed { path, is_folder: false, due_ms, dir: dir.clone() };
        self.doomed.lock().extend(compacted.old_files.into_iter().map(doomed));
        if let Err(error) = dir.save(&dir.cleaner_offsets) {
            // The old one stands: the next run goes over the same records again.
            tracing::warn!(path = %dir.cleaner_offsets.path().display(), %error, "cannot write a checkpoint");
        }
        tracing::info!(%partition, before = compacted.before, after = compacted.after, "log compacted");
    }
}
