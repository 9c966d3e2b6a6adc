//! The admin port: `/metrics` and `/health`.

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, HOST};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::http::error_body;
use crate::known_hosts::KnownHosts;

/// Tells whether the process is fit to serve: `Err` with the reason if not.
pub type HealthCheck = std::sync::Arc<dyn Fn() -> Result<(), String> + Send + Sync>;

/// The routes of the admin port, for requests that name one of these hosts.
pub fn router(health: HealthCheck, hosts: KnownHosts) -> Router {
    let hosts = Arc::new(hosts);
    let guarded = middleware::from_fn(move |request: Request, next: Next| {
        let hosts = hosts.clone();
        async move { guard(&hosts, request, next).await }
    });
    let metrics =
        || async { ([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], crate::metrics::render()) };
    let health = move || {
        let outcome = health();
        async move {
            let (status, text) = match outcome {
                Ok(()) => (StatusCode::OK, serde_json::json!({ "status": "healthy" })),
                Err(reason) => (
                    StatusCode::SERVICE_UNAVAILABLE,
                    serde_json::json!({ "status": "unhealthy", "message": reason }),
                ),
            };
            (status, [(CONTENT_TYPE, "application/json")], text.to_string())
        }
    };
    Router::new().route("/metrics", get(metrics)).route("/health", get(health)).layer(guarded)
}

/// A page that has rebound its own name to this machine may not read what is measured here.
async fn guard(hosts: &KnownHosts, request: Request, next: Next) -> Response {
    let host = request.headers().get(HOST).map(|host| host.to_str().unwrap_or_default());
    if host.is_none_or(|host| hosts.knows(host)) {
        return next.run(request).await;
    }
    let text = "The Host header names a host that this server does not go by; see admin.listener";
    (StatusCode::FORBIDDEN, [(CONTENT_TYPE, "application/json")], error_body(403, text)).into_response()
}
