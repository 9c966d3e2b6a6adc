//! Kafka's log on disk: segments, indexes, checkpoints, producer state, group commit, recovery. Synchronous.
//!
//! The files are Kafka's, byte for byte, so its tools read them. Everything goes through [`fs::FileSystem`], time is
//! handed in, and what decides (retention, checkpoints, producer state, epochs) is pure.
//!
//! A [`LogManager`] has the [`PartitionLog`]s of all log directories. An append returns at once; whoever acknowledges
//! waits for its [`FlushTicket`].

mod checkpoint;
mod cleaner;
mod config;
mod error;
mod flush;
pub mod fs;
mod index;
mod manager;
mod offline;
mod partition;
mod producer;
mod segment;
mod topic_partition;

pub use aqueduct_protocol::record::TimestampType;
pub use checkpoint::format_uuid;
pub use config::{CleanupPolicy, Durability, LogConfig};
pub use error::{AppendError, ChangeError, EpochEndOffset, FlushError, ManagerError, ReadError};
pub use flush::{FlushStats, FlushTicket, TimeHistogram};
pub use index::AbortedTxn;
pub use manager::{LogDirInfo, LogManager, ManagerConfig};
pub use offline::OfflineReason;
pub use partition::{
    AppendOrigin, Appended, FetchSlice, LogListener, OffsetSpec, PartitionLog, ProducerInfo, ReadLimit,
    TimestampOffset,
};
pub use topic_partition::{CLUSTER_METADATA_TOPIC, TopicPartition};

#[cfg(test)]
mod tests;
