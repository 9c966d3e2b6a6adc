//! Settings of connections and metadata, common to everything a client does.

use std::collections::BTreeMap;
use std::time::Duration;

use aqueduct_config::{Check, ConfigDef, ConfigErrors, Importance, KeyDef, KeyType};

use super::millis;

/// How to reach a cluster.
#[derive(Clone, Debug, PartialEq)]
pub struct ClientConfig {
    /// `bootstrap.servers`: `host:port` of some brokers.
    pub bootstrap_servers: Vec<String>,
    /// `client.id`: named in the brokers' logs and metrics.
    pub client_id: String,
    /// `request.timeout.ms`: longest wait for one answer (long polls add their own).
    pub request_timeout: Duration,
    /// `default.api.timeout.ms`: longest wait for a call with all its retries.
    pub api_timeout: Duration,
    /// `retry.backoff.ms`: wait before the first retry.
    pub retry_backoff: Duration,
    /// `retry.backoff.max.ms`: longest wait between retries.
    pub retry_backoff_max: Duration,
    /// `reconnect.backoff.ms`: wait before connecting again.
    pub reconnect_backoff: Duration,
    /// `reconnect.backoff.max.ms`: longest wait before connecting again.
    pub reconnect_backoff_max: Duration,
    /// `socket.connection.setup.timeout.ms`: longest wait for a connection and its ApiVersions answer.
    pub connect_timeout: Duration,
    /// `connections.max.idle.ms`: an unused connection is closed after this time.
    pub connections_max_idle: Duration,
    /// `metadata.max.age.ms`: metadata older than this are fetched again.
    pub metadata_max_age: Duration,
    /// `metadata.max.idle.ms`: a topic not asked for in this time is forgotten.
    pub metadata_max_idle: Duration,
    /// `allow.auto.create.topics`: whether asking for a topic's metadata may create it.
    pub allow_auto_create_topics: bool,
    /// `receive.max.bytes`: the largest response accepted, in bytes; a larger one closes the connection.
    pub max_response_bytes: usize,
    /// `max.queued.requests.per.connection`: requests that wait for an answer on one connection; more wait
    /// to be sent.
    pub max_pending_requests: usize,
}

impl Default for ClientConfig {
    fn default() -> ClientConfig {
        let none = |_: &str| Some("127.0.0.1:9092");
        ClientConfig::parse(|name| if name == "bootstrap.servers" { none(name) } else { None })
            .expect("the defaults of the table are valid")
    }
}

impl ClientConfig {
    /// Defaults, with these brokers (`host:port`, comma separated).
    pub fn new(bootstrap_servers: &str) -> ClientConfig {
        let servers = bootstrap_servers.split(',').map(|server| server.trim().to_owned());
        ClientConfig { bootstrap_servers: servers.collect(), ..ClientConfig::default() }
    }

    /// From Kafka properties.
    pub fn from_map(given: &BTreeMap<String, String>) -> Result<ClientConfig, ConfigErrors> {
        ClientConfig::parse(|name| given.get(name).map(String::as_str))
    }

