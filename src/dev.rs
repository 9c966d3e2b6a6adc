//! `aqueduct dev`: broker, schema registry and Connect in one process, on loopback, with one data folder.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::Context;
use aqueduct_broker::{Broker, BrokerConfig, BrokerHandle};
use aqueduct_config::Properties;
use aqueduct_connect::{Worker, WorkerConfig, WorkerHandle};
use aqueduct_schema_registry::{RegistryConfig, SchemaRegistry};
use aqueduct_service::Shutdown;
use clap::Args;

use crate::ready;
use crate::registry::DRAIN;

/// Where the servers listen and keep their data.
#[derive(Debug, Clone, Args)]
pub(crate) struct DevOptions {
    /// Folder of all data; made if it does not exist. A second start goes on with what is there.
    #[arg(long, value_name = "DIR", default_value = "aqueduct-data")]
    pub(crate) data_dir: PathBuf,

    /// Port of the broker (Kafka protocol); 0 lets the system choose.
    #[arg(long, value_name = "PORT", default_value_t = 9092)]
    broker_port: u16,

    /// Port of the schema registry; 0 lets the system choose.
    #[arg(long, value_name = "PORT", default_value_t = 8081)]
    registry_port: u16,

    /// Port of Connect's REST API; 0 lets the system choose.
    #[arg(long, value_name = "PORT", default_value_t = 8083)]
    connect_port: u16,

    /// Port of /metrics and /health; 0 lets the system choose.
    #[arg(long, value_name = "PORT", default_value_t = 8080)]
    admin_port: u16,
}

/// Runs the servers until shutdown.
pub(crate) async fn run(options: DevOptions, shutdown: Shutdown) -> anyhow::Result<()> {
    let servers = Servers::start(&options, &shutdown).await?;
    servers.announce();
    shutdown.triggered().await;
    servers.stop().await
}

/// The three servers, each with a shutdown signal of its own: they stop in the order in which they need each other.
pub(crate) struct Servers {
    broker: BrokerHandle,
    registry: SchemaRegistry,
    connect: WorkerHandle,
    stop_broker: Shutdown,
}

impl Servers {
    /// Starts broker, registry and Connect, in this order. A broker that stops by itself raises `shutdown`.
    pub(crate) async fn start(options: &DevOptions, shutdown: &Shutdown) -> anyhow::Result<Self> {
        std::fs::create_dir_all(&options.data_dir)
            .with_context(|| format!("data folder {}", options.data_dir.display()))?;
        let stop_broker = Shutdown::new();
        let config = BrokerConfig::from_properties(&broker_settings(options))?;
        let broker = Broker::start(config, stop_broker.clone()).await.context("the broker does not start")?;
        let bootstrap = broker_address(&broker).to_string();
        let (broker_stops, all_stop) = (stop_broker.clone(), shutdown.clone());
        tokio::spawn(async move {
            broker_stops.triggered().await;
            all_stop.trigger();
        });

        let properties = registry_settings(options, &bootstrap);
        let config = RegistryConfig::parse(|key| properties.get(key))?;
        let registry = SchemaRegistry::start(config, Shutdown::new());
        let registry = registry.await.context("the schema registry does not start")?;

        let config = WorkerConfig::distributed(&connect_settings(options, &bootstrap))?;
        let connect = Worker::start_distributed(config, Vec::new(), Shutdown::new());
        let connect = connect.await.context("Connect does not start")?;
        until_it_takes_writes(&format!("http://{}/health", connect.rest_addr())).await?;
        Ok(Self { broker, registry, connect, stop_broker })
    }

    /// Says where everything is.
    pub(crate) fn announce(&self) {
        let mut addresses = vec![
            ("broker", self.broker().to_string()),
            ("registry", self.registry_url()),
            ("connect", self.connect_url()),
        ];
        if let Some(admin) = self.broker.admin() {
            addresses.push(("admin", format!("http://{admin}")));
        }
        ready::announce(&addresses);
    }

