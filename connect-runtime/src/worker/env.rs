//! What connectors and tasks of a worker share.

use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};
use std::time::Duration;

use aqueduct_client::Client;
use aqueduct_client::config::{ConsumerConfig, ProducerConfig};
use aqueduct_config::ConfigErrors;
use aqueduct_plugin_api::{ConfigMap, ConnectError, TaskContext};

use super::task_metrics::plugin_metrics;
use crate::config::worker_config::{Mode, WorkerConfig, below};
use crate::herder::offsets::sink_group;
use crate::herder::task_configs::LatePublisher;
use crate::id::TaskId;
use crate::plugins::catalog::Catalog;
use crate::storage::config_store::ConfigStore;
use crate::storage::offset_store::OffsetStore;
use crate::storage::status_store::StatusStore;

/// A consumer's default: one whose session is set short by hand must not beat more slowly than it did.
const CONSUMER_HEARTBEAT: Duration = Duration::from_secs(3);

/// A worker's common parts.
pub(crate) struct WorkerEnv {
    pub(crate) config: Arc<WorkerConfig>,
    pub(crate) client: Client,
    pub(crate) catalog: Arc<Catalog>,
    pub(crate) configs: Arc<ConfigStore>,
    pub(crate) statuses: Arc<StatusStore>,
    pub(crate) offsets: Arc<OffsetStore>,
    pub(crate) task_configs: LatePublisher,
    /// `host:port` of the REST API.
    pub(crate) worker_id: String,
    /// The group's generation, told in statuses.
    pub(crate) generation: AtomicI32,
}

impl WorkerEnv {
    /// The group's generation.
    pub(crate) fn generation(&self) -> i32 {
        self.generation.load(Ordering::Relaxed)
    }

    /// What a task is told of where it runs.
    pub(crate) fn task_context(&self, id: &TaskId) -> TaskContext {
        TaskContext {
            connector: id.connector.to_string(),
            task: id.task,
            offsets: self.offsets.reader(&id.connector),
            metrics: plugin_metrics(&id.connector, Some(id.task)),
        }
    }

    /// A configuration with its references to secrets replaced.
    pub(crate) async fn resolve(&self, config: &Arc<ConfigMap>) -> Result<ConfigMap, ConnectError> {
        let resolved = self.config.providers.resolve(config.clone()).await;
        resolved.map_err(|error| ConnectError::fatal(error.to_string()))
    }

    /// The producer settings of a source connector: Connect's defaults, the worker's, the connector's.
    pub(crate) fn producer_config(&self, connector: &ConfigMap) -> Result<ProducerConfig, ConnectError> {
        // A record is never given up, and batches are larger than a producer's default: a task sends in bursts.
        let mut settings: ConfigMap = [("delivery.timeout.ms", "2147483647"), ("batch.size", "262144")]
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .into();
        settings.insert("max.block.ms".to_owned(), i64::from(i32::MAX).to_string());
        settings.extend(self.config.below("producer."));
        settings.extend(below(connector, "producer.override."));
        ProducerConfig::from_map(&settings).map_err(client_settings)
    }

    /// The consumer settings of a sink connector.
    pub(crate) fn consumer_config(
        &self,
        name: &str,
        connector: &ConfigMap,
    ) -> Result<ConsumerConfig, ConnectError> {
        let mut settings: ConfigMap = [("auto.offset.reset", "earliest"), ("max.poll.records", "2000")]
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .into();
        // A sink's consumer lives as long as its worker: what a dead one read is read on as soon as its tasks run
        // elsewhere.
        if let Mode::Distributed(group) = &self.config.mode {
            let heartbeat = group.heartbeat_interval.min(CONSUMER_HEARTBEAT);
            settings.insert("session.timeout.ms".to_owned(), group.session_timeout.as_millis().to_string());
            settings.insert("heartbeat.interval.ms".to_owned(), heartbeat.as_millis().to_string());
        }
        settings.extend(self.config.below("consumer."));
        settings.extend(below(connector, "consumer.override."));
        settings.insert("enable.auto.commit".to_owned(), "false".to_owned());
        settings.insert("group.id".to_owned(), sink_group(name));
        ConsumerConfig::from_map(&settings).map_err(client_settings)
    }
}

fn client_settings(errors: ConfigErrors) -> ConnectError {
    ConnectError::config(format!("the client's settings are wrong: {errors}"))
}
