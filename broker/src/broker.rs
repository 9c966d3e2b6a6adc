//! What all requests of a broker share.

use std::sync::Arc;

use aqueduct_protocol::ErrorCode;
use aqueduct_service::{Clock, Shutdown};
use bytestring::ByteString;

use crate::config::broker_config::BrokerConfig;
use crate::controller::producer_ids::ProducerIds;
use crate::controller::topics::{CreatedTopic, NewTopic, Refusal, TopicDefaults};
use crate::controller::{Controller, ControllerError, topics};
use crate::fetch::buffer_pool::BufferPool;
use crate::fetch::session_cache::SessionCache;
use crate::group::coordinator::GroupCoordinator;
use crate::metadata::image::MetadataImage;
use crate::metrics::broker_metrics::BrokerMetrics;
use crate::net::closure_log::ClosureLog;
use crate::net::listener::Connections;
use crate::replica::replica_manager::ReplicaManager;

/// A running broker, as its handlers see it.
pub struct Broker {
    /// Settings.
    pub config: Arc<BrokerConfig>,
    /// `cluster.id`.
    pub cluster_id: ByteString,
    /// The time of day.
    pub clock: Arc<dyn Clock>,
    /// Writes cluster metadata.
    pub controller: Controller,
    /// Finds partitions.
    pub replicas: Arc<ReplicaManager>,
    /// Coordinates groups.
    pub groups: Arc<GroupCoordinator>,
    /// Gives out producer ids.
    pub producer_ids: ProducerIds,
    /// Counters.
    pub metrics: BrokerMetrics,
    /// Raised when the broker stops: what waits answers at once.
    pub shutdown: Shutdown,
    pub(crate) connections: Arc<Connections>,
    pub(crate) closures: ClosureLog,
    pub(crate) sessions: SessionCache,
    pub(crate) buffers: BufferPool,
}

impl Broker {
    /// The cluster's metadata now.
    #[must_use]
    pub fn image(&self) -> Arc<MetadataImage> {
        self.controller.image()
    }

    /// Creates topics; each stands or falls for itself. They can be used when this returns.
    ///
    /// # Errors
    /// The metadata log did not take the change.
    pub async fn create_topics(
        &self,
        new: &[NewTopic],
    ) -> Result<Vec<Result<CreatedTopic, Refusal>>, ControllerError> {
        let defaults = self.topic_defaults();
        self.controller.write(|image| topics::create(image, new, defaults, uuid::Uuid::new_v4)).await
    }

    /// Makes sure that a topic exists, for topics that the broker needs itself.
    ///
    /// # Errors
    /// The code for the client.
    pub async fn ensure_topic(&self, new: NewTopic) -> Result<(), ErrorCode> {
        match self.create_topics(&[new]).await {
            Ok(mut results) => match results.pop() {
                Some(Err(refusal)) if refusal.code == ErrorCode::TopicAlreadyExists => Ok(()),
                Some(Err(refusal)) => Err(refusal.code),
                _ => Ok(()),
            },
            Err(error) => {
                tracing::error!(%error, "topic was not created");
                Err(error.code())
            }
        }
    }

    /// Numbers for topics that are created without.
    #[must_use]
    pub fn topic_defaults(&self) -> TopicDefaults {
        let values = &self.config.values;
        TopicDefaults {
            partitions: i32::try_from(values.int("num.partitions")).unwrap_or(1),
            replication_factor: i16::try_from(values.int("default.replication.factor")).unwrap_or(1),
        }
    }
}
