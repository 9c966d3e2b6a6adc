//! `/connectors/{c}/offsets` (KIP-875).

use std::sync::Arc;

use aqueduct_plugin_api::bounded_json::{Bounds, flat};
use axum::extract::{Path, State};
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::answer::{self, Outcome};
use super::body::{content, invalid, parse};
use super::call::Call;
use super::routes::RestState;
use crate::herder::error::HerderError;

/// The most values in a body: some 1,600 partitions with their offsets.
const MAX_VALUES: usize = 8_000;

type Shared = State<Arc<RestState>>;

/// `GET /connectors/{c}/offsets`.
pub(crate) async fn list(State(state): Shared, Path(name): Path<String>, _call: Call) -> Outcome {
    let offsets = state.herder.connector_offsets(&name).await?;
    answer::ok(&json!({ "offsets": offsets }))
}

/// `PATCH /connectors/{c}/offsets`.
pub(crate) async fn alter(State(state): Shared, Path(name): Path<String>, call: Call) -> Response {
    let outcome = alter_here(&state, &name, &call).await;
    call.finish(&state, outcome).await
}

async fn alter_here(state: &RestState, name: &str, call: &Call) -> Outcome {
    message(state.herder.alter_offsets(name, parse_alter(&call.body)?).await)
}

/// The body of an alteration: partitions with the offsets that they are to have.
pub(crate) fn parse_alter(body: &[u8]) -> Result<Vec<(Json, Json)>, HerderError> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Given {
        offsets: Option<Vec<Entry>>,
    }
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Entry {
        #[serde(default, deserialize_with = "flat")]
        partition: Json,
        #[serde(default, deserialize_with = "flat")]
        offset: Json,
    }
    Bounds::check(MAX_VALUES, content(body)?).map_err(|error| invalid(&error))?;
    let given: Option<Given> = parse(body)?;
    let entries = given.and_then(|given| given.offsets).unwrap_or_default();
    Ok(entries.into_iter().map(|entry| (entry.partition, entry.offset)).collect())
}

/// `DELETE /connectors/{c}/offsets`.
pub(crate) async fn reset(State(state): Shared, Path(name): Path<String>, call: Call) -> Response {
    let outcome = message(state.herder.reset_offsets(&name).await);
    call.finish(&state, outcome).await
}

fn message(outcome: Result<String, HerderError>) -> Outcome {
    outcome.and_then(|message| answer::ok(&json!({ "message": message })))
}
