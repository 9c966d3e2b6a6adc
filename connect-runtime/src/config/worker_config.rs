//! A worker's settings, parsed.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use aqueduct_client::{ClientConfig, ConsumerConfig, ProducerConfig};
use aqueduct_config::{ConfigErrors, Parsed, Properties};
use aqueduct_plugin_api::ConfigMap;
use aqueduct_service::admin::AdminListener;
use aqueduct_service::http::HttpLimits;
use aqueduct_service::listener::Listener;

use super::overrides::OverridePolicy;
use super::providers::Providers;
use super::worker_ignored::ignored;
use super::worker_keys;
use crate::membership::protocol::Version;
use crate::plugins::converters::{self, ConverterType};

/// A worker's settings. Made from a `.properties` file with all errors told at once.
#[derive(Debug, Clone)]
pub struct WorkerConfig {
    pub(crate) client: ClientConfig,
    pub(crate) mode: Mode,
    /// Everything given, secrets resolved: converters and clients take their parts from here.
    pub(crate) given: BTreeMap<String, String>,
    pub(crate) providers: Providers,
    pub(crate) plugin_path: Vec<PathBuf>,
    pub(crate) overrides: OverridePolicy,
    pub(crate) topic_creation: bool,
    pub(crate) topic_tracking: bool,
    pub(crate) topic_tracking_reset: bool,
    pub(crate) offset_flush_interval: Duration,
    pub(crate) offset_flush_timeout: Duration,
    pub(crate) graceful_stop: Duration,
    pub(crate) rest: RestConfig,
    /// `metrics.listener`, if metrics are to be served.
    pub(crate) metrics: Option<AdminListener>,
    pub(crate) restart: RestartConfig,
    pub(crate) plugin_call_timeout: Duration,
    pub(crate) max_buffered_records: usize,
}

/// What differs between the modes.
#[derive(Debug, Clone)]
pub(crate) enum Mode {
    /// A member of a group.
    Distributed(Box<DistributedConfig>),
    /// Alone, with its offsets in a file.
    Standalone {
        /// The file.
        offsets: PathBuf,
    },
}

/// Settings of a member of a Connect cluster.
#[derive(Debug, Clone)]
pub(crate) struct DistributedConfig {
    pub(crate) group_id: String,
    pub(crate) config_topic: InternalTopic,
    pub(crate) offset_topic: InternalTopic,
    pub(crate) status_topic: InternalTopic,
    pub(crate) create_topics: bool,
    pub(crate) protocol: Version,
    pub(crate) max_delay: Duration,
    pub(crate) session_timeout: Duration,
    pub(crate) heartbeat_interval: Duration,
    pub(crate) rebalance_timeout: Duration,
    pub(crate) sync_timeout: Duration,
    pub(crate) key_ttl: Duration,
    pub(crate) key_size: usize,
}

/// One of the three topics.
#[derive(Debug, Clone)]
pub(crate) struct InternalTopic {
    pub(crate) name: String,
    pub(crate) partitions: i32,
    pub(crate) replication_factor: i16,
    pub(crate) settings: BTreeMap<String, String>,
}

/// Settings of the REST API.
#[derive(Debug, Clone)]
pub(crate) struct RestConfig {
    pub(crate) listener: Listener,
    pub(crate) advertised_host: Option<String>,
    pub(crate) advertised_port: Option<u16>,
    pub(crate) allowed_hosts: Vec<String>,
    pub(crate) allow_origin: String,
    pub(crate) allow_methods: String,
    pub(crate) http: HttpLimits,
    pub(crate) requests: RequestLimits,
}

/// Limits of a request to the REST API.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RequestLimits {
    /// The largest body, in bytes.
    pub(crate) max_bytes: usize,
    /// The largest body of a signed request, in bytes: task configurations from other workers.
    pub(crate) max_internal_bytes: usize,
    /// Until when it is answered.
    pub(crate) timeout: Duration,
}

