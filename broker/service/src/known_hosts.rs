//! Whether a request of HTTP names a host that this server goes by: the defence against pages that rebind their own
//! name to this machine's loopback address, and so become "the same origin" as a server that trusts its neighbours.

use std::net::IpAddr;

/// The names that a server goes by.
#[derive(Debug, Clone, Default)]
pub struct KnownHosts {
    /// Only this machine can reach the server. Beyond loopback any name may lead to it, and it must be guarded
    /// otherwise.
    pub loopback: bool,
    /// Names besides `localhost` and addresses.
    pub names: Vec<String>,
}

impl KnownHosts {
    /// Whether a `Host` header (`name`, `name:port`, `[address]:port`) may be meant for this server. Addresses and
    /// `localhost` cannot be rebound.
    pub fn knows(&self, host: &str) -> bool {
        if !self.loopback {
            return true;
        }
        let name = without_port(host);
        let address = name.trim_start_matches('[').trim_end_matches(']');
        address.parse::<IpAddr>().is_ok()
            || name.eq_ignore_ascii_case("localhost")
            || self.names.iter().any(|known| known.eq_ignore_ascii_case(name))
    }
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) && !name.ends_with(':') => name,
        _ => host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_can_be_rebound_are_unknown_on_loopback() {
        let known = KnownHosts { loopback: true, names: vec!["registry.test".to_owned()] };
        for host in [
            "127.0.0.1:8081",
            "127.0.0.1",
            "[::1]:8081",
            "::1",
            "localhost",
            "LOCALHOST:1",
            "registry.test:8081",
        ] {
            assert!(known.knows(host), "{host}");
        }
        for host in ["evil.test", "evil.test:8081", "localhost.evil.test:8081", "127.0.0.1.evil.test", ""] {
            assert!(!known.knows(host), "{host}");
        }
        assert!(KnownHosts::default().knows("any.test:1"), "beyond loopback any name may lead here");
    }
}
