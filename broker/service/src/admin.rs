//! The admin port of a server: `/metrics` and `/health`.

use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, HOST};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tokio::task::JoinHandle;

use crate::http::{HttpLimits, HttpServer, error_body};
use crate::known_hosts::KnownHosts;
use crate::listener::{Listener, ListenerError};
use crate::shutdown::Shutdown;

/// Tells whether a server is fit to serve: `Err` with the reason if not.
pub type HealthCheck = Arc<dyn Fn() -> Result<(), String> + Send + Sync>;

/// Where an admin port is to be, and the setting that says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdminListener {
    setting: &'static str,
    listener: Listener,
}

/// Why the value of such a setting is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("Invalid value {value} for configuration {setting}: {reason}")]
pub struct AdminListenerError {
    setting: &'static str,
    value: String,
    reason: Refusal,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
enum Refusal {
    #[error("it is not of the form http://host:port")]
    Form,
    #[error(transparent)]
    Insecure(ListenerError),
}

/// An admin port that cannot be listened on.
#[derive(Debug, thiserror::Error)]
#[error("{setting} http://{address}: {source}")]
pub struct AdminBindError {
    setting: &'static str,
    address: String,
    source: std::io::Error,
}

impl AdminListener {
    /// Reads the value of a setting: `http://host:port`, or empty for no port at all.
    ///
    /// # Errors
    /// It is of another form, or leads beyond loopback without `allow_insecure`.
    pub fn parse(
        setting: &'static str,
        value: &str,
        allow_insecure: bool,
    ) -> Result<Option<Self>, AdminListenerError> {
        if value.is_empty() {
            return Ok(None);
        }
        let refuse = |reason| AdminListenerError { setting, value: value.to_owned(), reason };
        let listener = Listener::parse(value).ok().filter(|listener| listener.name == "HTTP");
        let listener = listener.ok_or_else(|| refuse(Refusal::Form))?;
        let listener = listener.guard(allow_insecure).map_err(|error| refuse(Refusal::Insecure(error)))?;
        Ok(Some(Self { setting, listener }))
    }
}

/// An admin port that is served until it is closed or dropped. Health is 503 until [`AdminPort::started`].
#[derive(Debug)]
pub struct AdminPort {
    address: SocketAddr,
    health: LateHealth,
    shutdown: Shutdown,
    serving: JoinHandle<()>,
}

impl AdminPort {
    /// Listens and serves, if there is a setting for it.
    ///
    /// # Errors
    /// The address is taken, or not one of this machine.
    pub async fn open(
        listener: Option<&AdminListener>,
        limits: HttpLimits,
    ) -> Result<Option<Self>, AdminBindError> {
        let Some(AdminListener { setting, listener }) = listener else { return Ok(None) };
        let address = listener.bind_address();
        let failed = |source| AdminBindError { setting, address: address.clone(), source };
        let server = HttpServer::bind(&address, limits).await.map_err(failed)?;
        let address = server.local_addr().map_err(failed)?;
        let guard = Guard {
            setting,
            hosts: KnownHosts { loopback: listener.is_loopback(), names: vec![listener.host.clone()] },
        };
        let (health, shutdown) = (LateHealth::default(), Shutdown::new());
        let serving = tokio::spawn(server.serve(router(health.clone(), guard), shutdown.clone()));
        Ok(Some(Self { address, health, shutdown, serving }))
    }

    /// The address it is bound to.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The server has started: from now on its health is what this says.
    pub fn started(&self, check: HealthCheck) {
        // Asked once for each server; a second check would tell the same.
        self.health.0.get_or_init(|| check);
    }

    /// Ends open requests, and the port with them.
    pub async fn close(mut self) {
        self.shutdown.trigger();
        if let Err(error) = (&mut self.serving).await {
            tracing::error!("the admin port ended badly: {error}");
        }
    }
}

impl Drop for AdminPort {
    fn drop(&mut self) {
        self.shutdown.trigger();
    }
}

/// The health of a server that may not have started yet.
#[derive(Clone, Default)]
struct LateHealth(Arc<OnceLock<HealthCheck>>);

impl LateHealth {
    fn check(&self) -> Result<(), String> {
        self.0.get().map_or_else(|| Err("the server is starting".to_owned()), |check| check())
    }
}

impl std::fmt::Debug for LateHealth {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.check().fmt(f)
    }
}

fn router(health: LateHealth, guard: Guard) -> Router {
    let guard = Arc::new(guard);
    let guarded = middleware::from_fn(move |request: Request, next: Next| {
        let guard = guard.clone();
        async move { guard.pass(request, next).await }
    });
    let metrics =
        || async { ([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], crate::metrics::render()) };
    let health = move || {
        let outcome = health.check();
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

/// Which requests pass.
struct Guard {
    setting: &'static str,
    hosts: KnownHosts,
}

impl Guard {
    /// A page that has rebound its own name to this machine may not read what is measured here.
    async fn pass(&self, request: Request, next: Next) -> Response {
        let host = request.headers().get(HOST).map(|host| host.to_str().unwrap_or_default());
        if host.is_none_or(|host| self.hosts.knows(host)) {
            return next.run(request).await;
        }
        let text =
            format!("The Host header names a host that this server does not go by; see {}", self.setting);
        (StatusCode::FORBIDDEN, [(CONTENT_TYPE, "application/json")], error_body(403, &text)).into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(value: &str) -> Result<Option<AdminListener>, String> {
        AdminListener::parse("metrics.listener", value, false).map_err(|error| error.to_string())
    }

    #[test]
    fn an_empty_setting_is_no_port_and_a_wrong_one_is_told_with_its_key() {
        assert_eq!(parse(""), Ok(None));
        assert!(parse("http://127.0.0.1:0").is_ok_and(|listener| listener.is_some()));
        for wrong in ["8080", "https://127.0.0.1:1", "http://127.0.0.1", "http://127.0.0.1:70000"] {
            let told = format!(
                "Invalid value {wrong} for configuration metrics.listener: it is not of the form http://host:port"
            );
            assert_eq!(parse(wrong), Err(told));
        }
        let open = parse("http://0.0.0.0:1").unwrap_err();
        assert!(open.contains("allow.insecure.listeners"), "{open}");
    }

    #[tokio::test]
    async fn a_port_that_is_taken_is_told_with_its_setting() {
        let taken = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let listener = parse(&format!("http://{}", taken.local_addr().unwrap())).unwrap();
        let error = AdminPort::open(listener.as_ref(), HttpLimits::default()).await.unwrap_err().to_string();
        assert!(error.starts_with("metrics.listener http://127.0.0.1:"), "{error}");
        assert!(error.contains("in use"), "{error}");
    }
}
