//! The whole registry over TCP on a real topic: of our own broker, and of the cluster that `AQUEDUCT_BOOTSTRAP` names.

use aqueduct_broker::{Broker, BrokerConfig};
use aqueduct_config::Properties;
use aqueduct_schema_registry::{RegistryConfig, SchemaRegistry, StartError};
use aqueduct_service::Shutdown;
use serde_json::{Value, json};
use std::time::Duration;

/// A registry that listens on a port of the system's choice.
struct Running {
    registry: SchemaRegistry,
    url: String,
    client: reqwest::Client,
}

async fn start(bootstrap: &str, topic: &str) -> Result<Running, StartError> {
    let config = RegistryConfig::parse(|name| match name {
        "kafkastore.bootstrap.servers" => Some(bootstrap),
        "kafkastore.topic" => Some(topic),
        "listeners" => Some("http://127.0.0.1:0"),
        _ => None,
    });
    let registry = SchemaRegistry::start(config.unwrap(), Shutdown::new()).await?;
    let url = format!("http://{}", registry.addresses()[0]);
    Ok(Running { registry, url, client: reqwest::Client::new() })
}

impl Running {
    async fn call(&self, method: reqwest::Method, path: &str, body: Option<Value>) -> Value {
        let mut request = self.client.request(method, format!("{}{path}", self.url));
        if let Some(body) = body {
            request = request.json(&body);
        }
        request.send().await.unwrap().json().await.unwrap()
    }

    async fn get(&self, path: &str) -> Value {
        self.call(reqwest::Method::GET, path, None).await
    }

    async fn register(&self, subject: &str, schema: &str) -> Value {
        let body = json!({ "schema": schema });
        self.call(reqwest::Method::POST, &format!("/subjects/{subject}/versions"), Some(body)).await["id"]
            .clone()
    }

    async fn everything(&self) -> Vec<Value> {
        let paths = ["/schemas?deleted=true", "/config", "/config/s", "/contexts", "/schemas/ids/2/versions"];
        let mut answers = Vec::new();
        for path in paths {
            answers.push(self.get(path).await);
        }
        answers
    }

    async fn stop(self) {
        self.registry.stop(Duration::from_secs(5)).await;
    }
}

/// Registers, deletes, configures; a new registry on the topic finds all of it and gives no id twice.
async fn survives_a_restart(bootstrap: &str) {
    let topic = format!("_schemas-{}", uuid::Uuid::new_v4().simple());
    let registry = start(bootstrap, &topic).await.unwrap();
    assert_eq!(registry.register("s", "\"int\"").await, 1);
    assert_eq!(registry.register("s", "\"long\"").await, 2);
    assert_eq!(registry.register("t", "\"long\"").await, 2);
    assert_eq!(registry.register("gone", "\"bytes\"").await, 3);
    let put = reqwest::Method::PUT;
    registry.call(put, "/config/s", Some(json!({ "compatibility": "NONE" }))).await;
    for path in ["/subjects/s/versions/1", "/subjects/gone", "/subjects/gone?permanent=true"] {
        registry.call(reqwest::Method::DELETE, path, None).await;
    }
    let cluster = &registry.get("/v1/metadata/id").await["scope"]["clusters"]["kafka-cluster"];
    assert!(cluster.as_str().is_some_and(|id| !id.is_empty()));
    let before = registry.everything().await;
    registry.stop().await;

    let registry = start(bootstrap, &topic).await.unwrap();
    assert_eq!(registry.everything().await, before);
    assert_eq!(registry.register("gone", "\"string\"").await, 4);
    registry.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restart_on_our_own_broker_finds_everything() {
    let data = tempfile::tempdir().unwrap();
    let settings =
        format!("listeners=PLAINTEXT://127.0.0.1:0\nadmin.listener=\nlog.dirs={}", data.path().display());
    let config = BrokerConfig::from_properties(&Properties::parse(&settings).unwrap()).unwrap();
    let shutdown = Shutdown::new();
    let broker = Broker::start(config, shutdown.clone()).await.unwrap();
    let bootstrap = broker.listeners()[0].1.to_string();
    survives_a_restart(&bootstrap).await;
    shutdown.trigger();
    broker.wait().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restart_on_a_given_cluster_finds_everything() {
    let Ok(bootstrap) = std::env::var("AQUEDUCT_BOOTSTRAP") else {
        aqueduct_tests::skip::here("no Kafka cluster in AQUEDUCT_BOOTSTRAP");
        return;
    };
    survives_a_restart(&bootstrap).await;
}
