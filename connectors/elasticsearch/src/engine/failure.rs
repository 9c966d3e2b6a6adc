//! What goes wrong below the meaning of an answer, and the reason inside an error answer.

use serde::Deserialize;

use super::client::Response;

/// The client cannot be made from the settings.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ClientError {
    #[error("the trusted certificates in {path} cannot be read")]
    ReadAuthorities { path: String, source: std::io::Error },
    #[error("the trusted certificates are not PEM")]
    BadAuthorities(#[source] reqwest::Error),
    #[error("{0} holds characters that cannot be sent")]
    BadCredentials(&'static str),
    #[error("the proxy settings are wrong")]
    BadProxy(#[source] reqwest::Error),
    #[error("the HTTP client cannot be made")]
    Build(#[source] reqwest::Error),
}

/// A request that got no whole answer. It may have been carried out.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoAnswer {
    #[error("{url}: {reason}")]
    Unreachable { url: String, reason: String },
    #[error("{url}: {reason}")]
    Broken { url: String, reason: String },
    #[error("{url}: the answer is larger than {limit} bytes")]
    TooLong { url: String, limit: usize },
    #[error("{url}: the answer is not what a search engine says: {reason}")]
    Unreadable { url: String, reason: String },
}

impl NoAnswer {
    /// Of an HTTP client's error: its own words and those of its causes, without the URL twice.
    pub(crate) fn transport(url: &str, error: reqwest::Error) -> Self {
        let unreachable = error.is_connect();
        let error = error.without_url();
        let mut reason = error.to_string();
        let mut source = std::error::Error::source(&error);
        while let Some(cause) = source {
            reason.push_str(&format!(": {cause}"));
            source = cause.source();
        }
        let url = url.to_owned();
        if unreachable { Self::Unreachable { url, reason } } else { Self::Broken { url, reason } }
    }

    /// Whether a node was reached and gave no whole answer. A request that is too large may end so: some nodes close
    /// the connection while it is still being sent.
    pub(crate) fn was_reached(&self) -> bool {
        matches!(self, Self::Broken { .. })
    }
}

/// A reason is cut to this many characters: it may repeat a whole document.
const MAX_REASON: usize = 500;

#[derive(Deserialize)]
struct ErrorAnswer {
    error: ErrorText,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum ErrorText {
    Object {
        #[serde(rename = "type")]
        kind: Option<String>,
        reason: Option<String>,
    },
    Text(String),
}

/// The reason in an error answer: `type: reason`, or the beginning of whatever was said.
pub(crate) fn reason_of(body: &[u8]) -> String {
    let text = match serde_json::from_slice::<ErrorAnswer>(body) {
        Ok(ErrorAnswer { error: ErrorText::Object { kind, reason } }) => {
            let parts: Vec<String> = [kind, reason].into_iter().flatten().collect();
            parts.join(": ")
        }
        Ok(ErrorAnswer { error: ErrorText::Text(text) }) => text,
        Err(_) if body.is_empty() => "no reason given".to_owned(),
        Err(_) => String::from_utf8_lossy(&body[..body.len().min(4 * MAX_REASON)]).into_owned(),
    };
    shorten(&text)
}

/// The type in an error answer, if it is one of the engine's.
pub(crate) fn error_type_of(response: &Response) -> Option<String> {
    if response.status < 400 {
        return None;
    }
    match serde_json::from_slice::<ErrorAnswer>(&response.body).ok()?.error {
        ErrorText::Object { kind, .. } => kind,
        ErrorText::Text(_) => None,
    }
}

/// One line of at most [`MAX_REASON`] characters.
pub(crate) fn shorten(text: &str) -> String {
    text.chars().take(MAX_REASON).map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_found_in_every_shape() {
        let object = br#"{"error":{"root_cause":[],"type":"security_exception","reason":"no"},"status":403}"#;
        assert_eq!(reason_of(object), "security_exception: no");
        assert_eq!(reason_of(br#"{"error":"Incorrect HTTP method","status":405}"#), "Incorrect HTTP method");
        assert_eq!(reason_of(b"<html>\nBad Gateway"), "<html> Bad Gateway");
        assert_eq!(reason_of(b""), "no reason given");
        assert_eq!(reason_of("é".repeat(5_000).as_bytes()).chars().count(), MAX_REASON);
    }
}
