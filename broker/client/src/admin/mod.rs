//! What administrators ask of a cluster. Every call goes to the broker that can answer it, with retries until
//! `default.api.timeout.ms`; results come per item, so that one failure hides no other.

mod cluster;
mod configs;
mod groups;
mod offsets;
mod topics;

pub use cluster::{ClusterDescription, LogDir, ReplicaLog};
pub use configs::{AlterConfigOp, ConfigAlteration, ConfigEntry, ConfigResource};
pub use groups::{GroupDescription, GroupListing, GroupMemberDescription};
pub use offsets::{ListedOffset, OffsetSpec};
pub use topics::{NewTopic, PartitionDescription, TopicDescription};

use crate::{Client, ClientError};

/// Results of one call, each with what it is about.
pub type PerItem<K, V> = Vec<(K, Result<V, ClientError>)>;

/// Administrative calls of a client.
#[derive(Clone, Debug)]
pub struct Admin {
    client: Client,
}

impl Admin {
    pub(crate) fn new(client: Client) -> Admin {
        Admin { client }
    }
}
