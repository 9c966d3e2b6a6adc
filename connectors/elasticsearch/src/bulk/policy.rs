//! What a policy makes of a record that was not written.

use aqueduct_plugin_api::ConnectError;

use crate::settings::Policy;

/// Why a record was not written, for its policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reason {
    /// It is no document, or the engine refuses it for its content.
    Malformed,
    /// The document is there in a newer version.
    VersionConflict,
}

impl Reason {
    fn key(self) -> &'static str {
        match self {
            Self::Malformed => "behavior.on.malformed.documents",
            Self::VersionConflict => "behavior.on.version.conflict",
        }
    }
}

/// The record's failure, or `None` if the policy is to go on without it. `record` is topic-partition@offset.
pub(crate) fn apply(
    policy: Policy,
    why: Reason,
    record: &str,
    index: &str,
    detail: &str,
) -> Option<ConnectError> {
    let message = || format!("record {record} for index {index}: {detail}");
    match policy {
        Policy::Ignore => None,
        Policy::Warn => {
            tracing::warn!(record, index, detail, "record not written, as {} says", why.key());
            None
        }
        Policy::Report => Some(ConnectError::data(message())),
        Policy::Fail => Some(ConnectError::fatal(format!("{} ({} is fail)", message(), why.key()))),
    }
}
