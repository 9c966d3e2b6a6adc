//! Which engine answers, and whether it is one we write to.

use serde::Deserialize;

use super::client::{Client, Response};
use super::failure::{NoAnswer, reason_of};

/// An engine and its version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Identity {
    /// `OpenSearch` or `Elasticsearch`.
    pub(crate) name: &'static str,
    /// As the engine says it.
    pub(crate) version: String,
}

/// Why an engine cannot be told, or used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum IdentityError {
    #[error(transparent)]
    NoAnswer(#[from] NoAnswer),
    #[error("{url} refuses the credentials ({status}): {reason}")]
    Unauthenticated { url: String, status: u16, reason: String },
    #[error("{url} does not allow this user to ask for its version: {reason}")]
    Forbidden { url: String, reason: String },
    #[error("{url} answers {status}: {reason}")]
    Status { url: String, status: u16, reason: String },
    #[error("Elasticsearch {version} at {url} is too old: version 7 or newer is needed")]
    TooOld { url: String, version: String },
}

/// Asks an engine what it is.
pub(crate) async fn identify(client: &Client) -> Result<Identity, IdentityError> {
    let answer = client.get("/").await?;
    judge(&answer)
}

#[derive(Deserialize)]
struct Root {
    version: Version,
}

#[derive(Deserialize)]
struct Version {
    number: String,
    distribution: Option<String>,
}

fn judge(answer: &Response) -> Result<Identity, IdentityError> {
    let (url, status) = (answer.url.clone(), answer.status);
    let reason = || reason_of(&answer.body);
    match status {
        200 => {}
        401 | 407 => return Err(IdentityError::Unauthenticated { url, status, reason: reason() }),
        403 => return Err(IdentityError::Forbidden { url, reason: reason() }),
        _ => return Err(IdentityError::Status { url, status, reason: reason() }),
    }
    let root: Root = serde_json::from_slice(&answer.body)
        .map_err(|error| NoAnswer::Unreadable { url: url.clone(), reason: error.to_string() })?;
    let number = root.version.number;
    if root.version.distribution.as_deref() == Some("opensearch") {
        return Ok(Identity { name: "OpenSearch", version: number });
    }
    let major = number.split('.').next().and_then(|major| major.parse::<u32>().ok());
    match major {
        Some(major) if major < 7 => Err(IdentityError::TooOld { url, version: number }),
        _ => Ok(Identity { name: "Elasticsearch", version: number }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(status: u16, body: &str) -> Result<Identity, IdentityError> {
        judge(&Response { status, body: body.to_owned().into(), url: "http://h:9200".to_owned() })
    }

    #[test]
    fn engines_are_told_by_their_root() {
        let open = told(200, r#"{"version":{"distribution":"opensearch","number":"1.3.0"}}"#).unwrap();
        assert_eq!((open.name, open.version.as_str()), ("OpenSearch", "1.3.0"));
        let elastic = told(200, r#"{"version":{"number":"8.19.21","build_flavor":"default"}}"#).unwrap();
        assert_eq!(elastic.name, "Elasticsearch");
        let old = told(200, r#"{"version":{"number":"6.8.0"}}"#);
        assert!(matches!(old, Err(IdentityError::TooOld { .. })));
        assert!(matches!(told(401, ""), Err(IdentityError::Unauthenticated { .. })));
        assert!(matches!(told(200, "<html>"), Err(IdentityError::NoAnswer(_))));
    }
}
