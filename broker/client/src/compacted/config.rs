//! Settings of a compacted topic: which one, and how it must be.

use std::collections::BTreeMap;

use bytestring::ByteString;

/// A topic and what it must be like.
#[derive(Clone, Debug, PartialEq)]
pub struct CompactedTopicConfig {
    /// Its name.
    pub topic: ByteString,
    /// Partitions if it is created; −1 for the brokers' default.
    pub partitions: i32,
    /// Whether an existing topic must have exactly `partitions`.
    pub exact_partitions: bool,
    /// Replicas if it is created; −1 for the brokers' default.
    pub replication_factor: i16,
    /// Other settings if it is created. `cleanup.policy=compact` is added.
    pub settings: BTreeMap<String, String>,
    /// Whether it is created if it does not exist; else that is an error.
    pub create: bool,
}

impl CompactedTopicConfig {
    /// A topic of one partition, created if missing with the brokers' default replication: like Connect's config topic
    /// or the registry's.
    pub fn single(topic: impl Into<ByteString>) -> CompactedTopicConfig {
        CompactedTopicConfig {
            topic: topic.into(),
            partitions: 1,
            exact_partitions: true,
            replication_factor: -1,
            settings: BTreeMap::new(),
            create: true,
        }
    }
}
