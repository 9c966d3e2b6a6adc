//! Carrying a compaction out: which segments, the keys of the dirty part, and the rewriting.

use std::collections::HashMap;
use std::io::{self, IoSlice};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use aqueduct_protocol::ids::{Offset, ProducerId};
use aqueduct_protocol::record::RecordBatch;

use super::PartitionLog;
use crate::LogConfig;
use crate::cleaner::{CompactError, Dirt, Filter, Kept, OffsetMap, SegmentSizes, groups};
use crate::fs::File;
use crate::producer::ProducerEntry;
use crate::segment::{
    BatchHeader, BatchMark, BatchScan, CLEANED_SUFFIX, Checks, DECOMPRESSED_LIMIT, ScanEnd, Segment,
};

/// Kafka reads positions in a segment as numbers of 31 bits.
const MAX_SEGMENT_BYTES: u64 = i32::MAX as u64;

/// What a compaction did.
#[derive(Debug, Default)]
pub(crate) struct Compacted {
    /// Bytes of the segments that were looked through.
    pub(crate) before: u64,
    /// Bytes of what is in their place.
    pub(crate) after: u64,
    /// Old files, renamed, which are to be removed after `file.delete.delay.ms`.
    pub(crate) old_files: Vec<PathBuf>,
}

/// The part of a log that may be compacted.
struct Cleanable {
    segments: Vec<Arc<Segment>>,
    /// The offset behind each segment.
    ends: Vec<i64>,
    first_dirty: i64,
}

impl PartitionLog {
    /// How much there is to compact; `None` if the log is not one to be compacted.
    pub(crate) fn dirt(&self, now_ms: i64) -> io::Result<Option<Dirt>> {
        let config = self.config();
        if !config.cleanup_policy.compact || self.progress.failure().is_some() {
            return Ok(None);
        }
        let cleanable = self.cleanable(&config, now_ms)?;
        let mut dirt = Dirt::default();
        for (segment, end) in cleanable.segments.iter().zip(&cleanable.ends) {
            if *end <= cleanable.first_dirty {
                dirt.clean += segment.size();
                continue;
            }
            if dirt.dirty == 0 && config.max_compaction_lag_ms < i64::MAX {
                let waited = first_timestamp(segment)?.map(|first| now_ms.saturating_sub(first));
                dirt.overdue = waited.is_some_and(|waited| waited > config.max_compaction_lag_ms);
            }
            dirt.dirty += segment.size();
        }
        Ok(Some(dirt))
    }

    /// Compacts all that may be. On an error what was done so far stays, and the rest is as it was.
    pub(crate) fn compact(&self, dedupe_bytes: u64, now_ms: i64) -> Result<Compacted, CompactError> {
        let config = self.config();
        let io = |source| CompactError::Io { path: self.folder(), source };
        let mut cleanable = self.cleanable(&config, now_ms).map_err(io)?;
        let (map, clean_end) = self.map_keys(&mut cleanable, dedupe_bytes)?;
        if clean_end <= cleanable.first_dirty {
            return Ok(Compacted::default());
        }
        let filter = Filter {
            map,
            now_ms,
            delete_retention_ms: config.delete_retention_ms,
            last_of_producer: self.last_of_producers(),
        };
        let within = cleanable.segments.partition_point(|segment| segment.base_offset < clean_end);
        let sizes: Vec<SegmentSizes> =
            cleanable.segments[..within].iter().zip(&cleanable.ends).map(sizes_of).collect();
        let mut compacted = Compacted::default();
        for group in groups(&sizes, u64::from(config.segment_bytes), u64::from(config.segment_index_bytes)) {
            let end = cleanable.ends[group.end - 1];
            self.compact_group(&cleanable.segments[group], end, &filter, &config, &mut compacted)?;
        }
        self.dir.cleaner_offsets.set(&self.name, Some(Offset(clean_end)));
        Ok(compacted)
    }

    /// The sealed segments whose records are durable, visible, and old enough (`min.compaction.lag.ms`).
    fn cleanable(&self, config: &LogConfig, now_ms: i64) -> io::Result<Cleanable> {
        let segments = self.segments();
        // What a start trusts without a scan, whatever the policy is by then: a scan takes gaps for loss.
        let bound = self.recovery_point.load(Ordering::Acquire).min(self.last_stable_offset().0);
        let transaction_at = self.transaction_at.load(Ordering::Acquire);
        let mut found = Cleanable { segments: Vec::new(), ends: Vec::new(), first_dirty: 0 };
        for (segment, next) in segments.iter().zip(segments.iter().skip(1)) {
            let too_young = config.min_compaction_lag_ms > 0
                && segment.newest()?.timestamp > now_ms.saturating_sub(config.min_compaction_lag_ms);
            if next.base_offset > bound || too_young || segment.base_offset == transaction_at {
                break;
            }
            found.segments.push(segment.clone());
            found.ends.push(next.base_offset);
        }
        let start = segments.first().map_or(0, |first| first.base_offset);
        let known = self.dir.cleaner_offsets.get(&self.name).map(|offset| offset.0);
        found.first_dirty =
            known.filter(|at| (start..=self.log_end_offset().0).contains(at)).unwrap_or(start);
        Ok(found)
    }

