//! Appending record batches.

use std::sync::atomic::Ordering;

use aqueduct_protocol::ids::{LeaderEpoch, Offset};
use aqueduct_protocol::record::{
    Attributes, BATCH_OVERHEAD, EndTxnMarker, RecordBatch, RecordBatches, RecordError, TimestampType,
};
use crc_fast::{CrcAlgorithm, Digest};

use super::PartitionLog;
use super::write::{PlannedBatch, Writer};
use crate::producer::{ProducerRefusal, SequencedBatch, Verdict};
use crate::segment::BatchHeader;
use crate::{AppendError, LogConfig, OfflineReason};

/// Who appends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AppendOrigin {
    /// A producer: its idempotence is checked, and a nearly full disk refuses it.
    Client,
    /// A coordinator of this broker (offset commits, group and transaction state, markers): it may use the disk space
    /// that is kept back from clients. Idempotence is checked as for clients.
    Coordinator,
}

/// What an append did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Appended {
    /// Offset of the first record (`base_offset` of the Produce response).
    pub first_offset: Offset,
    /// Offset of the last record.
    pub last_offset: Offset,
    /// The timestamp given to all records with `message.timestamp.type=LogAppendTime`, in ms; `None` with CreateTime.
    /// Of a batch that was there already its largest timestamp, whichever way that came, as in Kafka.
    pub log_append_time: Option<i64>,
    /// The log start offset at that moment.
    pub log_start_offset: Offset,
    /// Whether the batch had been appended before: offsets and time are those of then.
    pub duplicate: bool,
}

impl PartitionLog {
    /// Appends a producer's batches as the partition's leader: gives them the next offsets and `epoch`, and writes
    /// them with one system call, otherwise unchanged.
    ///
    /// `records` are one or more whole batches of format 2 **that were validated** (checksum, counts, record framing,
    /// timestamps against the topic's limits); heads are checked again only as far as the log's own integrity needs.
    /// A batch with a producer id must be the only one. `now_ms` is the time of day in ms since 1970: LogAppendTime,
    /// time-based roll, producer expiry.
    ///
    /// Returns without waiting for the disk: wait for [`flush_ticket`](PartitionLog::flush_ticket) of
    /// `last_offset + 1` before acknowledging, duplicates too.
    pub fn append_as_leader(
        &self,
        records: &[u8],
        epoch: LeaderEpoch,
        origin: AppendOrigin,
        now_ms: i64,
    ) -> Result<Appended, AppendError> {
        self.check_appendable(origin, records.len())?;
        let config = self.config();
        let mut guard = self.writer.lock();
        let writer = &mut *guard;
        self.check_online()?;
        writer.planned.clear();
        self.plan_as_leader(writer, records, epoch, &config, now_ms)?;
        let log_append_time = match config.timestamp_type {
            TimestampType::LogAppendTime => Some(now_ms),
            TimestampType::CreateTime => None,
        };
        if let Some(known) = self.check_producer(writer, records)? {
            return Ok(Appended {
                first_offset: known.first_offset(),
                last_offset: known.last_offset,
                log_append_time: Some(known.timestamp),
                log_start_offset: self.log_start_offset(),
                duplicate: true,
            });
        }
        self.write_planned(writer, records, origin, &config, now_ms)?;
        self.note_producers(writer, records, now_ms);
        let appended = self.summary(writer, log_append_time);
        drop(guard);
        self.announce(appended.last_offset.plus(1));
        Ok(appended)
    }

    /// Appends batches fetched from the leader, with the offsets and epochs they have. Checksums are checked here. A
    /// partial batch at the end of `records` is left out. Producer state is kept but nothing is refused by it. Offsets
    /// may leave gaps (the leader's log is compacted) but never go back.
    pub fn append_as_follower(&self, records: &[u8], now_ms: i64) -> Result<Appended, AppendError> {
        let config = self.config();
        let mut guard = self.writer.lock();
        let writer = &mut *guard;
        self.check_online()?;
        writer.planned.clear();
        self.plan_as_follower(writer, records)?;
        self.write_planned(writer, records, AppendOrigin::Coordinator, &config, now_ms)?;
        self.note_producers(writer, records, now_ms);
        let appended = self.summary(writer, None);
        drop(guard);
        self.announce(appended.last_offset.plus(1));
        Ok(appended)
    }

