//! Making a partition durable: for tickets, and for the recovery point.

use std::io;
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::time::Instant;

use aqueduct_protocol::ids::Offset;

use super::PartitionLog;
use super::write::Writer;
use crate::OfflineReason;
use crate::flush::{FlushState, Flushable};
use crate::fs::{OpenMode, is_full};
use crate::producer::write_snapshot;
use crate::segment::{FileKind, Segment, file_name, parse_file_name};

/// Snapshots that do not belong to a segment's beginning: the newest, and one before in case it is damaged.
const SNAPSHOTS_KEPT: usize = 2;
/// A snapshot of as many producers as could be kept, many times over.
pub(super) const SNAPSHOT_MAX_BYTES: u64 = 256 << 20;

impl Flushable for PartitionLog {
    fn flush_now(&self) {
        let _ = self.sync_to_end();
    }

    fn flush_state(&self) -> &FlushState {
        &self.flush_state
    }
}

impl PartitionLog {
    /// Has the committer flush what is appended.
    pub(super) fn request_flush(&self) {
        if self.progress.failure().is_none()
            && let Some(this) = self.this.upgrade()
        {
            self.dir.committer.request(&this);
        }
    }

    /// With page-cache durability: asks for the flush that `flush.ms` demands.
    pub(crate) fn flush_if_due(&self, now_ms: i64) {
        let config = self.config();
        let mut writer = self.writer.lock();
        let due =
            writer.unflushed_since_ms.is_some_and(|since| now_ms.saturating_sub(since) >= config.flush_ms);
        if due {
            writer.unflushed_records = 0;
            writer.unflushed_since_ms = None;
            drop(writer);
            self.request_flush();
        }
    }

    /// Syncs every file that holds appended bytes, then completes tickets. The offset up to which all is durable;
    /// an error has taken the partition offline.
    pub(super) fn sync_to_end(&self) -> Result<Offset, OfflineReason> {
        let _flushing = self.flushing.lock();
        if let Some(reason) = self.progress.failure() {
            return Err(reason.clone());
        }
        // The end first: every byte before it is written, and every segment it reaches into is in the list.
        let target = self.log_end_offset();
        let flushed = self.progress.flushed();
        let folder_dirty = self.folder_dirty.swap(false, Ordering::AcqRel);
        let segments = self.segments();
        // Sealed segments were synced if they had been cut.
        let was_cut = segments.last().is_some_and(|active| active.was_cut());
        if target <= flushed && !folder_dirty && !was_cut {
            return Ok(flushed);
        }
        let began = Instant::now();
        for (i, segment) in segments.iter().enumerate() {
            let ends_flushed = segments.get(i + 1).is_some_and(|next| next.base_offset <= flushed.0);
            let written = !ends_flushed && segment.base_offset < target.0;
            if written || segment.was_cut() {
                segment.sync_log().map_err(|error| self.sync_failed(segment.path(), &error))?;
            }
        }
        if folder_dirty {
            let folder = self.folder();
            self.dir.fs.sync_dir(&folder).map_err(|error| self.sync_failed(folder, &error))?;
        }
        self.dir.flush_stats.record(began.elapsed());
        if let Some(listener) = self.listener.get() {
            listener.flushed(self, target);
        }
        self.progress.advance(target);
        Ok(target)
    }

    /// Brings the recovery point to the log's end: flushes, makes the indexes durable, and keeps a snapshot of the
    /// producers as of there. The caller then saves the directory's checkpoint.
    pub(crate) fn checkpoint(&self) -> Result<(), OfflineReason> {
        let (target, snapshot, bytes, since) = {
            let writer = self.writer.lock();
            let since = self.dirty_since.swap(i64::MAX, Ordering::Relaxed);
            let bytes = self.appended_bytes.load(Ordering::Relaxed);
            (self.log_end_offset(), write_snapshot(&writer.producers), bytes, since)
        };
        let point = Offset(self.recovery_point.load(Ordering::Acquire));
        self.sync_to_end()?;
        if target > point || self.closing.load(Ordering::Acquire) {
            match self.sync_indexes_from(point) {
                Ok(()) => {}
                // Without space the recovery point stays where it is: a longer scan, nothing worse.
                Err((_, error)) if is_full(&error) => {
                    self.dirty_since.fetch_min(since, Ordering::Relaxed);
                    return Ok(());
                }
                Err((path, error)) => return Err(self.sync_failed(path, &error)),
            }
            if let Err(error) = self.store_snapshot(target.0, &snapshot, true) {
                tracing::warn!(partition = %self.name, %error, "cannot write a producer snapshot");
            }
        }
        self.recovery_point.fetch_max(target.0, Ordering::AcqRel);
        self.checkpointed_bytes.store(bytes, Ordering::Relaxed);
        self.dir.recovery_points.set(&self.name, Some(Offset(self.recovery_point.load(Ordering::Acquire))));
        self.drop_old_snapshots();
        Ok(())
    }

