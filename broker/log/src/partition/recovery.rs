//! Recovery: from the files of a partition to its state. After a clean shutdown little more than the end is read;
//! otherwise all beyond the recovery point is, in bounded memory, and cut at the first byte that is no whole valid
//! batch. Below the recovery point everything was flushed: damage there is not cut but takes the partition offline.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use aqueduct_protocol::ids::Offset;

use super::PartitionLog;
use super::append::marker_in;
use super::flush::SNAPSHOT_MAX_BYTES;
use super::open::{Contents, OpenRequest};
use super::write::Writer;
use crate::OfflineReason;
use crate::checkpoint::LeaderEpochs;
use crate::fs::{FileSystem, is_full, read_small};
use crate::producer::{ProducerStates, read_snapshot};
use crate::segment::{
    BatchHeader, BatchMark, BatchScan, Checks, FileKind, ScanEnd, Segment, file_name, find_batch,
};

/// A control batch is a few dozen bytes; nothing longer is one.
const MARKER_MAX_BYTES: u32 = 4096;

/// What was found.
pub(super) struct Recovered {
    pub(super) segments: Vec<Arc<Segment>>,
    pub(super) log_start: i64,
    pub(super) log_end: i64,
    /// Where the log ends in the active segment.
    pub(super) end_position: u64,
    pub(super) producers: ProducerStates,
    pub(super) epochs: LeaderEpochs,
    pub(super) recovery_point: i64,
    /// Bytes read beyond the recovery point.
    pub(super) scanned: u64,
}

/// A recovery on its way.
pub(super) struct Recovery<'a> {
    request: &'a OpenRequest,
    segments: Vec<Arc<Segment>>,
    snapshots: Vec<i64>,
    recovery_point: i64,
    producers: ProducerStates,
    /// Batches from here on are news to `producers`.
    producers_at: i64,
    epochs: LeaderEpochs,
    scanned: u64,
}

enum Fault {
    Io(PathBuf, io::Error),
    Offline(OfflineReason),
}

impl<'a> Recovery<'a> {
    pub(super) fn run(
        request: &'a OpenRequest,
        contents: Contents,
        epochs: LeaderEpochs,
    ) -> Result<Recovered, OfflineReason> {
        let log_start = request.dir.log_starts.get(&request.name).map(|offset| offset.0);
        let recovery_point = request.dir.recovery_points.get(&request.name).map_or(0, |offset| offset.0);
        let recovery = Recovery {
            request,
            segments: contents.segments,
            snapshots: contents.snapshots,
            recovery_point,
            producers: ProducerStates::new(request.dir.producer_limit),
            producers_at: 0,
            epochs,
            scanned: 0,
        };
        let recovered = recovery.recover(log_start, request.clean, &contents.without_index);
        recovered.map_err(|fault| match fault {
            Fault::Offline(reason) => reason,
            Fault::Io(path, error) => OfflineReason::Io { path, error: error.to_string() },
        })
    }

    fn recover(
        mut self,
        log_start: Option<i64>,
        clean: bool,
        without_index: &[i64],
    ) -> Result<Recovered, Fault> {
        if self.segments.is_empty() {
            self.begin_at(log_start.unwrap_or(0))?;
        }
        self.drop_stray_segment().map_err(|error| self.io(error))?;
        self.rebuild_missing(without_index, clean)?;
        let end = match if clean { self.trusted_end()? } else { None } {
            Some(end) => {
                self.load_producers(end);
                self.replay(end)?;
                end
            }
            None => self.scan()?,
        };
        let first = self.segments[0].base_offset;
        let log_start = log_start.map_or(first, |start| start.max(first));
        if end < self.recovery_point {
            return Err(Fault::Offline(OfflineReason::LostFlushed {
                path: self.request.folder.clone(),
                end: Offset(end),
                recovery_point: Offset(self.recovery_point),
            }));
        }
        self.epochs.truncate_from_end(Offset(end));
        let end = if end < log_start { self.start_over(log_start)? } else { end };
        let end_position = self.active().size();
        Ok(Recovered {
            segments: self.segments,
            log_start,
            log_end: end,
            end_position,
            producers: self.producers,
            epochs: self.epochs,
            recovery_point: self.recovery_point.min(end),
            scanned: self.scanned,
        })
    }

