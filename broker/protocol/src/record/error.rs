//! What can be wrong with a batch or a record, with the code a Kafka broker answers for it.

use crate::compression::DecompressError;
use crate::error_code::ErrorCode;

/// A fault of a batch or of a record in it.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// The buffer ends inside a batch.
    #[error("the buffer ends inside a record batch: {available} of {needed} bytes")]
    Truncated {
        /// Bytes left in the buffer.
        available: usize,
        /// Bytes of the batch as far as its header tells.
        needed: usize,
    },
    /// The batch length is below the header's own size.
    #[error("Record batch is corrupted (the size {size} is smaller than the minimum allowed overhead 61)")]
    BadLength {
        /// Whole size by the header, in bytes.
        size: i64,
    },
    /// A format version other than 2.
    #[error("Unsupported record format version (magic) {magic}; only version 2 is accepted")]
    BadMagic {
        /// The magic found.
        magic: i8,
    },
    /// The checksum does not match.
    #[error("Record is corrupt (stored crc = {stored}, computed crc = {computed})")]
    BadCrc {
        /// In the header.
        stored: u32,
        /// Of the bytes.
        computed: u32,
    },
    /// A compression id that is not assigned.
    #[error("Unknown compression type id: {id}")]
    UnknownCompression {
        /// The id, 5–7.
        id: u8,
    },
    /// The record count is not positive.
    #[error("Invalid reported count for record batch: {count}")]
    BadCount {
        /// The count.
        count: i32,
    },
    /// The last offset delta is negative or the offsets overflow.
    #[error("Batch has an invalid offset range: [{first}, {last}]")]
    BadOffsetRange {
        /// Base offset.
        first: i64,
        /// Last offset, wrapped.
        last: i64,
    },
    /// Offsets and count disagree.
    #[error("Inconsistent batch offset range [{first}, {last}] and count of records {count}")]
    InconsistentCount {
        /// Base offset.
        first: i64,
        /// Last offset.
        last: i64,
        /// The count.
        count: i32,
    },
    /// A producer's batch must start at 0.
    #[error("The baseOffset of the record batch in the append should be 0, but it is {base_offset}")]
    BaseOffsetNotZero {
        /// The base offset.
        base_offset: i64,
    },
    /// A client sent a control batch.
    #[error("Clients are not allowed to write control records")]
    ControlFromClient,
    /// An idempotent batch without a sequence.
    #[error("Invalid sequence number {sequence} in record batch with producerId {producer_id}")]
    BadSequence {
        /// The base sequence.
        sequence: i32,
        /// The producer.
        producer_id: i64,
    },
    /// An idempotent batch without an epoch (Kafka accepts it; its state would be undefined).
    #[error("Invalid producer epoch {epoch} in record batch with producerId {producer_id}")]
    BadProducerEpoch {
        /// The epoch.
        epoch: i16,
        /// The producer.
        producer_id: i64,
    },
    /// A transactional batch without a producer id.
    #[error("Transactional record batch without a producer id")]
    TransactionalWithoutProducer,
    /// A record does not follow the format.
    #[error("Invalid record {index}: {what}")]
    Malformed {
        /// The record's place in the batch, from 0.
        index: i32,
        /// What is wrong.
        what: &'static str,
    },
    /// There are bytes after the last record.
    #[error("Incorrect declared batch size, records still remaining after {count} records")]
    TrailingBytes {
        /// The declared count.
        count: i32,
    },
    /// Inner offsets that do not count up one by one.
    #[error(
        "Inner record at index {index} inside the record batch does not have consecutive offsets, expected offset is {expected}, but got {found}"
    )]
    OffsetNotConsecutive {
        /// The record's place in the batch.
        index: i32,
        /// The delta it should have.
        expected: i32,
        /// The delta it has.
        found: i32,
    },
    /// A record without a key in a compacted topic.
    #[error("Compacted topic cannot accept message without key.")]
    MissingKey {
        /// The record's place in the batch.
        index: i32,
    },
    /// A timestamp outside what the topic allows.
    #[error(
        "Timestamp {timestamp} of message with offset {offset} is out of range. The timestamp should be within [{earliest}, {latest}]"
    )]
    TimestampOutOfRange {
        /// The record's place in the batch.
        index: i32,
        /// The record's timestamp in ms.
        timestamp: i64,
        /// The record's offset.
        offset: i64,
        /// Lower bound in ms.
        earliest: i64,
        /// Upper bound in ms.
        latest: i64,
    },
    /// A producer's batch claims the append time, in a topic that keeps the producer's.
    #[error("Invalid timestamp type in message. Producer should not set timestamp type to LogAppendTime.")]
    AppendTimeFromClient,
    /// Records that the topic does not take.
    #[error(transparent)]
    Refused(RefusedRecords),
    /// The records cannot be decompressed.
    #[error(transparent)]
    Decompress(#[from] DecompressError),
}

impl RecordError {
    /// The code that a broker answers, as Kafka does.
    pub fn code(&self) -> ErrorCode {
        match self {
            RecordError::Truncated { .. } | RecordError::BadLength { .. } | RecordError::BadCrc { .. } => {
                ErrorCode::CorruptMessage
            }
            // Final for a producer: the batch would be no better the next time.
            RecordError::UnknownCompression { .. } => ErrorCode::UnknownServerError,
            RecordError::BadMagic { .. }
            | RecordError::Malformed { .. }
            | RecordError::TrailingBytes { .. }
            | RecordError::BadCount { .. }
            | RecordError::BadOffsetRange { .. }
            | RecordError::InconsistentCount { .. }
            | RecordError::BaseOffsetNotZero { .. }
            | RecordError::ControlFromClient
            | RecordError::BadSequence { .. }
            | RecordError::BadProducerEpoch { .. }
            | RecordError::TransactionalWithoutProducer
            | RecordError::OffsetNotConsecutive { .. }
            | RecordError::MissingKey { .. } => ErrorCode::InvalidRecord,
            RecordError::AppendTimeFromClient | RecordError::TimestampOutOfRange { .. } => {
                ErrorCode::InvalidTimestamp
            }
            RecordError::Refused(refused) => refused.code(),
            RecordError::Decompress(error) => error.code(),
        }
    }
}

/// The records of a batch that the topic does not take, each with its reason (KIP-467).
#[derive(Debug, thiserror::Error)]
#[error("{count} records are refused, the first of them: {}", .first.first().map_or("", |(_, text)| text))]
pub struct RefusedRecords {
    /// The first of them: place in the batch, text.
    pub first: Vec<(i32, String)>,
    /// How many there are.
    pub count: usize,
    /// Whether the timestamp is the reason for one of them.
    pub by_timestamp: bool,
    /// Whether a missing key is the reason for one of them.
    pub by_key: bool,
}

impl RefusedRecords {
    fn code(&self) -> ErrorCode {
        if self.by_timestamp { ErrorCode::InvalidTimestamp } else { ErrorCode::InvalidRecord }
    }
}
