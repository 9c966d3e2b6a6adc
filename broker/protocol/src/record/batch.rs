//! A borrowed view of one record batch, and the checks that need its header only.

use super::error::RecordError;
use super::layout::{
    ATTRIBUTES, BASE_OFFSET, BASE_SEQUENCE, BASE_TIMESTAMP, BATCH_LENGTH, BATCH_OVERHEAD, CRC,
    LAST_OFFSET_DELTA, LEADER_EPOCH, LOG_OVERHEAD, MAGIC, MAGIC_AT, MAX_TIMESTAMP, PRODUCER_EPOCH,
    PRODUCER_ID, RECORD_COUNT, crc32c, field,
};
use super::reader::{RecordIter, RecordPosition, RecordReader};
use super::{Attributes, TimestampType};
use crate::compression::{Compression, decompress};
use crate::ids::{LeaderEpoch, Offset, ProducerEpoch, ProducerId, Sequence};

/// One batch: exactly its bytes, at least a whole header, magic 2. Nothing else is checked until
/// [`validate`](RecordBatch::validate) or [`ensure_valid`](RecordBatch::ensure_valid).
#[derive(Clone, Copy, Debug)]
pub struct RecordBatch<'a> {
    bytes: &'a [u8],
}

impl<'a> RecordBatch<'a> {
    /// The batch at the start of `buffer`; what follows it is not looked at.
    ///
    /// Errors: `Truncated`, `BadLength`, `BadMagic`.
    pub fn parse(buffer: &'a [u8]) -> Result<RecordBatch<'a>, RecordError> {
        let size = RecordBatch::size_at(buffer)?;
        if size > buffer.len() {
            return Err(RecordError::Truncated { available: buffer.len(), needed: size });
        }
        let batch = RecordBatch { bytes: &buffer[..size] };
        if batch.magic() != MAGIC {
            return Err(RecordError::BadMagic { magic: batch.magic() });
        }
        Ok(batch)
    }

    /// The whole size in bytes of the batch at the start of `buffer`, of which the first
    /// [`LOG_OVERHEAD`] bytes are enough. At least [`BATCH_OVERHEAD`] when `Ok`.
    pub fn size_at(buffer: &[u8]) -> Result<usize, RecordError> {
        // The magic comes first: the older formats have other lengths, and the fault should be named.
        if let Some(magic) = buffer.get(MAGIC_AT).map(|byte| *byte as i8).filter(|magic| *magic != MAGIC) {
            return Err(RecordError::BadMagic { magic });
        }
        if buffer.len() < LOG_OVERHEAD {
            return Err(RecordError::Truncated { available: buffer.len(), needed: BATCH_OVERHEAD });
        }
        let size = i64::from(i32::from_be_bytes(field(buffer, BATCH_LENGTH))) + LOG_OVERHEAD as i64;
        if size < BATCH_OVERHEAD as i64 {
            return Err(RecordError::BadLength { size });
        }
        Ok(size as usize)
    }

    /// The batch's bytes, header and all.
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// The whole size in bytes.
    pub fn size(&self) -> usize {
        self.bytes.len()
    }

    /// Offset of the first record (of the first there was, after compaction).
    pub fn base_offset(&self) -> Offset {
        Offset(i64::from_be_bytes(field(self.bytes, BASE_OFFSET)))
    }

    /// Offset of the last record (of the last there was); wraps if the header is senseless.
    pub fn last_offset(&self) -> Offset {
        Offset(self.base_offset().0.wrapping_add(i64::from(self.last_offset_delta())))
    }

    /// The offset after the batch.
    pub fn next_offset(&self) -> Offset {
        Offset(self.last_offset().0.wrapping_add(1))
    }

    /// Last offset minus base offset.
    pub fn last_offset_delta(&self) -> i32 {
        i32::from_be_bytes(field(self.bytes, LAST_OFFSET_DELTA))
    }

    /// The epoch of the leader that appended the batch.
    pub fn leader_epoch(&self) -> LeaderEpoch {
        LeaderEpoch(i32::from_be_bytes(field(self.bytes, LEADER_EPOCH)))
    }

    /// The format version.
    pub fn magic(&self) -> i8 {
        self.bytes[MAGIC_AT] as i8
    }

    /// The checksum in the header.
    pub fn stored_crc(&self) -> u32 {
        u32::from_be_bytes(field(self.bytes, CRC))
    }

    /// The checksum of the bytes.
    pub fn computed_crc(&self) -> u32 {
        crc32c(&self.bytes[ATTRIBUTES..])
    }

    /// The attribute bits.
    pub fn attributes(&self) -> Attributes {
        Attributes(i16::from_be_bytes(field(self.bytes, ATTRIBUTES)))
    }

    /// The compression. Error: `UnknownCompression`.
    pub fn compression(&self) -> Result<Compression, RecordError> {
        let attributes = self.attributes();
        attributes.compression().ok_or(RecordError::UnknownCompression { id: attributes.compression_id() })
    }

    /// Who gave the timestamps.
    pub fn timestamp_type(&self) -> TimestampType {
        self.attributes().timestamp_type()
    }

    /// Whether the batch is part of a transaction.
    pub fn is_transactional(&self) -> bool {
        self.attributes().is_transactional()
    }

    /// Whether the batch holds control records.
    pub fn is_control(&self) -> bool {
        self.attributes().is_control()
    }

    /// What the records' timestamp deltas count from, in ms since 1970.
    pub fn base_timestamp(&self) -> i64 {
        i64::from_be_bytes(field(self.bytes, BASE_TIMESTAMP))
    }

    /// The latest timestamp of the records, or the append time of all of them, in ms since 1970.
    pub fn max_timestamp(&self) -> i64 {
        i64::from_be_bytes(field(self.bytes, MAX_TIMESTAMP))
    }

    /// When the cleaner may drop the batch's tombstones or marker, in ms, once it has been decided (KIP-534).
    pub fn delete_horizon(&self) -> Option<i64> {
        self.attributes().has_delete_horizon().then(|| self.base_timestamp())
    }

    /// The idempotent producer, or [`ProducerId::NONE`].
    pub fn producer_id(&self) -> ProducerId {
        ProducerId(i64::from_be_bytes(field(self.bytes, PRODUCER_ID)))
    }

    /// The producer's epoch.
    pub fn producer_epoch(&self) -> ProducerEpoch {
        ProducerEpoch(i16::from_be_bytes(field(self.bytes, PRODUCER_EPOCH)))
    }

    /// The sequence of the first record.
    pub fn base_sequence(&self) -> Sequence {
        Sequence(i32::from_be_bytes(field(self.bytes, BASE_SEQUENCE)))
    }

    /// The sequence of the last record; none without a producer id.
    pub fn last_sequence(&self) -> Sequence {
        let base = self.base_sequence();
        if base.0 < 0 || self.last_offset_delta() < 0 {
            Sequence::NONE
        } else {
            base.plus(self.last_offset_delta())
        }
    }

    /// Number of records; may be less than the offsets span, after compaction.
    pub fn record_count(&self) -> i32 {
        i32::from_be_bytes(field(self.bytes, RECORD_COUNT))
    }

    /// The records as stored, compressed or not.
    pub fn payload(&self) -> &'a [u8] {
        &self.bytes[BATCH_OVERHEAD..]
    }

