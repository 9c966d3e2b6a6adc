//! JSON bodies, bounded in size; the server bounds the time that they take and the memory of all of them.

use crate::error::RegistryError;
use crate::registry::Registry;
use aqueduct_service::http::BodyFailure;
use axum::body::Body;
use serde::de::DeserializeOwned;

/// Reads a body of at most `request.max.bytes`.
///
/// # Errors
/// Too large, too slow, no room for it, cut short, empty, `null`, not JSON, or not of the expected shape. Members that
/// are not known are ignored at any depth; JSON that is nested too deep where it counts is refused.
pub(super) async fn read<T: DeserializeOwned>(registry: &Registry, body: Body) -> Result<T, RegistryError> {
    let limit = registry.config.request_max_bytes;
    let received = axum::body::to_bytes(body, limit).await;
    let bytes = received.map_err(|error| match BodyFailure::of(&error) {
        BodyFailure::TooLarge => RegistryError::BodyTooLarge(limit),
        BodyFailure::TooSlow => RegistryError::BodyTooSlow,
        BodyFailure::NoRoom => RegistryError::NoRoom,
        // Its sender has cut it short, and does not read the answer.
        BodyFailure::Broken => RegistryError::MalformedBody("the request's body was not sent whole".into()),
    })?;
    if bytes.trim_ascii().is_empty() || bytes.trim_ascii() == b"null" {
        return Err(RegistryError::EmptyBody);
    }
    serde_json::from_slice(&bytes).map_err(|error| RegistryError::MalformedBody(error.to_string()))
}