/// How failed connectors and tasks start again.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RestartConfig {
    pub(crate) enabled: bool,
    pub(crate) backoff: Duration,
    pub(crate) backoff_max: Duration,
}

impl WorkerConfig {
    /// The settings of a distributed worker (`connect-distributed.properties`).
    pub fn distributed(properties: &Properties) -> Result<Self, ConfigErrors> {
        let (given, providers) = resolve(properties)?;
        let parsed = worker_keys::distributed().parse_map(&given);
        let parsed = parsed.map_err(|errors| with_lines(errors, properties))?;
        let key_size = key_size(parsed.opt_int("inter.worker.key.size"))?;
        let distributed = DistributedConfig {
            group_id: parsed.str("group.id").to_owned(),
            config_topic: internal_topic(&parsed, properties, "config", Some(1)),
            offset_topic: internal_topic(&parsed, properties, "offset", None),
            status_topic: internal_topic(&parsed, properties, "status", None),
            create_topics: parsed.bool("internal.topics.automatic.creation.enable"),
            protocol: match parsed.str("connect.protocol").to_ascii_lowercase().as_str() {
                "eager" => Version::Eager,
                "compatible" => Version::Compatible,
                _ => Version::Sessioned,
            },
            max_delay: millis(&parsed, "scheduled.rebalance.max.delay.ms"),
            session_timeout: millis(&parsed, "session.timeout.ms"),
            heartbeat_interval: millis(&parsed, "heartbeat.interval.ms"),
            rebalance_timeout: millis(&parsed, "rebalance.timeout.ms"),
            sync_timeout: millis(&parsed, "worker.sync.timeout.ms"),
            key_ttl: millis(&parsed, "inter.worker.key.ttl.ms"),
            key_size,
        };
        if distributed.heartbeat_interval >= distributed.session_timeout {
            let text = "heartbeat.interval.ms must be lower than session.timeout.ms";
            return Err(ConfigErrors(vec![text.to_owned()]));
        }
        Self::common(given, providers, &parsed, Mode::Distributed(Box::new(distributed)))
    }

    /// The settings of a standalone worker (`connect-standalone.properties`).
    pub fn standalone(properties: &Properties) -> Result<Self, ConfigErrors> {
        let (given, providers) = resolve(properties)?;
        let parsed = worker_keys::standalone().parse_map(&given);
        let parsed = parsed.map_err(|errors| with_lines(errors, properties))?;
        let offsets = PathBuf::from(parsed.str("offset.storage.file.filename"));
        Self::common(given, providers, &parsed, Mode::Standalone { offsets })
    }

