//! `/connector-plugins`.

use std::sync::Arc;

use axum::extract::{Path, State};

use super::answer::{self, Outcome};
use super::body::{parse_config, without_nulls};
use super::call::Call;
use super::routes::RestState;

type Shared = State<Arc<RestState>>;

/// `GET /connector-plugins`.
pub(crate) async fn list(State(state): Shared, call: Call) -> Outcome {
    let connectors_only = call.param("connectorsOnly").is_none_or(|value| value.eq_ignore_ascii_case("true"));
    answer::ok(&state.herder.plugins(connectors_only))
}

/// `GET /connector-plugins/{p}/config`.
pub(crate) async fn config(State(state): Shared, Path(plugin): Path<String>, call: Call) -> Outcome {
    answer::ok(&state.herder.plugin_config(&plugin, call.param("version"))?)
}

/// `PUT /connector-plugins/{p}/config/validate`.
pub(crate) async fn validate(State(state): Shared, Path(plugin): Path<String>, call: Call) -> Outcome {
    let config = without_nulls(parse_config(&call.body)?)?;
    answer::ok(&state.herder.validate(&plugin, &config).await?)
}
