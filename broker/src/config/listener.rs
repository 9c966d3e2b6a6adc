//! Listeners as Kafka writes them: `PLAINTEXT://host:port`.

use std::net::{IpAddr, ToSocketAddrs};

/// One item of `listeners` or `advertised.listeners`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listener {
    /// Name, upper case.
    pub name: String,
    /// Host; empty for every address of the machine.
    pub host: String,
    /// Port; 0 lets the system choose.
    pub port: u16,
}

/// Why a listener is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ListenerError {
    /// Not of the form `NAME://host:port`.
    #[error("Invalid value {0} for configuration listeners: expected NAME://host:port")]
    Malformed(String),
    /// A security protocol that is not there.
    #[error("listener {name} uses {protocol}, but only PLAINTEXT is implemented")]
    NotPlaintext {
        /// The listener's name.
        name: String,
        /// What its name maps to.
        protocol: String,
    },
    /// Reachable from other machines without encryption and authentication.
    #[error(
        "listener {0} is reachable from other machines without TLS and authentication; set allow.insecure.listeners=true to allow it"
    )]
    Insecure(String),
    /// Two listeners of one name.
    #[error("Each listener must have a different name: {0}")]
    Twice(String),
}

impl Listener {
    /// Parses `NAME://host:port`; IPv6 hosts stand in brackets.
    ///
    /// # Errors
    /// [`ListenerError::Malformed`].
    pub fn parse(text: &str) -> Result<Self, ListenerError> {
        let malformed = || ListenerError::Malformed(text.to_owned());
        let (name, address) = text.split_once("://").ok_or_else(malformed)?;
        let (host, port) = address.rsplit_once(':').ok_or_else(malformed)?;
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let port = port.parse().map_err(|_| malformed())?;
        if name.is_empty() {
            return Err(malformed());
        }
        Ok(Self { name: name.to_ascii_uppercase(), host: host.to_owned(), port })
    }

    /// Whether only this machine can reach it. A name counts as loopback if all it resolves to is.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        if let Ok(address) = self.host.parse::<IpAddr>() {
            return address.is_loopback();
        }
        if self.host.is_empty() {
            return false;
        }
        match (self.host.as_str(), self.port).to_socket_addrs() {
            Ok(addresses) => {
                let addresses: Vec<_> = addresses.collect();
                !addresses.is_empty() && addresses.iter().all(|a| a.ip().is_loopback())
            }
            Err(_) => false,
        }
    }

    /// The address to bind: every address if no host is given.
    #[must_use]
    pub fn bind_host(&self) -> &str {
        if self.host.is_empty() { "0.0.0.0" } else { &self.host }
    }
}

/// Parses a list of listeners with different names.
///
/// # Errors
/// The first item that is malformed or a name that stands twice.
pub fn parse_list(items: &[String]) -> Result<Vec<Listener>, ListenerError> {
    let mut listeners: Vec<Listener> = Vec::new();
    for item in items {
        let listener = Listener::parse(item)?;
        if listeners.iter().any(|l| l.name == listener.name) {
            return Err(ListenerError::Twice(listener.name));
        }
        listeners.push(listener);
    }
    Ok(listeners)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn listeners_are_read_as_kafka_writes_them() {
        let listener = Listener::parse("plaintext://[::1]:9092").expect("parses");
        assert_eq!((listener.name.as_str(), listener.host.as_str(), listener.port), ("PLAINTEXT", "::1", 9092));
        assert!(listener.is_loopback());
        assert!(!Listener::parse("PLAINTEXT://:9092").expect("parses").is_loopback());
        assert!(Listener::parse("localhost:9092").is_err());
        assert!(Listener::parse("PLAINTEXT://localhost").is_err());
    }

    #[test]
    fn two_listeners_of_one_name_are_refused() {
        let items = ["A://h:1".to_owned(), "a://h:2".to_owned()];
        assert_eq!(parse_list(&items), Err(ListenerError::Twice("A".to_owned())));
    }
}