    /// Maps the keys of the dirty part, as far as there is room, and leaves out what lies behind a transaction. The end
    /// of what can be compacted with this map.
    fn map_keys(
        &self,
        cleanable: &mut Cleanable,
        dedupe_bytes: u64,
    ) -> Result<(OffsetMap, i64), CompactError> {
        let mut map = OffsetMap::new(dedupe_bytes);
        let mut clean_end = cleanable.first_dirty;
        for at in 0..cleanable.segments.len() {
            if cleanable.ends[at] <= cleanable.first_dirty {
                continue;
            }
            let segment = cleanable.segments[at].clone();
            let file = open(&segment)?;
            let mut batches = Batches::new(&segment, &*file);
            while let Some((position, header)) = batches.next()? {
                if header.last_offset() < cleanable.first_dirty {
                    continue;
                }
                if header.attributes.is_transactional() || header.attributes.is_control() {
                    // Not looked for again, and not counted as dirty.
                    self.transaction_at.store(segment.base_offset, Ordering::Release);
                    cleanable.segments.truncate(at);
                    cleanable.ends.truncate(at);
                    return Ok((map, clean_end.min(segment.base_offset.max(cleanable.first_dirty))));
                }
                self.check_online().map_err(|_| CompactError::Changed)?;
                if !batches.map(position, &header, &mut map)? {
                    return match header.base_offset > cleanable.first_dirty {
                        true => Ok((map, header.base_offset)),
                        false => Err(CompactError::TooManyKeys { offset: header.base_offset }),
                    };
                }
            }
            clean_end = cleanable.ends[at];
        }
        Ok((map, clean_end))
    }

    fn compact_group(
        &self,
        old: &[Arc<Segment>],
        end: i64,
        filter: &Filter,
        config: &LogConfig,
        compacted: &mut Compacted,
    ) -> Result<(), CompactError> {
        let before: u64 = old.iter().map(|segment| segment.size()).sum();
        self.check_space(before)?;
        let (folder, base) = (self.folder(), old[0].base_offset);
        let io = |source| CompactError::Io { path: folder.clone(), source };
        let cleaned =
            Segment::create_as(&self.dir.fs, &folder, base, CLEANED_SUFFIX, filter.now_ms).map_err(io)?;
        let cleaned = Arc::new(cleaned);
        let rewritten = self.rewrite(old, &cleaned, filter, config);
        if !matches!(rewritten, Ok(true)) {
            self.remove_files(&cleaned);
        }
        compacted.before += before;
        compacted.after += cleaned.size();
        if rewritten? {
            compacted.old_files.extend(self.swap_in(old, &cleaned, end)?);
        }
        Ok(())
    }

    /// Writes what stays of `old` into `cleaned`, durably. Whether that is anything but the same.
    fn rewrite(
        &self,
        old: &[Arc<Segment>],
        cleaned: &Segment,
        filter: &Filter,
        config: &LogConfig,
    ) -> Result<bool, CompactError> {
        let mut changed = old.len() > 1;
        for segment in old {
            let file = open(segment)?;
            let mut batches = Batches::new(segment, &*file);
            while let Some((position, header)) = batches.next()? {
                self.check_online().map_err(|_| CompactError::Changed)?;
                let batch = batches.read(position, &header)?;
                let unreadable = |what| CompactError::Unreadable { path: segment.path(), position, what };
                let kept = filter.apply(&batch).map_err(unreadable)?;
                changed |= kept != Kept::Whole;
                match &kept {
                    Kept::Whole => append(cleaned, batch.bytes(), config)?,
                    Kept::Changed(bytes) => append(cleaned, bytes, config)?,
                    Kept::Nothing => {}
                }
            }
        }
        if changed {
            // Apache Kafka's cleaner leaves markers, and transactions, in what it has compacted.
            old.iter()
                .try_for_each(|segment| cleaned.aborted.push_all_of(&segment.aborted))
                .map_err(|source| CompactError::Io { path: cleaned.path(), source })?;
            let done = cleaned.seal().and_then(|()| cleaned.sync_log()).and_then(|()| cleaned.sync_indexes());
            done.map_err(|source| CompactError::Io { path: cleaned.path(), source })?;
        }
        Ok(changed)
    }

