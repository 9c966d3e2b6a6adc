//! A broker, workers on it, and what users do with them by REST.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use aqueduct_broker::{Broker, BrokerConfig, BrokerHandle};
use aqueduct_config::Properties;
use aqueduct_connect::{Worker, WorkerConfig, WorkerHandle};
use aqueduct_plugin_abi::PluginLibrary;
use aqueduct_service::Shutdown;
use serde_json::{Value as Json, json};

use crate::plugin::TestPlugin;

/// A Connect cluster of one or more workers with topics of its own.
pub(crate) struct Cluster {
    bootstrap: String,
    name: String,
    http: reqwest::Client,
    workers: Vec<(WorkerHandle, Shutdown)>,
    broker: Option<(BrokerHandle, Shutdown)>,
    folder: tempfile::TempDir,
}

static NEXT: AtomicU32 = AtomicU32::new(0);

/// How long a test waits for what must come.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

impl Cluster {
    /// A broker without workers.
    pub(crate) async fn start() -> Self {
        if let Ok(filter) = std::env::var("AQUEDUCT_TEST_LOG") {
            aqueduct_service::telemetry::init(&filter, aqueduct_service::telemetry::LogFormat::Text);
        }
        let folder = tempfile::tempdir().unwrap();
        let unique = format!("{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let (bootstrap, broker) = match std::env::var("AQUEDUCT_BOOTSTRAP") {
            Ok(bootstrap) => (bootstrap, None),
            Err(_) => {
                let (bootstrap, broker) = start_broker(folder.path().join("broker")).await;
                (bootstrap, Some(broker))
            }
        };
        Self {
            bootstrap,
            name: format!("connect-test-{unique}"),
            http: reqwest::Client::new(),
            workers: Vec::new(),
            broker,
            folder,
        }
    }

    /// A broker and one worker.
    pub(crate) async fn with_worker() -> Self {
        let mut cluster = Self::start().await;
        cluster.add_worker("").await;
        cluster
    }

    /// A name that no other test has.
    pub(crate) fn unique(&self, name: &str) -> String {
        format!("{name}-{}", self.name)
    }

    /// The topic in which its workers keep `configs`, `offsets` or `status`.
    pub(crate) fn internal_topic(&self, what: &str) -> String {
        format!("{}-{what}", self.name)
    }

    /// The settings of a distributed worker of this cluster.
    pub(crate) fn settings(&self, more: &str) -> WorkerConfig {
        let name = &self.name;
        let text = format!(
            "bootstrap.servers={}\ngroup.id={name}\nconfig.storage.topic={name}-configs\n\
             offset.storage.topic={name}-offsets\nstatus.storage.topic={name}-status\n\
             config.storage.replication.factor=1\noffset.storage.replication.factor=1\n\
             status.storage.replication.factor=1\noffset.storage.partitions=3\nstatus.storage.partitions=2\n\
             key.converter=org.apache.kafka.connect.json.JsonConverter\nkey.converter.schemas.enable=false\n\
             value.converter=org.apache.kafka.connect.json.JsonConverter\nvalue.converter.schemas.enable=false\n\
             listeners=http://127.0.0.1:0\noffset.flush.interval.ms=200\nfailed.task.restart.backoff.ms=50\n\
             session.timeout.ms=6000\nheartbeat.interval.ms=500\nplugin.call.timeout.ms=2000\n{more}",
            self.bootstrap
        );
        WorkerConfig::distributed(&Properties::parse(&text).unwrap()).unwrap()
    }

    /// Starts a worker, with further settings.
    pub(crate) async fn add_worker(&mut self, more: &str) {
        let config = self.settings(more);
        let shutdown = Shutdown::new();
        let linked = vec![PluginLibrary::linked(TestPlugin).unwrap()];
        let worker = Worker::start_distributed(config, linked, shutdown.clone()).await.unwrap();
        self.workers.push((worker, shutdown));
        let at = self.workers.len() - 1;
        self.wait_for(|| async { self.get_of(at, "/health").await.0 == 200 }, "the worker to be healthy")
            .await;
    }

    /// Starts a worker in a runtime of its own: dropping that is as sudden an end as SIGKILL.
    pub(crate) async fn start_doomed_worker(&self) -> tokio::runtime::Runtime {
        let config = self.settings("");
        let started = tokio::task::spawn_blocking(move || {
            let runtime =
                tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
            let linked = vec![PluginLibrary::linked(TestPlugin).unwrap()];
            runtime.block_on(Worker::start_distributed(config, linked, Shutdown::new())).unwrap();
            runtime
        });
        started.await.unwrap()
    }

