//! Which path leads where.

use super::{
    compatibility, context_path, contexts, guard, schemas, server_info, settings, subjects, versions,
};
use crate::error::RegistryError;
use crate::registry::Registry;
use axum::Router;
use axum::middleware;
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use std::sync::Arc;
use tower::util::MapRequest;

/// The whole interface.
pub fn router(registry: Arc<Registry>) -> Router {
    // Paths below a context are rewritten before they are routed.
    Router::new().fallback_service(MapRequest::new(routes(registry), context_path::rewrite))
}

fn routes(registry: Arc<Registry>) -> Router {
    Router::new()
        .route("/", get(server_info::root).post(server_info::root))
        .route("/v1/metadata/id", get(server_info::id))
        .route("/v1/metadata/version", get(server_info::version))
        .route("/contexts", get(contexts::list))
        .route("/contexts/{context}", delete(contexts::delete))
        .merge(schema_routes())
        .merge(subject_routes())
        .merge(setting_routes())
        .fallback(not_found)
        .method_not_allowed_fallback(not_allowed)
        .layer(middleware::from_fn_with_state(guard::Gate::new(registry.hosts.clone()), guard::guard))
        .with_state(registry)
}

fn schema_routes() -> Router<Arc<Registry>> {
    Router::new()
        .route("/schemas", get(schemas::all))
        .route("/schemas/types", get(schemas::types))
        .route("/schemas/ids/{id}", get(schemas::by_id))
        .route("/schemas/ids/{id}/schema", get(schemas::text_by_id))
        .route("/schemas/ids/{id}/subjects", get(schemas::subjects_of_id))
        .route("/schemas/ids/{id}/versions", get(schemas::versions_of_id))
        .route("/schemas/guids/{guid}", get(schemas::by_guid))
        .route("/schemas/guids/{guid}/ids", get(schemas::ids_of_guid))
}

fn subject_routes() -> Router<Arc<Registry>> {
    Router::new()
        .route("/subjects", get(subjects::list))
        .route("/subjects/{subject}", post(subjects::lookup).delete(subjects::delete))
        .route("/subjects/{subject}/metadata", get(subjects::metadata))
        .route("/subjects/{subject}/versions", get(versions::list).post(versions::register))
        .route("/subjects/{subject}/versions/{version}", get(versions::get).delete(versions::delete))
        .route("/subjects/{subject}/versions/{version}/schema", get(versions::get_text))
        .route("/subjects/{subject}/versions/{version}/referencedby", get(versions::referenced_by))
        .route("/subjects/{subject}/versions/{version}/tags", post(versions::tags))
        .route("/compatibility/subjects/{subject}/versions", post(compatibility::with_all))
        .route("/compatibility/subjects/{subject}/versions/{version}", post(compatibility::with_version))
}

fn setting_routes() -> Router<Arc<Registry>> {
    let all = get(settings::get_config).put(settings::put_config).delete(settings::delete_config);
    let one = get(settings::get_subject_config)
        .put(settings::put_subject_config)
        .delete(settings::delete_subject_config);
    let mode_of_all = get(settings::get_mode).put(settings::put_mode).delete(settings::delete_mode);
    let mode_of_one =
        get(settings::get_subject_mode).put(settings::put_subject_mode).delete(settings::delete_subject_mode);
    Router::new()
        .route("/config", all)
        .route("/config/{subject}", one)
        .route("/mode", mode_of_all)
        .route("/mode/{subject}", mode_of_one)
}

async fn not_found() -> Response {
    RegistryError::PathNotFound.into_response()
}

async fn not_allowed() -> Response {
    RegistryError::MethodNotAllowed.into_response()
}
