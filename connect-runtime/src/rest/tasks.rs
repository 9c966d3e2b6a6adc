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
    let Some(number) = number(&task)? else {
        return Err(HerderError::NotFound(format!("No status found for task {name}-{task}")));
    };
    answer::ok(&state.herder.task_status(&TaskId::new(name, number))?)
}

/// `POST /connectors/{c}/tasks/{n}/restart`.
pub(crate) async fn restart(
    State(state): Shared,
    Path((name, task)): Path<(String, String)>,
    call: Call,
) -> Response {
    let restarted = match number(&task) {
        Ok(Some(number)) => state.herder.restart_task(&TaskId::new(name, number)).await,
        Ok(None) => Err(HerderError::NotFound(format!("Unknown task: {name}-{task}"))),
        Err(error) => Err(error),
    };
    call.finish(&state, restarted.and_then(|()| answer::empty(StatusCode::NO_CONTENT))).await
}

/// A task's number, `None` for a negative one, which no task has; a path with anything else does not exist.
fn number(task: &str) -> Result<Option<u32>, HerderError> {
    let number = task.parse::<i32>();
    number
        .map(|number| u32::try_from(number).ok())
        .map_err(|_| HerderError::NotFound("HTTP 404 Not Found".to_owned()))
}

/// `POST /connectors/{c}/tasks`: another worker's connector has made task configurations.
pub(crate) async fn put_configs(State(state): Shared, Path(name): Path<String>, call: Call) -> Response {
    let outcome = put_configs_here(&state, &name, &call).await;
    call.finish(&state, outcome).await
}

/// Only workers of the cluster may ask, if the protocol in use is one that signs.
fn check_signature(state: &RestState, call: &Call) -> Result<(), HerderError> {
    if state.herder.view.load().unsigned {
        return Ok(());
    }
    let config = state.herder.configs.state();
    signing::verify(
        config.session_key.as_ref(),
        call.header(signing::SIGNATURE_HEADER),
        call.header(signing::ALGORITHM_HEADER),
        &call.body,
    )
}

async fn put_configs_here(state: &RestState, name: &str, call: &Call) -> Outcome {
    check_signature(state, call)?;
    let tasks: Vec<ConfigMap> = parse(&call.body)?;
    state.herder.write_task_configs(name, tasks).await?;
    answer::empty(StatusCode::NO_CONTENT)
}

/// `PUT /connectors/{c}/fence`: for exactly-once sources, which this worker does not have.
pub(crate) async fn fence(State(state): Shared, Path(_): Path<String>, call: Call) -> Outcome {
    check_signature(&state, &call)?;
    Err(HerderError::BadRequest("This worker does not have exactly-once source support enabled.".to_owned()))
}
