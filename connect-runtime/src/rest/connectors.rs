//! `/connectors` and what is below, without tasks and offsets.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use http::{HeaderValue, StatusCode, header};
use serde_json::{Map, Value as Json, json};

use super::answer::{self, Outcome};
use super::body::{parse_config, parse_create, without_nulls};
use super::call::Call;
use super::routes::RestState;
use crate::config::connector_keys::NAME;
use crate::herder::error::HerderError;
use crate::herder::requests::name_mismatch;
use crate::herder::task_configs::percent_encoded;
use crate::storage::config_records::{RestartRequest, TargetState};

type Shared = State<Arc<RestState>>;

/// `GET /connectors`, with `expand=status` and `expand=info`.
pub(crate) async fn list(State(state): Shared, call: Call) -> Outcome {
    let herder = &state.herder;
    let names = herder.connectors();
    let expand: Vec<&str> = call.params("expand").collect();
    if expand.is_empty() {
        return answer::ok(&names);
    }
    let mut all = Map::new();
    for name in names {
        let mut entry = Map::new();
        for what in &expand {
            let found = match *what {
                "status" => herder.status(&name).ok().and_then(|status| serde_json::to_value(status).ok()),
                "info" => herder.connector_info(&name).ok().and_then(|info| serde_json::to_value(info).ok()),
                _ => None,
            };
            if let Some(found) = found {
                entry.insert((*what).to_owned(), found);
            }
        }
        // One that was deleted meanwhile is left out.
        if herder.entry(&name).is_ok() {
            all.insert(name, Json::Object(entry));
        }
    }
    answer::ok(&all)
}

/// `POST /connectors`.
pub(crate) async fn create(State(state): Shared, call: Call) -> Response {
    if call.headers.get(header::CONTENT_TYPE).is_none() {
        return answer::container_error(StatusCode::UNSUPPORTED_MEDIA_TYPE);
    }
    let outcome = create_here(&state, &call).await;
    call.finish(&state, outcome).await
}

async fn create_here(state: &RestState, call: &Call) -> Outcome {
    let request = parse_create(&call.body)?;
    let mut config = without_nulls(request.config)?;
    check_name(&request.name, &mut config)?;
    let info = state.herder.create(&request.name, config, request.initial_state).await?;
    let mut response = answer::json(StatusCode::CREATED, &info);
    add_location(&mut response, call, &request.name);
    Ok(response)
}

/// The name in the configuration is that of the request, or is added.
fn check_name(name: &str, config: &mut BTreeMap<String, String>) -> Result<(), HerderError> {
    match config.get(NAME) {
        Some(given) if given != name => Err(HerderError::BadRequest(name_mismatch(given, name))),
        Some(_) => Ok(()),
        None => {
            config.insert(NAME.to_owned(), name.to_owned());
            Ok(())
        }
    }
}

fn add_location(response: &mut Response, call: &Call, name: &str) {
    let location = format!("http://{}/connectors/{}", call.host, percent_encoded(name));
    if let Ok(location) = HeaderValue::try_from(location) {
        response.headers_mut().insert(header::LOCATION, location);
    }
}

/// `GET /connectors/{c}`.
pub(crate) async fn info(State(state): Shared, Path(name): Path<String>, _call: Call) -> Outcome {
    answer::ok(&state.herder.connector_info(&name)?)
}

/// `DELETE /connectors/{c}`.
pub(crate) async fn remove(State(state): Shared, Path(name): Path<String>, call: Call) -> Response {
    let outcome = state.herder.delete(&name).await;
    call.finish(&state, outcome.and_then(|()| answer::empty(StatusCode::NO_CONTENT))).await
}

/// `GET /connectors/{c}/config`.
pub(crate) async fn config(State(state): Shared, Path(name): Path<String>, _call: Call) -> Outcome {
    answer::ok(&*state.herder.entry(&name)?.config)
}

/// `PUT /connectors/{c}/config`.
pub(crate) async fn put_config(State(state): Shared, Path(name): Path<String>, call: Call) -> Response {
    let outcome = put_config_here(&state, &name, &call).await;
    call.finish(&state, outcome).await
}

async fn put_config_here(state: &RestState, name: &str, call: &Call) -> Outcome {
    let mut config = without_nulls(parse_config(&call.body)?)?;
    check_name(name, &mut config)?;
    let (created, info) = state.herder.put_config(name, config).await?;
    let status = if created { StatusCode::CREATED } else { StatusCode::OK };
    let mut response = answer::json(status, &info);
    if created {
        add_location(&mut response, call, name);
    }
    Ok(response)
}

/// `PATCH /connectors/{c}/config` (KIP-477).
pub(crate) async fn patch_config(State(state): Shared, Path(name): Path<String>, call: Call) -> Response {
    let outcome = match parse_config(&call.body) {
        Ok(patch) => state.herder.patch_config(&name, patch).await.and_then(|info| answer::ok(&info)),
        Err(error) => Err(error),
    };
    call.finish(&state, outcome).await
}

/// `GET /connectors/{c}/status`.
pub(crate) async fn status(State(state): Shared, Path(name): Path<String>, _call: Call) -> Outcome {
    answer::ok(&state.herder.status(&name)?)
}

/// `GET /connectors/{c}/topics`.
pub(crate) async fn topics(State(state): Shared, Path(name): Path<String>, _call: Call) -> Outcome {
    let topics = state.herder.topics(&name)?;
    answer::ok(&json!({ name: { "topics": topics } }))
}

/// `PUT /connectors/{c}/topics/reset`.
pub(crate) async fn reset_topics(State(state): Shared, Path(name): Path<String>, _call: Call) -> Outcome {
    state.herder.reset_topics(&name).await?;
    answer::empty(StatusCode::ACCEPTED)
}

/// `PUT /connectors/{c}/pause`.
pub(crate) async fn pause(State(state): Shared, Path(name): Path<String>, _call: Call) -> Outcome {
    state.herder.set_target(&name, TargetState::Paused).await?;
    answer::empty(StatusCode::ACCEPTED)
}

/// `PUT /connectors/{c}/resume`.
pub(crate) async fn resume(State(state): Shared, Path(name): Path<String>, _call: Call) -> Outcome {
    state.herder.set_target(&name, TargetState::Started).await?;
    answer::empty(StatusCode::ACCEPTED)
}

/// `PUT /connectors/{c}/stop` (KIP-875).
pub(crate) async fn stop(State(state): Shared, Path(name): Path<String>, call: Call) -> Response {
    let outcome = state.herder.stop(&name).await;
    call.finish(&state, outcome.and_then(|()| answer::empty(StatusCode::NO_CONTENT))).await
}

/// `POST /connectors/{c}/restart` (KIP-745).
pub(crate) async fn restart(State(state): Shared, Path(name): Path<String>, call: Call) -> Response {
    let request = RestartRequest {
        connector: name,
        only_failed: call.flag("onlyFailed"),
        include_tasks: call.flag("includeTasks"),
    };
    let outcome = match state.herder.restart(request).await {
        Ok(Some(plan)) => Ok(answer::json(StatusCode::ACCEPTED, &plan)),
        Ok(None) => answer::empty(StatusCode::NO_CONTENT),
        Err(error) => Err(error),
    };
    call.finish(&state, outcome).await
}