    /// Makes the first segment of a log without any.
    fn begin_at(&mut self, base: i64) -> Result<(), Fault> {
        let make = || Segment::create(&self.request.dir.fs, &self.request.folder, base, self.request.now_ms);
        let made = self.request.dir.space.with_reserve(self.fs(), make).map_err(|error| self.io(error))?;
        self.fs().sync_dir(&self.request.folder).map_err(|error| self.io(error))?;
        self.segments.push(Arc::new(made));
        Ok(())
    }

    /// Nothing is left between the log's start and its end: begins anew at the start.
    fn start_over(&mut self, log_start: i64) -> Result<i64, Fault> {
        tracing::warn!(partition = %self.request.name, log_start, "the log ends before its start, emptied");
        self.drop_segments_from(0);
        self.producers.clear();
        self.begin_at(log_start)?;
        Ok(log_start)
    }

    /// A roll that failed half-way, and whose file could not be removed either, leaves an empty segment behind; appends
    /// went on in the one before, past its base offset.
    fn drop_stray_segment(&mut self) -> io::Result<()> {
        let [.., before, last] = self.segments.as_slice() else { return Ok(()) };
        if last.size() > 0 {
            return Ok(());
        }
        let file = before.file()?;
        let from = before.offsets.floor_of_offset(last.base_offset)?.map_or(0, |entry| entry.position);
        let reaches = |header: &BatchHeader| header.last_offset() >= last.base_offset;
        let beyond = find_batch(&*file, from, before.size(), reaches)?.is_ok();
        if beyond {
            self.drop_segments_from(self.segments.len() - 1);
        }
        Ok(())
    }

    /// Makes indexes anew that are missing or have an impossible length; those of segments that are scanned anyway
    /// come about by that.
    fn rebuild_missing(&self, without_index: &[i64], clean: bool) -> Result<(), Fault> {
        let scanned_from = self.segment_of(self.recovery_point);
        for (i, segment) in self.segments.iter().enumerate() {
            if !without_index.contains(&segment.base_offset) {
                continue;
            }
            let trusted = clean || i < scanned_from;
            if segment.size() > 0 && !self.lacks_index(segment).map_err(|error| self.io_at(segment, error))? {
                continue;
            }
            let rebuilt = match trusted && segment.size() > 0 {
                true => self.rebuild_indexes(segment),
                false => segment.forget_indexes(),
            };
            match rebuilt {
                Err(error) if !is_full(&error) => return Err(self.io_at(segment, error)),
                _ => {}
            }
        }
        Ok(())
    }

    /// A segment shorter than the distance of index entries has none: finding that again is nothing to warn of.
    fn rebuild_indexes(&self, segment: &Segment) -> io::Result<()> {
        let before = (segment.offsets.len(), segment.time_entries());
        segment.rebuild_indexes(self.request.config.index_interval_bytes)?;
        if before != (segment.offsets.len(), segment.time_entries()) {
            tracing::warn!(segment = %segment.path().display(), "index was missing or damaged, made anew");
        }
        Ok(())
    }

    /// Whether an index file that may be all right is not: an empty time index is, if there are no timestamps.
    fn lacks_index(&self, segment: &Segment) -> io::Result<bool> {
        if !segment.index_lengths_fit() || segment.offsets.len() == 0 {
            return Ok(true);
        }
        Ok(segment.time_entries() == 0 && has_timestamps(segment)?)
    }

