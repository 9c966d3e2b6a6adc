//! Every path, its methods, and what stands before all of them.

use std::sync::Arc;

use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, delete, get, post, put};
use axum::{Router, middleware};
use http::header::{ALLOW, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};

use super::call::OriginalPath;
use super::safety::{Guests, routed_path};
use super::{answer, connectors, loggers, offsets, plugins, root, tasks};
use crate::config::worker_config::RequestLimits;
use crate::herder::handle::Herder;

/// What handlers share.
pub(crate) struct RestState {
    pub(crate) herder: Arc<Herder>,
    pub(crate) cluster_id: String,
    pub(crate) guests: Guests,
    pub(crate) allow_methods: String,
    pub(crate) limits: RequestLimits,
}

type Routes = Router<Arc<RestState>>;

/// The whole API.
pub(crate) fn router(state: Arc<RestState>) -> Router {
    let api = Router::new()
        .route("/", resource("HEAD, GET, OPTIONS", get(root::root)))
        .route("/health", resource("HEAD, GET, OPTIONS", get(root::health)))
        .merge(connector_routes())
        .merge(other_routes())
        .fallback(|| async { answer::container_error(StatusCode::NOT_FOUND) })
        .with_state(state.clone());
    // Paths are cleaned before routing, so this stands around the router and not in it.
    let guarded = middleware::from_fn(move |request: Request, next: middleware::Next| {
        let state = state.clone();
        async move { guard(&state, request, next).await }
    });
    Router::new().fallback_service(api).layer(guarded)
}

fn connector_routes() -> Routes {
    Router::new()
        .route(
            "/connectors",
            resource("HEAD, POST, GET, OPTIONS", get(connectors::list).post(connectors::create)),
        )
        .route(
            "/connectors/{name}",
            resource("HEAD, DELETE, GET, OPTIONS", get(connectors::info).delete(connectors::remove)),
        )
        .route(
            "/connectors/{name}/config",
            resource(
                "HEAD, GET, OPTIONS, PUT, PATCH",
                get(connectors::config).put(connectors::put_config).patch(connectors::patch_config),
            ),
        )
        .route("/connectors/{name}/status", resource("HEAD, GET, OPTIONS", get(connectors::status)))
        .route("/connectors/{name}/topics", resource("HEAD, GET, OPTIONS", get(connectors::topics)))
        .route("/connectors/{name}/topics/reset", resource("OPTIONS, PUT", put(connectors::reset_topics)))
        .route("/connectors/{name}/pause", resource("OPTIONS, PUT", put(connectors::pause)))
        .route("/connectors/{name}/resume", resource("OPTIONS, PUT", put(connectors::resume)))
        .route("/connectors/{name}/stop", resource("OPTIONS, PUT", put(connectors::stop)))
        .route("/connectors/{name}/restart", resource("POST, OPTIONS", post(connectors::restart)))
        .route(
            "/connectors/{name}/tasks",
            resource("HEAD, POST, GET, OPTIONS", get(tasks::list).post(tasks::put_configs)),
        )
        .route("/connectors/{name}/tasks/{task}/status", resource("HEAD, GET, OPTIONS", get(tasks::status)))
        .route("/connectors/{name}/tasks/{task}/restart", resource("POST, OPTIONS", post(tasks::restart)))
        .route("/connectors/{name}/fence", resource("OPTIONS, PUT", put(tasks::fence)))
        .route(
            "/connectors/{name}/offsets",
            resource(
                "HEAD, GET, PATCH, DELETE, OPTIONS",
                get(offsets::list).patch(offsets::alter).merge(delete(offsets::reset)),
            ),
        )
}

fn other_routes() -> Routes {
    Router::new()
        .route("/connector-plugins", resource("HEAD, GET, OPTIONS", get(plugins::list)))
        .route("/connector-plugins/{plugin}/config", resource("HEAD, GET, OPTIONS", get(plugins::config)))
        .route(
            "/connector-plugins/{plugin}/config/validate",
            resource("OPTIONS, PUT", put(plugins::validate)),
        )
        .route("/admin/loggers", resource("HEAD, GET, OPTIONS", get(loggers::list)))
        .route(
            "/admin/loggers/{logger}",
            resource("HEAD, GET, PUT, OPTIONS", get(loggers::get).put(loggers::set)),
        )
}

/// A path with its methods, OPTIONS, and 405 for all others.
fn resource(allow: &'static str, methods: MethodRouter<Arc<RestState>>) -> MethodRouter<Arc<RestState>> {
    methods.options(move |headers: HeaderMap| async move { options(allow, &headers) }).fallback(
        move || async move {
            let mut response = answer::container_error(StatusCode::METHOD_NOT_ALLOWED);
            response.headers_mut().insert(ALLOW, HeaderValue::from_static(allow));
            response
        },
    )
}

fn options(allow: &'static str, headers: &HeaderMap) -> Response {
    let wants_json = headers.get(header::ACCEPT).is_some_and(|accept| accept == "application/json");
    let body = if wants_json { "" } else { allow };
    let mut response = body.into_response();
    response.headers_mut().insert(ALLOW, HeaderValue::from_static(allow));
    let kind = if wants_json { "application/json" } else { "text/plain" };
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}

/// Host, origin, path, time.
async fn guard(state: &RestState, mut request: Request, next: middleware::Next) -> Response {
    let refuse =
        |refused: super::safety::Refused| answer::error_json(refused.status.as_u16(), refused.message);
    let authority = request.uri().authority().map(|authority| authority.as_str().to_owned());
    if let Err(refused) = state.guests.check(request.headers(), authority.as_deref()) {
        return refuse(refused);
    }
    let original =
        request.uri().path_and_query().map_or_else(|| "/".to_owned(), |path| path.as_str().to_owned());
    let routed = match routed_path(request.uri().path()) {
        Ok(routed) => routed,
        Err(refused) => return refuse(refused),
    };
    let query = request.uri().query().map(|query| format!("?{query}")).unwrap_or_default();
    match format!("{routed}{query}").parse::<Uri>() {
        Ok(uri) => *request.uri_mut() = uri,
        Err(_) => return answer::container_error(StatusCode::BAD_REQUEST),
    }
    request.extensions_mut().insert(OriginalPath(original));
    let origin = request.headers().get(header::ORIGIN).cloned();
    let preflight = *request.method() == Method::OPTIONS
        && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    let started = std::time::Instant::now();
    let (method, path) = (request.method().clone(), routed);
    let mut response = match tokio::time::timeout(state.limits.timeout, next.run(request)).await {
        Ok(response) => response,
        Err(_) => answer::error_json(500, "Request timed out. The worker did not answer in time."),
    };
    tracing::debug!(%method, path, status = response.status().as_u16(), ms = started.elapsed().as_millis() as u64, "request");
    if let Some(origin) =
        origin.filter(|origin| origin.to_str().is_ok_and(|text| state.guests.allows_origin(text)))
    {
        add_cors(response.headers_mut(), origin, preflight, &state.allow_methods);
    }
    response
}

fn add_cors(headers: &mut HeaderMap, origin: HeaderValue, preflight: bool, methods: &str) {
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.insert(header::VARY, HeaderValue::from_static("Origin"));
    let methods = if methods.is_empty() { "GET,POST,HEAD" } else { methods };
    if let (true, Ok(methods)) = (preflight, HeaderValue::try_from(methods)) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, methods);
        headers.insert(
            header::ACCESS_CONTROL_ALLOW_HEADERS,
            HeaderValue::from_static("X-Requested-With,Content-Type,Accept,Origin,Authorization"),
        );
    }
}
