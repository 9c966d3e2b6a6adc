//! Why consuming cannot go on.

use std::sync::Arc;

use aqueduct_protocol::record::RecordError;

use crate::{ClientError, ErrorClass, TopicPartition};

/// What `poll` fails with. Retriable faults (a broker away, a leader moving) are not told: the consumer goes on trying.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ConsumeError {
    /// The position is not in the partition (any more) and `auto.offset.reset` is `none`.
    #[error("Fetch position {offset} is out of range for partition {partition}")]
    OffsetOutOfRange {
        /// The partition.
        partition: TopicPartition,
        /// The position.
        offset: i64,
    },
    /// No committed position and `auto.offset.reset` is `none`.
    #[error("Undefined offset with no reset policy for partition {partition}")]
    NoOffset {
        /// The partition.
        partition: TopicPartition,
    },
    /// A batch that cannot be read. `seek` behind it to go on.
    #[error(
        "Received exception when fetching the next record from {partition}. If needed, please seek past the record to continue consumption. ({source})"
    )]
    CorruptBatch {
        /// The partition.
        partition: TopicPartition,
        /// The position.
        offset: i64,
        /// What is wrong.
        #[source]
        source: Arc<RecordError>,
    },
    /// The broker found a batch damaged. `seek` behind it to go on.
    #[error("Encountered corrupt message when fetching offset {offset} for topic-partition {partition}")]
    CorruptMessage {
        /// The partition.
        partition: TopicPartition,
        /// The position.
        offset: i64,
    },
    /// The generation is over: what was polled may belong to another member now.
    #[error(
        "Commit cannot be completed since the group has already rebalanced and assigned the partitions to another member."
    )]
    CommitFailed,
    /// Anything else of the cluster or of the connection to it.
    #[error(transparent)]
    Client(#[from] ClientError),
}

impl ConsumeError {
    /// What a caller can do.
    pub fn class(&self) -> ErrorClass {
        match self {
            ConsumeError::OffsetOutOfRange { .. } | ConsumeError::NoOffset { .. } => ErrorClass::Config,
            ConsumeError::CorruptBatch { .. } | ConsumeError::CorruptMessage { .. } => ErrorClass::Data,
            ConsumeError::CommitFailed => ErrorClass::Retriable,
            ConsumeError::Client(error) => error.class(),
        }
    }
}
