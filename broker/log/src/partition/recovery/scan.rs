//! Reading all beyond the recovery point, and cutting the log where it stops being valid.

use std::io;

use aqueduct_protocol::ids::Offset;

use super::indexes::plausible_indexes;
use super::steps::{Fault, Recovery};
use crate::OfflineReason;
use crate::fs::is_full;
use crate::segment::{BatchHeader, BatchMark, BatchScan, Checks, FileKind, ScanEnd, Segment, file_name};

impl Recovery<'_> {
    /// Scans from the recovery point on. The log's end.
    pub(super) fn scan(&mut self) -> Result<i64, Fault> {
        let first = self.segment_of(self.recovery_point);
        let (position, offset) = self.scan_start(first)?;
        self.load_producers(self.recovery_point.max(offset));
        self.replay(offset)?;
        let mut next = offset;
        let mut at = first;
        while at < self.segments.len() {
            let segment = self.segments[at].clone();
            if at > first {
                if !self.follows(&segment, next) {
                    self.drop_segments_from(at);
                    break;
                }
                next = next.max(segment.base_offset);
            }
            let from = if at == first { position } else { 0 };
            let rewound =
                if from == 0 { segment.forget_indexes() } else { segment.rewind_indexes(from, offset) };
            rewound.map_err(|error| self.io_at(&segment, error))?;
            let followed_by = self.segments.get(at + 1).map(|segment| segment.base_offset);
            let whole = self.scan_segment(&segment, from, &mut next, followed_by)?;
            if !whole && followed_by != Some(next) {
                self.drop_segments_from(at + 1);
                break;
            }
            at += 1;
        }
        self.settle(first, next)?;
        Ok(next)
    }

    /// Where in the segment to begin: at the batch of the last index entry below the recovery point, if that leads to
    /// a valid one, otherwise at the segment's start.
    fn scan_start(&self, at: usize) -> Result<(u64, i64), Fault> {
        let segment = &self.segments[at];
        let found = (|| -> io::Result<Option<(u64, i64)>> {
            segment.retain_indexes_below(self.recovery_point)?;
            if !plausible_indexes(segment)? {
                return Ok(None);
            }
            let Some(entry) = segment.offsets.floor_of_offset(self.recovery_point - 1)? else {
                return Ok(None);
            };
            let file = segment.file()?;
            let mut scan = BatchScan::new(&*file, entry.position, segment.size(), Checks::Checksums);
            let Some((position, header)) = scan.next()? else { return Ok(None) };
            let right = header.last_offset() == entry.offset && header.base_offset >= segment.base_offset;
            Ok(right.then_some((position, header.base_offset)))
        })();
        match found {
            Ok(found) => Ok(found.unwrap_or((0, segment.base_offset))),
            Err(error) => Err(self.io_at(segment, error)),
        }
    }

    /// Whether a segment carries on where the one before it ended. Compaction leaves gaps; so does what was flushed
    /// long ago; but beyond the recovery point a gap is records that never reached the disk.
    fn follows(&self, segment: &Segment, next: i64) -> bool {
        let gap_allowed =
            self.request.config.cleanup_policy.compact || segment.base_offset <= self.recovery_point;
        segment.base_offset == next || (segment.base_offset > next && gap_allowed)
    }

    /// Scans one segment from `from`. Whether all of it is valid; if not, it is cut. What is cut before a segment that
    /// begins right there are the remains of a failed write, not records.
    fn scan_segment(
        &mut self,
        segment: &Segment,
        from: u64,
        next: &mut i64,
        followed_by: Option<i64>,
    ) -> Result<bool, Fault> {
        let request = self.request;
        let io = |error| Fault::Io(segment.path(), error);
        let file = segment.file().map_err(io)?;
        let size = segment.size();
        let mut scan = BatchScan::new(&*file, from, size, Checks::Checksums);
        let mut valid = from;
        let mut what = None;
        while let Some((position, header)) = scan.next().map_err(io)? {
            if let Some(wrong) = self.misfit(&header, *next) {
                what = Some(wrong);
                break;
            }
            let mark = BatchMark::new(position, &header);
            match segment.note(&mark, request.config.index_interval_bytes) {
                Err(error) if !is_full(&error) => return Err(io(error)),
                _ => {}
            }
            self.note(segment, position, &header)?;
            *next = header.next_offset();
            valid = scan.position();
        }
        self.scanned += valid - from;
        if let (ScanEnd::Invalid(invalid), None) = (scan.end(), what) {
            what = Some(invalid);
        }
        let Some(what) = what else { return Ok(true) };
        if *next < self.recovery_point && followed_by != Some(*next) {
            let (path, position, offset) = (segment.path(), valid, Offset(*next));
            return Err(Fault::Offline(OfflineReason::Corrupt {
                path,
                position,
                offset,
                what: what.to_owned(),
            }));
        }
        tracing::warn!(partition = %request.name, segment = %segment.path().display(), what,
            end_offset = *next, position = valid, bytes_cut = size - valid, "torn tail: the log is cut");
        segment.truncate(valid, *next).map_err(io)?;
        Ok(false)
    }

    /// What is wrong with a batch that its checksum does not cover: base offset and leader epoch.
    fn misfit(&self, header: &BatchHeader, next: i64) -> Option<&'static str> {
        let gap_allowed =
            self.request.config.cleanup_policy.compact || header.base_offset <= self.recovery_point;
        if header.base_offset < next {
            Some("offsets go back")
        } else if header.base_offset > next && !gap_allowed {
            Some("offsets leave a gap")
        } else if self.epochs.latest().is_some_and(|latest| header.leader_epoch > latest) {
            // An epoch is on the disk before its first batch is.
            Some("the leader epoch never began")
        } else {
            None
        }
    }

    /// After a scan: sealed segments get their last index entries, and what was found becomes durable: until now it, or
    /// its being cut off, may have been only in the system's memory.
    fn settle(&mut self, first: usize, end: i64) -> Result<(), Fault> {
        let sealed = self.segments.len() - 1;
        for (i, segment) in self.segments.iter().enumerate().skip(first) {
            let sealed = if i < sealed { segment.seal() } else { Ok(()) };
            match sealed {
                Err(error) if !is_full(&error) => return Err(self.io_at(segment, error)),
                _ => {}
            }
            segment.sync_log().map_err(|error| self.io_at(segment, error))?;
        }
        for offset in std::mem::take(&mut self.snapshots) {
            if offset > end {
                self.remove(file_name(offset, FileKind::Snapshot).as_ref());
            } else {
                self.snapshots.push(offset);
            }
        }
        self.fs().sync_dir(&self.request.folder).map_err(|error| self.io(error))
    }
}