    fn common(
        given: BTreeMap<String, String>,
        providers: Providers,
        parsed: &Parsed,
        mode: Mode,
    ) -> Result<Self, ConfigErrors> {
        for text in ignored(&given, &mode) {
            tracing::warn!("{text}");
        }
        let mut client_settings = given.clone();
        client_settings.entry("bootstrap.servers".to_owned()).or_insert_with(|| "localhost:9092".to_owned());
        if client_settings.get("client.id").is_none_or(String::is_empty) {
            client_settings.insert("client.id".to_owned(), "aqueduct-connect".to_owned());
        }
        let client = ClientConfig::from_map(&client_settings);
        let rest = rest_config(parsed);
        let metrics = AdminListener::parse(
            "metrics.listener",
            parsed.str("metrics.listener"),
            parsed.bool("allow.insecure.listeners"),
        );
        let unusable = unusable(&given);
        let (client, rest, metrics) = match (client, rest, metrics) {
            (Ok(client), Ok(rest), Ok(metrics)) if unusable.is_empty() => (client, rest, metrics),
            (client, rest, metrics) => {
                let mut errors = client.err().map(|e| e.0).unwrap_or_default();
                errors.extend(rest.err().map(|e| e.0).unwrap_or_default());
                errors.extend(metrics.err().map(|error| error.to_string()));
                errors.extend(unusable);
                return Err(ConfigErrors(errors));
            }
        };
        let policy = parsed.str("connector.client.config.override.policy");
        let allowlist = given.get("connector.client.config.override.allowlist");
        let allowlist = allowlist.map(|_| parsed.list("connector.client.config.override.allowlist").to_vec());
        Ok(Self {
            client,
            mode,
            providers,
            plugin_path: plugin_path(parsed),
            overrides: OverridePolicy::new(policy, allowlist),
            topic_creation: parsed.bool("topic.creation.enable"),
            topic_tracking: parsed.bool("topic.tracking.enable"),
            topic_tracking_reset: parsed.bool("topic.tracking.allow.reset"),
            offset_flush_interval: millis(parsed, "offset.flush.interval.ms").max(Duration::from_millis(10)),
            offset_flush_timeout: millis(parsed, "offset.flush.timeout.ms"),
            graceful_stop: millis(parsed, "task.shutdown.graceful.timeout.ms"),
            rest,
            metrics,
            restart: RestartConfig {
                enabled: parsed.bool("failed.task.restart.enable"),
                backoff: millis(parsed, "failed.task.restart.backoff.ms").max(Duration::from_millis(1)),
                backoff_max: millis(parsed, "failed.task.restart.backoff.max.ms"),
            },
            plugin_call_timeout: millis(parsed, "plugin.call.timeout.ms"),
            max_buffered_records: parsed.int("task.max.buffered.records") as usize,
            given,
        })
    }

    /// The settings of the worker below a prefix, such as `producer.`, with the prefix cut off.
    pub(crate) fn below(&self, prefix: &str) -> ConfigMap {
        below(&self.given, prefix)
    }

    /// The worker's setting of a key.
    pub(crate) fn given(&self, key: &str) -> Option<&str> {
        self.given.get(key).map(String::as_str)
    }
}

/// What is wrong with the worker's converters and with the settings of its producers and consumers: told when it
/// starts, not by the first connector that uses them.
fn unusable(given: &ConfigMap) -> Vec<String> {
    let mut errors = Vec::new();
    for purpose in [ConverterType::Key, ConverterType::Value, ConverterType::Header] {
        let key = purpose.key();
        let Some(name) = given.get(key) else { continue };
        match converters::find(name).filter(|class| class.is_for(purpose)) {
            None => errors.push(format!(
                "Invalid value {name} for configuration {key}: Class {name} could not be found."
            )),
            Some(class) => {
                let made = class.make(&below(given, &format!("{key}.")), purpose);
                errors.extend(made.err().map(|error| format!("{key}: {error}")));
            }
        }
    }
    let mut clients = Vec::new();
    for prefix in ["producer.", "consumer."] {
        let settings = below(given, prefix);
        let setting = |name: &str| settings.get(name).map(String::as_str);
        let refused = match prefix {
            "producer." => ProducerConfig::parse(setting).err(),
            _ => ConsumerConfig::parse(setting).err(),
        };
        clients.extend(refused.into_iter().flat_map(|errors| errors.0).map(|error| (prefix, error)));
    }
    let named = |(prefix, error): (&str, String)| {
        error.replacen("configuration ", &format!("configuration {prefix}"), 1)
    };
    errors.extend(clients.into_iter().map(named));
    errors
}

/// The keys of a map below a prefix, with the prefix cut off.
pub(crate) fn below(map: &ConfigMap, prefix: &str) -> ConfigMap {
    let range = map.range(prefix.to_owned()..).take_while(|(key, _)| key.starts_with(prefix));
    range.map(|(key, value)| (key[prefix.len()..].to_owned(), value.clone())).collect()
}

/// Bytes of the key for internal requests, from its bits. Java's key generator refuses less than 40, too.
fn key_size(bits: Option<i64>) -> Result<usize, ConfigErrors> {
    match bits {
        None => Ok(32),
        Some(bits @ 40..=65_536) => Ok((bits as usize).div_ceil(8)),
        Some(bits) => Err(ConfigErrors(vec![format!(
            "Invalid value {bits} for configuration inter.worker.key.size: Value must be between 40 and 65536 bits"
        )])),
    }
}

