//! Answers: JSON, errors, and what is passed on from another worker.

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_TYPE, LOCATION};
use http::{HeaderValue, StatusCode};
use serde::Serialize;

use crate::herder::error::HerderError;
use crate::herder::forward::Answer;

/// The outcome of a request.
pub(crate) type Outcome = Result<Response, HerderError>;

/// A JSON answer.
pub(crate) fn json(status: StatusCode, body: &impl Serialize) -> Response {
    match serde_json::to_vec(body) {
        Ok(bytes) => raw_json(status, bytes.into()),
        Err(error) => error_json(500, &format!("the answer cannot be written: {error}")),
    }
}

/// 200 with JSON.
pub(crate) fn ok(body: &impl Serialize) -> Outcome {
    Ok(json(StatusCode::OK, body))
}

/// An answer without a body.
pub(crate) fn empty(status: StatusCode) -> Outcome {
    Ok(status.into_response())
}

/// An error in Connect's form.
pub(crate) fn error_json(status: u16, message: &str) -> Response {
    let body = aqueduct_service::http::error_body(status.into(), message);
    raw_json(StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), body.into())
}

/// An error in the words of Apache's container: `HTTP 404 Not Found`.
pub(crate) fn container_error(status: StatusCode) -> Response {
    let reason = status.canonical_reason().unwrap_or_default();
    error_json(status.as_u16(), &format!("HTTP {} {reason}", status.as_u16()))
}

fn raw_json(status: StatusCode, body: bytes::Bytes) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// Another worker's answer as ours.
pub(crate) fn passed_on(answer: Answer) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::BAD_GATEWAY);
    let mut response =
        if answer.body.is_empty() { status.into_response() } else { raw_json(status, answer.body) };
    if let Some(location) = answer.location.and_then(|location| HeaderValue::try_from(location).ok()) {
        response.headers_mut().insert(LOCATION, location);
    }
    response
}

/// The answer of an outcome.
pub(crate) fn respond(outcome: Outcome) -> Response {
    match outcome {
        Ok(response) => response,
        Err(error) => {
            let status = error.status();
            if status >= 500 {
                tracing::warn!("request failed: {error}");
            }
            error_json(status, &error.to_string())
        }
    }
}
