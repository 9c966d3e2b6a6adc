//! A worker from start to stop.

use std::net::SocketAddr;
use std::panic::AssertUnwindSafe;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use aqueduct_client::{Client, ClientError};
use aqueduct_config::PropertiesError;
use aqueduct_plugin_abi::PluginLibrary;
use aqueduct_service::admin::{AdminBindError, AdminPort, HealthCheck};
use aqueduct_service::http::HttpServer;
use aqueduct_service::known_hosts::KnownHosts;
use aqueduct_service::tasks::panic_text;
use aqueduct_service::{Shutdown, Tasks};
use futures_util::FutureExt;

use crate::config::connector_file::ConnectorFile;
use crate::config::worker_config::{Mode, WorkerConfig};
use crate::herder::driver::Driver;
use crate::herder::forward::Forwarder;
use crate::herder::handle::{Herder, NameLocks};
use crate::herder::state::{HerderSettings, HerderState};
use crate::herder::task_configs::LatePublisher;
use crate::herder::view::SharedView;
use crate::membership::member::{Alone, Member};
use crate::membership::protocol::Version;
use crate::plugins::catalog::Catalog;
use crate::rest::routes::{RestState, router};
use crate::rest::safety::Guests;
use crate::storage::log::StorageError;
use crate::storage::status_store::StatusStore;
use crate::storage::stores::{Stores, file_stores, topic_stores};
use crate::worker::env::WorkerEnv;
use crate::worker::instances::Instances;

/// Starts workers.
#[derive(Debug)]
pub struct Worker;

/// A worker that runs. Dropping it does not stop it: raise the shutdown signal it was started with, or call
/// [`WorkerHandle::stop`].
#[derive(Debug)]
pub struct WorkerHandle {
    rest: SocketAddr,
    metrics: Option<SocketAddr>,
    shutdown: Shutdown,
    ended: tokio::task::JoinHandle<()>,
}

