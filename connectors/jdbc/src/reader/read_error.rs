//! What the worker is told when reading fails: where, what the server said, and what happens next.

use aqueduct_plugin_api::ConnectError;

use super::layout::LayoutError;
use crate::database::DriverError;
use crate::schema::Misfit;

/// Why a reading stopped.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReadError {
    #[error("cannot connect to {server} as user {user}: {error}")]
    Connect { server: String, user: String, error: DriverError },
    #[error("reading {subject} of {server} failed: {error}")]
    Statement { subject: String, server: String, error: DriverError },
    #[error("{subject} of {server} does not exist or cannot be seen")]
    NoTable { subject: String, server: String },
    #[error("{subject} of {server}: {error}")]
    Layout { subject: String, server: String, error: LayoutError },
    #[error(
        "{subject} of {server}: column {column} holds {value}, which its Connect type cannot hold; \
         set invalid.values=null to read such values as null, or type.mapping=precise for types that hold more"
    )]
    Value { subject: String, server: String, column: String, value: String },
    /// The task has stopped listening.
    #[error("stopped")]
    Stopped,
}

impl ReadError {
    pub(crate) fn value(subject: String, server: String, column: String, misfit: &Misfit) -> Self {
        let value = match misfit {
            Misfit::Invalid(text) => text.clone(),
            Misfit::Null => "null".to_owned(),
            Misfit::Scale => "a number with more digits after the point".to_owned(),
        };
        Self::Value { subject, server, column, value }
    }
}

/// The error as the worker takes it. Databases come back, and so do tables and passwords: those are retriable. A column
/// that is missing or may be null needs another configuration; a value that does not fit needs a decision.
pub(crate) fn read_error(error: ReadError) -> ConnectError {
    let text = sentence(&error.to_string());
    match error {
        ReadError::Connect { .. } | ReadError::Statement { .. } | ReadError::NoTable { .. } => {
            ConnectError::retriable(text)
        }
        ReadError::Layout { .. } => ConnectError::config(text),
        ReadError::Value { .. } => {
            let mut fatal = ConnectError::fatal(text);
            fatal.kind = "org.apache.kafka.connect.errors.DataException".to_owned();
            fatal
        }
        ReadError::Stopped => ConnectError::retriable(text),
    }
}

fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}
