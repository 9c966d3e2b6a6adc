//! The writer's side of a partition: turning planned batches into bytes in the active segment.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, IoSlice};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use aqueduct_protocol::ids::{LeaderEpoch, Offset};
use aqueduct_protocol::record::BATCH_OVERHEAD;

use super::{AppendOrigin, PartitionLog};
use crate::checkpoint::LEADER_EPOCH_FILE;
use crate::checkpoint::{LeaderEpochs, replace_file};
use crate::fs::is_full;
use crate::producer::ProducerStates;
use crate::segment::{BatchHeader, BatchMark, Segment};
use crate::{AppendError, Durability, LogConfig, TopicPartition};

/// What only the one who appends touches.
pub(crate) struct Writer {
    pub(super) producers: ProducerStates,
    pub(super) epochs: LeaderEpochs,
    /// Batches of the append at hand; kept for its allocation.
    pub(super) planned: Vec<PlannedBatch>,
    /// The time of the last append (or of opening), in ms.
    pub(super) last_append_ms: i64,
    /// What this segment's `segment.ms` is shortened by.
    pub(super) jitter_ms: i64,
    /// Records appended since the last flush that `flush.messages` asked for.
    pub(super) unflushed_records: i64,
    /// When the first of them was appended, for `flush.ms`.
    pub(super) unflushed_since_ms: Option<i64>,
}

impl Writer {
    pub(super) fn new(producers: ProducerStates, epochs: LeaderEpochs, now_ms: i64) -> Writer {
        Writer {
            producers,
            epochs,
            planned: Vec::new(),
            last_append_ms: now_ms,
            jitter_ms: 0,
            unflushed_records: 0,
            unflushed_since_ms: None,
        }
    }
}

/// A batch as it will be in the file: a head of its own, the rest where the caller has it.
#[derive(Clone, Copy)]
pub(super) struct PlannedBatch {
    pub(super) head: [u8; BATCH_OVERHEAD],
    pub(super) header: BatchHeader,
    /// Where it begins in the caller's bytes.
    pub(super) start: usize,
}

impl PlannedBatch {
    fn body<'a>(&self, records: &'a [u8]) -> &'a [u8] {
        &records[self.start + BATCH_OVERHEAD..self.start + self.header.size as usize]
    }
}

impl PartitionLog {
    /// Writes the planned batches and takes note of them everywhere.
    pub(super) fn write_planned(
        &self,
        writer: &mut Writer,
        records: &[u8],
        origin: AppendOrigin,
        config: &LogConfig,
        now_ms: i64,
    ) -> Result<(), AppendError> {
        let len: u64 = writer.planned.iter().map(|batch| u64::from(batch.header.size)).sum();
        let segment = self.segment_for(writer, len, origin, config, now_ms)?;
        self.note_epochs(writer)?;
        let start = segment.size();
        writer.last_append_ms = now_ms;
        self.write_bytes(&writer.planned, records, &segment, len, origin)?;
        self.size.fetch_add(len, Ordering::Relaxed);
        self.appended_bytes.fetch_add(len, Ordering::Relaxed);
        self.dirty_since.fetch_min(now_ms, Ordering::Relaxed);
        let mut position = start;
        for batch in &writer.planned {
            let mark = BatchMark::new(position, &batch.header);
            if let Err(error) = segment.note(&mark, config.index_interval_bytes) {
                // The bytes are in the log; without its index the segment cannot go on.
                self.go_offline(self.io_reason(segment.path(), &error));
                return Err(AppendError::Io { partition: self.name.clone(), source: error });
            }
            position += u64::from(mark.size);
        }
        self.publish_end(writer, &segment, start);
        self.note_flush_demand(writer, config, now_ms);
        Ok(())
    }

    /// What follows an append once the writer's lock is free.
    pub(super) fn announce(&self, end: Offset) {
        if self.promised.load(Ordering::Acquire) >= end.0 {
            self.request_flush();
        }
        if let Some(listener) = self.listener.get() {
            listener.appended(self, end);
        }
    }

    fn write_bytes(
        &self,
        planned: &[PlannedBatch],
        records: &[u8],
        segment: &Segment,
        len: u64,
        origin: AppendOrigin,
    ) -> Result<(), AppendError> {
        let attempt = || match planned {
            [one] => {
                let mut slices = [IoSlice::new(&one.head), IoSlice::new(one.body(records))];
                segment.write(&mut slices, len)
            }
            many => {
                let slices = many.iter().flat_map(|b| [IoSlice::new(&b.head), IoSlice::new(b.body(records))]);
                segment.write(&mut slices.collect::<Vec<_>>(), len)
            }
        };
        let mut result = attempt();
        if let Err(error) = &result
            && is_full(&error.source)
            && error.cut_back
            && origin == AppendOrigin::Coordinator
            && self.dir.space.release_reserve(&*self.dir.fs)
        {
            // The broker's own records may use the reserve.
            result = attempt();
        }
        let Err(error) = result else { return Ok(()) };
        if is_full(&error.source) && error.cut_back {
            self.dir.space.note_full();
            return Err(self.disk_full());
        }
        self.go_offline(self.io_reason(segment.path(), &error.source));
        Err(AppendError::Io { partition: self.name.clone(), source: error.source })
    }

    /// Makes the batches visible: the end as readers see it, then the log end offset.
    fn publish_end(&self, writer: &Writer, segment: &Segment, start: u64) {
        let mut position = start;
        let mut tail = self.tail.lock();
        for batch in &writer.planned {
            let mark = BatchMark::new(position, &batch.header);
            tail.push(segment.base_offset, batch.header.base_offset, &mark);
            position += u64::from(mark.size);
        }
        let end = tail.end().offset;
        drop(tail);
        self.log_end.store(end, Ordering::Release);
    }

