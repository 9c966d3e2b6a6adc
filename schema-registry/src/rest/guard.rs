//! What every request passes: media types, the origin of web pages, a request id.

use super::media_type;
use crate::error::RegistryError;
use aqueduct_service::known_hosts::KnownHosts;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use metrics::Counter;
use std::sync::Arc;

static REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What the guard knows.
#[derive(Clone)]
pub(super) struct Gate {
    hosts: Arc<KnownHosts>,
    answered: Answered,
}

impl Gate {
    /// A guard that lets requests to these hosts pass.
    pub(super) fn new(hosts: KnownHosts) -> Gate {
        Gate { hosts: Arc::new(hosts), answered: Answered::new() }
    }
}

/// How many requests were answered, by the class of the status.
#[derive(Clone)]
struct Answered {
    done: Counter,
    refused: Counter,
    failed: Counter,
}

impl Answered {
    /// The counters, looked up once.
    fn new() -> Answered {
        let counter = |class| metrics::counter!("registry_requests_total", "status" => class);
        Answered { done: counter("2xx"), refused: counter("4xx"), failed: counter("5xx") }
    }

    fn count(&self, status: StatusCode) {
        let counter = match status.as_u16() / 100 {
            2 => &self.done,
            4 => &self.refused,
            _ => &self.failed,
        };
        counter.increment(1);
    }
}

/// Refuses what cannot be answered or must not be done, and puts media type and request id on every answer.
pub(super) async fn guard(State(gate): State<Gate>, request: Request, next: Next) -> Response {
    let id = request.headers().get(&REQUEST_ID).cloned().unwrap_or_else(new_request_id);
    let produced = media_type::negotiate(request.headers().get_all(header::ACCEPT).iter());
    let mut response = match judge(&gate.hosts, request.method(), request.headers(), produced) {
        Ok(()) => next.run(request).await,
        Err(error) => error.into_response(),
    };
    if let Some(media_type) = produced {
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    }
    response.headers_mut().insert(REQUEST_ID.clone(), id);
    gate.answered.count(response.status());
    response
}

fn judge(
    hosts: &KnownHosts,
    method: &Method,
    headers: &HeaderMap,
    produced: Option<&str>,
) -> Result<(), RegistryError> {
    // Browsers always name the host; a client that names none is no page.
    if let Some(host) = headers.get(header::HOST).map(|host| host.to_str().unwrap_or_default())
        && !hosts.knows(host)
    {
        return Err(RegistryError::UnknownHost(host.to_owned()));
    }
    let writes = !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS);
    if writes {
        refuse_foreign_origin(headers)?;
    }
    if matches!(*method, Method::POST | Method::PUT)
        && !media_type::is_read(headers.get(header::CONTENT_TYPE))
    {
        return Err(RegistryError::UnsupportedMediaType);
    }
    produced.map(|_| ()).ok_or(RegistryError::NotAcceptable)
}

/// A page of another site that a user of the registry visits must not write through the user's browser. Browsers name
/// the page's origin; other clients name none.
fn refuse_foreign_origin(headers: &HeaderMap) -> Result<(), RegistryError> {
    let Some(origin) = headers.get(header::ORIGIN) else { return Ok(()) };
    let origin = origin.to_str().unwrap_or("");
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("");
    let authority = origin.split_once("://").map(|(_, authority)| authority);
    if authority.is_some_and(|authority| authority.eq_ignore_ascii_case(host)) {
        return Ok(());
    }
    Err(RegistryError::ForeignOrigin(origin.to_owned()))
}

fn new_request_id() -> HeaderValue {
    let mut text = uuid::Uuid::encode_buffer();
    let text = uuid::Uuid::new_v4().hyphenated().encode_lower(&mut text);
    HeaderValue::from_str(text).expect("a UUID is a header value")
}