    fn check_space(&self, needed: u64) -> Result<(), CompactError> {
        let space = self.dir.fs.space(&self.dir.path);
        let free = space.map_err(|source| CompactError::Io { path: self.dir.path.clone(), source })?.free;
        match free.saturating_sub(self.dir.min_free_bytes) >= needed {
            true => Ok(()),
            false => Err(CompactError::NoSpace { free, needed }),
        }
    }

    fn last_of_producers(&self) -> HashMap<ProducerId, Offset> {
        let writer = self.writer.lock();
        let last = |entry: &ProducerEntry| entry.batches.back().map(|batch| batch.last_offset);
        writer.producers.iter().filter_map(|(id, entry)| Some((id, last(entry)?))).collect()
    }
}

/// The batches of a segment, read one at a time.
struct Batches<'s> {
    segment: &'s Segment,
    file: &'s dyn File,
    scan: BatchScan<'s>,
    buffer: Vec<u8>,
}

impl<'s> Batches<'s> {
    fn new(segment: &'s Segment, file: &'s dyn File) -> Batches<'s> {
        let scan = BatchScan::new(file, 0, segment.size(), Checks::Heads);
        Batches { segment, file, scan, buffer: Vec::new() }
    }

    /// The head of the next batch.
    fn next(&mut self) -> Result<Option<(u64, BatchHeader)>, CompactError> {
        let found = self.scan.next().map_err(|source| self.io(source))?;
        if let (None, ScanEnd::Invalid(what)) = (&found, self.scan.end()) {
            return Err(self.unreadable(self.scan.position(), what.to_owned()));
        }
        Ok(found)
    }

    /// The batch, whole and with a valid checksum.
    fn read(&mut self, position: u64, header: &BatchHeader) -> Result<RecordBatch<'_>, CompactError> {
        self.buffer.resize(header.size as usize, 0);
        let read = self.file.read_at(&mut self.buffer, position).map_err(|source| self.io(source))?;
        let path = || self.segment.path();
        let unreadable = |what: String| CompactError::Unreadable { path: path(), position, what };
        let batch =
            RecordBatch::parse(&self.buffer[..read]).map_err(|error| unreadable(error.to_string()))?;
        batch.ensure_valid().map_err(|error| unreadable(error.to_string()))?;
        Ok(batch)
    }

    /// Puts the keys of a batch into the map; false if there is no room.
    fn map(
        &mut self,
        position: u64,
        header: &BatchHeader,
        map: &mut OffsetMap,
    ) -> Result<bool, CompactError> {
        let path = self.segment.path();
        let batch = self.read(position, header)?;
        let unreadable = |error: &dyn std::fmt::Display| CompactError::Unreadable {
            path: path.clone(),
            position,
            what: error.to_string(),
        };
        let mut records = batch.reader(DECOMPRESSED_LIMIT).map_err(|error| unreadable(&error))?;
        while let Some(record) = records.next().map_err(|error| unreadable(&error))? {
            if record.key.is_some_and(|key| !map.put(key, record.offset)) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn io(&self, source: io::Error) -> CompactError {
        CompactError::Io { path: self.segment.path(), source }
    }

    fn unreadable(&self, position: u64, what: String) -> CompactError {
        CompactError::Unreadable { path: self.segment.path(), position, what }
    }
}

fn open(segment: &Segment) -> Result<Arc<dyn File>, CompactError> {
    segment.file().map_err(|source| CompactError::Io { path: segment.path(), source })
}

fn append(cleaned: &Segment, bytes: &[u8], config: &LogConfig) -> Result<(), CompactError> {
    let io = |source| CompactError::Io { path: cleaned.path(), source };
    let position = cleaned.size();
    let header = bytes.first_chunk().and_then(BatchHeader::parse);
    let header = header.ok_or_else(|| io(io::Error::other("what was written is no batch")))?;
    if position + u64::from(header.size) > MAX_SEGMENT_BYTES {
        return Err(io(io::Error::other("the segment grew when it was compressed again")));
    }
    cleaned.write(&mut [IoSlice::new(bytes)], bytes.len() as u64).map_err(|error| io(error.source))?;
    cleaned.note(&BatchMark::new(position, &header), config.index_interval_bytes).map_err(io)
}

fn sizes_of((segment, end): (&Arc<Segment>, &i64)) -> SegmentSizes {
    SegmentSizes {
        base_offset: segment.base_offset,
        end_offset: *end,
        log: segment.size(),
        index: segment.index_bytes(),
    }
}

/// The timestamp of a segment's first batch.
fn first_timestamp(segment: &Segment) -> io::Result<Option<i64>> {
    let first = BatchScan::new(&*segment.file()?, 0, segment.size(), Checks::Heads).next()?;
    Ok(first.map(|(_, header)| header.max_timestamp).filter(|timestamp| *timestamp >= 0))
}
