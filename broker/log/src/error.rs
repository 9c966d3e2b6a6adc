//! The errors of the log's operations, each with its Kafka error code.

use std::io;
use std::path::PathBuf;

use aqueduct_protocol::ErrorCode;
use aqueduct_protocol::ids::{LeaderEpoch, Offset, ProducerEpoch, ProducerId, Sequence};
use aqueduct_protocol::record::RecordError;

use crate::{OfflineReason, TopicPartition};

/// Why an append was refused. Nothing was appended, and the log is as it was before, or offline after
/// [`AppendError::Io`].
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    /// The partition is offline.
    #[error("{partition} is offline: {reason}")]
    Offline {
        /// The partition.
        partition: TopicPartition,
        /// Why.
        reason: OfflineReason,
    },
    /// The disk is full, or nearly so and what is left is kept for the broker's own records. Retriable: appends work
    /// again as soon as space is free.
    #[error("{partition}: no space left on the disk of {dir}")]
    DiskFull {
        /// The partition.
        partition: TopicPartition,
        /// Its log directory.
        dir: PathBuf,
    },
    /// A batch is longer than `max.message.bytes`.
    #[error("{partition}: a record batch of {size} bytes is longer than max.message.bytes, {max}")]
    BatchTooLarge {
        /// The partition.
        partition: TopicPartition,
        /// Length of the batch.
        size: usize,
        /// The limit.
        max: u32,
    },
    /// All batches together are longer than `segment.bytes`.
    #[error("{partition}: record batches of {size} bytes are longer than segment.bytes, {max}")]
    LargerThanSegment {
        /// The partition.
        partition: TopicPartition,
        /// Length of all batches.
        size: usize,
        /// The limit.
        max: u32,
    },
    /// The bytes are no record batches that could be stored.
    #[error("{partition}: {source}")]
    Malformed {
        /// The partition.
        partition: TopicPartition,
        /// What is wrong.
        source: RecordError,
    },
    /// There is no whole batch in the bytes.
    #[error("{partition}: nothing to append")]
    Empty {
        /// The partition.
        partition: TopicPartition,
    },
    /// A follower's batch does not begin where its log ends.
    #[error("{partition}: the leader's batch begins at offset {first}, the log ends at {end}")]
    UnexpectedOffset {
        /// The partition.
        partition: TopicPartition,
        /// The batch's base offset.
        first: Offset,
        /// The log end offset.
        end: Offset,
    },
    /// Offsets are used up.
    #[error("{partition}: offsets are used up")]
    OffsetsExhausted {
        /// The partition.
        partition: TopicPartition,
    },
    /// A producer's sequence numbers leave a gap.
    #[error("{partition}: producer {producer_id} sent sequence {sequence}, expected {expected}")]
    OutOfOrderSequence {
        /// The partition.
        partition: TopicPartition,
        /// The producer.
        producer_id: ProducerId,
        /// The first sequence of its batch.
        sequence: Sequence,
        /// What would have been next.
        expected: Sequence,
    },
    /// A newer instance of the producer has written with a higher epoch.
    #[error("{partition}: producer {producer_id} sent epoch {epoch}, its current epoch is {current}")]
    InvalidProducerEpoch {
        /// The partition.
        partition: TopicPartition,
        /// The producer.
        producer_id: ProducerId,
        /// The epoch of its batch.
        epoch: ProducerEpoch,
        /// The epoch known.
        current: ProducerEpoch,
    },
    /// A transaction marker of an older coordinator.
    #[error(
        "{partition}: marker of producer {producer_id} has coordinator epoch {epoch}, {current} is known"
    )]
    CoordinatorFenced {
        /// The partition.
        partition: TopicPartition,
        /// The producer.
        producer_id: ProducerId,
        /// The marker's.
        epoch: i32,
        /// The newest seen.
        current: i32,
    },
    /// Writing failed; the partition is now offline.
    #[error("{partition}: append failed: {source}")]
    Io {
        /// The partition.
        partition: TopicPartition,
        /// The system's error.
        source: io::Error,
    },
}

impl AppendError {
    /// What a producer is answered.
    pub fn code(&self) -> ErrorCode {
        match self {
            AppendError::Offline { .. } | AppendError::DiskFull { .. } | AppendError::Io { .. } => {
                ErrorCode::KafkaStorageError
            }
            AppendError::BatchTooLarge { .. } => ErrorCode::MessageTooLarge,
            AppendError::LargerThanSegment { .. } => ErrorCode::RecordListTooLarge,
            AppendError::Malformed { source, .. } => source.code(),
            AppendError::Empty { .. } => ErrorCode::InvalidRecord,
            AppendError::UnexpectedOffset { .. } | AppendError::OffsetsExhausted { .. } => {
                ErrorCode::UnknownServerError
            }
            AppendError::OutOfOrderSequence { .. } => ErrorCode::OutOfOrderSequenceNumber,
            AppendError::InvalidProducerEpoch { .. } => ErrorCode::InvalidProducerEpoch,
            AppendError::CoordinatorFenced { .. } => ErrorCode::TransactionCoordinatorFenced,
        }
    }
}

