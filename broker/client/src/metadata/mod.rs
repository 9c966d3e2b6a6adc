//! What the client knows of the cluster: a snapshot that readers share, and the task that keeps it fresh.

mod refresher;
mod snapshot;

pub(crate) use refresher::MetadataCache;
pub use snapshot::{BrokerNode, ClusterMetadata, PartitionMetadata, TopicMetadata};
