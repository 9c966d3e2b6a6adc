//! `/` and `/health`.

use std::sync::Arc;

use axum::extract::State;
use http::StatusCode;
use serde_json::json;

use super::answer::{self, Outcome};
use super::call::Call;
use super::routes::RestState;

/// `GET /`: exactly three members; clients read numbers from the version.
pub(crate) async fn root(State(state): State<Arc<RestState>>, _call: Call) -> Outcome {
    answer::ok(&json!({
        "version": crate::VERSION,
        "commit": crate::COMMIT,
        "kafka_cluster_id": state.cluster_id,
    }))
}

/// `GET /health` (KIP-1017).
pub(crate) async fn health(State(state): State<Arc<RestState>>, _call: Call) -> Outcome {
    let (status, name, message) = if state.herder.view.load().joined {
        (StatusCode::OK, "healthy", "Worker has completed startup and is ready to handle requests.")
    } else {
        (
            StatusCode::SERVICE_UNAVAILABLE,
            "starting",
            "Worker is still starting up. It has not joined its group and read its topics yet.",
        )
    };
    Ok(answer::json(status, &json!({ "status": name, "message": message })))
}
