//! JSON bodies, bounded in size.

use crate::error::RegistryError;
use crate::registry::Registry;
use axum::body::Body;
use serde::de::DeserializeOwned;
use std::time::Duration;

/// How long a body may take to arrive.
const PATIENCE: Duration = Duration::from_secs(30);

/// Reads a body of at most `request.max.bytes`.
///
/// # Errors
/// Too large, too slow, cut short, empty, `null`, not JSON, or not of the expected shape. Members that are not known are ignored
/// at any depth; JSON that is nested too deep where it counts is refused.
pub(super) async fn read<T: DeserializeOwned>(registry: &Registry, body: Body) -> Result<T, RegistryError> {
    let limit = registry.config.request_max_bytes;
    let received = tokio::time::timeout(PATIENCE, axum::body::to_bytes(body, limit)).await;
    let received = received.map_err(|_| RegistryError::BodyTooSlow)?;
    // The body may also have been cut short by its sender, who then does not read the answer.
    let bytes = received.map_err(|_| RegistryError::BodyTooLarge(limit))?;
    if bytes.trim_ascii().is_empty() || bytes.trim_ascii() == b"null" {
        return Err(RegistryError::EmptyBody);
    }
    serde_json::from_slice(&bytes).map_err(|error| RegistryError::MalformedBody(error.to_string()))
}
