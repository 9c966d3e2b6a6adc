//! Waiting for a time that may never come.

use tokio::time::{Instant, sleep_until};

/// Waits until this time; for ever if there is none. For branches of a `select!` that are open only now and then.
pub async fn until(at: Option<Instant>) {
    match at {
        Some(at) => sleep_until(at).await,
        None => std::future::pending().await,
    }
}
