//! A segment: the `.log` file from its base offset on, its offset and time index, and its aborted transactions.

use std::io::{self, IoSlice};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use parking_lot::Mutex;

use super::{BatchHeader, BatchScan, Checks, FileKind, LazyFile, file_name, find_batch};
use crate::fs::{File, FileSystem, sync_once};
use crate::index::{OffsetEntry, OffsetIndex, TimeEntry, TimeIndex, TxnIndex};

/// Suffix of files that wait for `file.delete.delay.ms`.
pub(crate) const DELETED_SUFFIX: &str = ".deleted";
/// Suffix of files that a compaction writes.
pub(crate) const CLEANED_SUFFIX: &str = ".cleaned";

pub(crate) struct Segment {
    pub(crate) base_offset: i64,
    log: LazyFile,
    /// Length of the log file that holds whole batches. Moved after the bytes are written.
    size: AtomicU64,
    pub(crate) offsets: OffsetIndex,
    times: TimeIndex,
    pub(crate) aborted: TxnIndex,
    progress: Mutex<Progress>,
    /// Bytes of a failed write were cut off since the last sync: without one they can come back after a crash.
    was_cut: AtomicBool,
    index_lengths_fit: bool,
    /// Whether the file of aborted transactions was there at the start, and with a possible length.
    has_aborted_file: bool,
    aborted_length_fits: bool,
}

/// What the next append must know. Only the writer of the log changes it.
struct Progress {
    /// Largest timestamp and the last offset of its batch; `None` until it is read from the time index.
    newest: Option<TimeEntry>,
    /// Bytes since the last index entry.
    unindexed: u64,
    /// Max timestamp of the first batch: where `segment.ms` counts from.
    first_timestamp: Option<i64>,
    /// When the segment was made or opened, for batches without timestamps.
    created_ms: i64,
}

/// A batch and where it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BatchMark {
    pub(crate) position: u64,
    pub(crate) size: u32,
    pub(crate) last_offset: i64,
    pub(crate) max_timestamp: i64,
}

impl BatchMark {
    pub(crate) fn new(position: u64, header: &BatchHeader) -> BatchMark {
        BatchMark {
            position,
            size: header.size,
            last_offset: header.last_offset(),
            max_timestamp: header.max_timestamp,
        }
    }
}

/// Lengths of a segment's files, as its folder lists them.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct FileLengths {
    pub(crate) log: u64,
    pub(crate) offsets: Option<u64>,
    pub(crate) times: Option<u64>,
    pub(crate) aborted: Option<u64>,
}

/// A segment of this length without any offset entry is looked into.
const UNINDEXED_MAX: u64 = 64 << 10;

impl FileLengths {
    /// Whether the index files are missing, have no possible length, or are empty beside a log that is not.
    pub(crate) fn doubtful(&self) -> bool {
        let empty = |len, log| self.log > log && len == Some(0);
        !self.fit() || empty(self.times, 0) || empty(self.offsets, UNINDEXED_MAX)
    }

    fn fit(&self) -> bool {
        let fits = |len: Option<u64>, entry| len.is_some_and(|len: u64| len.is_multiple_of(entry));
        fits(self.offsets, 8) && fits(self.times, 12)
    }
}

impl Segment {
    /// A segment whose files are as long as `lengths` says. Nothing is opened.
    pub(crate) fn new(
        fs: &Arc<dyn FileSystem>,
        dir: &Path,
        base_offset: i64,
        lengths: FileLengths,
        now_ms: i64,
    ) -> Segment {
        Segment::named(fs, dir, base_offset, "", lengths, now_ms)
    }

    fn named(
        fs: &Arc<dyn FileSystem>,
        dir: &Path,
        base_offset: i64,
        suffix: &str,
        lengths: FileLengths,
        now_ms: i64,
    ) -> Segment {
        let path = |kind| dir.join(file_name(base_offset, kind) + suffix);
        let len = |len: Option<u64>| len.unwrap_or(0);
        Segment {
            base_offset,
            index_lengths_fit: lengths.fit(),
            has_aborted_file: lengths.aborted.is_some(),
            aborted_length_fits: TxnIndex::can_be_long(len(lengths.aborted)),
            was_cut: AtomicBool::new(false),
            log: LazyFile::new(fs.clone(), path(FileKind::Log)),
            size: AtomicU64::new(lengths.log),
            offsets: OffsetIndex::new(fs.clone(), path(FileKind::Index), len(lengths.offsets), base_offset),
            times: TimeIndex::new(fs.clone(), path(FileKind::TimeIndex), len(lengths.times), base_offset),
            aborted: TxnIndex::new(fs.clone(), path(FileKind::TxnIndex), len(lengths.aborted)),
            progress: Mutex::new(Progress {
                newest: None,
                unindexed: 0,
                first_timestamp: None,
                created_ms: now_ms,
            }),
        }
    }