    fn check_appendable(&self, origin: AppendOrigin, len: usize) -> Result<(), AppendError> {
        self.check_online()?;
        match self.dir.space.admits(&*self.dir.fs, origin, len as u64) {
            true => Ok(()),
            false => Err(self.disk_full()),
        }
    }

    pub(super) fn check_online(&self) -> Result<(), AppendError> {
        let reason = match self.progress.failure() {
            None if self.closing.load(Ordering::Acquire) => OfflineReason::Closed,
            None => return Ok(()),
            Some(reason) => reason.clone(),
        };
        Err(AppendError::Offline { partition: self.name.clone(), reason })
    }

    fn plan_as_leader(
        &self,
        writer: &mut Writer,
        records: &[u8],
        epoch: LeaderEpoch,
        config: &LogConfig,
        now_ms: i64,
    ) -> Result<(), AppendError> {
        let mut next = self.log_end_offset().0;
        let mut start = 0;
        while start < records.len() {
            let batch = RecordBatch::parse(&records[start..]).map_err(|source| self.malformed(source))?;
            self.check_batch_size(&batch, config)?;
            let mut head = *batch.bytes().first_chunk().expect("a batch view holds a whole header");
            set(&mut head, 0, next.to_be_bytes());
            set(&mut head, 12, epoch.0.to_be_bytes());
            if config.timestamp_type == TimestampType::LogAppendTime {
                stamp(&mut head, batch.attributes(), batch.payload(), now_ms);
            }
            let header = BatchHeader::parse(&head).ok_or_else(|| self.bad_offsets(&batch, next))?;
            next = header.next_offset();
            writer.planned.push(PlannedBatch { head, header, start });
            start += batch.size();
        }
        self.check_total(records.len(), writer, config)
    }

    fn plan_as_follower(&self, writer: &mut Writer, records: &[u8]) -> Result<(), AppendError> {
        let end = self.log_end_offset();
        let mut next = end.0;
        let mut start = 0;
        for batch in RecordBatches::new(records) {
            let batch = batch.map_err(|source| self.malformed(source))?;
            batch.ensure_valid().map_err(|source| self.malformed(source))?;
            let header = BatchHeader::of(&batch).ok_or_else(|| self.bad_offsets(&batch, next))?;
            if header.base_offset < next {
                let partition = self.name.clone();
                return Err(AppendError::UnexpectedOffset {
                    partition,
                    first: batch.base_offset(),
                    end: Offset(next),
                });
            }
            next = header.next_offset();
            let head = *batch.bytes().first_chunk().expect("a batch view holds a whole header");
            writer.planned.push(PlannedBatch { head, header, start });
            start += batch.size();
        }
        match writer.planned.is_empty() {
            true => Err(AppendError::Empty { partition: self.name.clone() }),
            false => Ok(()),
        }
    }

    fn check_batch_size(&self, batch: &RecordBatch<'_>, config: &LogConfig) -> Result<(), AppendError> {
        if batch.size() <= config.max_message_bytes as usize {
            return Ok(());
        }
        let (size, max) = (batch.size(), config.max_message_bytes);
        Err(AppendError::BatchTooLarge { partition: self.name.clone(), size, max })
    }

    fn check_total(&self, size: usize, writer: &Writer, config: &LogConfig) -> Result<(), AppendError> {
        if writer.planned.is_empty() {
            return Err(AppendError::Empty { partition: self.name.clone() });
        }
        if size > config.segment_bytes as usize {
            let max = config.segment_bytes;
            return Err(AppendError::LargerThanSegment { partition: self.name.clone(), size, max });
        }
        let idempotent = writer.planned.iter().any(|batch| batch.header.producer_id.is_some());
        if idempotent && writer.planned.len() > 1 {
            let count = writer.planned[0].header.record_count;
            return Err(self.malformed(RecordError::TrailingBytes { count }));
        }
        Ok(())
    }

    /// Checks idempotence and markers; the batch of before if this one is a duplicate.
    fn check_producer(&self, writer: &Writer, records: &[u8]) -> Result<Option<SequencedBatch>, AppendError> {
        let planned = &writer.planned[0];
        let header = &planned.header;
        if !header.producer_id.is_some() {
            return Ok(None);
        }
        if header.attributes.is_control() {
            let Some(marker) = marker_in(&records[planned.start..]) else { return Ok(None) };
            let checked = writer.producers.check_marker(header, &marker);
            return checked.map(|()| None).map_err(|refusal| self.refused(header, refusal));
        }
        match writer.producers.check(header) {
            Ok(Verdict::New) => Ok(None),
            Ok(Verdict::Duplicate(known)) => Ok(Some(known)),
            Err(refusal) => Err(self.refused(header, refusal)),
        }
    }