    /// From anything that finds a property by its name.
    pub fn parse<'a>(given: impl Fn(&str) -> Option<&'a str>) -> Result<ClientConfig, ConfigErrors> {
        let parsed = ClientConfig::def().parse(given)?;
        let config = ClientConfig {
            bootstrap_servers: parsed.list("bootstrap.servers").to_vec(),
            client_id: parsed.str("client.id").to_owned(),
            request_timeout: millis(&parsed, "request.timeout.ms"),
            api_timeout: millis(&parsed, "default.api.timeout.ms"),
            retry_backoff: millis(&parsed, "retry.backoff.ms"),
            retry_backoff_max: millis(&parsed, "retry.backoff.max.ms"),
            reconnect_backoff: millis(&parsed, "reconnect.backoff.ms"),
            reconnect_backoff_max: millis(&parsed, "reconnect.backoff.max.ms"),
            connect_timeout: millis(&parsed, "socket.connection.setup.timeout.ms"),
            connections_max_idle: match parsed.int("connections.max.idle.ms") {
                never if never < 0 => Duration::MAX,
                ms => Duration::from_millis(ms as u64),
            },
            metadata_max_age: millis(&parsed, "metadata.max.age.ms"),
            metadata_max_idle: millis(&parsed, "metadata.max.idle.ms"),
            allow_auto_create_topics: parsed.bool("allow.auto.create.topics"),
            max_response_bytes: parsed.int("receive.max.bytes") as usize,
            max_pending_requests: parsed.int("max.queued.requests.per.connection") as usize,
        };
        let bad = config.bootstrap_servers.iter().filter(|server| !is_address(server));
        let errors: Vec<String> =
            bad.map(|server| format!("Invalid url in bootstrap.servers: {server}")).collect();
        if errors.is_empty() { Ok(config) } else { Err(ConfigErrors(errors)) }
    }

    /// The key table.
    pub fn def() -> ConfigDef {
        let ms = |name, default: i64, doc| {
            KeyDef::with_default(name, KeyType::Long, default, doc).check(Check::AtLeast(0))
        };
        ConfigDef::new([
            KeyDef::required("bootstrap.servers", KeyType::List, "Addresses of some brokers of the cluster, host:port, comma separated.")
                .check(Check::NonEmptyList),
            KeyDef::with_default("client.id", KeyType::String, "aqueduct", "Name of this client in the brokers' logs and metrics. (Kafka's default is empty.)"),
            ms("request.timeout.ms", 30_000, "Longest wait for one answer, in ms."),
            ms("default.api.timeout.ms", 60_000, "Longest wait for a call with all its retries, in ms."),
            ms("retry.backoff.ms", 100, "Wait before the first retry of a request, in ms; it doubles with every further one, give or take a fifth."),
            ms("retry.backoff.max.ms", 1_000, "Longest wait between two tries, in ms."),
            ms("reconnect.backoff.ms", 50, "Wait before connecting to a broker again, in ms; it doubles with every further failure."),
            ms("reconnect.backoff.max.ms", 1_000, "Longest wait before connecting again, in ms."),
            ms("socket.connection.setup.timeout.ms", 10_000, "Longest wait for a connection, in ms."),
            KeyDef::with_default("connections.max.idle.ms", KeyType::Long, 540_000, "A connection unused for this time is closed, in ms; -1 for never."),
            ms("metadata.max.age.ms", 300_000, "Metadata older than this are fetched again, in ms."),
            ms("metadata.max.idle.ms", 300_000, "A topic that was not asked for in this time is forgotten, in ms."),
            KeyDef::with_default("allow.auto.create.topics", KeyType::Boolean, true, "Whether asking for a topic may create it, where the broker allows it."),
            KeyDef::with_default("receive.max.bytes", KeyType::Int, 128 * 1024 * 1024, "The largest response accepted, in bytes. (Not a key of Kafka's clients.)")
                .check(Check::AtLeast(64 * 1024)).importance(Importance::Low),
            KeyDef::with_default("max.queued.requests.per.connection", KeyType::Int, 100, "Requests on one connection that wait for an answer; more wait to be sent. (Not a key of Kafka's clients.)")
                .check(Check::AtLeast(1)).importance(Importance::Low),
            KeyDef::with_default("security.protocol", KeyType::String, "PLAINTEXT", "How to talk to brokers; only PLAINTEXT so far.")
                .check(Check::one_of(&["PLAINTEXT"])),
        ])
    }
}

/// Whether this is `host:port`, with `[…]` around an IPv6 address.
fn is_address(text: &str) -> bool {
    text.rsplit_once(':')
        .is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok_and(|port| port > 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_kafkas() {
        let config = ClientConfig::new("a:1, b:2");
        assert_eq!(config.bootstrap_servers, ["a:1", "b:2"]);
        assert_eq!(config.request_timeout, Duration::from_secs(30));
        assert_eq!(config.connections_max_idle, Duration::from_secs(540));
    }

    #[test]
    fn all_errors_are_told_at_once() {
        let given = [("request.timeout.ms", "soon"), ("security.protocol", "SASL_SSL")];
        let given = given.iter().map(|(k, v)| (k.to_string(), v.to_string())).collect();
        let errors = ClientConfig::from_map(&given).unwrap_err().0;
        assert!(errors.len() >= 3, "{errors:?}");
        let given = [("bootstrap.servers".to_owned(), "nonsense".to_owned())].into();
        assert!(ClientConfig::from_map(&given).unwrap_err().0[0].contains("nonsense"));
    }
}
