//! `/connectors/{c}/tasks`, and the internal requests between workers.

use std::sync::Arc;

use aqueduct_plugin_api::ConfigMap;
use axum::extract::{Path, State};
use axum::response::Response;
use http::StatusCode;

use super::answer::{self, Outcome};
use super::body::parse;
use super::call::Call;
use super::routes::RestState;
use crate::herder::error::HerderError;
use crate::herder::signing;
use crate::id::TaskId;

type Shared = State<Arc<RestState>>;

/// `GET /connectors/{c}/tasks`.
pub(crate) async fn list(State(state): Shared, Path(name): Path<String>, _call: Call) -> Outcome {
    answer::ok(&state.herder.tasks(&name)?)
}

/// `GET /connectors/{c}/tasks/{n}/status`.
pub(crate) async fn status(
    State(state): Shared,
    Path((name, task)): Path<(String, String)>,
    _call: Call,
) -> Outcome {
    answer::ok(&state.herder.task_status(&TaskId::new(name, number(&task)?))?)
}

/// `POST /connectors/{c}/tasks/{n}/restart`.
pub(crate) async fn restart(
    State(state): Shared,
    Path((name, task)): Path<(String, String)>,
    call: Call,
) -> Response {
    let outcome = number(&task)
        .and_then(|task| state.herder.restart_task(&TaskId::new(name, task)))
        .and_then(|()| answer::empty(StatusCode::NO_CONTENT));
    call.finish(&state, outcome).await
}

/// A task's number; a path with anything else does not exist.
fn number(task: &str) -> Result<u32, HerderError> {
    task.parse::<i32>()
        .ok()
        .map(|number| u32::try_from(number).unwrap_or(u32::MAX))
        .ok_or_else(|| HerderError::NotFound("HTTP 404 Not Found".to_owned()))
}

/// `POST /connectors/{c}/tasks`: another worker's connector has made task configurations.
pub(crate) async fn put_configs(State(state): Shared, Path(name): Path<String>, call: Call) -> Response {
    let outcome = put_configs_here(&state, &name, &call).await;
    call.finish(&state, outcome).await
}

async fn put_configs_here(state: &RestState, name: &str, call: &Call) -> Outcome {
    let config = state.herder.configs.state();
    signing::verify(
        config.session_key.as_ref(),
        call.header(signing::SIGNATURE_HEADER),
        call.header(signing::ALGORITHM_HEADER),
        &call.body,
    )?;
    let tasks: Vec<ConfigMap> = parse(&call.body)?;
    state.herder.write_task_configs(name, tasks).await?;
    answer::empty(StatusCode::NO_CONTENT)
}

/// `PUT /connectors/{c}/fence`: for exactly-once sources, which this worker does not have.
pub(crate) async fn fence(State(_): Shared, Path(_): Path<String>, _call: Call) -> Outcome {
    Err(HerderError::BadRequest("This worker does not have exactly-once source support enabled.".to_owned()))
}
