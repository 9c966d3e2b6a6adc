//! `/` and `/v1/metadata`: what this server is.

use super::answer::{Answer, json_answer};
use crate::registry::Registry;
use axum::extract::State;
use serde_json::json;
use std::sync::Arc;

/// The release of Confluent's registry whose interface this is.
const INTERFACE: &str = "8.3.1";

/// `GET /` and `POST /`
pub(super) async fn root() -> Answer {
    json_answer(&json!({}))
}

/// `GET /v1/metadata/id`
pub(super) async fn id(State(registry): State<Arc<Registry>>) -> Answer {
    let cluster = registry.store.cluster_id().unwrap_or_default();
    let clusters = json!({ "kafka-cluster": cluster, "schema-registry-cluster": "schema-registry" });
    json_answer(&json!({ "scope": { "path": [], "clusters": clusters }, "id": "" }))
}

/// `GET /v1/metadata/version`
pub(super) async fn version() -> Answer {
    json_answer(&json!({ "version": INTERFACE, "commitId": concat!("aqueduct-", env!("CARGO_PKG_VERSION")) }))
}
