//! A running registry: its log read, its listeners served.

use crate::config::RegistryConfig;
use crate::log::{RecordLogs, TopicLogs};
use crate::registry::Registry;
use crate::rest::router;
use crate::store::{OpenError, Store};
use aqueduct_client::ClientConfig;
use aqueduct_service::admin::{AdminBindError, AdminPort, HealthCheck};
use aqueduct_service::http::HttpServer;
use aqueduct_service::{Shutdown, Tasks};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

/// Why a registry does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// An address cannot be listened on.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// The address.
        address: String,
        /// Why.
        source: std::io::Error,
    },
    /// `metrics.listener` cannot be listened on.
    #[error(transparent)]
    Metrics(#[from] AdminBindError),
    /// It was asked to stop before it had read its log.
    #[error("stopped before it had started")]
    Stopped,
    /// The log cannot be read.
    #[error(transparent)]
    Open(#[from] OpenError),
}

/// A registry that serves.
#[derive(Debug)]
pub struct SchemaRegistry {
    addresses: Vec<SocketAddr>,
    metrics: Option<AdminPort>,
    tasks: Tasks,
}

impl SchemaRegistry {
    /// Starts a registry on a Kafka cluster and returns once it answers. It ends with `shutdown`.
    ///
    /// # Errors
    /// A listener is taken, or `_schemas` cannot be used or was not read within `kafkastore.init.timeout.ms`.
    pub async fn start(config: RegistryConfig, shutdown: Shutdown) -> Result<SchemaRegistry, StartError> {
        let client = ClientConfig {
            client_id: "schema-registry".into(),
            ..ClientConfig::new(&config.bootstrap_servers.join(","))
        };
        let (topic, replication_factor) = (config.topic.clone(), config.replication_factor);
        SchemaRegistry::start_on(&TopicLogs { client, topic, replication_factor }, config, shutdown).await
    }

    /// Starts a registry on any log.
    ///
    /// # Errors
    /// As [`SchemaRegistry::start`].
    pub async fn start_on(
        logs: &dyn RecordLogs,
        config: RegistryConfig,
        shutdown: Shutdown,
    ) -> Result<SchemaRegistry, StartError> {
        // Opened before the log is read: whoever watches the registry is told that it is starting.
        let metrics = AdminPort::open(config.metrics.as_ref(), config.http).await?;
        let mut servers = Vec::new();
        let mut addresses = Vec::new();
        for listener in &config.listeners {
            let address = listener.bind_address();
            let told = |source| StartError::Listen { address: address.clone(), source };
            let server = HttpServer::bind(&address, config.http).await.map_err(told)?;
            addresses.push(server.local_addr().map_err(told)?);
            servers.push(server);
        }
        let store = tokio::select! {
            opened = Store::open(logs, config.timeout, config.init_timeout) => opened?,
            () = shutdown.triggered() => return Err(StartError::Stopped),
        };
        let subjects = store.snapshot().subjects.len();
        let registry = Arc::new(Registry::new(store, config));
        let tasks = Tasks::new("schema-registry", shutdown.child());
        let (repair, ended) = (registry.store.clone().keep_repaired(), tasks.shutdown().clone());
        tasks.spawn("repair", async move {
            tokio::select! {
                () = ended.triggered() => {}
                () = repair => {}
            }
        });
        for (server, address) in servers.into_iter().zip(&addresses) {
            tracing::info!("schema registry on http://{address}, {subjects} subjects");
            let serve = server.serve(router(registry.clone()), tasks.shutdown().clone());
            tasks.spawn(format!("http {address}"), serve);
        }
        if let Some(metrics) = &metrics {
            metrics.started(health(tasks.shutdown().clone()));
        }
        Ok(SchemaRegistry { addresses, metrics, tasks })
    }

    /// The addresses it listens on, in the order of `listeners`.
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// Where `/metrics` and `/health` are served.
    pub fn metrics_address(&self) -> Option<SocketAddr> {
        self.metrics.as_ref().map(AdminPort::address)
    }

    /// Ends it: requests that are being answered have `within` to end.
    pub async fn stop(self, within: Duration) {
        self.tasks.stop(within).await;
        if let Some(metrics) = self.metrics {
            metrics.close().await;
        }
    }
}

/// A registry that has read its log is fit, until it stops.
fn health(shutdown: Shutdown) -> HealthCheck {
    Arc::new(move || match shutdown.is_triggered() {
        true => Err("the registry is stopping".to_owned()),
        false => Ok(()),
    })
}
