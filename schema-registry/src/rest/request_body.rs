//! JSON bodies, bounded in size.

use crate::error::RegistryError;
use crate::registry::Registry;
use axum::body::Body;
use serde::de::DeserializeOwned;

/// Reads a body of at most `request.max.bytes`.
///
/// # Errors
/// Too large, cut short, empty, `null`, not JSON, or not of the expected shape. Members that are not known are ignored
/// at any depth; JSON that is nested too deep where it counts is refused.
pub(super) async fn read<T: DeserializeOwned>(registry: &Registry, body: Body) -> Result<T, RegistryError> {
    let limit = registry.config.request_max_bytes;
    // The body may also have been cut short by its sender, who then does not read the answer.
    let bytes = axum::body::to_bytes(body, limit).await.map_err(|_| RegistryError::BodyTooLarge(limit))?;
    if bytes.trim_ascii().is_empty() || bytes.trim_ascii() == b"null" {
        return Err(RegistryError::EmptyBody);
    }
    serde_json::from_slice(&bytes).map_err(|error| RegistryError::MalformedBody(error.to_string()))
}