/// Why a worker does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The REST listener cannot be bound.
    #[error("REST listener {address}: {source}")]
    Listen {
        /// The address.
        address: String,
        /// The reason.
        source: std::io::Error,
    },
    /// `metrics.listener` cannot be bound.
    #[error(transparent)]
    Metrics(#[from] AdminBindError),
    /// The cluster cannot be reached.
    #[error("{0}")]
    Client(#[from] ClientError),
    /// An internal topic or the offset file cannot be used.
    #[error("{0}")]
    Storage(String),
    /// A connector file of a standalone worker.
    #[error("{path}: {reason}")]
    ConnectorFile {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A file cannot be read.
    #[error(transparent)]
    Properties(#[from] PropertiesError),
    /// The settings are for the other kind of worker, which is named.
    #[error("these are the settings of a {0} worker")]
    OtherMode(&'static str),
    /// The search for plug-ins was interrupted.
    #[error("looking for plug-ins: {0}")]
    Plugins(tokio::task::JoinError),
    /// The worker was asked to stop before it had reached the cluster.
    #[error("stopped before it had started")]
    Stopped,
    /// No requests to other workers can be made.
    #[error("{0}")]
    HttpClient(String),
}

impl From<StorageError> for StartError {
    fn from(error: StorageError) -> Self {
        Self::Storage(error.to_string())
    }
}

impl WorkerHandle {
    /// The address of the REST API.
    pub fn rest_addr(&self) -> SocketAddr {
        self.rest
    }

    /// Where `/metrics` and `/health` are served.
    pub fn metrics_addr(&self) -> Option<SocketAddr> {
        self.metrics
    }

    /// Stops the worker in order and waits for its end.
    pub async fn stop(self) {
        self.shutdown.trigger();
        self.ended().await;
    }

    /// Waits until the worker has ended, for whatever reason.
    pub async fn ended(self) {
        if let Err(error) = self.ended.await {
            tracing::error!("the worker ended badly: {error}");
        }
    }
}

impl Worker {
    /// Starts a member of a Connect cluster. `linked` are plug-ins that are part of the program.
    pub async fn start_distributed(
        config: WorkerConfig,
        linked: Vec<Arc<PluginLibrary>>,
        shutdown: Shutdown,
    ) -> Result<WorkerHandle, StartError> {
        let Mode::Distributed(distributed) = &config.mode else {
            return Err(StartError::OtherMode("standalone"));
        };
        let distributed = (**distributed).clone();
        let metrics = metrics_port(&config).await?;
        let reach = async {
            let client = Client::connect(config.client.clone()).await?;
            let stores = topic_stores(&client, &distributed).await?;
            Ok::<_, StartError>((client, stores))
        };
        let (client, stores) = unless_stopped(&shutdown, reach).await?;
        let member = Member::of_group(&client, &distributed);
        let running = start(config, linked, client, stores, member, metrics, shutdown).await?;
        Ok(running.handle)
    }

    /// Starts a worker of its own that runs the connectors of these files (`.json` or `.properties`).
    pub async fn start_standalone(
        config: WorkerConfig,
        connectors: &[PathBuf],
        linked: Vec<Arc<PluginLibrary>>,
        shutdown: Shutdown,
    ) -> Result<WorkerHandle, StartError> {
        let Mode::Standalone { offsets } = &config.mode else {
            return Err(StartError::OtherMode("distributed"));
        };
        let stores = file_stores(offsets)?;
        let metrics = metrics_port(&config).await?;
        let files = connectors.iter().map(|path| ConnectorFile::read(path)).collect::<Result<Vec<_>, _>>()?;
        let reach = async { Ok(Client::connect(config.client.clone()).await?) };
        let client = unless_stopped(&shutdown, reach).await?;
        let member = Member::Alone(Alone::default());
        let running = start(config, linked, client, stores, member, metrics, shutdown).await?;
        for ConnectorFile { path, name, config, initial_state } in files {
            if let Err(error) = running.herder.create(&name, config, initial_state).await {
                running.handle.stop().await;
                return Err(StartError::ConnectorFile { path, reason: error.to_string() });
            }
        }
        Ok(running.handle)
    }
}

/// Opened before the cluster is reached: whoever watches the worker is told that it is starting.
async fn metrics_port(config: &WorkerConfig) -> Result<Option<AdminPort>, AdminBindError> {
    AdminPort::open(config.metrics.as_ref(), config.rest.http).await
}

/// Waits for the cluster, which may take long, but no longer than until the worker is asked to stop.
async fn unless_stopped<T>(
    shutdown: &Shutdown,
    reach: impl Future<Output = Result<T, StartError>>,
) -> Result<T, StartError> {
    tokio::select! {
        reached = reach => reached,
        () = shutdown.triggered() => Err(StartError::Stopped),
    }
}

struct Running {
    handle: WorkerHandle,
    herder: Arc<Herder>,
}

async fn start(
    config: WorkerConfig,
    linked: Vec<Arc<PluginLibrary>>,
    client: Client,
    stores: Stores,
    member: Member,
    metrics: Option<AdminPort>,
    shutdown: Shutdown,
) -> Result<Running, StartError> {
    let address = config.rest.listener.bind_address();
    let listen = |source| StartError::Listen { address: address.clone(), source };
    let server = HttpServer::bind(&address, config.rest.http).await.map_err(listen)?;
    let rest_addr = server.local_addr().map_err(listen)?;
    let worker_id = advertised(&config, rest_addr);
    let url = format!("http://{worker_id}/");
    let config = Arc::new(config);
    let scanned = config.clone();
    let catalog = tokio::task::spawn_blocking(move || Catalog::new(linked, &scanned.plugin_path)).await;
    let catalog = Arc::new(catalog.map_err(StartError::Plugins)?);
    let env = Arc::new(WorkerEnv {
        config: config.clone(),
        client: client.clone(),
        catalog: catalog.clone(),
        configs: stores.configs.clone(),
        statuses: stores.statuses.clone(),
        offsets: stores.offsets.clone(),
        task_configs: LatePublisher::default(),
        worker_id,
        generation: (-1).into(),
    });
    // Work, herder and REST have signals of their own: they end one after the other.
    let work = Tasks::new("connect", Shutdown::new());
    let instances = Arc::new(Instances::new(env.clone(), work.clone()));
    let view = SharedView::new();
    let herder = Arc::new(Herder {
        config: config.clone(),
        catalog,
        configs: stores.configs,
        statuses: stores.statuses.clone(),
        offsets: stores.offsets,
        view: view.clone(),
        instances: instances.clone(),
        forwarder: Forwarder::new(&url).map_err(|error| StartError::HttpClient(error.to_string()))?,
        client: Some(client.clone()),
        locks: NameLocks::default(),
    });
    env.task_configs.set(herder.clone());
    if let Some(metrics) = &metrics {
        metrics.started(health(view.clone(), shutdown.clone()));
    }
    let driver = Driver {
        state: HerderState::new(herder_settings(&config, url)),
        env,
        instances: instances.clone(),
        view,
        member,
        config_events: stores.config_events,
        tasks: work.clone(),
    };
    let rest = Arc::new(RestState {
        herder: herder.clone(),
        cluster_id: client.cluster_id().map(|id| id.to_string()).unwrap_or_default(),
        guests: Guests {
            known: KnownHosts {
                loopback: config.rest.listener.is_loopback(),
                names: config.rest.allowed_hosts.clone(),
            },
            origin: config.rest.allow_origin.clone(),
        },
        allow_methods: config.rest.allow_methods.clone(),
        limits: config.rest.requests,
    });
    let metrics_addr = metrics.as_ref().map(AdminPort::address);
    let parts = Parts { server, rest, driver, instances, statuses: stores.statuses, work, client, metrics };
    let ended = tokio::spawn(serve(parts, shutdown.clone(), config.graceful_stop));
    tracing::info!("Connect worker: REST on http://{rest_addr}");
    Ok(Running { handle: WorkerHandle { rest: rest_addr, metrics: metrics_addr, shutdown, ended }, herder })
}

/// A worker is fit from its first assignment until it stops, as its own `/health` says.
fn health(view: SharedView, shutdown: Shutdown) -> HealthCheck {
    Arc::new(move || match (shutdown.is_triggered(), view.load().joined) {
        (true, _) => Err("the worker is stopping".to_owned()),
        (false, false) => Err("the worker has not joined its group and read its topics yet".to_owned()),
        (false, true) => Ok(()),
    })
}

struct Parts {
    server: HttpServer,
    rest: Arc<RestState>,
    driver: Driver,
    instances: Arc<Instances>,
    statuses: Arc<StatusStore>,
    work: Tasks,
    client: Client,
    metrics: Option<AdminPort>,
}

/// Runs a worker, and ends it in this order:
/// 1. REST takes no new connections and ends open requests.
/// 2. The herder takes no more decisions; the membership stays, so that nobody else begins with our work yet.
/// 3. Connectors and tasks stop: what is on its way is written, offsets are committed.
/// 4. The last statuses are written.
/// 5. The worker leaves the group: others take over at once.
/// 6. Connections are closed, the port for metrics last.
async fn serve(parts: Parts, shutdown: Shutdown, graceful: Duration) {
    let Parts { server, rest, driver, instances, statuses, work, client, metrics } = parts;
    let herder_stop = Shutdown::new();
    let writer_stop = Shutdown::new();
    let writer = tokio::spawn(statuses.run_writer(writer_stop.clone(), Duration::from_secs(5)));
    let herder = tokio::spawn(watched(driver.run(herder_stop.clone()), shutdown.clone()));
    server.serve(router(rest), shutdown).await;
    herder_stop.trigger();
    let member = herder.await;
    instances.stop_all(graceful + Duration::from_secs(1)).await;
    let late = work.stop(Duration::from_secs(1)).await;
    if !late.is_empty() {
        tracing::warn!("abandoned at stop: {}", late.join(", "));
    }
    writer_stop.trigger();
    if let Err(error) = writer.await {
        tracing::error!("the writer of statuses ended badly: {error}");
    }
    match member {
        Ok(Some(member)) => {
            if tokio::time::timeout(Duration::from_secs(5), member.leave()).await.is_err() {
                tracing::warn!("the group was not left in time");
            }
        }
        Ok(None) => {}
        Err(error) => tracing::error!("the herder ended badly: {error}"),
    }
    client.close();
    if let Some(metrics) = metrics {
        metrics.close().await;
    }
}

/// The herder. Should it panic, the worker ends: it is no member any more, and others run its work.
async fn watched<T>(herder: impl Future<Output = T>, shutdown: Shutdown) -> Option<T> {
    match AssertUnwindSafe(herder).catch_unwind().await {
        Ok(ended) => Some(ended),
        Err(panic) => {
            tracing::error!("the herder panicked, the worker stops: {}", panic_text(&*panic));
            shutdown.trigger();
            None
        }
    }
}

fn herder_settings(config: &WorkerConfig, url: String) -> HerderSettings {
    match &config.mode {
        Mode::Distributed(distributed) => HerderSettings {
            url,
            protocol: distributed.protocol,
            max_delay_ms: distributed.max_delay.as_millis() as i64,
        },
        Mode::Standalone { .. } => HerderSettings { url, protocol: Version::Compatible, max_delay_ms: 0 },
    }
}

/// `host:port` by which other workers reach this one.
fn advertised(config: &WorkerConfig, bound: SocketAddr) -> String {
    let rest = &config.rest;
    let port = rest.advertised_port.unwrap_or(bound.port());
    let listener =
        Some(rest.listener.host.clone()).filter(|host| !host.is_empty() && host != "0.0.0.0" && host != "::");
    let named =
        || std::fs::read_to_string("/proc/sys/kernel/hostname").ok().map(|name| name.trim().to_owned());
    let host =
        rest.advertised_host.clone().or(listener).or_else(named).unwrap_or_else(|| bound.ip().to_string());
    if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") }
}
