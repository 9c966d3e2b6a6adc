//! The broker's settings, parsed and checked.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use aqueduct_config::{Parsed, Properties};
use aqueduct_log::Durability;
use aqueduct_service::admin::AdminListener;
use aqueduct_service::http::HttpLimits;
use aqueduct_service::listener::Listener;

use super::broker_keys;
use super::key_row::Effect;

/// What a broker is started with.
#[derive(Debug, Clone)]
pub struct BrokerConfig {
    /// `node.id`, or `broker.id`.
    pub node_id: i32,
    /// `broker.rack`.
    pub rack: Option<String>,
    /// `listeners`.
    pub listeners: Vec<Listener>,
    /// `advertised.listeners`; what is missing is advertised as it is bound.
    pub advertised: Vec<Listener>,
    /// `admin.listener`, if metrics and health are to be served.
    pub admin: Option<AdminListener>,
    /// Limits of that listener: `admin.connection.limit`, `admin.idle.timeout.ms`, `admin.max.request.header.size`.
    pub admin_limits: HttpLimits,
    /// `log.dirs`, or `log.dir`.
    pub log_dirs: Vec<PathBuf>,
    /// Folder of the metadata log.
    pub metadata_dir: PathBuf,
    /// `log.durability`.
    pub durability: Durability,
    /// Limits of connections.
    pub network: NetworkLimits,
    /// `fetch.max.bytes`.
    pub fetch_max_bytes: u32,
    /// `fetch.max.wait.ms`.
    pub fetch_max_wait: Duration,
    /// `auto.create.topics.enable`.
    pub auto_create_topics: bool,
    /// `max.decompressed.message.bytes`.
    pub max_decompressed_bytes: usize,
    /// Every setting of the table, for the parts that read their own.
    pub values: Parsed,
    /// What the user gave, for DescribeConfigs.
    pub given: BTreeMap<String, String>,
}

/// Limits of the network layer.
#[derive(Debug, Clone, Copy)]
pub struct NetworkLimits {
    /// `socket.request.max.bytes`.
    pub request_max_bytes: usize,
    /// `queued.max.requests`, per connection.
    pub max_in_flight: usize,
    /// `queued.max.request.bytes`, all connections together.
    pub request_memory: usize,
    /// `max.connections`, at most three quarters of the files that the process may have open.
    pub max_connections: usize,
    /// `max.connections.per.ip`.
    pub max_connections_per_ip: usize,
    /// `connections.max.idle.ms`; `None` for no limit.
    pub max_idle: Option<Duration>,
    /// `socket.listen.backlog.size`.
    pub backlog: u32,
    /// `socket.send.buffer.bytes`, unless left to the system.
    pub send_buffer: Option<u32>,
    /// `socket.receive.buffer.bytes`, unless left to the system.
    pub receive_buffer: Option<u32>,
}

/// The most sockets that leave the log a quarter of the files that the process may have open: a broker that runs out of
/// files cannot write any more, whatever its clients do.
fn sockets() -> usize {
    aqueduct_service::file_limit::open_files() / 4 * 3
}

/// Every reason why settings are refused.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{}", .0.join("\n"))]
pub struct BrokerConfigError(pub Vec<String>);

impl BrokerConfig {
    /// Parses settings with Kafka's keys.
    ///
    /// # Errors
    /// All that is wrong, at once.
    pub fn from_properties(properties: &Properties) -> Result<Self, BrokerConfigError> {
        let given: BTreeMap<String, String> =
            properties.iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
        let values = broker_keys::table().parse_map(&given).map_err(|e| BrokerConfigError(e.0))?;
        let mut errors = Vec::new();
        let mut listeners = parse_listeners(values.list("listeners"), &mut errors);
        let mut advertised = parse_listeners(values.list("advertised.listeners"), &mut errors);
        // The controller is in this process: its listeners are not opened.
        let controllers = values.list("controller.listener.names");
        let of_brokers =
            |listener: &Listener| !controllers.iter().any(|name| name.eq_ignore_ascii_case(&listener.name));
        listeners.retain(of_brokers);
        advertised.retain(of_brokers);
        if listeners.is_empty() && errors.is_empty() {
            errors.push("listeners has no listener for clients".to_owned());
        }
        let allow_insecure = values.bool("allow.insecure.listeners");
        for listener in &listeners {
            check_protocol(listener, values.list("listener.security.protocol.map"), &mut errors);
            let guarded = listener.clone().guard(allow_insecure);
            errors.extend(guarded.err().map(|e| e.to_string()));
        }
        check_advertised(&listeners, &advertised, &mut errors);
        if !values.list("process.roles").iter().any(|role| role == "broker") {
            errors
                .push("process.roles must contain broker: a controller alone is not implemented".to_owned());
        }
        if values.int("default.replication.factor") > 1 {
            errors.push("default.replication.factor must be 1: there is one broker".to_owned());
        }
        let admin = AdminListener::parse("admin.listener", values.str("admin.listener"), allow_insecure)
            .unwrap_or_else(|error| {
                errors.push(error.to_string());
                None
            });
        if !errors.is_empty() {
            return Err(BrokerConfigError(errors));
        }
        Ok(Self::assemble(values, given, listeners, advertised, admin))
    }

