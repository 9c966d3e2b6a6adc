//! The registry through its REST interface, on a log in memory: Confluent's answers, and what survives a restart.

#![allow(clippy::unwrap_used)]

use aqueduct_schema_registry::RegistryConfig;
use aqueduct_schema_registry::log::MemoryLog;
use aqueduct_schema_registry::registry::Registry;
use aqueduct_schema_registry::rest::router;
use aqueduct_schema_registry::store::Store;
use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use tower::ServiceExt;

mod answers;
mod durability;
mod hostile;
mod levels;
mod model;
mod observed;
mod topic;

/// A registry on a log.
struct Fixture {
    log: MemoryLog,
    router: Router,
}

impl Fixture {
    async fn new() -> Fixture {
        Fixture::on(MemoryLog::new(), &[]).await
    }

    async fn with(settings: &[(&'static str, &'static str)]) -> Fixture {
        Fixture::on(MemoryLog::new(), settings).await
    }

    async fn on(log: MemoryLog, settings: &[(&'static str, &'static str)]) -> Fixture {
        let given = |name: &str| match settings.iter().find(|(key, _)| *key == name) {
            Some((_, value)) => Some(*value),
            None if name == "kafkastore.bootstrap.servers" => Some("127.0.0.1:9092"),
            None => None,
        };
        let config = RegistryConfig::parse(given).unwrap();
        let store = Store::open(&log, Duration::from_secs(5), Duration::from_secs(5)).await.unwrap();
        let router = router(Arc::new(Registry::new(store, config)));
        Fixture { log, router }
    }

    /// The same log with a new process on it.
    async fn restarted(self) -> Fixture {
        self.log.disconnect();
        Fixture::on(self.log, &[]).await
    }

    async fn send(&self, request: Request<Body>) -> Response<Body> {
        self.router.clone().oneshot(request).await.unwrap()
    }

    /// Status and body of an answer.
    async fn call(&self, method: &str, path: &str, body: Option<&Value>) -> (u16, Value) {
        let mut request = Request::builder().method(method).uri(path);
        let body = match body {
            Some(body) => {
                request = request.header("content-type", "application/vnd.schemaregistry.v1+json");
                Body::from(body.to_string())
            }
            None => Body::empty(),
        };
        answer(self.send(request.body(body).unwrap()).await).await
    }

    async fn get(&self, path: &str) -> (u16, Value) {
        self.call("GET", path, None).await
    }

    async fn delete(&self, path: &str) -> (u16, Value) {
        self.call("DELETE", path, None).await
    }

    async fn put(&self, path: &str, body: Value) -> (u16, Value) {
        self.call("PUT", path, Some(&body)).await
    }

    async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        self.call("POST", path, Some(&body)).await
    }

    /// Registers a schema; the answer's status, id and version.
    async fn register(&self, subject: &str, schema: &Value) -> (u16, i64, i64) {
        let body = json!({ "schema": schema.to_string() });
        let (status, answer) = self.post(&format!("/subjects/{subject}/versions"), body).await;
        (status, answer["id"].as_i64().unwrap_or(-1), answer["version"].as_i64().unwrap_or(-1))
    }
}

async fn answer(response: Response<Body>) -> (u16, Value) {
    let status = response.status().as_u16();
    let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
    let body = serde_json::from_slice(&bytes)
        .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(&bytes).into()));
    (status, body)
}

/// An error's body.
fn error(code: u32, message: &str) -> Value {
    json!({ "error_code": code, "message": message })
}

/// A record with int fields of these names; those that end in `?` have a default.
fn record(fields: &[&str]) -> Value {
    let field = |name: &&str| match name.strip_suffix('?') {
        Some(name) => json!({ "name": name, "type": "int", "default": 0 }),
        None => json!({ "name": name, "type": "int" }),
    };
    json!({ "type": "record", "name": "R", "fields": fields.iter().map(field).collect::<Vec<_>>() })
}