    /// Where the broker listens.
    pub(crate) fn broker(&self) -> SocketAddr {
        broker_address(&self.broker)
    }

    /// Where the registry listens.
    pub(crate) fn registry_url(&self) -> String {
        self.registry.addresses().first().map(|address| format!("http://{address}")).unwrap_or_default()
    }

    /// Where Connect listens.
    pub(crate) fn connect_url(&self) -> String {
        format!("http://{}", self.connect.rest_addr())
    }

    /// Stops the servers, whoever needs another first:
    ///
    /// 1. Connect: tasks stop, what they wrote is acknowledged, offsets are committed.
    /// 2. The registry: requests are answered.
    /// 3. The broker: see [`BrokerHandle::wait`].
    ///
    /// # Errors
    /// The broker had stopped by itself.
    pub(crate) async fn stop(self) -> anyhow::Result<()> {
        self.connect.stop().await;
        self.registry.stop(DRAIN).await;
        self.stop_broker.trigger();
        self.broker.wait().await.context("the broker has stopped")
    }
}

/// Waits until Connect has joined its group, so that whoever reads `ready` can create a connector. It takes a moment;
/// should it take long, the other servers are of use meanwhile.
async fn until_it_takes_writes(health: &str) -> anyhow::Result<()> {
    let http = reqwest::Client::builder().timeout(Duration::from_secs(1)).build()?;
    let deadline = Instant::now() + Duration::from_secs(10);
    while Instant::now() < deadline {
        if http.get(health).send().await.is_ok_and(|answer| answer.status().is_success()) {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    tracing::warn!("Connect has not joined its group yet; it takes no writes until then");
    Ok(())
}

fn broker_address(broker: &BrokerHandle) -> SocketAddr {
    broker.listeners().first().map(|(_, address)| *address).expect("a broker has a listener")
}

fn settings(pairs: &[(&str, String)]) -> Properties {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect()
}

fn broker_settings(options: &DevOptions) -> Properties {
    settings(&[
        ("listeners", format!("PLAINTEXT://127.0.0.1:{}", options.broker_port)),
        ("admin.listener", format!("http://127.0.0.1:{}", options.admin_port)),
        ("log.dirs", options.data_dir.join("broker").display().to_string()),
        // One process on one machine: nobody else is about to join a new group.
        ("group.initial.rebalance.delay.ms", "0".to_owned()),
        ("offsets.topic.num.partitions", "4".to_owned()),
    ])
}

fn registry_settings(options: &DevOptions, bootstrap: &str) -> Properties {
    settings(&[
        ("listeners", format!("http://127.0.0.1:{}", options.registry_port)),
        ("kafkastore.bootstrap.servers", bootstrap.to_owned()),
        ("kafkastore.topic.replication.factor", "1".to_owned()),
    ])
}

fn connect_settings(options: &DevOptions, bootstrap: &str) -> Properties {
    let json = "org.apache.kafka.connect.json.JsonConverter".to_owned();
    settings(&[
        ("bootstrap.servers", bootstrap.to_owned()),
        ("listeners", format!("http://127.0.0.1:{}", options.connect_port)),
        ("group.id", "aqueduct-connect".to_owned()),
        ("config.storage.topic", "connect-configs".to_owned()),
        ("config.storage.replication.factor", "1".to_owned()),
        ("offset.storage.topic", "connect-offsets".to_owned()),
        ("offset.storage.replication.factor", "1".to_owned()),
        ("offset.storage.partitions", "4".to_owned()),
        ("status.storage.topic", "connect-status".to_owned()),
        ("status.storage.replication.factor", "1".to_owned()),
        ("status.storage.partitions", "2".to_owned()),
        ("key.converter", json.clone()),
        ("value.converter", json),
        ("offset.flush.interval.ms", "1000".to_owned()),
        // The broker is in the same process: records waiting for it need no more than this.
        ("producer.buffer.memory", (8 << 20).to_string()),
        // Sinks that read topics by a pattern find new ones within this time.
        ("metadata.max.age.ms", "2000".to_owned()),
    ])
}