/// Why a read gave nothing.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The offset is not within the log.
    #[error("{partition}: offset {offset} is out of range {start} to {end}")]
    OffsetOutOfRange {
        /// The partition.
        partition: TopicPartition,
        /// What was asked for.
        offset: Offset,
        /// The log start offset.
        start: Offset,
        /// The log end offset.
        end: Offset,
    },
    /// The partition is offline.
    #[error("{partition} is offline: {reason}")]
    Offline {
        /// The partition.
        partition: TopicPartition,
        /// Why.
        reason: OfflineReason,
    },
    /// Reading failed.
    #[error("{partition}: read failed: {source}")]
    Io {
        /// The partition.
        partition: TopicPartition,
        /// The system's error.
        source: io::Error,
    },
}

impl ReadError {
    /// What a consumer is answered.
    pub fn code(&self) -> ErrorCode {
        match self {
            ReadError::OffsetOutOfRange { .. } => ErrorCode::OffsetOutOfRange,
            ReadError::Offline { .. } | ReadError::Io { .. } => ErrorCode::KafkaStorageError,
        }
    }
}

/// A flush that will not happen: whether the records are durable is not known, and they must not be acknowledged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{partition}: not flushed: {reason}")]
pub struct FlushError {
    /// The partition.
    pub partition: TopicPartition,
    /// Why.
    pub reason: OfflineReason,
}

impl FlushError {
    /// What a producer is answered.
    pub fn code(&self) -> ErrorCode {
        ErrorCode::KafkaStorageError
    }
}

/// Why a log could not be changed (truncated, its start moved, its files deleted).
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// The offset is beyond the high watermark or the log's end.
    #[error("{partition}: offset {offset} is beyond {limit}")]
    OffsetOutOfRange {
        /// The partition.
        partition: TopicPartition,
        /// What was asked for.
        offset: Offset,
        /// The most it can be.
        limit: Offset,
    },
    /// The partition is offline.
    #[error("{partition} is offline: {reason}")]
    Offline {
        /// The partition.
        partition: TopicPartition,
        /// Why.
        reason: OfflineReason,
    },
    /// The file system refused.
    #[error("{partition}: {source}")]
    Io {
        /// The partition.
        partition: TopicPartition,
        /// The system's error.
        source: io::Error,
    },
}

impl ChangeError {
    /// What a client is answered.
    pub fn code(&self) -> ErrorCode {
        match self {
            ChangeError::OffsetOutOfRange { .. } => ErrorCode::OffsetOutOfRange,
            ChangeError::Offline { .. } | ChangeError::Io { .. } => ErrorCode::KafkaStorageError,
        }
    }
}

/// Why log directories could not be opened, or a partition's log could not be made.
#[derive(Debug, thiserror::Error)]
pub enum ManagerError {
    /// Another process uses the directory.
    #[error("log directory {dir} is in use by another process (its .lock file is held)")]
    Locked {
        /// The log directory.
        dir: PathBuf,
    },
    /// The directory belongs to another cluster or node.
    #[error("{path}: {key} is {found}, expected {expected}")]
    WrongOwner {
        /// The `meta.properties` file.
        path: PathBuf,
        /// The key that differs.
        key: &'static str,
        /// What the file says.
        found: String,
        /// What this node is.
        expected: String,
    },
    /// No log directory can be used.
    #[error("none of the log directories can be used: {reasons}")]
    NoUsableDir {
        /// Each directory with its reason.
        reasons: String,
    },
    /// The partition's name cannot be a folder.
    #[error("{partition} cannot be a folder name")]
    IllegalName {
        /// The partition.
        partition: TopicPartition,
    },
    /// The folder on the disk belongs to another topic of the same name.
    #[error("{partition}: the folder belongs to topic id {found}, not {expected}")]
    TopicIdMismatch {
        /// The partition.
        partition: TopicPartition,
        /// What `partition.metadata` says.
        found: uuid::Uuid,
        /// What the caller says.
        expected: uuid::Uuid,
    },
    /// The partition is there but offline.
    #[error("{partition} is offline: {reason}")]
    Offline {
        /// The partition.
        partition: TopicPartition,
        /// Why.
        reason: OfflineReason,
    },
    /// There is no such partition.
    #[error("{partition}: no such log")]
    Unknown {
        /// The partition.
        partition: TopicPartition,
    },
    /// The disk is full.
    #[error("{path}: no space left on the disk")]
    DiskFull {
        /// What could not be written.
        path: PathBuf,
    },
    /// The file system refused.
    #[error("{path}: {source}")]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
}

impl ManagerError {
    /// What a client is answered.
    pub fn code(&self) -> ErrorCode {
        match self {
            ManagerError::IllegalName { .. } => ErrorCode::InvalidTopicException,
            ManagerError::TopicIdMismatch { .. } => ErrorCode::InconsistentTopicId,
            ManagerError::Unknown { .. } => ErrorCode::UnknownTopicOrPartition,
            ManagerError::Locked { .. }
            | ManagerError::WrongOwner { .. }
            | ManagerError::NoUsableDir { .. }
            | ManagerError::Offline { .. }
            | ManagerError::DiskFull { .. }
            | ManagerError::Io { .. } => ErrorCode::KafkaStorageError,
        }
    }
}

/// The epoch that ended, and where: the answer to OffsetForLeaderEpoch (KIP-101, KIP-279).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EpochEndOffset {
    /// The largest epoch of the log that is not above the one asked for.
    pub epoch: LeaderEpoch,
    /// The first offset after it.
    pub end_offset: Offset,
}
