//! Settings that nobody reads: mistyped names, mostly.

use aqueduct_config::ConfigDef;

use crate::ConfigMap;

/// How the names of settings begin that a connector's configuration holds for others: the worker, converters,
/// transformations, clients.
const OF_OTHERS: &[&str] = &[
    "name",
    "connector.",
    "tasks.max",
    "topics",
    "topic.creation.",
    "key.converter",
    "value.converter",
    "header.converter",
    "transforms",
    "predicates",
    "errors.",
    "config.action.reload",
    "config.providers",
    "consumer.override.",
    "producer.override.",
    "admin.override.",
    "exactly.once.",
    "transaction.boundary",
    "offsets.storage.topic",
    "task.class",
    "aqueduct.",
];

/// The settings of a configuration that are neither in the connector's key table nor meant for somebody else.
pub fn unused_keys<'a>(table: &ConfigDef, config: &'a ConfigMap) -> Vec<&'a str> {
    let unknown = table.unknown(config.keys().map(String::as_str));
    unknown.into_iter().filter(|name| !OF_OTHERS.iter().any(|other| name.starts_with(other))).collect()
}

#[cfg(test)]
mod tests {
    use aqueduct_config::{KeyDef, KeyType};

    use super::*;

    #[test]
    fn only_what_nobody_reads_is_named() {
        let table = ConfigDef::new([KeyDef::optional("file", KeyType::String, "")]);
        let names = [
            "file",
            "fiel",
            "name",
            "connector.class",
            "confluent.topic.replication.factor",
            "transforms.a.type",
            "value.converter.schemas.enable",
        ];
        let config = names.iter().map(|name| ((*name).to_owned(), String::new())).collect();
        assert_eq!(unused_keys(&table, &config), ["confluent.topic.replication.factor", "fiel"]);
    }
}