    fn note_flush_demand(&self, writer: &mut Writer, config: &LogConfig, now_ms: i64) {
        let end = self.log_end.load(Ordering::Relaxed);
        if self.dir.durability == Durability::Flush {
            self.promised.store(end, Ordering::Release);
            return;
        }
        let appended: i64 = writer.planned.iter().map(|b| i64::from(b.header.last_offset_delta) + 1).sum();
        writer.unflushed_records += appended;
        writer.unflushed_since_ms.get_or_insert(now_ms);
        if writer.unflushed_records >= config.flush_messages {
            writer.unflushed_records = 0;
            writer.unflushed_since_ms = None;
            self.promised.store(end, Ordering::Release);
        }
    }

    /// The segment for the planned batches, `len` bytes: the active one, or a new one if it is full or old.
    fn segment_for(
        &self,
        writer: &mut Writer,
        len: u64,
        origin: AppendOrigin,
        config: &LogConfig,
        now_ms: i64,
    ) -> Result<Arc<Segment>, AppendError> {
        let first = writer.planned.first().expect("an append has a batch").header;
        let last = writer.planned.last().expect("an append has a batch").header;
        let active = self.segments().last().expect("an online log has a segment").clone();
        if active.size() == 0 && first.base_offset >= active.base_offset {
            let reach = last.last_offset() - active.base_offset;
            if reach <= i64::from(i32::MAX) {
                return Ok(active);
            }
        }
        let full = active.size() + len > u64::from(config.segment_bytes);
        let old = active.waited_ms(last.max_timestamp, now_ms) > config.segment_ms - writer.jitter_ms;
        let far = last.last_offset() - active.base_offset > i64::from(i32::MAX);
        if !(full || old || far || active.indexes_full(config.segment_index_bytes)) {
            return Ok(active);
        }
        let mut roll = || self.roll(writer, first.base_offset, config, now_ms);
        let rolled = match origin {
            AppendOrigin::Client => roll(),
            AppendOrigin::Coordinator => self.dir.space.with_reserve(&*self.dir.fs, roll),
        };
        rolled.map_err(|source| match is_full(&source) {
            true => {
                self.dir.space.note_full();
                self.disk_full()
            }
            false => {
                self.go_offline(self.io_reason(self.folder(), &source));
                AppendError::Io { partition: self.name.clone(), source }
            }
        })
    }

    /// Closes the active segment and begins a new one at `base_offset`. On an error nothing has changed.
    pub(super) fn roll(
        &self,
        writer: &mut Writer,
        base_offset: i64,
        config: &LogConfig,
        now_ms: i64,
    ) -> io::Result<Arc<Segment>> {
        let folder = self.folder();
        let mut segments = Vec::clone(&self.segments());
        let active = segments.last().expect("an online log has a segment").clone();
        if active.was_cut()
            && let Err(error) = active.sync_log()
        {
            // A sealed segment is taken as it is: the remains of a failed write must not come back in it.
            self.sync_failed(active.path(), &error);
            return Err(error);
        }
        match active.seal() {
            // What is not written stays in memory until there is space.
            Err(error) if is_full(&error) => {}
            other => other?,
        }
        let created = Arc::new(Segment::create(&self.dir.fs, &folder, base_offset, now_ms)?);
        segments.push(created.clone());
        self.folder_dirty.store(true, Ordering::Release);
        self.set_segments(segments);
        writer.jitter_ms = jitter(&self.name, base_offset, config.segment_jitter_ms);
        self.write_producer_snapshot(writer, base_offset, false);
        tracing::debug!(partition = %self.name, base_offset, "rolled a new segment");
        Ok(created)
    }

    /// Notes epochs that begin with the planned batches, durably, before any batch of theirs is written.
    fn note_epochs(&self, writer: &mut Writer) -> Result<(), AppendError> {
        let latest = writer.epochs.latest().unwrap_or(LeaderEpoch::NONE);
        if writer.planned.iter().all(|batch| batch.header.leader_epoch <= latest) {
            return Ok(());
        }
        let mut epochs = writer.epochs.clone();
        for batch in &writer.planned {
            epochs.assign(batch.header.leader_epoch, Offset(batch.header.base_offset));
        }
        match self.save_epochs(&epochs) {
            Ok(()) => {
                writer.epochs = epochs;
                Ok(())
            }
            Err(error) if is_full(&error) => {
                self.dir.space.note_full();
                Err(self.disk_full())
            }
            Err(source) => {
                self.go_offline(self.io_reason(self.folder().join(LEADER_EPOCH_FILE), &source));
                Err(AppendError::Io { partition: self.name.clone(), source })
            }
        }
    }

    pub(super) fn save_epochs(&self, epochs: &LeaderEpochs) -> io::Result<()> {
        let path = self.folder().join(LEADER_EPOCH_FILE);
        let text = epochs.format();
        self.dir.space.with_reserve(&*self.dir.fs, || replace_file(&*self.dir.fs, &path, text.as_bytes()))
    }

    pub(super) fn disk_full(&self) -> AppendError {
        AppendError::DiskFull { partition: self.name.clone(), dir: self.dir.path.clone() }
    }
}

/// A part of `max` that differs between partitions and segments, so that they do not roll all at once.
fn jitter(name: &TopicPartition, base_offset: i64, max: i64) -> i64 {
    if max <= 0 {
        return 0;
    }
    let mut hasher = DefaultHasher::new();
    (name, base_offset).hash(&mut hasher);
    (hasher.finish() % max as u64) as i64
}