    fn assemble(
        values: Parsed,
        given: BTreeMap<String, String>,
        listeners: Vec<Listener>,
        advertised: Vec<Listener>,
        admin: Option<AdminListener>,
    ) -> Self {
        let log_dirs = log_dirs(&values);
        let metadata_root =
            values.opt_str("metadata.log.dir").map_or_else(|| log_dirs[0].clone(), PathBuf::from);
        let broker_id = values.int("broker.id");
        let node_id =
            if given.contains_key("node.id") || broker_id < 0 { values.int("node.id") } else { broker_id };
        Self {
            node_id: clamp_i32(node_id),
            rack: values.opt_str("broker.rack").map(str::to_owned),
            listeners,
            advertised,
            admin,
            admin_limits: HttpLimits {
                max_connections: size(values.int("admin.connection.limit")),
                idle_timeout: millis(values.int("admin.idle.timeout.ms")),
                max_header_bytes: size(values.int("admin.max.request.header.size")),
                ..HttpLimits::default()
            },
            metadata_dir: metadata_root.join("__aqueduct_metadata"),
            log_dirs,
            durability: match values.str("log.durability") {
                "page-cache" => Durability::PageCache,
                _ => Durability::Flush,
            },
            network: NetworkLimits::of(&values),
            fetch_max_bytes: u32::try_from(values.int("fetch.max.bytes")).unwrap_or(u32::MAX),
            fetch_max_wait: millis(values.int("fetch.max.wait.ms")),
            auto_create_topics: values.bool("auto.create.topics.enable"),
            max_decompressed_bytes: size(values.int("max.decompressed.message.bytes")),
            values,
            given,
        }
    }

    /// The keys that were given and that the broker does not act upon, sorted.
    #[must_use]
    pub fn not_honoured(&self) -> Vec<&str> {
        let acts_on = |key: &str| broker_keys::row(key).is_some_and(|row| row.effect == Effect::Honoured);
        self.given.keys().map(String::as_str).filter(|key| !acts_on(key)).collect()
    }
}

impl NetworkLimits {
    fn of(values: &Parsed) -> Self {
        Self {
            request_max_bytes: size(values.int("socket.request.max.bytes")),
            max_in_flight: size(values.int("queued.max.requests")),
            request_memory: match values.int("queued.max.request.bytes") {
                ..=0 => usize::MAX >> 4,
                limit => size(limit),
            },
            max_connections: size(values.int("max.connections")).min(sockets()),
            max_connections_per_ip: size(values.int("max.connections.per.ip")),
            max_idle: match values.int("connections.max.idle.ms") {
                ..0 => None,
                limit => Some(millis(limit)),
            },
            backlog: u32::try_from(values.int("socket.listen.backlog.size")).unwrap_or(u32::MAX),
            send_buffer: u32::try_from(values.int("socket.send.buffer.bytes")).ok(),
            receive_buffer: u32::try_from(values.int("socket.receive.buffer.bytes")).ok(),
        }
    }
}

fn parse_listeners(items: &[String], errors: &mut Vec<String>) -> Vec<Listener> {
    let mut listeners: Vec<Listener> = Vec::new();
    for item in items {
        match Listener::parse(item) {
            Ok(listener) if listeners.iter().any(|known| known.name == listener.name) => {
                errors.push(format!(
                    "Each listener must have a different name, listeners: {}",
                    items.join(",")
                ));
            }
            Ok(listener) => listeners.push(listener),
            Err(error) => errors.push(error.to_string()),
        }
    }
    listeners
}