    /// Takes note of what was written in the producers' states and the index of aborted transactions.
    fn note_producers(&self, writer: &mut Writer, records: &[u8], now_ms: i64) {
        let mut transactional = false;
        let Writer { producers, planned, .. } = writer;
        for batch in planned.iter().filter(|batch| batch.header.producer_id.is_some()) {
            transactional |= batch.header.attributes.is_transactional();
            if !batch.header.attributes.is_control() {
                producers.note(&batch.header, now_ms);
                continue;
            }
            let Some(marker) = marker_in(&records[batch.start..]) else { continue };
            if let Some(aborted) = producers.note_marker(&batch.header, &marker, now_ms) {
                let segment = self.segments().last().expect("an online log has a segment").clone();
                if let Err(error) = segment.aborted.push(&aborted) {
                    // Without the entry a consumer could read aborted records as committed.
                    self.go_offline(self.io_reason(segment.path(), &error));
                }
                // The first entry makes the file, whose name has to be durable before the recovery point passes it.
                self.folder_dirty.store(true, Ordering::Release);
                self.aborted_below.fetch_max(aborted.last_offset.plus(1).0, Ordering::AcqRel);
            }
        }
        if transactional {
            self.publish_stability(writer);
        }
    }

    fn summary(&self, writer: &Writer, log_append_time: Option<i64>) -> Appended {
        let first = writer.planned.first().expect("an append has a batch").header.base_offset;
        let last = writer.planned.last().expect("an append has a batch").header.last_offset();
        Appended {
            first_offset: Offset(first),
            last_offset: Offset(last),
            log_append_time,
            log_start_offset: self.log_start_offset(),
            duplicate: false,
        }
    }

    fn malformed(&self, source: RecordError) -> AppendError {
        AppendError::Malformed { partition: self.name.clone(), source }
    }

    /// A head that was parsed but whose offsets cannot be.
    fn bad_offsets(&self, batch: &RecordBatch<'_>, first: i64) -> AppendError {
        if batch.last_offset_delta() >= 0 {
            return AppendError::OffsetsExhausted { partition: self.name.clone() };
        }
        let last = first.wrapping_add(i64::from(batch.last_offset_delta()));
        self.malformed(RecordError::BadOffsetRange { first, last })
    }

    fn refused(&self, batch: &BatchHeader, refusal: ProducerRefusal) -> AppendError {
        let (partition, producer_id) = (self.name.clone(), batch.producer_id);
        match refusal {
            ProducerRefusal::OutOfOrder { expected } => {
                let sequence = batch.base_sequence;
                AppendError::OutOfOrderSequence { partition, producer_id, sequence, expected }
            }
            ProducerRefusal::OldEpoch { current } => {
                let epoch = batch.producer_epoch;
                AppendError::InvalidProducerEpoch { partition, producer_id, epoch, current }
            }
            ProducerRefusal::CoordinatorFenced { epoch, current } => {
                AppendError::CoordinatorFenced { partition, producer_id, epoch, current }
            }
        }
    }
}

/// The transaction marker that a control batch holds, if it is one.
pub(super) fn marker_in(batch: &[u8]) -> Option<EndTxnMarker> {
    let batch = RecordBatch::parse(batch).ok()?;
    let record = batch.records_in(batch.payload()).next()?.ok()?;
    EndTxnMarker::read(record.key?, record.value?)
}

/// Makes the batch one of LogAppendTime, and its checksum right again.
fn stamp(head: &mut [u8; BATCH_OVERHEAD], attributes: Attributes, payload: &[u8], now_ms: i64) {
    let attributes = attributes.with_timestamp_type(TimestampType::LogAppendTime);
    set(head, 21, attributes.0.to_be_bytes());
    set(head, 35, now_ms.to_be_bytes());
    let mut digest = Digest::new(CrcAlgorithm::Crc32Iscsi);
    digest.update(&head[21..]);
    digest.update(payload);
    set(head, 17, (digest.finalize() as u32).to_be_bytes());
}

fn set<const N: usize>(head: &mut [u8; BATCH_OVERHEAD], at: usize, value: [u8; N]) {
    head[at..at + N].copy_from_slice(&value);
}
