//! Removing records: from the end, from the beginning, all of them.

use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use aqueduct_protocol::ids::Offset;

use super::PartitionLog;
use super::tail::Tail;
use super::write::Writer;
use crate::fs::OpenMode;
use crate::segment::{FileKind, Segment, file_name, parse_file_name};
use crate::{ChangeError, OfflineReason};

/// What a truncation keeps.
struct CutPoint {
    /// Number of segments.
    keep: usize,
    /// Length of the last of them.
    position: u64,
    /// The log's end.
    end: i64,
}

impl PartitionLog {
    /// Moves the log start offset up to `offset` (DeleteRecords, KIP-107); segments wholly below it are deleted at the
    /// next tick. Returns the log start offset, which is higher than asked if it was already. Fails beyond the high
    /// watermark. Durable when it returns.
    pub fn delete_records_before(&self, offset: Offset) -> Result<Offset, ChangeError> {
        let mut writer = self.writer.lock();
        self.check_changeable()?;
        let limit = self.high_watermark();
        if offset > limit {
            return Err(ChangeError::OffsetOutOfRange { partition: self.name.clone(), offset, limit });
        }
        if offset <= self.log_start_offset() {
            return Ok(self.log_start_offset());
        }
        self.prepare_start(offset).map_err(|source| self.change_failed(source))?;
        let before = self.dir.log_starts.get(&self.name);
        self.dir.log_starts.set(&self.name, Some(offset));
        if let Err(source) = self.dir.save(&self.dir.log_starts) {
            self.dir.log_starts.set(&self.name, before);
            return Err(self.change_failed(source));
        }
        self.move_log_start(&mut writer, offset);
        Ok(offset)
    }

    /// Removes all records from `offset` on (a follower's reconciliation with its leader); a batch that holds `offset`
    /// goes whole. Returns false if the log already ends there or before. Durable when it returns.
    pub fn truncate_to(&self, offset: Offset) -> Result<bool, ChangeError> {
        if offset < self.log_start_offset() {
            self.truncate_fully_and_start_at(offset)?;
            return Ok(true);
        }
        let _flushing = self.flushing.lock();
        let mut writer = self.writer.lock();
        self.check_changeable()?;
        if offset >= self.log_end_offset() {
            return Ok(false);
        }
        let point = self.cut_point(offset).map_err(|source| self.change_failed(source))?;
        // Before anything goes: after a crash in between, the recovery point must not be beyond the end.
        self.lower_recovery_point(Offset(point.end))?;
        // Nor must a log start that was refused half-way.
        self.dir.save(&self.dir.log_starts).map_err(|source| self.change_failed(source))?;
        self.cut(&mut writer, point).map_err(|source| self.change_broke(source))?;
        Ok(true)
    }

    /// Empties the log and begins it again at `offset` (a follower whose leader no longer has what it has). Durable
    /// when it returns.
    pub fn truncate_fully_and_start_at(&self, offset: Offset) -> Result<(), ChangeError> {
        let _flushing = self.flushing.lock();
        let mut writer = self.writer.lock();
        self.check_changeable()?;
        self.lower_recovery_point(Offset(self.log_start_offset().0.min(offset.0)))?;
        self.restart_at(&mut writer, offset).map_err(|source| self.change_broke(source))
    }

