//! Starts and stops a broker, in order.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use aqueduct_config::Properties;
use aqueduct_log::fs::PosixFs;
use aqueduct_log::{LogManager, ManagerConfig, ManagerError, PartitionLog, TopicPartition, format_uuid};
use aqueduct_service::admin::{AdminBindError, AdminPort, HealthCheck};
use aqueduct_service::listener::Listener;
use aqueduct_service::{Clock, Shutdown, SystemClock, Tasks, metrics};
use bytestring::ByteString;
use tokio::sync::watch;
use uuid::Uuid;

use crate::broker::Broker;
use crate::config::broker_config::BrokerConfig;
use crate::config::dynamic::DynamicSettings;
use crate::config::topic_config::TopicConfig;
use crate::controller::producer_ids::ProducerIds;
use crate::controller::{Controller, ControllerError};
use crate::fetch::buffer_pool::BufferPool;
use crate::fetch::session_cache::SessionCache;
use crate::group::coordinator::GroupCoordinator;
use crate::group::limits::GroupLimits;
use crate::metadata::image::MetadataImage;
use crate::metadata::metadata_log::{MetadataLog, MetadataLogError};
use crate::metadata::raft::group::RaftMetadataLog;
use crate::metadata::record::ConfigResource;
use crate::metrics::broker_metrics::BrokerMetrics;
use crate::metrics::exposition;
use crate::net::closure_log::ClosureLog;
use crate::net::listener::{BoundListener, Connections, accept, bind};
use crate::net::memory::RequestMemory;
use crate::publisher;
use crate::registration::{missing_dirs, register};
use crate::replica::offsets_topic::OffsetsTopic;
use crate::replica::replica_manager::ReplicaManager;
use crate::upkeep::{self, BrokerFailure, Failure};

/// How long answers that wait may take once the broker stops.
const DRAIN: Duration = Duration::from_secs(5);

