//! Why a topic cannot serve as a table.

use bytestring::ByteString;

use crate::consumer::ConsumeError;
use crate::{ClientError, ProduceError};

/// Why a topic cannot serve as a table, or why reading or writing it failed.
#[derive(Clone, Debug, thiserror::Error)]
pub enum CompactedTopicError {
    /// It does not exist and is not to be created.
    #[error("Topic '{topic}' does not exist and is not to be created")]
    Missing {
        /// The topic.
        topic: ByteString,
    },
    /// It has another cleanup policy.
    #[error(
        "Topic '{topic}' must be compacted only: 'cleanup.policy' is required to be 'compact', but it is '{policy}'. Continuing would risk losing what is stored there."
    )]
    WrongPolicy {
        /// The topic.
        topic: ByteString,
        /// What it has.
        policy: String,
    },
    /// It has another number of partitions.
    #[error("Topic '{topic}' is required to have {required} partition(s), but it has {found}")]
    WrongPartitions {
        /// The topic.
        topic: ByteString,
        /// What it must have.
        required: i32,
        /// What it has.
        found: i32,
    },
    /// Reading failed.
    #[error(transparent)]
    Consume(#[from] ConsumeError),
    /// Writing failed.
    #[error(transparent)]
    Produce(#[from] ProduceError),
    /// The cluster could not be asked.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The reading task has ended.
    #[error("reading of the topic has stopped")]
    Stopped,
}