fn check_protocol(listener: &Listener, map: &[String], errors: &mut Vec<String>) {
    let mapped = map.iter().filter_map(|item| item.split_once(':'));
    let protocol = mapped.clone().find(|(name, _)| name.eq_ignore_ascii_case(&listener.name));
    match protocol {
        None => errors.push(format!("No security protocol defined for listener {}", listener.name)),
        Some((_, "PLAINTEXT")) => {}
        Some((_, other)) => {
            errors.push(format!("listener {} uses {other}: only PLAINTEXT is implemented", listener.name));
        }
    }
}

fn check_advertised(listeners: &[Listener], advertised: &[Listener], errors: &mut Vec<String>) {
    for listener in advertised {
        if !listeners.iter().any(|known| known.name == listener.name) {
            errors.push(format!(
                "advertised.listeners listener names must be equal to or a subset of the ones defined in listeners. \
                 Found {}.",
                listener.name
            ));
        }
        if listener.host == "0.0.0.0" {
            errors.push(
                "advertised.listeners cannot use the nonroutable meta-address 0.0.0.0. Use a routable IP address."
                    .to_owned(),
            );
        }
    }
}

fn log_dirs(values: &Parsed) -> Vec<PathBuf> {
    match values.list("log.dirs") {
        [] => vec![PathBuf::from(values.str("log.dir"))],
        dirs => dirs.iter().map(PathBuf::from).collect(),
    }
}

fn millis(ms: i64) -> Duration {
    Duration::from_millis(u64::try_from(ms).unwrap_or(0))
}

fn size(bytes: i64) -> usize {
    usize::try_from(bytes).unwrap_or(0)
}

fn clamp_i32(number: i64) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<BrokerConfig, BrokerConfigError> {
        BrokerConfig::from_properties(&Properties::parse(text).expect("properties"))
    }

    #[test]
    fn a_listener_beyond_loopback_needs_permission() {
        assert!(parse("listeners=PLAINTEXT://0.0.0.0:9092").is_err());
        assert!(parse("listeners=PLAINTEXT://0.0.0.0:9092\nallow.insecure.listeners=true").is_ok());
        assert!(parse("listeners=PLAINTEXT://127.0.0.1:0").is_ok());
    }

    #[test]
    fn the_settings_that_come_with_kafka_are_taken() {
        let text = "process.roles=broker,controller\nnode.id=1\n\
            controller.quorum.bootstrap.servers=localhost:9093\n\
            listeners=PLAINTEXT://:9092,CONTROLLER://:9093\ninter.broker.listener.name=PLAINTEXT\n\
            advertised.listeners=PLAINTEXT://localhost:9092,CONTROLLER://localhost:9093\n\
            controller.listener.names=CONTROLLER\n\
            listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SSL:SSL\n\
            num.network.threads=3\nnum.io.threads=8\nsocket.send.buffer.bytes=102400\n\
            log.dirs=/tmp/kraft-combined-logs\nnum.partitions=1\noffsets.topic.replication.factor=1\n\
            log.retention.hours=168\nlog.segment.bytes=1073741824\nlog.retention.check.interval.ms=300000\n\
            allow.insecure.listeners=true";
        let config = parse(text).expect("accepted");
        assert_eq!(config.listeners.len(), 1);
        assert_eq!(config.advertised[0].host, "localhost");
        let not = config.not_honoured();
        assert!(not.contains(&"num.io.threads") && !not.contains(&"log.retention.hours"), "{not:?}");
    }

    #[test]
    fn every_error_is_told_at_once() {
        let error = parse("listeners=SSL://127.0.0.1:1,X://127.0.0.1:2\nadvertised.listeners=Y://h:1").err();
        assert_eq!(error.map(|e| e.0.len()), Some(3));
    }

    #[test]
    fn keys_that_change_nothing_are_named() {
        let config = parse("num.io.threads=3\nnum.partitions=2\nsome.key=1").expect("parses");
        assert_eq!(config.not_honoured(), ["num.io.threads", "some.key"]);
    }
}
