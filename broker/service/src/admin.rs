//! The admin port: `/metrics` and `/health`.

use axum::Router;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;

/// Tells whether the process is fit to serve: `Err` with the reason if not.
pub type HealthCheck = std::sync::Arc<dyn Fn() -> Result<(), String> + Send + Sync>;

/// The routes of the admin port.
pub fn router(health: HealthCheck) -> Router {
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
    Router::new().route("/metrics", get(metrics)).route("/health", get(health))
}
