//! One request with all that a handler may want of it, and its way to another worker.

use std::sync::Arc;

use aqueduct_service::http::BodyFailure;
use axum::extract::{FromRequest, Request};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode, header};

use super::answer::{self, Outcome};
use super::routes::RestState;
use super::safety::decoded;
use crate::herder::error::HerderError;

/// A request, its body read.
pub(crate) struct Call {
    pub(crate) method: Method,
    /// The path as it came, query included.
    path: String,
    query: Vec<(String, String)>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) host: String,
}

impl FromRequest<Arc<RestState>> for Call {
    type Rejection = Response;

    async fn from_request(request: Request, state: &Arc<RestState>) -> Result<Self, Response> {
        let (parts, body) = request.into_parts();
        let internal = parts.headers.contains_key(crate::herder::signing::SIGNATURE_HEADER);
        let limit = if internal { state.limits.max_internal_bytes } else { state.limits.max_bytes };
        let body = axum::body::to_bytes(body, limit).await.map_err(|error| refused_body(&error, limit))?;
        let takes_body = matches!(parts.method, Method::POST | Method::PUT | Method::PATCH);
        if takes_body && !has_json(&parts.headers, &body) {
            return Err(answer::container_error(StatusCode::UNSUPPORTED_MEDIA_TYPE));
        }
        if !accepts_json(&parts.headers) {
            return Err(answer::container_error(StatusCode::NOT_ACCEPTABLE));
        }
        let original = parts.extensions.get::<OriginalPath>().map(|path| path.0.clone());
        let path = original.unwrap_or_else(|| parts.uri.to_string());
        let host = parts
            .headers
            .get(header::HOST)
            .and_then(|host| host.to_str().ok())
            .unwrap_or_default()
            .to_owned();
        Ok(Self {
            query: query(parts.uri.query()),
            method: parts.method,
            path,
            headers: parts.headers,
            body,
            host,
        })
    }
}

fn refused_body(error: &axum::Error, limit: usize) -> Response {
    match BodyFailure::of(error) {
        BodyFailure::TooLarge => {
            let text = format!("The request's body is larger than {limit} bytes");
            answer::error_json(StatusCode::PAYLOAD_TOO_LARGE.as_u16(), &text)
        }
        BodyFailure::TooSlow => answer::container_error(StatusCode::REQUEST_TIMEOUT),
        BodyFailure::NoRoom => {
            let text = "The worker is busy with other large requests; try again";
            answer::error_json(StatusCode::SERVICE_UNAVAILABLE.as_u16(), text)
        }
        // Its sender has cut it short, and does not read the answer.
        BodyFailure::Broken => answer::container_error(StatusCode::BAD_REQUEST),
    }
}

/// The path before it was cleaned for routing.
#[derive(Clone)]
pub(crate) struct OriginalPath(pub(crate) String);

fn query(text: Option<&str>) -> Vec<(String, String)> {
    let pair = |pair: &str| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        let text = |text: &str| decoded(&text.replace('+', " ")).unwrap_or_default();
        (text(key), text(value))
    };
    text.unwrap_or_default().split('&').filter(|pair| !pair.is_empty()).map(pair).collect()
}

/// Requests with a body say that it is JSON; one without a body need not (`POST /connectors` asks for it itself).
fn has_json(headers: &HeaderMap, body: &Bytes) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let essence = kind.split(';').next().unwrap_or_default().trim();
    body.is_empty() || essence.eq_ignore_ascii_case("application/json")
}

fn accepts_json(headers: &HeaderMap) -> bool {
    let Some(accept) = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok()) else {
        return true;
    };
    accept.split(',').any(|range| {
        let range = range.split(';').next().unwrap_or_default().trim();
        matches!(range, "" | "*/*" | "application/*") || range.eq_ignore_ascii_case("application/json")
    })
}

impl Call {
    /// The first value of a query parameter.
    pub(crate) fn param(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// All values of a query parameter.
    pub(crate) fn params<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.query.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// `true` in any case; anything else is false, as in Java.
    pub(crate) fn flag(&self, name: &str) -> bool {
        self.param(name).is_some_and(|value| value.eq_ignore_ascii_case("true"))
    }

    /// A header's text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// An outcome, or, if another worker is to answer, that worker's: at most two hops.
    pub(crate) async fn finish(&self, state: &RestState, outcome: Outcome) -> Response {
        let url = match outcome {
            Err(HerderError::Redirect { url }) => url,
            outcome => return answer::respond(outcome),
        };
        let next = match self.param("forward") {
            None => "true",
            Some("true") => "false",
            Some(_) => return answer::respond(Err(HerderError::conflicting_operation())),
        };
        let path = self.path_with_forward(next);
        let authorization = self.header(header::AUTHORIZATION.as_str());
        tracing::debug!("passing {} {path} on to {url}", self.method);
        let forwarded = state
            .herder
            .forwarder
            .forward(&url, self.method.clone(), &path, authorization, self.body.clone())
            .await;
        answer::respond(forwarded.map(answer::passed_on))
    }

    fn path_with_forward(&self, next: &str) -> String {
        let (path, query) = self.path.split_once('?').unwrap_or((&self.path, ""));
        let kept = query.split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("forward="));
        let kept: Vec<&str> = kept.collect();
        let separator = if kept.is_empty() { "" } else { "&" };
        format!("{path}?{}{separator}forward={next}", kept.join("&"))
    }
}

impl IntoResponse for HerderError {
    fn into_response(self) -> Response {
        answer::respond(Err(self))
    }
}
