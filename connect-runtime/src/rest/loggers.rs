//! `/admin/loggers`: levels of this worker's loggers, or of all workers' (KIP-976).

use std::collections::BTreeMap;
use std::sync::Arc;

use aqueduct_service::telemetry::{LoggerLevel, LoggerRefused, loggers};
use axum::extract::{Path, State};
use http::StatusCode;
use serde::Serialize;
use serde_json::Value as Json;
use tracing::level_filters::LevelFilter;

use super::answer::{self, Outcome};
use super::body::parse;
use super::call::Call;
use super::routes::RestState;
use crate::herder::error::HerderError;

type Shared = State<Arc<RestState>>;

/// A logger as it is shown.
#[derive(Serialize)]
struct Shown {
    level: String,
    last_modified: Option<i64>,
}

impl From<LoggerLevel> for Shown {
    fn from(level: LoggerLevel) -> Self {
        Self { level: level.level.to_string().to_ascii_uppercase(), last_modified: level.last_modified }
    }
}

/// `GET /admin/loggers`.
pub(crate) async fn list(State(_): Shared, _call: Call) -> Outcome {
    let all = loggers().map(|loggers| loggers.list()).unwrap_or_default();
    answer::ok(
        &all.into_iter().map(|(name, level)| (name, level.into())).collect::<BTreeMap<String, Shown>>(),
    )
}

/// `GET /admin/loggers/{n}`.
pub(crate) async fn get(State(_): Shared, Path(logger): Path<String>, _call: Call) -> Outcome {
    let known = loggers().and_then(|loggers| loggers.list().remove(&logger));
    let known = known.ok_or_else(|| HerderError::NotFound(format!("Logger {logger} not found.")))?;
    answer::ok(&Shown::from(known))
}

/// `PUT /admin/loggers/{n}`.
pub(crate) async fn set(State(state): Shared, Path(logger): Path<String>, call: Call) -> Outcome {
    let body: Json = parse(&call.body)?;
    let missing =
        || HerderError::BadRequest("Desired 'level' parameter was not specified in request.".to_owned());
    let level =
        body.get("level").and_then(Json::as_str).filter(|level| !level.is_empty()).ok_or_else(missing)?;
    let filter =
        parse_level(level).ok_or_else(|| HerderError::NotFound(format!("invalid log level '{level}'.")))?;
    let refused = |error: LoggerRefused| HerderError::BadRequest(error.to_string());
    loggers().map_or(Ok(()), |loggers| loggers.check(&logger)).map_err(refused)?;
    if call.param("scope").is_some_and(|scope| scope.eq_ignore_ascii_case("cluster")) {
        state.herder.set_cluster_logger(&logger, &level.to_ascii_uppercase()).await?;
        return answer::empty(StatusCode::NO_CONTENT);
    }
    let changed =
        loggers().map_or(Ok(Vec::new()), |loggers| loggers.set(&logger, filter)).map_err(refused)?;
    answer::ok(&changed)
}

/// A level by log4j's names, in any case.
pub(crate) fn parse_level(name: &str) -> Option<LevelFilter> {
    match name.to_ascii_uppercase().as_str() {
        "OFF" => Some(LevelFilter::OFF),
        "FATAL" | "ERROR" => Some(LevelFilter::ERROR),
        "WARN" => Some(LevelFilter::WARN),
        "INFO" => Some(LevelFilter::INFO),
        "DEBUG" => Some(LevelFilter::DEBUG),
        "TRACE" | "ALL" => Some(LevelFilter::TRACE),
        _ => None,
    }
}
