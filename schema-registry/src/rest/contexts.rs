//! `/contexts`

use super::answer::{Answer, json_answer};
use super::parameters::{Query, page, text};
use crate::error::RegistryError;
use crate::registry::Registry;
use crate::subject::DEFAULT_CONTEXT;
use axum::extract::State;
use serde_json::json;
use std::collections::BTreeSet;
use std::sync::Arc;

/// `GET /contexts`: the default one is always there.
pub(super) async fn list(State(registry): State<Arc<Registry>>, query: Query) -> Answer {
    let snapshot = registry.store.snapshot();
    let mut names: BTreeSet<&str> = snapshot.contexts.keys().map(|name| &**name).collect();
    names.insert(DEFAULT_CONTEXT);
    let prefix = text(&query, "contextPrefix").unwrap_or("");
    let names: Vec<&str> = names.into_iter().filter(|name| name.starts_with(prefix)).collect();
    json_answer(&json!(page(&query, names)?))
}

/// `DELETE /contexts/{context}`
pub(super) async fn delete() -> Answer {
    Err(RegistryError::NotImplemented("Deleting a context".into()))
}
