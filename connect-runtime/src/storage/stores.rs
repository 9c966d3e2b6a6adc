//! The three stores together, of a cluster and of a standalone worker.

use std::path::Path;
use std::sync::Arc;

use aqueduct_client::{Client, CompactedTopicConfig};
use parking_lot::Mutex;

use super::config_store::{ConfigEvents, ConfigStore, config_applier};
use super::file_log::FileLog;
use super::log::{CompactedLog, MemoryLog, StorageError};
use super::offset_state::OffsetState;
use super::offset_store::{self, OffsetStore};
use super::snapshot::Snapshot;
use super::status_state::StatusState;
use super::status_store::{self, StatusStore};
use super::topic_log::TopicLog;
use crate::config::worker_config::{DistributedConfig, InternalTopic};

/// The stores of a worker, filled.
pub(crate) struct Stores {
    /// Configurations.
    pub(crate) configs: Arc<ConfigStore>,
    /// What changes in them.
    pub(crate) config_events: ConfigEvents,
    /// Offsets of sources.
    pub(crate) offsets: Arc<OffsetStore>,
    /// Statuses.
    pub(crate) statuses: Arc<StatusStore>,
}

/// Those of a cluster, in its topics; returns when they are read.
pub(crate) async fn topic_stores(
    client: &Client,
    config: &DistributedConfig,
) -> Result<Stores, StorageError> {
    let topic = |topic: &InternalTopic, exact: bool| CompactedTopicConfig {
        topic: topic.name.as_str().into(),
        partitions: topic.partitions,
        exact_partitions: exact,
        replication_factor: topic.replication_factor,
        settings: topic.settings.clone(),
        create: config.create_topics,
    };
    let (apply, shared, config_events) = config_applier();
    let offset_state = Arc::new(Mutex::new(OffsetState::default()));
    let status_state = Snapshot::new(StatusState::default());
    let (configs, offsets, statuses) = tokio::try_join!(
        TopicLog::open(client, topic(&config.config_topic, true), apply),
        TopicLog::open(
            client,
            topic(&config.offset_topic, false),
            offset_store::applier(offset_state.clone())
        ),
        TopicLog::open(
            client,
            topic(&config.status_topic, false),
            status_store::applier(status_state.clone())
        ),
    )?;
    Ok(Stores {
        configs: Arc::new(ConfigStore::new(Box::new(configs), shared)),
        config_events,
        offsets: Arc::new(OffsetStore::new(Box::new(offsets), offset_state)),
        statuses: Arc::new(StatusStore::new(Box::new(statuses), status_state)),
    })
}

/// Those of a standalone worker: offsets in a file, the rest in memory.
pub(crate) fn file_stores(offsets: &Path) -> Result<Stores, StorageError> {
    let (apply, shared, config_events) = config_applier();
    let offset_state = Arc::new(Mutex::new(OffsetState::default()));
    let file = FileLog::open(offsets, offset_state.clone(), offset_store::applier(offset_state.clone()))?;
    let status_state = Snapshot::new(StatusState::default());
    let statuses: Box<dyn CompactedLog> =
        Box::new(MemoryLog::new(status_store::applier(status_state.clone())));
    Ok(Stores {
        configs: Arc::new(ConfigStore::new(Box::new(MemoryLog::new(apply)), shared)),
        config_events,
        offsets: Arc::new(OffsetStore::new(Box::new(file), offset_state)),
        statuses: Arc::new(StatusStore::new(statuses, status_state)),
    })
}
