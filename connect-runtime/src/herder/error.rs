//! What a request to the herder may fail with, and the HTTP answer of each.

use crate::config::providers::ProviderError;
use crate::storage::log::StorageError;

/// A request that could not be carried out.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HerderError {
    /// 400.
    #[error("{0}")]
    BadRequest(String),
    /// 403.
    #[error("{0}")]
    Forbidden(String),
    /// 404.
    #[error("{0}")]
    NotFound(String),
    /// 409: it exists already, or something else is in the way.
    #[error("{0}")]
    Conflict(String),
    /// Somebody else must do it: the request is forwarded there.
    #[error("the request is for the worker at {url}")]
    Redirect {
        /// That worker's REST address, ending in `/`.
        url: String,
    },
    /// 503.
    #[error("{0}")]
    Unavailable(String),
    /// 500: the internal topics could not be written or read.
    #[error("{0}")]
    Storage(#[from] StorageError),
    /// 500: anything else.
    #[error("{0}")]
    Internal(String),
    /// The answer of another worker, passed on as it is.
    #[error("{message}")]
    Remote {
        /// HTTP status.
        status: u16,
        /// The other worker's text.
        message: String,
    },
}

impl From<ProviderError> for HerderError {
    fn from(error: ProviderError) -> Self {
        match error {
            ProviderError::Interrupted(_) => Self::Internal(error.to_string()),
            error => Self::BadRequest(error.to_string()),
        }
    }
}

impl HerderError {
    /// The HTTP status of the answer.
    pub(crate) fn status(&self) -> u16 {
        match self {
            Self::BadRequest(_) => 400,
            Self::Forbidden(_) => 403,
            Self::NotFound(_) => 404,
            Self::Conflict(_) | Self::Redirect { .. } => 409,
            Self::Unavailable(_) => 503,
            Self::Storage(_) | Self::Internal(_) => 500,
            Self::Remote { status, .. } => *status,
        }
    }

    /// There is no leader just now.
    pub(crate) fn no_leader() -> Self {
        Self::Conflict(
            "Cannot complete request momentarily due to no known leader URL, likely because a rebalance was underway."
                .to_owned(),
        )
    }

    /// Who is to do it changes just now.
    pub(crate) fn conflicting_operation() -> Self {
        Self::Conflict(
            "Cannot complete request because of a conflicting operation (e.g. worker rebalance)".to_owned(),
        )
    }

    /// A connector that is not there, in the words for reads and deletes.
    pub(crate) fn connector_not_found(name: &str) -> Self {
        Self::NotFound(format!("Connector {name} not found"))
    }
}