    /// The log's end after a clean shutdown: the batch heads since the last index entry, up to the file's end. `None`
    /// if they do not add up.
    fn trusted_end(&self) -> Result<Option<i64>, Fault> {
        let active = self.active();
        let end = (|| {
            if !plausible_indexes(active)? {
                return Ok(None);
            }
            let file = active.file()?;
            let from = active.offsets.last()?.map_or(0, |entry| entry.position);
            let mut scan = BatchScan::new(&*file, from, active.size(), Checks::Heads);
            let mut end = active.base_offset;
            while let Some((_, header)) = scan.next()? {
                end = header.next_offset();
            }
            active.reload_progress()?;
            Ok((scan.end() == ScanEnd::Complete).then_some(end))
        })()
        .map_err(|error| self.io_at(active, error))?;
        if end.is_none() {
            let partition = &self.request.name;
            tracing::warn!(%partition, "shut down cleanly, but the log does not look it: scanning");
        }
        Ok(end)
    }

    /// Scans from the recovery point on. The log's end.
    fn scan(&mut self) -> Result<i64, Fault> {
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

    fn note(&mut self, segment: &Segment, position: u64, header: &BatchHeader) -> Result<(), Fault> {
        self.epochs.assign(header.leader_epoch, Offset(header.base_offset));
        if header.base_offset < self.producers_at || !header.producer_id.is_some() {
            return Ok(());
        }
        if !header.attributes.is_control() {
            self.producers.note(header, self.request.now_ms);
            return Ok(());
        }
        let io = |error| Fault::Io(segment.path(), error);
        let file = segment.file().map_err(io)?;
        let mut bytes = vec![0; header.size.min(MARKER_MAX_BYTES) as usize];
        let read = file.read_at(&mut bytes, position).map_err(io)?;
        let Some(marker) = marker_in(&bytes[..read]) else { return Ok(()) };
        let aborted = self.producers.note_marker(header, &marker, self.request.now_ms);
        match aborted {
            Some(aborted) if !segment.aborted.has(aborted.last_offset).map_err(io)? => {
                segment.aborted.push(&aborted).map_err(io)
            }
            _ => Ok(()),
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

    /// Reads the newest snapshot at or below `offset` that is whole.
    fn load_producers(&mut self, offset: i64) {
        let now_ms = self.request.now_ms;
        self.producers_at = self.segments[0].base_offset;
        for snapshot in self.snapshots.clone().into_iter().rev().filter(|at| *at <= offset) {
            let path = self.request.folder.join(file_name(snapshot, FileKind::Snapshot));
            let read = read_small(self.fs(), &path, SNAPSHOT_MAX_BYTES).ok();
            match read.and_then(|bytes| read_snapshot(&bytes, self.request.dir.producer_limit, now_ms)) {
                Some(producers) => {
                    self.producers = producers;
                    self.producers_at = snapshot;
                    return;
                }
                None => {
                    tracing::warn!(path = %path.display(), "producer snapshot cannot be read, trying an older one");
                    self.remove(file_name(snapshot, FileKind::Snapshot).as_ref());
                    self.snapshots.retain(|kept| *kept != snapshot);
                }
            }
        }
    }

    /// Brings the producers from their snapshot up to `end`, by batch heads.
    fn replay(&mut self, end: i64) -> Result<(), Fault> {
        if self.producers_at >= end {
            return Ok(());
        }
        let from = self.producers_at;
        let segments = self.segments.clone();
        let first = segments.partition_point(|segment| segment.base_offset <= from).saturating_sub(1);
        for segment in segments[first..].iter().filter(|segment| segment.base_offset < end) {
            let io = |error| Fault::Io(segment.path(), error);
            let file = segment.file().map_err(io)?;
            let size = segment.size();
            let start = match segment.locate(from, size).map_err(io)? {
                Ok((position, _)) => position,
                Err(_) => continue,
            };
            let mut scan = BatchScan::new(&*file, start, size, Checks::Heads);
            while let Some((position, header)) = scan.next().map_err(io)? {
                if header.base_offset >= end {
                    return Ok(());
                }
                self.note(segment, position, &header)?;
            }
        }
        Ok(())
    }

    fn drop_segments_from(&mut self, at: usize) {
        for segment in self.segments.drain(at..) {
            let bytes = segment.size();
            tracing::warn!(segment = %segment.path().display(), bytes, "segment lies beyond the log's end: removed");
            for path in segment.paths() {
                let _ = self.request.dir.fs.remove_file(&path);
            }
        }
    }

    fn remove(&self, name: &Path) {
        let _ = self.fs().remove_file(&self.request.folder.join(name));
    }

    /// The segment that holds `offset`, or the nearest.
    fn segment_of(&self, offset: i64) -> usize {
        self.segments.partition_point(|segment| segment.base_offset <= offset).saturating_sub(1)
    }

    fn active(&self) -> &Segment {
        self.segments.last().expect("a log has a segment")
    }

    fn fs(&self) -> &'a dyn FileSystem {
        &*self.request.dir.fs
    }

    fn io(&self, error: io::Error) -> Fault {
        Fault::Io(self.request.folder.clone(), error)
    }

    fn io_at(&self, segment: &Segment, error: io::Error) -> Fault {
        Fault::Io(segment.path(), error)
    }
}

fn has_timestamps(segment: &Segment) -> io::Result<bool> {
    let first = find_batch(&*segment.file()?, 0, segment.size(), |_| true)?;
    Ok(first.is_ok_and(|(_, header)| header.max_timestamp >= 0))
}

/// Whether the last entries of the indexes can belong to the segment. Files that Kafka preallocated and did not get to
/// trim end in zeros.
fn plausible_indexes(segment: &Segment) -> io::Result<bool> {
    let offsets = match segment.offsets.last()? {
        None => true,
        Some(last) => {
            let possible = last.position < segment.size() && last.offset >= segment.base_offset;
            possible && (last.position > 0 || segment.offsets.len() == 1)
        }
    };
    let times = match segment.last_time_entry()? {
        None => true,
        Some(last) => {
            last.offset >= segment.base_offset
                && last.timestamp >= 0
                && (last.timestamp > 0 || segment.time_entries() == 1)
        }
    };
    let times =
        times && (segment.offsets.len() == 0 || segment.time_entries() > 0 || !has_timestamps(segment)?);
    let leads_to_batch = match segment.offsets.last()? {
        Some(last) if offsets => {
            let found = find_batch(&*segment.file()?, last.position, segment.size(), |_| true)?;
            matches!(found, Ok((position, header)) if position == last.position && header.last_offset() == last.offset)
        }
        _ => true,
    };
    Ok(offsets && times && leads_to_batch)
}

impl PartitionLog {
    /// Reads the producers' state anew after a truncation.
    pub(super) fn reload_producers(&self, writer: &mut Writer) -> io::Result<()> {
        let end = self.log_end_offset().0;
        let mut snapshots: Vec<_> = self
            .dir
            .fs
            .list(&self.folder())?
            .iter()
            .filter_map(|entry| crate::segment::parse_file_name(&entry.name))
            .filter(|(offset, kind)| *kind == FileKind::Snapshot && *offset <= end)
            .map(|(offset, _)| offset)
            .collect();
        snapshots.sort_unstable();
        let segments = Vec::clone(&self.segments());
        let request = OpenRequest {
            dir: self.dir.clone(),
            folder: self.folder(),
            name: self.name.clone(),
            config: (*self.config()).clone(),
            clean: true,
            now_ms: writer.last_append_ms,
        };
        let mut recovery = Recovery {
            request: &request,
            segments,
            snapshots,
            recovery_point: end,
            producers: ProducerStates::new(self.dir.producer_limit),
            producers_at: 0,
            epochs: LeaderEpochs::default(),
            scanned: 0,
        };
        recovery.load_producers(end);
        match recovery.replay(end) {
            Ok(()) => {}
            Err(Fault::Io(_, error)) => return Err(error),
            Err(Fault::Offline(reason)) => return Err(io::Error::other(reason)),
        }
        writer.producers = recovery.producers;
        self.publish_stability(writer);
        Ok(())
    }
}