    /// Ends the log: no append comes after this, and all that was appended is durable and needs no recovery.
    pub(crate) fn close(&self) -> Result<(), OfflineReason> {
        if let Some(reason) = self.progress.failure() {
            // Only what was deleted is at its end. Anything else the next start must find out from the disk.
            return match reason {
                OfflineReason::Closed => Ok(()),
                _ => Err(reason.clone()),
            };
        }
        self.closing.store(true, Ordering::Release);
        // Whoever holds the lock appends for the last time.
        drop(self.writer.lock());
        let closed = self.seal_active().and_then(|()| self.checkpoint());
        self.progress.fail(OfflineReason::Closed);
        closed
    }

    /// Gives the time index its last entry, as Kafka does, so that the next start finds the index complete.
    fn seal_active(&self) -> Result<(), OfflineReason> {
        let segments = self.segments();
        let active = segments.last().expect("an online log has a segment");
        match active.seal() {
            // The next start makes it anew.
            Err(error) if is_full(&error) => Ok(()),
            sealed => sealed.map_err(|error| self.sync_failed(active.path(), &error)),
        }
    }

    /// Bytes appended since the last recovery point.
    pub(crate) fn bytes_behind(&self) -> u64 {
        let appended = self.appended_bytes.load(Ordering::Relaxed);
        appended.saturating_sub(self.checkpointed_bytes.load(Ordering::Relaxed))
    }

    /// When the oldest append since the last recovery point was; `None` if there is none.
    pub(crate) fn dirty_since_ms(&self) -> Option<i64> {
        Some(self.dirty_since.load(Ordering::Relaxed)).filter(|since| *since != i64::MAX)
    }

    fn sync_indexes_from(&self, point: Offset) -> Result<(), (PathBuf, io::Error)> {
        let segments = self.segments();
        for (i, segment) in segments.iter().enumerate() {
            let before = segments.get(i + 1).is_some_and(|next| next.base_offset <= point.0);
            if !before {
                segment.sync_indexes().map_err(|error| (segment.path(), error))?;
            }
        }
        Ok(())
    }

    /// Keeps the producers as of `offset` in a file. Costs only a longer start if it fails.
    pub(super) fn write_producer_snapshot(&self, writer: &Writer, offset: i64, durable: bool) {
        let bytes = write_snapshot(&writer.producers);
        if let Err(error) = self.store_snapshot(offset, &bytes, durable) {
            tracing::debug!(partition = %self.name, %error, "cannot write a producer snapshot");
        }
    }

    /// A snapshot is checked when it is read, so it may be torn by a crash: the one before it then counts.
    fn store_snapshot(&self, offset: i64, bytes: &[u8], durable: bool) -> io::Result<()> {
        let path = self.folder().join(file_name(offset, FileKind::Snapshot));
        let file = self.dir.fs.open(&path, OpenMode::Truncate)?;
        let written = file
            .write_all_at(&mut [io::IoSlice::new(bytes)], 0)
            .and_then(|()| if durable { file.sync_data() } else { Ok(()) });
        if written.is_err() {
            let _ = self.dir.fs.remove_file(&path);
        }
        written
    }

    /// Removes snapshots that are neither a segment's first nor among the newest.
    fn drop_old_snapshots(&self) {
        let folder = self.folder();
        let Ok(entries) = self.dir.fs.list(&folder) else { return };
        let segments = self.segments();
        let mut stray: Vec<_> = entries
            .iter()
            .filter_map(|entry| parse_file_name(&entry.name))
            .filter(|(_, kind)| *kind == FileKind::Snapshot)
            .map(|(offset, _)| offset)
            .filter(|offset| {
                segments.binary_search_by_key(offset, |s: &std::sync::Arc<Segment>| s.base_offset).is_err()
            })
            .collect();
        stray.sort_unstable_by_key(|offset| std::cmp::Reverse(*offset));
        for offset in stray.into_iter().skip(SNAPSHOTS_KEPT) {
            let _ = self.dir.fs.remove_file(&folder.join(file_name(offset, FileKind::Snapshot)));
        }
    }

    /// A failed sync ends the partition's life in this process: the system has dropped what it could not write, and
    /// a second sync would succeed without having written it. Nor does the next process take the system's word: without
    /// the marker of a clean shutdown, which is not set any more, it reads what the disk has. That needs no note, which
    /// a full disk or a kill could prevent.
    pub(super) fn sync_failed(&self, path: PathBuf, error: &io::Error) -> OfflineReason {
        let reason = OfflineReason::SyncFailed { path, error: error.to_string() };
        self.go_offline(reason.clone());
        reason
    }
}
