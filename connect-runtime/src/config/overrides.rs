//! Which client settings a connector may override (`producer.override.*`, `consumer.override.*`, `admin.override.*`).

use aqueduct_client::config::unknown_keys;
use aqueduct_plugin_api::ConfigMap;

use super::worker_config::below;

/// The policy of a worker.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum OverridePolicy {
    /// Any setting.
    All,
    /// No setting.
    None,
    /// Only who the client logs in as.
    Principal,
    /// Only these settings.
    Allowlist(Vec<String>),
}

/// The clients whose settings can be overridden.
pub(crate) const PREFIXES: [&str; 3] = ["producer.override.", "consumer.override.", "admin.override."];

/// Settings that are harmless to the cluster and to other connectors.
const USUAL: [&str; 27] = [
    "acks",
    "auto.offset.reset",
    "batch.size",
    "buffer.memory",
    "check.crcs",
    "client.id",
    "compression.gzip.level",
    "compression.lz4.level",
    "compression.type",
    "compression.zstd.level",
    "default.api.timeout.ms",
    "delivery.timeout.ms",
    "enable.idempotence",
    "fetch.max.bytes",
    "fetch.max.wait.ms",
    "fetch.min.bytes",
    "heartbeat.interval.ms",
    "isolation.level",
    "linger.ms",
    "max.in.flight.requests.per.connection",
    "max.partition.fetch.bytes",
    "max.poll.interval.ms",
    "max.poll.records",
    "max.request.size",
    "request.timeout.ms",
    "retries",
    "session.timeout.ms",
];

const PRINCIPAL: [&str; 4] = ["sasl.jaas.config", "sasl.mechanism", "security.protocol", "sasl.login.class"];

impl OverridePolicy {
    /// The policy of a name (any case), with the worker's list if it gives one.
    pub(crate) fn new(name: &str, allowlist: Option<Vec<String>>) -> Self {
        match name.to_ascii_lowercase().as_str() {
            "all" => Self::All,
            "none" => Self::None,
            "principal" => Self::Principal,
            _ => Self::Allowlist(
                allowlist.unwrap_or_else(|| USUAL.iter().map(|key| (*key).to_owned()).collect()),
            ),
        }
    }

    /// The overrides in a configuration that are not to be: key and reason.
    pub(crate) fn refused(&self, config: &ConfigMap) -> Vec<(String, String)> {
        let mut refused = Vec::new();
        for prefix in PREFIXES {
            let given = below(config, prefix);
            let unknown: Vec<String> = unknown_keys(&given).into_iter().map(str::to_owned).collect();
            for key in given.keys() {
                if !self.allows(key) {
                    let policy = self.name();
                    let reason = format!(
                        "The '{policy}' policy does not allow '{key}' to be overridden in the connector configuration."
                    );
                    refused.push((format!("{prefix}{key}"), reason));
                } else if unknown.contains(key) && !PRINCIPAL.contains(&key.as_str()) {
                    refused.push((format!("{prefix}{key}"), "This client setting is not known.".to_owned()));
                }
            }
        }
        refused
    }

    fn allows(&self, key: &str) -> bool {
        match self {
            Self::All => true,
            Self::None => false,
            Self::Principal => PRINCIPAL.contains(&key),
            Self::Allowlist(keys) => keys.iter().any(|allowed| allowed == key),
        }
    }

    fn name(&self) -> &'static str {
        match self {
            Self::All => "All",
            Self::None => "None",
            Self::Principal => "Principal",
            Self::Allowlist(_) => "Allowlist",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_not_for_connectors_to_choose() {
        let config: ConfigMap = [
            ("producer.override.linger.ms", "5"),
            ("consumer.override.bootstrap.servers", "evil:1"),
            ("producer.override.no.such.key", "1"),
        ]
        .map(|(k, v)| (k.to_owned(), v.to_owned()))
        .into();
        let refused = |policy: &str| {
            OverridePolicy::new(policy, None)
                .refused(&config)
                .into_iter()
                .map(|(key, _)| key)
                .collect::<Vec<_>>()
        };
        assert_eq!(
            refused("Allowlist"),
            ["producer.override.no.such.key", "consumer.override.bootstrap.servers"]
        );
        assert_eq!(refused("none").len(), 3);
        assert_eq!(refused("ALL"), ["producer.override.no.such.key"]);
    }
}
