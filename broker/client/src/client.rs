//! The client: what producers, consumers, members and admin calls share.

use std::sync::Arc;

use bytestring::ByteString;

use crate::config::{ClientConfig, ConsumerConfig, ProducerConfig};
use crate::{Admin, ClientError, Consumer, Producer};

/// A cluster as seen from here: connections, metadata, coordinators. Clones share everything; when the last
/// clone (and the last producer, consumer or member made from it) is dropped, connections and tasks end.
#[derive(Clone, Debug)]
pub struct Client {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    config: ClientConfig,
}

/// Which broker a request is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// Any broker.
    Any,
    /// The controller, or any broker that forwards to it.
    Controller,
    /// The broker with this id.
    Node(i32),
    /// The coordinator of a consumer group.
    Group(ByteString),
    /// The coordinator of a transactional id.
    Transaction(ByteString),
}

impl Client {
    /// Reaches one of the bootstrap brokers and reads the cluster's metadata; tries again until
    /// `default.api.timeout.ms` has passed.
    pub async fn connect(config: ClientConfig) -> Result<Client, ClientError> {
        let _ = config;
        todo!()
    }

    /// The settings in force.
    pub fn config(&self) -> &ClientConfig {
        &self.shared.config
    }

    /// The cluster's id, if it has one.
    pub fn cluster_id(&self) -> Option<ByteString> {
        todo!()
    }

    /// The number of partitions of a topic; waits for metadata, and for a topic that is being created, until
    /// `default.api.timeout.ms`.
    pub async fn partition_count(&self, topic: &ByteString) -> Result<i32, ClientError> {
        let _ = topic;
        todo!()
    }

    /// Calls for administrators.
    pub fn admin(&self) -> Admin {
        Admin::new(self.clone())
    }

    /// A producer of its own. Cheap enough for one per task; shared connections, own buffers and producer id.
    pub fn producer(&self, config: ProducerConfig) -> Producer {
        Producer::new(self.clone(), config)
    }

    /// A consumer of its own, without partitions yet.
    pub fn consumer(&self, config: ConsumerConfig) -> Consumer {
        Consumer::new(self.clone(), config)
    }

    /// Closes all connections; calls that wait fail with [`ClientError::Closed`]. Dropping does the same.
    pub fn close(&self) {
        todo!()
    }
}