    /// Makes the files of a new segment, empty.
    pub(crate) fn create(
        fs: &Arc<dyn FileSystem>,
        dir: &Path,
        base_offset: i64,
        now_ms: i64,
    ) -> io::Result<Segment> {
        Segment::create_as(fs, dir, base_offset, "", now_ms)
    }

    /// The same under names that end in `suffix`.
    pub(crate) fn create_as(
        fs: &Arc<dyn FileSystem>,
        dir: &Path,
        base_offset: i64,
        suffix: &str,
        now_ms: i64,
    ) -> io::Result<Segment> {
        let segment = Segment::named(fs, dir, base_offset, suffix, FileLengths::default(), now_ms);
        let made = (|| {
            segment.log.get_or_create()?.set_len(0)?;
            segment.offsets.clear()?;
            segment.times.clear()
        })();
        if let Err(error) = made {
            // A full disk may have left some of them: they are in nobody's way, but tidy is better.
            for kind in FileKind::ALL {
                let _ = fs.remove_file(&dir.join(file_name(base_offset, kind) + suffix));
            }
            return Err(error);
        }
        segment.progress.lock().newest = Some(TimeEntry { timestamp: -1, offset: base_offset });
        Ok(segment)
    }

    /// Bytes of whole batches.
    pub(crate) fn size(&self) -> u64 {
        self.size.load(Ordering::Acquire)
    }

    pub(crate) fn file(&self) -> io::Result<Arc<dyn File>> {
        self.log.get()
    }

    pub(crate) fn path(&self) -> std::path::PathBuf {
        self.log.path()
    }

