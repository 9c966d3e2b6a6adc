//! Topics: create, delete, grow, describe.

use bytestring::ByteString;
use uuid::Uuid;

use super::{Admin, PerItem};
use crate::ClientError;

/// A topic to be created.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewTopic {
    /// Its name.
    pub name: ByteString,
    /// Number of partitions; −1 for the broker's default.
    pub partitions: i32,
    /// Number of replicas; −1 for the broker's default.
    pub replication_factor: i16,
    /// Settings that differ from the brokers'.
    pub settings: Vec<(ByteString, ByteString)>,
}

impl NewTopic {
    /// A topic with the brokers' defaults.
    pub fn new(name: impl Into<ByteString>) -> NewTopic {
        NewTopic { name: name.into(), partitions: -1, replication_factor: -1, settings: Vec::new() }
    }
}

/// A topic as the brokers describe it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopicDescription {
    /// Its name.
    pub name: ByteString,
    /// Its id.
    pub id: Uuid,
    /// Whether it is the brokers' own.
    pub internal: bool,
    /// Its partitions, by number.
    pub partitions: Vec<PartitionDescription>,
}

/// A partition as the brokers describe it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartitionDescription {
    /// Its number.
    pub partition: i32,
    /// The leader's broker id; −1 for none.
    pub leader: i32,
    /// The leader's epoch; −1 if unknown.
    pub leader_epoch: i32,
    /// Brokers with a replica.
    pub replicas: Vec<i32>,
    /// Of those, the ones in sync.
    pub in_sync_replicas: Vec<i32>,
}

impl Admin {
    /// Creates topics; with `validate_only` says what would happen. Gives the number of partitions.
    pub async fn create_topics(
        &self,
        topics: Vec<NewTopic>,
        validate_only: bool,
    ) -> Result<PerItem<ByteString, i32>, ClientError> {
        let _ = (topics, validate_only, &self.client);
        todo!()
    }

    /// Deletes topics by name.
    pub async fn delete_topics(
        &self,
        topics: Vec<ByteString>,
    ) -> Result<PerItem<ByteString, ()>, ClientError> {
        let _ = topics;
        todo!()
    }

    /// Gives topics more partitions: their new total each.
    pub async fn create_partitions(
        &self,
        totals: Vec<(ByteString, i32)>,
        validate_only: bool,
    ) -> Result<PerItem<ByteString, ()>, ClientError> {
        let _ = (totals, validate_only);
        todo!()
    }

    /// Describes topics by name. Never creates one.
    pub async fn describe_topics(
        &self,
        topics: Vec<ByteString>,
    ) -> Result<PerItem<ByteString, TopicDescription>, ClientError> {
        let _ = topics;
        todo!()
    }

    /// All topics that may be seen.
    pub async fn list_topics(&self) -> Result<Vec<TopicDescription>, ClientError> {
        todo!()
    }
}