    /// Checks the checksum, and nothing else. Error: `BadCrc`.
    pub fn ensure_valid(&self) -> Result<(), RecordError> {
        let (stored, computed) = (self.stored_crc(), self.computed_crc());
        if stored == computed { Ok(()) } else { Err(RecordError::BadCrc { stored, computed }) }
    }

    /// Checks a batch from a producer by its header and checksum, without reading records: what a leader must
    /// know before it appends. Costs one pass of CRC-32C.
    ///
    /// Checked: checksum, compression id, count positive and equal to the span of offsets, base offset 0, no
    /// control batch, producer id with epoch and sequence, transactional only with a producer id.
    /// For what is inside see [`check_records`](super::check_records).
    pub fn validate(&self) -> Result<(), RecordError> {
        self.ensure_valid()?;
        self.compression()?;
        let (first, last, count) = (self.base_offset().0, self.last_offset().0, self.record_count());
        if first != 0 {
            return Err(RecordError::BaseOffsetNotZero { base_offset: first });
        }
        if self.last_offset_delta() < 0 {
            return Err(RecordError::BadOffsetRange { first, last });
        }
        if count <= 0 {
            return Err(RecordError::BadCount { count });
        }
        if i64::from(self.last_offset_delta()) + 1 != i64::from(count) {
            return Err(RecordError::InconsistentCount { first, last, count });
        }
        if self.is_control() {
            return Err(RecordError::ControlFromClient);
        }
        self.validate_producer()
    }

    fn validate_producer(&self) -> Result<(), RecordError> {
        let producer_id = self.producer_id().0;
        if producer_id < 0 {
            return match self.is_transactional() {
                true => Err(RecordError::TransactionalWithoutProducer),
                false => Ok(()),
            };
        }
        if self.base_sequence().0 < 0 {
            return Err(RecordError::BadSequence { sequence: self.base_sequence().0, producer_id });
        }
        if self.producer_epoch().0 < 0 {
            return Err(RecordError::BadProducerEpoch { epoch: self.producer_epoch().0, producer_id });
        }
        Ok(())
    }

    /// Refuses a producer's batch that claims the append time; for topics with `CreateTime`.
    pub fn ensure_create_time(&self) -> Result<(), RecordError> {
        match self.timestamp_type() {
            TimestampType::CreateTime => Ok(()),
            TimestampType::LogAppendTime => Err(RecordError::AppendTimeFromClient),
        }
    }

    /// Reads the records one by one, decompressing as it goes; at most `limit` bytes come out of the codec.
    pub fn reader(&self, limit: usize) -> Result<RecordReader<'a>, RecordError> {
        RecordReader::new(*self, limit)
    }

    /// Iterates over the records in `payload`: this batch's own if it is not compressed, else what
    /// [`decompress_into`](RecordBatch::decompress_into) gave.
    pub fn records_in<'p>(&self, payload: &'p [u8]) -> RecordIter<'p> {
        RecordIter::new(self, payload)
    }

    /// The same, going on at a place that [`RecordIter::position`] gave for the same payload.
    pub fn records_from<'p>(&self, payload: &'p [u8], from: RecordPosition) -> RecordIter<'p> {
        RecordIter::resume(self, payload, from)
    }

    /// Appends the decompressed records, at most `limit` bytes, to `target`.
    pub fn decompress_into(&self, limit: usize, target: &mut Vec<u8>) -> Result<(), RecordError> {
        Ok(decompress(self.compression()?, self.payload(), limit, target)?)
    }
}