/// Resolves the worker's own `${provider:…}` references.
fn resolve(properties: &Properties) -> Result<(ConfigMap, Providers), ConfigErrors> {
    let raw = properties.to_map();
    let providers = Providers::from_worker(&raw).map_err(|error| ConfigErrors(vec![error.to_string()]))?;
    let given = providers.resolve_now(&raw).map_err(|error| ConfigErrors(vec![error.to_string()]))?;
    Ok((given, providers))
}

/// Adds the line of the file to each error that names a key of it.
fn with_lines(errors: ConfigErrors, properties: &Properties) -> ConfigErrors {
    let line_of = |error: &str| {
        let named = properties.iter().filter(|(key, _)| error.contains(&format!("configuration {key}:")));
        named.filter_map(|(key, _)| properties.line(key)).next()
    };
    let told = errors.0.into_iter().map(|error| match line_of(&error) {
        Some(line) => format!("line {line}: {error}"),
        None => error,
    });
    ConfigErrors(told.collect())
}

fn millis(parsed: &Parsed, key: &str) -> Duration {
    Duration::from_millis(parsed.int(key).max(0) as u64)
}

fn internal_topic(
    parsed: &Parsed,
    properties: &Properties,
    name: &str,
    partitions: Option<i32>,
) -> InternalTopic {
    let prefix = format!("{name}.storage.");
    let own = ["topic", "partitions", "replication.factor", "file.filename"];
    let mut settings = properties.with_prefix(&prefix);
    settings.retain(|key, _| !own.contains(&key.as_str()));
    // It is always compacted.
    settings.remove("cleanup.policy");
    InternalTopic {
        name: parsed.str(&format!("{prefix}topic")).to_owned(),
        partitions: partitions.unwrap_or_else(|| parsed.int(&format!("{prefix}partitions")) as i32),
        replication_factor: parsed.int(&format!("{prefix}replication.factor")) as i16,
        settings,
    }
}

fn rest_config(parsed: &Parsed) -> Result<RestConfig, ConfigErrors> {
    let refuse = |text: String| ConfigErrors(vec![text]);
    let listeners = parsed.list("listeners");
    let first = match listeners {
        [one] => one,
        _ => return Err(refuse("listeners: exactly one listener is supported so far".to_owned())),
    };
    let listener = Listener::parse(first).map_err(|error| refuse(format!("listeners: {error}")))?;
    if listener.name != "HTTP" {
        return Err(refuse(format!("listeners: {listener}: only http so far; put a TLS proxy before it")));
    }
    let listener = listener
        .guard(parsed.bool("allow.insecure.listeners"))
        .map_err(|error| refuse(format!("listeners: {error}")))?;
    let port = parsed.opt_int("rest.advertised.port").map(u16::try_from).transpose();
    let mut allowed_hosts = parsed.list("rest.allowed.hosts").to_vec();
    allowed_hosts.extend(parsed.opt_str("rest.advertised.host.name").map(str::to_owned));
    Ok(RestConfig {
        listener,
        advertised_host: parsed.opt_str("rest.advertised.host.name").map(str::to_owned),
        advertised_port: port.map_err(|_| refuse("rest.advertised.port: not a port".to_owned()))?,
        allowed_hosts,
        allow_origin: parsed.str("access.control.allow.origin").to_owned(),
        allow_methods: parsed.str("access.control.allow.methods").to_owned(),
        http: HttpLimits {
            max_connections: parsed.int("rest.server.connection.limit").max(0) as usize,
            idle_timeout: millis(parsed, "rest.idle.timeout.ms"),
            max_header_bytes: parsed.int("rest.max.request.header.size") as usize,
            max_queued_bytes: parsed.int("rest.queued.max.request.bytes") as usize,
            drain: Duration::from_secs(10),
        },
        requests: RequestLimits {
            max_bytes: parsed.int("rest.request.max.bytes") as usize,
            max_internal_bytes: parsed.int("rest.internal.request.max.bytes") as usize,
            timeout: millis(parsed, "rest.request.timeout.ms"),
        },
    })
}