    /// Starts a standalone worker with its offsets in a file of this test's folder, in place of the distributed ones.
    pub(crate) async fn add_standalone(&mut self, connectors: &[PathBuf]) {
        let text = format!(
            "bootstrap.servers={}\nkey.converter=StringConverter\nvalue.converter=StringConverter\n\
             listeners=http://127.0.0.1:0\noffset.flush.interval.ms=200\noffset.storage.file.filename={}\n",
            self.bootstrap,
            self.folder().join("standalone.offsets").display()
        );
        let config = WorkerConfig::standalone(&Properties::parse(&text).unwrap()).unwrap();
        let shutdown = Shutdown::new();
        let linked = vec![PluginLibrary::linked(TestPlugin).unwrap()];
        let worker = Worker::start_standalone(config, connectors, linked, shutdown.clone()).await.unwrap();
        self.workers.push((worker, shutdown));
    }

    /// A folder of this test's own.
    pub(crate) fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// A client of the broker.
    pub(crate) async fn client(&self) -> aqueduct_client::Client {
        aqueduct_client::Client::connect(aqueduct_client::ClientConfig::new(&self.bootstrap)).await.unwrap()
    }

    /// Stops the broker under the workers.
    pub(crate) async fn stop_broker(&mut self) {
        if let Some((broker, shutdown)) = self.broker.take() {
            shutdown.trigger();
            broker.wait().await.expect("it stops because it was asked to");
        }
    }

    /// Stops one worker in order.
    pub(crate) async fn stop_worker(&mut self, at: usize) {
        let (worker, _) = self.workers.remove(at);
        worker.stop().await;
    }

    /// Stops everything in order.
    pub(crate) async fn stop(mut self) {
        while !self.workers.is_empty() {
            self.stop_worker(0).await;
        }
        self.stop_broker().await;
    }

    /// A request to a worker: status and JSON (null for an empty body).
    pub(crate) async fn call_of(
        &self,
        at: usize,
        method: &str,
        path: &str,
        body: Option<Json>,
    ) -> (u16, Json) {
        let url = format!("http://{}{path}", self.workers[at].0.rest_addr());
        let mut request = self.http.request(method.parse().unwrap(), url);
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body.to_string());
        }
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        let text = response.text().await.unwrap();
        (status, serde_json::from_str(&text).unwrap_or(Json::Null))
    }

    pub(crate) async fn call(&self, method: &str, path: &str, body: Option<Json>) -> (u16, Json) {
        self.call_of(0, method, path, body).await
    }

    pub(crate) async fn get_of(&self, at: usize, path: &str) -> (u16, Json) {
        self.call_of(at, "GET", path, None).await
    }

    pub(crate) async fn get(&self, path: &str) -> (u16, Json) {
        self.get_of(0, path).await
    }

    /// Creates a connector; the class is one of the test plug-in's.
    pub(crate) async fn create(&self, name: &str, class: &str, config: Json) {
        let (status, answer) = self.try_create(name, class, config).await;
        assert_eq!(status, 201, "{answer}");
    }

    pub(crate) async fn try_create(&self, name: &str, class: &str, mut config: Json) -> (u16, Json) {
        config["connector.class"] = json!(class);
        self.call("POST", "/connectors", Some(json!({ "name": name, "config": config }))).await
    }

    /// Waits until a connector and so many tasks are in a state.
    pub(crate) async fn wait_for_state(&self, name: &str, tasks: usize, state: &str) {
        let reached = || async {
            let (_, status) = self.get(&format!("/connectors/{name}/status")).await;
            let all = status["tasks"].as_array().cloned().unwrap_or_default();
            status["connector"]["state"] == state
                && all.len() == tasks
                && all.iter().all(|task| task["state"] == state)
        };
        self.wait_for(reached, &format!("{name} with {tasks} tasks to be {state}")).await;
    }

    /// Waits for a condition.
    pub(crate) async fn wait_for<F: Future<Output = bool>>(&self, reached: impl Fn() -> F, what: &str) {
        let began = Instant::now();
        while !reached().await {
            assert!(began.elapsed() < PATIENCE, "waited in vain for {what}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

async fn start_broker(data: PathBuf) -> (String, (BrokerHandle, Shutdown)) {
    std::fs::create_dir_all(&data).unwrap();
    let text = format!(
        "node.id=1\nprocess.roles=broker,controller\nlisteners=PLAINTEXT://127.0.0.1:0\nlog.dirs={}\n\
         offsets.topic.num.partitions=2\noffsets.topic.replication.factor=1\ngroup.initial.rebalance.delay.ms=0\nadmin.listener=\n",
        data.display()
    );
    let config = BrokerConfig::from_properties(&Properties::parse(&text).unwrap()).unwrap();
    let shutdown = Shutdown::new();
    let broker = Broker::start(config, shutdown.clone()).await.unwrap();
    let address = broker.listeners()[0].1.to_string();
    (address, (broker, shutdown))
}