    /// Before a log start is on the disk, from which on the next start takes no notice of what lies before it: the name
    /// of the segment that will be the first must be there, and the producers as of its beginning.
    pub(super) fn prepare_start(&self, start: Offset) -> io::Result<()> {
        let segments = self.segments();
        let first = segments.partition_point(|segment| segment.base_offset <= start.0).saturating_sub(1);
        let folder = self.folder();
        let snapshot = folder.join(file_name(segments[first].base_offset, FileKind::Snapshot));
        match self.dir.fs.open(&snapshot, OpenMode::Write).and_then(|file| file.sync_data()) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                // It costs what is known of producers that have been silent since.
                tracing::warn!(path = %snapshot.display(), %error, "cannot sync a producer snapshot");
            }
            _ => {}
        }
        self.dir.fs.sync_dir(&folder).inspect_err(|error| {
            self.sync_failed(folder.clone(), error);
        })
    }

    /// Moves the log's start in memory.
    pub(super) fn move_log_start(&self, writer: &mut Writer, start: Offset) {
        self.log_start.fetch_max(start.0, Ordering::AcqRel);
        self.high_watermark.fetch_max(start.0, Ordering::AcqRel);
        writer.producers.forget_before(start);
        self.publish_stability(writer);
        if writer.epochs.truncate_from_start(start)
            && let Err(error) = self.save_epochs(&writer.epochs)
        {
            // The file still has epochs of records that are gone: harmless, and written with the next change.
            tracing::warn!(partition = %self.name, %error, "cannot write the leader epochs");
        }
    }

    /// Where the batch that holds `offset` begins.
    fn cut_point(&self, offset: Offset) -> io::Result<CutPoint> {
        let segments = self.segments();
        let below = segments.partition_point(|segment| segment.base_offset < offset.0).max(1);
        let segment = &segments[below - 1];
        let (position, end) = match segment.locate(offset.0, segment.size())? {
            Ok((position, header)) => (position, header.base_offset),
            Err(position) => (position, offset.0),
        };
        Ok(CutPoint { keep: below, position, end })
    }

    fn cut(&self, writer: &mut Writer, point: CutPoint) -> io::Result<()> {
        let CutPoint { keep, position, end } = point;
        if end < self.log_start_offset().0 {
            // The batch that goes whole also holds the log's start: nothing is left.
            return self.restart_at(writer, self.log_start_offset());
        }
        let mut kept = Vec::clone(&self.segments());
        let gone = kept.split_off(keep);
        let active = kept.last().expect("one segment is always kept").clone();
        active.truncate(position, end)?;
        self.set_segments(kept);
        for segment in gone {
            self.remove_files(&segment);
        }
        self.remove_snapshots(|snapshot| snapshot > end);
        active.sync_log()?;
        self.dir.fs.sync_dir(&self.folder())?;
        if writer.epochs.truncate_from_end(Offset(end)) {
            self.save_epochs(&writer.epochs)?;
        }
        self.set_end(&active, end, position);
        self.reload_producers(writer)?;
        writer.producers.settle(self.high_watermark());
        self.publish_stability(writer);
        Ok(())
    }

    fn restart_at(&self, writer: &mut Writer, offset: Offset) -> io::Result<()> {
        let gone = self.segments();
        for segment in gone.iter() {
            self.remove_files(segment);
        }
        self.remove_snapshots(|_| true);
        let fresh = Arc::new(Segment::create(&self.dir.fs, &self.folder(), offset.0, writer.last_append_ms)?);
        self.set_segments(vec![fresh.clone()]);
        self.dir.fs.sync_dir(&self.folder())?;
        writer.epochs.clear();
        self.save_epochs(&writer.epochs)?;
        writer.producers.clear();
        self.log_start.store(offset.0, Ordering::Release);
        self.high_watermark.store(offset.0, Ordering::Release);
        self.dir.log_starts.set(&self.name, None);
        self.dir.save(&self.dir.log_starts)?;
        self.publish_stability(writer);
        self.set_end(&fresh, offset.0, 0);
        Ok(())
    }

    /// Sets where the log ends after a cut; all that is left is durable.
    fn set_end(&self, active: &Segment, end: i64, position: u64) {
        *self.tail.lock() = Tail::new(active.base_offset, end, position);
        self.log_end.store(end, Ordering::Release);
        self.high_watermark.fetch_min(end, Ordering::AcqRel);
        self.promised.store(end.min(self.promised.load(Ordering::Relaxed)), Ordering::Release);
        self.progress.reset(Offset(end.min(self.progress.flushed().0)));
    }

    fn lower_recovery_point(&self, offset: Offset) -> Result<(), ChangeError> {
        let before = Offset(self.recovery_point.load(Ordering::Acquire));
        if before <= offset {
            return Ok(());
        }
        self.dir.recovery_points.set(&self.name, Some(offset));
        if let Err(source) = self.dir.save(&self.dir.recovery_points) {
            self.dir.recovery_points.set(&self.name, Some(before));
            return Err(self.change_failed(source));
        }
        self.recovery_point.store(offset.0, Ordering::Release);
        Ok(())
    }

    /// Removes a segment's files at once.
    pub(super) fn remove_files(&self, segment: &Segment) {
        for path in segment.paths() {
            match self.dir.fs.remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    tracing::warn!(path = %path.display(), %error, "cannot remove a file");
                }
                _ => {}
            }
        }
    }

    pub(super) fn remove_snapshots(&self, which: impl Fn(i64) -> bool) {
        let folder = self.folder();
        let Ok(entries) = self.dir.fs.list(&folder) else { return };
        for entry in entries {
            if let Some((offset, FileKind::Snapshot)) = parse_file_name(&entry.name)
                && which(offset)
            {
                let _ = self.dir.fs.remove_file(&folder.join(file_name(offset, FileKind::Snapshot)));
            }
        }
    }

    fn check_changeable(&self) -> Result<(), ChangeError> {
        match self.progress.failure() {
            None => Ok(()),
            Some(reason) => {
                Err(ChangeError::Offline { partition: self.name.clone(), reason: reason.clone() })
            }
        }
    }

    fn change_failed(&self, source: io::Error) -> ChangeError {
        ChangeError::Io { partition: self.name.clone(), source }
    }

    /// A change that failed half-way: only a restart can tell what is on the disk.
    fn change_broke(&self, source: io::Error) -> ChangeError {
        self.go_offline(OfflineReason::Io { path: self.folder(), error: source.to_string() });
        self.change_failed(source)
    }
}
