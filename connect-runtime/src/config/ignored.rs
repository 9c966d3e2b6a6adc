//! Settings of connectors that are accepted and do nothing here: named in a warning, so that nobody relies on them.
//! Pure.

use aqueduct_client::config::{ConsumerConfig, ProducerConfig};
use aqueduct_plugin_api::ConfigMap;

/// Settings that Apache acts on and this worker does not, and why that is no loss or not yet possible.
const WITHOUT_EFFECT: [(&str, &str); 3] = [
    ("config.action.reload", "no provider of secrets tells when one expires"),
    ("transaction.boundary", "sources are not exactly-once here"),
    ("transaction.boundary.interval.ms", "sources are not exactly-once here"),
];
/// Beginnings of settings that are looked up by what follows.
const OPEN_ENDED: [&str; 6] = [
    "topic.creation.",
    "transforms.",
    "predicates.",
    "key.converter.",
    "value.converter.",
    "header.converter.",
];

/// The settings given that do nothing, with the reason. `known` are the names that key tables have.
pub(crate) fn ignored(config: &ConfigMap, known: impl Fn(&str) -> bool) -> Vec<(&str, String)> {
    let mut found = Vec::new();
    for key in config.keys().map(String::as_str) {
        if let Some((_, reason)) = WITHOUT_EFFECT.iter().find(|(name, _)| *name == key) {
            found.push((key, (*reason).to_owned()));
        } else if key.starts_with("admin.override.") {
            found.push((key, "topics are created over the worker's own connection".to_owned()));
        } else if key.ends_with("converter.schemas.cache.size") {
            found.push((key, "the schema used last is kept, and no other".to_owned()));
        } else if !known(key) && !is_of_a_client(key) && !is_open_ended(key) {
            found.push((key, "no part of the connector knows it".to_owned()));
        }
    }
    found
}

fn is_open_ended(key: &str) -> bool {
    OPEN_ENDED.iter().any(|prefix| key.starts_with(prefix))
}

fn is_of_a_client(key: &str) -> bool {
    let producers =
        key.strip_prefix("producer.override.").map(|name| ProducerConfig::def().key(name).is_some());
    let consumers =
        key.strip_prefix("consumer.override.").map(|name| ConsumerConfig::def().key(name).is_some());
    producers.or(consumers).unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_nothing_is_named() {
        let config: ConfigMap = [
            ("name", "x"),
            ("file", "f"),
            ("transaction.boundary", "poll"),
            ("producer.override.linger.ms", "5"),
            ("consumer.override.client.id", "me"),
            ("admin.override.client.id", "me"),
            ("transforms.a.type", "t"),
            ("no.such.key", "1"),
        ]
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .into();
        let named = ignored(&config, |key| ["name", "file", "transaction.boundary"].contains(&key));
        let names: Vec<&str> = named.iter().map(|(key, _)| *key).collect();
        assert_eq!(
            names,
            [
                "admin.override.client.id",
                "consumer.override.client.id",
                "no.such.key",
                "transaction.boundary"
            ]
        );
    }
}
