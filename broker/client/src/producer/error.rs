//! Why a record was not delivered.

use std::time::Duration;

use aqueduct_protocol::ErrorCode;

use crate::error::class_of;
use crate::{ClientError, ErrorClass, TopicPartition};

/// A record that was not delivered. Cheap to clone: it is the same for all records of a batch.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ProduceError {
    /// Larger than `max.request.size` or than `buffer.memory`.
    #[error(
        "The message is {size} bytes when serialized which is larger than {limit}, which is the value of the {setting} configuration."
    )]
    RecordTooLarge {
        /// Bytes of the record.
        size: usize,
        /// The limit in bytes.
        limit: usize,
        /// The setting.
        setting: &'static str,
    },
    /// A partition that the topic does not have.
    #[error("Invalid partition given with record: {partition} is not in the range [0...{count}).")]
    InvalidPartition {
        /// The partition asked for.
        partition: i32,
        /// How many there are.
        count: i32,
    },
    /// No memory within `max.block.ms`.
    #[error("Failed to allocate memory within the configured max blocking time {} ms.", waited.as_millis())]
    BufferExhausted {
        /// `max.block.ms`.
        waited: Duration,
    },
    /// Not acknowledged within `delivery.timeout.ms`.
    #[error("Expiring {records} record(s) for {partition}:{} ms has passed since batch creation{}", after.as_millis(), last.as_ref().map(|last| format!(" (last error: {last})")).unwrap_or_default())]
    Expired {
        /// Where they were to go.
        partition: TopicPartition,
        /// Records of the batch.
        records: i32,
        /// Age of the batch.
        after: Duration,
        /// What the last try met with.
        last: Option<String>,
    },
    /// The leader refused the batch.
    #[error("{partition}: {}", message.as_deref().unwrap_or(code.message()))]
    Refused {
        /// Where it was to go.
        partition: TopicPartition,
        /// Kafka's code.
        code: ErrorCode,
        /// The broker's own words.
        message: Option<String>,
    },
    /// Compressing failed.
    #[error("{partition}: {message}")]
    Compress {
        /// Where it was to go.
        partition: TopicPartition,
        /// Why.
        message: String,
    },
    /// No metadata, no producer id, no connection.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The producer was closed before the record was sent.
    #[error("Producer is closed")]
    Closed,
}

impl ProduceError {
    /// What a caller can do.
    pub fn class(&self) -> ErrorClass {
        match self {
            ProduceError::RecordTooLarge { .. } | ProduceError::InvalidPartition { .. } => ErrorClass::Data,
            ProduceError::BufferExhausted { .. } | ProduceError::Expired { .. } => ErrorClass::Retriable,
            ProduceError::Refused { code, .. } => class_of(*code),
            ProduceError::Compress { .. } | ProduceError::Closed => ErrorClass::Fatal,
            ProduceError::Client(error) => error.class(),
        }
    }

    /// Kafka's code, if a broker answered.
    pub fn code(&self) -> Option<ErrorCode> {
        match self {
            ProduceError::Refused { code, .. } => Some(*code),
            ProduceError::Client(error) => error.code(),
            _ => None,
        }
    }

    /// Whether producing the record again may succeed.
    pub fn is_retriable(&self) -> bool {
        self.class() == ErrorClass::Retriable
    }
}