/// The folders of `plugin.path`; without it those beside the program, so that what comes with it is found.
fn plugin_path(parsed: &Parsed) -> Vec<PathBuf> {
    let given = parsed.list("plugin.path").iter().filter(|path| !path.is_empty());
    let given: Vec<PathBuf> = given.map(PathBuf::from).collect();
    if given.is_empty() { aqueduct_plugin_abi::default_plugin_path() } else { given }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DISTRIBUTED: &str = "bootstrap.servers=127.0.0.1:9092\ngroup.id=g\nconfig.storage.topic=c\n\
        offset.storage.topic=o\nstatus.storage.topic=s\nkey.converter=JsonConverter\nvalue.converter=JsonConverter\n\
        status.storage.min.insync.replicas=2\nlisteners=http://127.0.0.1:0\nproducer.linger.ms=20\n";

    #[test]
    fn a_usual_file_is_read() {
        let config = WorkerConfig::distributed(&Properties::parse(DISTRIBUTED).unwrap()).unwrap();
        let Mode::Distributed(distributed) = &config.mode else { panic!("not distributed") };
        assert_eq!(distributed.config_topic.partitions, 1);
        assert_eq!(distributed.offset_topic.partitions, 25);
        assert_eq!(distributed.status_topic.settings["min.insync.replicas"], "2");
        assert_eq!(config.below("producer.")["linger.ms"], "20");
        assert_eq!(distributed.max_delay, Duration::ZERO);
        assert_eq!(config.rest.requests.max_bytes, 1 << 20);
        assert_eq!(config.rest.requests.max_internal_bytes, 64 << 20);
    }

    #[test]
    fn converters_and_clients_are_looked_at_before_the_start() {
        let text = DISTRIBUTED.replace("key.converter=JsonConverter", "key.converter=no.such.Converter");
        let text = text.replace("linger.ms=20", "linger.ms=soon");
        let errors = WorkerConfig::distributed(&Properties::parse(&text).unwrap()).unwrap_err().0;
        let expected = "Invalid value no.such.Converter for configuration key.converter: Class no.such.Converter could not be found.";
        assert!(errors.iter().any(|e| e == expected), "{errors:?}");
        assert!(errors.iter().any(|e| e.contains("soon for configuration producer.linger.ms")), "{errors:?}");
    }

    #[test]
    fn errors_are_told_together_and_with_their_lines() {
        let text = "group.id=g\nsession.timeout.ms=soon\nlisteners=http://:8083\n";
        let errors = WorkerConfig::distributed(&Properties::parse(text).unwrap()).unwrap_err().0;
        assert!(errors.iter().any(|e| e.starts_with("line 2: Invalid value soon")), "{errors:?}");
        assert!(errors.iter().any(|e| e.contains("\"config.storage.topic\"")), "{errors:?}");
        let small = format!("{DISTRIBUTED}rest.request.max.bytes=5\nrest.idle.timeout.ms=0\n");
        let errors = WorkerConfig::distributed(&Properties::parse(&small).unwrap()).unwrap_err().0;
        assert_eq!(errors.len(), 2, "{errors:?}");
        assert!(errors[0].contains("Invalid value 5 for configuration rest.request.max.bytes"), "{errors:?}");
        let open = DISTRIBUTED.replace("http://127.0.0.1:0", "http://:8083");
        let errors = WorkerConfig::distributed(&Properties::parse(&open).unwrap()).unwrap_err().0;
        assert!(errors[0].contains("allow.insecure.listeners"), "{errors:?}");
    }
}
