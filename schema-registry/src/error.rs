//! What goes wrong in the registry, with Confluent's codes and texts, each mapped to HTTP in one place.

use http::StatusCode;

/// A refused or failed request. Texts are Confluent's to the letter, odd blanks included.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RegistryError {
    /// Nothing is served at that path, or a path parameter that must be a number is none.
    #[error("HTTP 404 Not Found")]
    PathNotFound,
    /// The path is served, but not with that method.
    #[error("HTTP 405 Method Not Allowed")]
    MethodNotAllowed,
    /// No media type that the client accepts can be answered.
    #[error("HTTP 406 Not Acceptable")]
    NotAcceptable,
    /// The body is of a media type that is not read.
    #[error("HTTP 415 Unsupported Media Type")]
    UnsupportedMediaType,
    /// A web page of another origin tried to write.
    #[error("Requests of the origin {0} are not allowed")]
    ForeignOrigin(String),
    /// The `Host` header names a host that this registry, which listens on loopback, does not go by.
    #[error("The Host header names {0:?}, which this registry does not go by; see host.name")]
    UnknownHost(String),
    /// The body is not JSON of the expected shape.
    #[error("{0}")]
    MalformedBody(String),
    /// The body is empty or `null`.
    #[error("request must not be null (was null)")]
    EmptyBody,
    /// The body is larger than `request.max.bytes`.
    #[error("The request is larger than {0} bytes")]
    BodyTooLarge(usize),
    /// The body did not arrive in time.
    #[error("HTTP 408 Request Timeout")]
    BodyTooSlow,
    /// Other requests hold all of `queued.max.request.bytes`.
    #[error("The registry is busy with other large requests; try again")]
    NoRoom,

    /// 40401
    #[error("Subject '{0}' not found.")]
    SubjectNotFound(String),
    /// 40402
    #[error("Version {0} not found.")]
    VersionNotFound(i64),
    /// 40403, where an id was asked for.
    #[error("Schema {0} not found")]
    SchemaIdNotFound(i32),
    /// 40403
    #[error("Schema not found")]
    SchemaNotFound,
    /// 40404
    #[error("Subject '{0}' was soft deleted.Set permanent=true to delete permanently")]
    SubjectSoftDeleted(String),
    /// 40405
    #[error("Subject '{0}' was not deleted first before being permanently deleted")]
    SubjectNotSoftDeleted(String),
    /// 40406
    #[error("Subject '{0}' Version {1} was soft deleted.Set permanent=true to delete permanently")]
    VersionSoftDeleted(String, u32),
    /// 40407
    #[error("Subject '{0}' Version {1} was not deleted first before being permanently deleted")]
    VersionNotSoftDeleted(String, u32),
    /// 40408
    #[error("Subject '{0}' does not have subject-level compatibility configured")]
    SubjectLevelNotConfigured(String),
    /// 40409
    #[error("Subject '{0}' does not have subject-level mode configured")]
    SubjectModeNotConfigured(String),

    /// 409, code 40901 (409 until 8.1).
    #[error("Schema being registered is incompatible with an earlier schema for subject \"{subject}\", details: [{}]", messages.join(", "))]
    Incompatible {
        /// The subject.
        subject: String,
        /// The differences and what they were found against.
        messages: Vec<String>,
        /// `incompatible.error.code`.
        code: u32,
    },

    /// 42201
    #[error("{0}")]
    InvalidSchema(String),
    /// 42202
    #[error(
        "The specified version '{0}' is not a valid version id. Allowed values are between [1, 2^31-1] and the string \"latest\""
    )]
    InvalidVersion(String),
    /// 42203
    #[error(
        "Invalid compatibility level. Valid values are none, backward, forward, full, backward_transitive, forward_transitive, and full_transitive"
    )]
    InvalidCompatibilityLevel,
    /// 42204
    #[error("Invalid mode. Valid values are READWRITE, READONLY, IMPORT and FORWARD.")]
    InvalidMode,
    /// 42205
    #[error("{0}")]
    OperationNotPermitted(String),
    /// 42206
    #[error(
        "One or more references exist to the schema {{magic=1,keytype=SCHEMA,subject={subject},version={version}}}."
    )]
    ReferenceExists {
        /// The subject that is referred to.
        subject: String,
        /// Its version.
        version: u32,
    },
    /// 42208
    #[error("The specified subject '{0}' is not a valid.")]
    InvalidSubject(String),

    /// 50001
    #[error("{0}")]
    Store(String),
    /// 50002
    #[error("{0} operation timed out")]
    Timeout(&'static str),
    /// 501: known to Confluent's registry and not to this one.
    #[error("{0} is not implemented")]
    NotImplemented(String),
}

impl RegistryError {
    /// The `error_code` of the answer.
    pub fn code(&self) -> u32 {
        match self {
            RegistryError::PathNotFound => 404,
            RegistryError::MethodNotAllowed => 405,
            RegistryError::NotAcceptable => 406,
            RegistryError::UnsupportedMediaType => 415,
            RegistryError::ForeignOrigin(_) | RegistryError::UnknownHost(_) => 403,
            RegistryError::MalformedBody(_) => 400,
            RegistryError::EmptyBody => 422,
            RegistryError::BodyTooLarge(_) => 413,
            RegistryError::BodyTooSlow => 408,
            RegistryError::NoRoom => 503,
            RegistryError::SubjectNotFound(_) => 40401,
            RegistryError::VersionNotFound(_) => 40402,
            RegistryError::SchemaIdNotFound(_) | RegistryError::SchemaNotFound => 40403,
            RegistryError::SubjectSoftDeleted(_) => 40404,
            RegistryError::SubjectNotSoftDeleted(_) => 40405,
            RegistryError::VersionSoftDeleted(..) => 40406,
            RegistryError::VersionNotSoftDeleted(..) => 40407,
            RegistryError::SubjectLevelNotConfigured(_) => 40408,
            RegistryError::SubjectModeNotConfigured(_) => 40409,
            RegistryError::Incompatible { code, .. } => *code,
            RegistryError::InvalidSchema(_) => 42201,
            RegistryError::InvalidVersion(_) => 42202,
            RegistryError::InvalidCompatibilityLevel => 42203,
            RegistryError::InvalidMode => 42204,
            RegistryError::OperationNotPermitted(_) => 42205,
            RegistryError::ReferenceExists { .. } => 42206,
            RegistryError::InvalidSubject(_) => 42208,
            RegistryError::Store(_) => 50001,
            RegistryError::Timeout(_) => 50002,
            RegistryError::NotImplemented(_) => 501,
        }
    }

    /// The HTTP status: the code's first three digits.
    pub fn status(&self) -> StatusCode {
        let code = self.code();
        let status = if code >= 1000 { code / 100 } else { code };
        u16::try_from(status)
            .ok()
            .and_then(|status| StatusCode::from_u16(status).ok())
            .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_status_is_the_head_of_the_code() {
        assert_eq!(RegistryError::SubjectNotFound(String::new()).status(), StatusCode::NOT_FOUND);
        assert_eq!(RegistryError::InvalidMode.status(), StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(RegistryError::Store(String::new()).status(), StatusCode::INTERNAL_SERVER_ERROR);
        for code in [409, 40901] {
            let error = RegistryError::Incompatible {
                subject: "s".into(),
                messages: vec!["a".into(), "b".into()],
                code,
            };
            assert_eq!(error.status(), StatusCode::CONFLICT);
            assert!(error.to_string().ends_with("for subject \"s\", details: [a, b]"));
        }
    }
}