/// Why a broker does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The log directories cannot be used.
    #[error(transparent)]
    Logs(#[from] ManagerError),
    /// The metadata log cannot be used.
    #[error(transparent)]
    Metadata(#[from] MetadataLogError),
    /// The broker could not register itself.
    #[error("registering the broker: {0}")]
    Register(#[from] ControllerError),
    /// A listener cannot be bound.
    #[error("listener {listener}: {source}")]
    Bind {
        /// The listener.
        listener: Listener,
        /// The system's error.
        source: io::Error,
    },
    /// `admin.listener` cannot be bound.
    #[error(transparent)]
    Admin(#[from] AdminBindError),
    /// A file cannot be read.
    #[error("{path}: {source}")]
    File {
        /// The file.
        path: String,
        /// The system's error.
        source: io::Error,
    },
    /// A thread of the start ended early.
    #[error("the start was interrupted: {0}")]
    Interrupted(#[from] tokio::task::JoinError),
}

/// A running broker. Dropping it stops nothing but its admin port: raise the shutdown signal and
/// [`wait`](BrokerHandle::wait).
pub struct BrokerHandle {
    broker: Arc<Broker>,
    listeners: Vec<(String, SocketAddr)>,
    admin: Option<AdminPort>,
    metadata: Arc<dyn MetadataLog>,
    connections: Tasks,
    background: Tasks,
    shutdown: Shutdown,
    failure: Arc<Failure>,
    _metrics: metrics::SourceGuard,
}

impl Broker {
    /// Starts a broker with these settings. It serves when this returns, and stops when `shutdown`
    /// is raised and [`BrokerHandle::wait`] has returned. A broker that has lost its metadata log or all of its log
    /// directories raises `shutdown` itself.
    ///
    /// # Errors
    /// [`StartError`].
    pub async fn start(config: BrokerConfig, shutdown: Shutdown) -> Result<BrokerHandle, StartError> {
        let begun = Instant::now();
        for key in config.not_honoured() {
            tracing::warn!("setting {key} is not implemented and changes nothing");
        }
        let config = Arc::new(config);
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        // Bound before any data is touched: a port in use ends the start here.
        let mut bound = Vec::new();
        for listener in &config.listeners {
            let socket = bind(listener, &config.network).await;
            bound.push(socket.map_err(|source| StartError::Bind { listener: listener.clone(), source })?);
        }
        let admin = AdminPort::open(config.admin.as_ref(), config.admin_limits).await?;
        let metadata: Arc<dyn MetadataLog> =
            Arc::new(RaftMetadataLog::start(&config.metadata_dir, config.node_id).await?);
        let opened = async {
            let image = metadata.image();
            let cluster_id = cluster_id(&config, &image)?;
            let logs = open_logs(&config, &clock, &cluster_id, image).await?;
            Ok((cluster_id, logs))
        };
        let (cluster_id, logs) = match opened.await {
            Ok(opened) => opened,
            Err(error) => {
                metadata.shutdown().await;
                return Err(error);
            }
        };
        let missing = missing_dirs(&metadata.image(), config.node_id, &logs);
        let replicas = ReplicaManager::new(Arc::clone(&config), logs, missing, Arc::clone(&clock));
        let replicas = Arc::new(replicas);
        let (published, seen) = watch::channel(0);
        let background = Tasks::new("broker", Shutdown::new());
        let groups = start_groups(&config, &replicas, &clock, &background);
        let background_shutdown = background.shutdown().clone();
        let follow = publisher::follow(
            Arc::clone(&metadata),
            Arc::clone(&replicas),
            Arc::clone(&groups),
            published,
            background_shutdown,
        );
        let producer_ids = ProducerIds::without(taken_producer_ids(&metadata.image(), replicas.logs()));
        let broker = Arc::new(Broker {
            groups,
            config: Arc::clone(&config),
            cluster_id,
            clock,
            controller: Controller::new(Arc::clone(&metadata), seen),
            replicas,
            producer_ids,
            metrics: BrokerMetrics::default(),
            shutdown: shutdown.child(),
            connections: Arc::new(Connections::default()),
            closures: ClosureLog::default(),
            sessions: SessionCache::new(session_slots(&config)),
            buffers: BufferPool::default(),
        });
        background.spawn("metadata publisher", follow);
        register(&broker, &bound).await?;
        let image = metadata.image();
        let swept = Arc::clone(&broker);
        tokio::task::spawn_blocking(move || swept.replicas.sweep(&image)).await?;
        broker.groups.load_all();
        let failure = Arc::new(Failure::new(shutdown.clone()));
        upkeep::start(&broker, &metadata, &failure, &background);
        if let Some(admin) = &admin {
            admin.started(health(&broker));
        }
        let handle = serve(broker, bound, admin, metadata, background, shutdown, failure);
        tracing::info!(
            node = config.node_id,
            listeners = ?handle.listeners,
            admin = ?handle.admin(),
            "broker started in {:?}", begun.elapsed()
        );
        Ok(handle)
    }
}

impl BrokerHandle {
    /// The listeners with the addresses they are bound to.
    #[must_use]
    pub fn listeners(&self) -> &[(String, SocketAddr)] {
        &self.listeners
    }

    /// Where `/metrics` and `/health` are served.
    #[must_use]
    pub fn admin(&self) -> Option<SocketAddr> {
        self.admin.as_ref().map(AdminPort::address)
    }

    /// The broker.
    #[must_use]
    pub fn broker(&self) -> &Arc<Broker> {
        &self.broker
    }

    /// Waits for the shutdown signal, and stops the broker:
    ///
    /// 1. Listeners accept nothing more, connections read no further request; fetches that wait
    ///    answer with what there is.
    /// 2. Requests that were handled are answered, for at most five seconds; then connections are
    ///    cut.
    /// 3. Upkeep of the logs, the timers of groups and the metadata publisher end.
    /// 4. The logs are flushed, checkpointed, and marked as cleanly shut down.
    /// 5. The metadata log stops.
    /// 6. The admin port closes.
    ///
    /// A crash instead of any of these costs a recovery scan at the next start and nothing else.
    ///
    /// # Errors
    /// The broker stopped by itself: [`BrokerFailure`].
    pub async fn wait(self) -> Result<(), BrokerFailure> {
        self.shutdown.triggered().await;
        let begun = Instant::now();
        self.connections.stop(DRAIN).await;
        self.background.stop(DRAIN).await;
        let broker = Arc::clone(&self.broker);
        let flushed = tokio::task::spawn_blocking(move || {
            broker.replicas.logs().shut_down();
        });
        if let Err(error) = flushed.await {
            tracing::error!(%error, "logs were not shut down cleanly");
        }
        self.metadata.shutdown().await;
        if let Some(admin) = self.admin {
            admin.close().await;
        }
        tracing::info!("broker stopped in {:?}", begun.elapsed());
        self.failure.outcome()
    }
}

fn serve(
    broker: Arc<Broker>,
    bound: Vec<BoundListener>,
    admin: Option<AdminPort>,
    metadata: Arc<dyn MetadataLog>,
    background: Tasks,
    shutdown: Shutdown,
    failure: Arc<Failure>,
) -> BrokerHandle {
    let connections = Tasks::new("network", shutdown.child());
    let memory = RequestMemory::new(broker.config.network.request_memory);
    let mut listeners = Vec::new();
    for socket in bound {
        listeners.push((socket.name.clone(), socket.address));
        let name = format!("listener {}", socket.name);
        let accepting = accept(
            socket,
            Arc::clone(&broker),
            Arc::clone(&memory),
            connections.clone(),
            connections.shutdown().clone(),
        );
        connections.spawn(name, accepting);
    }
    let counted = Arc::downgrade(&broker);
    let source: metrics::Source = Arc::new(move |text| {
        if let Some(broker) = counted.upgrade() {
            exposition::write(&broker, text);
        }
    });
    let _metrics = metrics::add_source(source);
    BrokerHandle { broker, listeners, admin, metadata, connections, background, shutdown, failure, _metrics }
}

fn start_groups(
    config: &BrokerConfig,
    replicas: &Arc<ReplicaManager>,
    clock: &Arc<dyn Clock>,
    tasks: &Tasks,
) -> Arc<GroupCoordinator> {
    let read_bytes = u32::try_from(config.values.int("offsets.load.buffer.size")).unwrap_or(u32::MAX);
    let topic = OffsetsTopic::new(Arc::clone(replicas), Arc::clone(clock), read_bytes);
    let limits = GroupLimits::configured(&config.values);
    let groups = GroupCoordinator::start(Arc::new(topic), limits, Arc::clone(clock), tasks.clone());
    let interval =
        u64::try_from(config.values.int("offsets.retention.check.interval.ms")).unwrap_or(u64::MAX);
    let (cleaned, shutdown) = (Arc::clone(&groups), tasks.shutdown().clone());
    tasks.spawn("offsets retention", async move {
        while shutdown.sleep(Duration::from_millis(interval)).await {
            cleaned.clean().await;
        }
    });
    groups
}

async fn open_logs(
    config: &Arc<BrokerConfig>,
    clock: &Arc<dyn Clock>,
    cluster_id: &str,
    image: Arc<MetadataImage>,
) -> Result<Arc<LogManager>, StartError> {
    let manager = manager_config(config, cluster_id);
    let (broker, now) = (Arc::clone(config), clock.now_ms());
    let opened = tokio::task::spawn_blocking(move || {
        let dynamic = DynamicSettings::of(&image, broker.node_id);
        let configs = |partition: &TopicPartition| {
            let own = image.config(&ConfigResource::topic(&partition.topic));
            TopicConfig::resolve(own.map(|own| &**own), &broker, &dynamic).unwrap_or_default().log
        };
        LogManager::open(Arc::new(PosixFs), manager, &configs, now)
    });
    Ok(opened.await??)
}

/// The settings that the logs honour.
fn manager_config(config: &BrokerConfig, cluster_id: &str) -> ManagerConfig {
    let values = &config.values;
    ManagerConfig {
        log_dirs: config.log_dirs.clone(),
        durability: config.durability,
        recovery_threads: usize::try_from(values.int("num.recovery.threads.per.data.dir")).unwrap_or(1),
        checkpoint_interval_ms: values.int("log.flush.offset.checkpoint.interval.ms"),
        high_watermark_checkpoint_interval_ms: values.int("replica.high.watermark.checkpoint.interval.ms"),
        retention_check_interval_ms: values.int("log.retention.check.interval.ms"),
        producer_id_expiration_ms: values.int("producer.id.expiration.ms"),
        cleaner_dedupe_bytes: u64::try_from(values.int("log.cleaner.dedupe.buffer.size")).unwrap_or(0),
        ..ManagerConfig::new(config.log_dirs[0].clone(), cluster_id, config.node_id)
    }
}

/// Ids of producers in the logs that this cluster has not given out yet.
fn taken_producer_ids(image: &MetadataImage, logs: &LogManager) -> BTreeSet<i64> {
    let next = image.next_producer_id();
    let ids = |log: &Arc<PartitionLog>| log.producers().into_iter().map(|producer| producer.producer_id.0);
    logs.logs().iter().flat_map(ids).filter(|id| *id >= next).collect()
}

fn session_slots(config: &BrokerConfig) -> usize {
    usize::try_from(config.values.int("max.incremental.fetch.session.cache.slots")).unwrap_or(0)
}

/// A broker that is there serves, until it stops.
fn health(broker: &Arc<Broker>) -> HealthCheck {
    let watched = Arc::downgrade(broker);
    Arc::new(move || match watched.upgrade() {
        Some(broker) if !broker.shutdown.is_triggered() => Ok(()),
        _ => Err("the broker is stopping".to_owned()),
    })
}

/// The cluster's id; of a new cluster that of the first log directory that has one, or a new one.
fn cluster_id(config: &BrokerConfig, image: &MetadataImage) -> Result<ByteString, StartError> {
    if let Some(id) = image.cluster_id() {
        return Ok(id.clone());
    }
    for dir in &config.log_dirs {
        let path = dir.join("meta.properties");
        if let Some(id) = read_cluster_id(&path)? {
            return Ok(id.into());
        }
    }
    Ok(format_uuid(Uuid::new_v4()).into())
}

fn read_cluster_id(path: &Path) -> Result<Option<String>, StartError> {
    let failed = |source| StartError::File { path: path.display().to_string(), source };
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(error)),
    };
    let properties = Properties::parse(&text)
        .map_err(|error| failed(io::Error::new(io::ErrorKind::InvalidData, error.to_string())))?;
    Ok(properties.get("cluster.id").map(str::to_owned))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logs_are_opened_and_checkpointed_as_the_settings_say() {
        let of = |text: &str| {
            let properties = Properties::parse(text).expect("parses");
            let config = BrokerConfig::from_properties(&properties).expect("valid settings");
            let manager = manager_config(&config, "cluster");
            (manager.recovery_threads, manager.high_watermark_checkpoint_interval_ms)
        };
        let usual = ManagerConfig::new("/d".into(), "cluster", 1);
        assert_eq!((usual.recovery_threads, usual.high_watermark_checkpoint_interval_ms), (2, 5000));
        assert_eq!(of(""), (2, 5000), "Kafka's defaults");
        let given =
            "num.recovery.threads.per.data.dir=7\nreplica.high.watermark.checkpoint.interval.ms=60000";
        assert_eq!(of(given), (7, 60_000));
    }
}