    /// Writes bytes of whole batches behind the last. On an error nothing counts as written; whether the file could
    /// be cut back to its length is the second part.
    pub(crate) fn write(&self, bufs: &mut [IoSlice<'_>], len: u64) -> Result<(), WriteError> {
        let position = self.size();
        let file = self.log.get().map_err(|source| WriteError { source, cut_back: true })?;
        if let Err(source) = file.write_all_at(bufs, position) {
            self.was_cut.store(true, Ordering::Release);
            let cut_back = file.set_len(position).is_ok();
            return Err(WriteError { source, cut_back });
        }
        self.size.store(position + len, Ordering::Release);
        Ok(())
    }

    /// Takes note of a batch that was written, in order: indexes, newest timestamp.
    pub(crate) fn note(&self, mark: &BatchMark, index_interval: u32) -> io::Result<()> {
        let mut progress = self.progress.lock();
        let newest = match progress.newest {
            Some(newest) if newest.timestamp >= mark.max_timestamp => newest,
            _ => TimeEntry { timestamp: mark.max_timestamp, offset: mark.last_offset },
        };
        progress.newest = Some(newest);
        progress.first_timestamp.get_or_insert(mark.max_timestamp);
        if progress.unindexed > u64::from(index_interval) {
            self.offsets.push(OffsetEntry { offset: mark.last_offset, position: mark.position })?;
            if newest.timestamp >= 0 {
                self.times.push(newest)?;
            }
            progress.unindexed = 0;
        }
        progress.unindexed += u64::from(mark.size);
        Ok(())
    }

    /// Ends the segment: its last time entry, and all index entries in their files.
    pub(crate) fn seal(&self) -> io::Result<()> {
        let newest = self.newest()?;
        if newest.timestamp >= 0 {
            self.times.push(newest)?;
        }
        self.offsets.store()?;
        self.times.store()
    }

    /// Writes out index entries and makes them durable.
    pub(crate) fn sync_indexes(&self) -> io::Result<()> {
        self.offsets.sync()?;
        self.times.sync()?;
        self.aborted.sync()
    }

    /// Makes the log file durable.
    pub(crate) fn sync_log(&self) -> io::Result<()> {
        self.was_cut.store(false, Ordering::Release);
        sync_once(&*self.log.get()?)
    }

    /// Whether the log file has to be synced although its batches were.
    pub(crate) fn was_cut(&self) -> bool {
        self.was_cut.load(Ordering::Acquire)
    }

    /// The largest timestamp (−1 without records) and the last offset of its batch.
    pub(crate) fn newest(&self) -> io::Result<TimeEntry> {
        if let Some(newest) = self.progress.lock().newest {
            return Ok(newest);
        }
        let newest = self.times.last()?.unwrap_or(TimeEntry { timestamp: -1, offset: self.base_offset });
        Ok(*self.progress.lock().newest.get_or_insert(newest))
    }

    /// How long the segment has been filling at the append of a batch with this timestamp: what `segment.ms` bounds.
    pub(crate) fn waited_ms(&self, max_timestamp: i64, now_ms: i64) -> i64 {
        let progress = self.progress.lock();
        match progress.first_timestamp {
            Some(first) if first >= 0 => max_timestamp.saturating_sub(first),
            _ => now_ms.saturating_sub(progress.created_ms),
        }
    }

    pub(crate) fn indexes_full(&self, max_bytes: u32) -> bool {
        self.offsets.is_full(max_bytes) || self.times.is_full(max_bytes)
    }

    /// The first batch that ends at or after `offset`, among the first `end` bytes.
    pub(crate) fn locate(&self, offset: i64, end: u64) -> io::Result<Result<(u64, BatchHeader), u64>> {
        let file = self.log.get()?;
        let start = self.offsets.floor_of_offset(offset)?.map_or(0, |entry| entry.position);
        if start > 0 && start < end {
            let found = find_batch(&*file, start, end, |header| header.last_offset() >= offset)?;
            // An index entry that leads nowhere, or too far, is bad: then the walk is from the start of the file.
            match found {
                Ok((position, header)) if position > start || header.base_offset <= offset => {
                    return Ok(found);
                }
                Err(position) if position == end => return Ok(found),
                _ => {
                    tracing::warn!(segment = %self.path().display(), position = start, "bad offset index entry")
                }
            }
        }
        find_batch(&*file, 0, end, |header| header.last_offset() >= offset)
    }

    /// The last border between batches at or before `limit`, which is after `from`, where a batch begins.
    pub(crate) fn boundary(&self, from: u64, limit: u64) -> io::Result<u64> {
        let start = self.offsets.floor_of_position(limit)?.map_or(from, |entry| entry.position.max(from));
        super::last_boundary(&*self.log.get()?, start, limit)
    }

    /// Where to look for the first batch with `timestamp` or a later one.
    pub(crate) fn floor_of_timestamp(&self, timestamp: i64) -> io::Result<u64> {
        let Some(below) = self.times.last_below(timestamp)? else { return Ok(0) };
        Ok(self.offsets.floor_of_offset(below.offset)?.map_or(0, |entry| entry.position))
    }

    /// Cuts the segment at `position`, where the batch of `offset` would begin.
    pub(crate) fn truncate(&self, position: u64, offset: i64) -> io::Result<()> {
        let file = self.log.get()?;
        file.set_len(position)?;
        self.size.store(position, Ordering::Release);
        self.offsets.truncate_to_position(position)?;
        self.times.truncate_to_offset(offset)?;
        self.aborted.truncate_to_offset(offset)?;
        self.reload_progress()
    }

    /// Reads what the next append must know from the files: after opening, and after a cut.
    pub(crate) fn reload_progress(&self) -> io::Result<()> {
        let size = self.size();
        let file = self.log.get()?;
        let mut newest = self.times.last()?.unwrap_or(TimeEntry { timestamp: -1, offset: self.base_offset });
        let indexed = self.offsets.last()?.map_or(0, |entry| entry.position);
        let mut scan = BatchScan::new(&*file, indexed, size, Checks::Heads);
        while let Some((_, header)) = scan.next()? {
            if header.max_timestamp > newest.timestamp {
                newest = TimeEntry { timestamp: header.max_timestamp, offset: header.last_offset() };
            }
        }
        let first = BatchScan::new(&*file, 0, size.min(1 << 32), Checks::Heads).next()?;
        let mut progress = self.progress.lock();
        progress.newest = Some(newest);
        // As Kafka: the batch of the last entry counts, since it came after the entry was made.
        progress.unindexed = size - indexed;
        progress.first_timestamp = first.map(|(_, header)| header.max_timestamp);
        Ok(())
    }

    /// Makes both indexes anew from the batch heads.
    pub(crate) fn rebuild_indexes(&self, index_interval: u32) -> io::Result<()> {
        self.forget_indexes()?;
        let file = self.log.get()?;
        let mut scan = BatchScan::new(&*file, 0, self.size(), Checks::Heads);
        while let Some((position, header)) = scan.next()? {
            self.note(&BatchMark::new(position, &header), index_interval)?;
        }
        self.seal()
    }

    /// Empties the indexes, for a scan from the segment's start that makes them anew.
    pub(crate) fn forget_indexes(&self) -> io::Result<()> {
        self.offsets.clear()?;
        self.times.clear()?;
        let mut progress = self.progress.lock();
        progress.newest = Some(TimeEntry { timestamp: -1, offset: self.base_offset });
        progress.unindexed = 0;
        progress.first_timestamp = None;
        Ok(())
    }

    /// Keeps of the indexes what was durable before `offset`, the recovery point: of what came after, a crash may have
    /// left holes or anything, and the scan makes it anew.
    pub(crate) fn retain_indexes_below(&self, offset: i64) -> io::Result<()> {
        self.offsets.retain_ascending(offset, self.size())?;
        self.times.retain_ascending(offset)
    }

    /// Whether the aborted transactions are whole, in order, and end before `end`. What is not is dropped.
    pub(crate) fn check_aborted(&self, end: i64) -> io::Result<bool> {
        if !self.has_aborted_file {
            return Ok(true);
        }
        let entries = self.aborted.len();
        self.aborted.retain_ascending(self.base_offset, end)?;
        if !self.aborted_length_fits {
            self.aborted.cut_partial_entry()?;
        }
        Ok(self.aborted_length_fits && self.aborted.len() == entries)
    }

    /// Keeps of the aborted transactions what was durable before `offset`, the recovery point. The scan finds those that
    /// end later, and only those: the producers' state that it begins with is of the recovery point. What is gone is
    /// durably so, whichever process took it away: the scan may find none, and nothing else would be synced.
    pub(crate) fn retain_aborted_below(&self, offset: i64) -> io::Result<()> {
        if !self.has_aborted_file {
            return Ok(());
        }
        self.aborted.retain_ascending(self.base_offset, offset)?;
        sync_once(&*self.aborted.file().get()?)
    }

    /// Cuts the sparse indexes so that a scan from `position`, the batch of `offset`, makes the rest anew.
    pub(crate) fn rewind_indexes(&self, position: u64, offset: i64) -> io::Result<()> {
        self.offsets.truncate_to_position(position)?;
        self.times.truncate_to_offset(offset)?;
        let size = self.size();
        self.size.store(position, Ordering::Release);
        let reloaded = self.reload_progress();
        self.size.store(size, Ordering::Release);
        reloaded
    }

    pub(crate) fn last_time_entry(&self) -> io::Result<Option<TimeEntry>> {
        self.times.last()
    }

    /// Whether the index files were there at the start, with possible lengths.
    pub(crate) fn index_lengths_fit(&self) -> bool {
        self.index_lengths_fit
    }

    pub(crate) fn time_entries(&self) -> usize {
        self.times.len()
    }

    pub(crate) fn close_idle_files(&self) {
        for file in self.files() {
            file.close_if_idle();
        }
    }

    /// Renames the files to `….deleted`. What has them open reads on.
    pub(crate) fn mark_deleted(&self) -> io::Result<()> {
        for file in self.files() {
            let mut name = file.path().into_os_string();
            name.push(DELETED_SUFFIX);
            file.rename(name.into())?;
        }
        Ok(())
    }

    /// Takes `suffix` off the names of the files.
    pub(crate) fn drop_suffix(&self, suffix: &str) -> io::Result<()> {
        for file in self.files() {
            let path = file.path();
            let name =
                path.file_name().and_then(|name| name.to_str()).and_then(|name| name.strip_suffix(suffix));
            if let Some(name) = name {
                file.rename(path.with_file_name(name))?;
            }
        }
        Ok(())
    }

    /// Bytes of the larger index.
    pub(crate) fn index_bytes(&self) -> u64 {
        (self.offsets.len() as u64 * 8).max(self.times.len() as u64 * 12)
    }

    /// The paths of the files, as they are called now.
    pub(crate) fn paths(&self) -> [std::path::PathBuf; 4] {
        self.files().map(LazyFile::path)
    }

    fn files(&self) -> [&LazyFile; 4] {
        [&self.log, self.offsets.file(), self.times.file(), self.aborted.file()]
    }
}

/// A write that failed.
#[derive(Debug)]
pub(crate) struct WriteError {
    pub(crate) source: io::Error,
    /// Whether the file was cut back to the batches before.
    pub(crate) cut_back: bool,
}
