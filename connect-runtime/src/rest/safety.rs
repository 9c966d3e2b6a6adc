//! What is refused before any handler sees it: odd paths, foreign hosts, foreign origins. Pure.

use aqueduct_service::known_hosts::KnownHosts;
use http::{HeaderMap, StatusCode, header};

/// Which hosts and origins may speak to the REST API.
#[derive(Debug, Clone)]
pub(crate) struct Guests {
    /// The names that this worker goes by.
    pub(crate) known: KnownHosts,
    /// `access.control.allow.origin`.
    pub(crate) origin: String,
}

/// A refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refused {
    /// The status.
    pub(crate) status: StatusCode,
    /// The text.
    pub(crate) message: &'static str,
}

const BAD_REQUEST: Refused = Refused { status: StatusCode::BAD_REQUEST, message: "HTTP 400 Bad Request" };

impl Guests {
    /// Judges the headers of a request.
    pub(crate) fn check(&self, headers: &HeaderMap, authority: Option<&str>) -> Result<(), Refused> {
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let host =
            authority.or_else(|| text(header::HOST)).filter(|host| !host.is_empty()).ok_or(BAD_REQUEST)?;
        if !self.known.knows(host) {
            return Err(Refused {
                status: StatusCode::FORBIDDEN,
                message: "The Host header names a host that this worker does not go by; see rest.allowed.hosts",
            });
        }
        match text(header::ORIGIN) {
            Some(origin) if !self.allows_origin(origin) && !is_same_origin(origin, host) => Err(Refused {
                status: StatusCode::FORBIDDEN,
                message: "Requests from pages of another origin are not allowed; see access.control.allow.origin",
            }),
            _ => Ok(()),
        }
    }

    /// Whether pages of an origin may call.
    pub(crate) fn allows_origin(&self, origin: &str) -> bool {
        self.origin == "*"
            || (!self.origin.is_empty() && self.origin.split(',').any(|allowed| allowed.trim() == origin))
    }
}

fn is_same_origin(origin: &str, host: &str) -> bool {
    origin.split_once("://").is_some_and(|(_, from)| from.eq_ignore_ascii_case(host))
}

/// A path as it is routed: matrix parameters and a trailing slash cut off. Refused: empty segments, bad escapes, bad
/// UTF-8, control characters, `..`.
pub(crate) fn routed_path(path: &str) -> Result<String, Refused> {
    let mut routed = String::with_capacity(path.len());
    let inner = path.strip_prefix('/').ok_or(BAD_REQUEST)?;
    let inner = inner.strip_suffix('/').unwrap_or(inner);
    if inner.is_empty() {
        return if path == "/" { Ok("/".to_owned()) } else { Err(BAD_REQUEST) };
    }
    for segment in inner.split('/') {
        let segment = segment.split(';').next().unwrap_or_default();
        let decoded = decoded(segment).ok_or(BAD_REQUEST)?;
        let odd = decoded.is_empty() || decoded == "." || decoded == ".." || decoded.contains('\0');
        if odd {
            return Err(BAD_REQUEST);
        }
        routed.push('/');
        routed.push_str(segment);
    }
    Ok(routed)
}

/// A percent-encoded text; `None` if escapes or UTF-8 are wrong.
pub(crate) fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
        let (high, low) = (digit(rest.next())?, digit(rest.next())?);
        bytes.push((high * 16 + low) as u8);
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lose_their_ornaments_and_odd_ones_are_refused() {
        let routed = |path: &str| routed_path(path).ok();
        assert_eq!(routed("/").as_deref(), Some("/"));
        assert_eq!(routed("/connectors/").as_deref(), Some("/connectors"));
        assert_eq!(routed("/connectors/a%2Fb/status;x=1").as_deref(), Some("/connectors/a%2Fb/status"));
        for odd in ["//", "/connectors//x", "/a/%00", "/a/%zz", "/a/%ff", "/a/%2e%2e/b", "/a/%", "x"] {
            assert_eq!(routed(odd), None, "{odd}");
        }
    }

    #[test]
    fn only_known_hosts_and_origins_are_heard() {
        let guests = Guests {
            known: KnownHosts { loopback: true, names: vec!["connect.test".to_owned()] },
            origin: String::new(),
        };
        let status = |host: Option<&str>, origin: Option<&str>| {
            let mut headers = HeaderMap::new();
            host.map(|host| headers.insert(header::HOST, host.parse().unwrap()));
            origin.map(|origin| headers.insert(header::ORIGIN, origin.parse().unwrap()));
            guests.check(&headers, None).map_or_else(|refused| refused.status.as_u16(), |()| 200)
        };
        assert_eq!(status(Some("127.0.0.1:8083"), None), 200);
        assert_eq!(status(Some("[::1]:8083"), None), 200);
        assert_eq!(status(Some("localhost"), None), 200);
        assert_eq!(status(Some("connect.test:80"), None), 200);
        assert_eq!(status(Some("evil.test:8083"), None), 403);
        assert_eq!(status(None, None), 400);
        assert_eq!(status(Some("localhost:8083"), Some("http://evil.test")), 403);
        assert_eq!(status(Some("localhost:8083"), Some("http://localhost:8083")), 200);
    }
}
