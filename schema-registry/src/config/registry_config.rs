//! The settings as values.

use super::key_table::{key_table, not_honoured};
use aqueduct_avro::compatibility::CompatibilityLevel;
use aqueduct_config::{ConfigErrors, Parsed, Properties};
use aqueduct_service::admin::AdminListener;
use aqueduct_service::http::HttpLimits;
use aqueduct_service::listener::Listener;
use std::time::Duration;

/// A registry's settings; see the key table for what each is.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "the key table documents each")]
pub struct RegistryConfig {
    pub listeners: Vec<Listener>,
    pub metrics: Option<AdminListener>,
    pub host_name: String,
    pub request_max_bytes: usize,
    /// Limits of the HTTP server.
    pub http: HttpLimits,
    pub incompatible_error_code: u32,
    /// `host:port` of brokers.
    pub bootstrap_servers: Vec<String>,
    pub topic: String,
    pub replication_factor: i16,
    pub timeout: Duration,
    pub init_timeout: Duration,
    pub compatibility_level: CompatibilityLevel,
    pub mode_mutability: bool,
    pub search_limit: usize,
}

impl RegistryConfig {
    /// Reads the settings of a file, and warns of keys that do nothing here.
    ///
    /// # Errors
    /// Every wrong value at once.
    pub fn from_properties(properties: &Properties) -> Result<RegistryConfig, ConfigErrors> {
        RegistryConfig::warn_of_unused(properties.iter().map(|(name, _)| name));
        RegistryConfig::parse(|name| properties.get(name))
    }

    /// Reads settings by name.
    ///
    /// # Errors
    /// Every wrong value at once.
    pub fn parse<'a>(given: impl Fn(&str) -> Option<&'a str>) -> Result<RegistryConfig, ConfigErrors> {
        let parsed = key_table().parse(given)?;
        let mut errors = Vec::new();
        let listeners = listeners(&parsed, &mut errors);
        let insecure = parsed.bool("allow.insecure.listeners");
        let metrics = AdminListener::parse("metrics.listener", parsed.str("metrics.listener"), insecure)
            .unwrap_or_else(|error| {
                errors.push(error.to_string());
                None
            });
        let bootstrap_servers = bootstrap_servers(&parsed, &mut errors);
        let level = ["schema.compatibility.level", "avro.compatibility.level"]
            .into_iter()
            .find_map(|key| parsed.opt_str(key))
            .and_then(|name| name.parse().ok())
            .unwrap_or_default();
        if !errors.is_empty() {
            return Err(ConfigErrors(errors));
        }
        let millis = |key: &str| Duration::from_millis(parsed.int(key).unsigned_abs());
        Ok(RegistryConfig {
            listeners,
            metrics,
            host_name: parsed.str("host.name").to_owned(),
            request_max_bytes: parsed.int("request.max.bytes") as usize,
            http: HttpLimits {
                max_connections: parsed.int("server.connection.limit").max(0) as usize,
                idle_timeout: millis("idle.timeout.ms"),
                max_header_bytes: parsed.int("max.request.header.size") as usize,
                max_queued_bytes: parsed.int("queued.max.request.bytes") as usize,
                ..HttpLimits::default()
            },
            incompatible_error_code: parsed.int("incompatible.error.code") as u32,
            bootstrap_servers,
            topic: parsed.str("kafkastore.topic").to_owned(),
            replication_factor: parsed.int("kafkastore.topic.replication.factor") as i16,
            timeout: millis("kafkastore.timeout.ms"),
            init_timeout: millis("kafkastore.init.timeout.ms"),
            compatibility_level: level,
            mode_mutability: parsed.bool("mode.mutability"),
            search_limit: parsed.int("schema.search.max.limit") as usize,
        })
    }

    /// Warns of keys that do nothing here.
    pub fn warn_of_unused<'a>(names: impl IntoIterator<Item = &'a str>) {
        for name in key_table().unknown(names) {
            match not_honoured(name) {
                Some(reason) => tracing::warn!("{name} is not honoured: {reason}"),
                None => tracing::warn!("{name} is not a setting of the registry and is ignored"),
            }
        }
    }
}

fn listeners(parsed: &Parsed, errors: &mut Vec<String>) -> Vec<Listener> {
    let mut listeners = Vec::new();
    for text in parsed.list("listeners") {
        let mut refuse =
            |reason: &str| errors.push(format!("Invalid value {text} for configuration listeners: {reason}"));
        match Listener::parse(text) {
            Ok(listener) if listener.name == "HTTP" => {
                match listener.guard(parsed.bool("allow.insecure.listeners")) {
                    Ok(listener) => listeners.push(listener),
                    Err(error) => refuse(&error.to_string()),
                }
            }
            _ => refuse("only http://host:port is implemented"),
        }
    }
    listeners
}

/// Confluent's key takes `PLAINTEXT://host:port` too.
fn bootstrap_servers(parsed: &Parsed, errors: &mut Vec<String>) -> Vec<String> {
    let mut servers = Vec::new();
    for server in parsed.list("kafkastore.bootstrap.servers") {
        match server.split_once("://") {
            None => servers.push(server.clone()),
            Some(("PLAINTEXT", address)) => servers.push(address.to_owned()),
            Some((protocol, _)) => errors.push(format!(
                "Invalid value {server} for configuration kafkastore.bootstrap.servers: {protocol} is not implemented"
            )),
        }
    }
    servers
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(pairs: &[(&str, &'static str)]) -> Result<RegistryConfig, ConfigErrors> {
        let find = |name: &str| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| *value);
        RegistryConfig::parse(find)
    }

    #[test]
    fn confluents_keys_are_taken() {
        let config = parse(&[
            ("kafkastore.bootstrap.servers", "PLAINTEXT://a:1,b:2"),
            ("listeners", "http://localhost:0"),
            ("avro.compatibility.level", "full_transitive"),
        ]);
        let config = config.unwrap();
        assert_eq!(config.bootstrap_servers, ["a:1", "b:2"]);
        assert_eq!(config.listeners, [Listener::parse("http://localhost:0").unwrap()]);
        assert_eq!(config.compatibility_level, CompatibilityLevel::FullTransitive);
        assert_eq!(config.topic, "_schemas");
        let limits = parse(&[
            ("kafkastore.bootstrap.servers", "a:1"),
            ("server.connection.limit", "-1"),
            ("idle.timeout.ms", "500"),
        ]);
        let limits = limits.unwrap().http;
        assert_eq!((limits.max_connections, limits.idle_timeout), (0, Duration::from_millis(500)));
    }

    #[test]
    fn wrong_values_are_told_all_at_once() {
        let errors = parse(&[
            ("kafkastore.bootstrap.servers", "SSL://a:1"),
            ("listeners", "https://localhost:1,http://0.0.0.0:8081,http://localhost"),
        ]);
        assert_eq!(errors.unwrap_err().0.len(), 4);
        assert!(parse(&[]).is_err());
        for (key, value) in
            [("max.request.header.size", "100"), ("idle.timeout.ms", "0"), ("queued.max.request.bytes", "1")]
        {
            let told = parse(&[("kafkastore.bootstrap.servers", "a:1"), (key, value)]).unwrap_err().0;
            assert!(told[0].contains(&format!("Invalid value {value} for configuration {key}")), "{told:?}");
        }
        assert!(
            parse(&[("kafkastore.bootstrap.servers", "a:1"), ("schema.compatibility.level", "sideways")])
                .is_err()
        );
    }
}
