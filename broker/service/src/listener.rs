//! Listener addresses as Kafka and Connect write them: `PLAINTEXT://host:port`, `http://:8083`.

use std::fmt;
use std::net::IpAddr;

/// One listener.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listener {
    /// The scheme or listener name before `://`, in capitals.
    pub name: String,
    /// The host as written; empty for all interfaces.
    pub host: String,
    /// The port; 0 lets the system choose.
    pub port: u16,
}

/// Why a listener is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ListenerError {
    /// Not of the form `name://host:port`.
    #[error("listener {0:?} is not of the form name://host:port")]
    Form(String),
    /// Beyond loopback without TLS and authentication.
    #[error(
        "listener {0} can be reached from other machines without TLS and authentication; bind it to 127.0.0.1, or set \
         allow.insecure.listeners=true if that is what you want"
    )]
    Insecure(String),
}

impl Listener {
    /// Reads `name://host:port`; an IPv6 host stands in brackets.
    pub fn parse(text: &str) -> Result<Self, ListenerError> {
        let refuse = || ListenerError::Form(text.to_owned());
        let (name, rest) = text.trim().split_once("://").ok_or_else(refuse)?;
        let (host, port) = rest.trim_end_matches('/').rsplit_once(':').ok_or_else(refuse)?;
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let port = port.parse().map_err(|_| refuse())?;
        if name.is_empty() {
            return Err(refuse());
        }
        Ok(Self { name: name.to_ascii_uppercase(), host: host.to_owned(), port })
    }

    /// Whether only this machine can reach it.
    pub fn is_loopback(&self) -> bool {
        self.host == "localhost" || self.host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
    }

    /// Refuses a plain-text listener beyond loopback, unless that is allowed.
    pub fn guard(self, allow_insecure: bool) -> Result<Self, ListenerError> {
        if allow_insecure || self.is_loopback() {
            Ok(self)
        } else {
            Err(ListenerError::Insecure(self.to_string()))
        }
    }

    /// The address to bind: `host:port`, all interfaces for an empty host.
    pub fn bind_address(&self) -> String {
        match self.host.as_str() {
            "" => format!("0.0.0.0:{}", self.port),
            host if host.contains(':') => format!("[{host}]:{}", self.port),
            host => format!("{host}:{}", self.port),
        }
    }
}

impl fmt::Display for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}:{}", self.name, self.host, self.port)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_guards() {
        let l = Listener::parse("PLAINTEXT://127.0.0.1:9092").unwrap();
        assert_eq!((l.host.as_str(), l.port, l.is_loopback()), ("127.0.0.1", 9092, true));
        assert_eq!(Listener::parse("http://[::1]:0").unwrap().bind_address(), "[::1]:0");
        assert_eq!(Listener::parse("http://:8083").unwrap().bind_address(), "0.0.0.0:8083");
        assert!(Listener::parse("http://:8083").unwrap().guard(false).is_err());
        assert!(Listener::parse("http://:8083").unwrap().guard(true).is_ok());
        for bad in ["", "9092", "x://", "x://h:70000", "://h:1"] {
            assert!(Listener::parse(bad).is_err(), "{bad}");
        }
    }
}
