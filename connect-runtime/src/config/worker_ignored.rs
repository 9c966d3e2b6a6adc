//! Settings of a worker that have no effect here: named in a warning when it starts, so that nobody relies on them. Pure.

use aqueduct_client::{ClientConfig, ConsumerConfig, ProducerConfig};
use aqueduct_plugin_api::ConfigMap;

use super::worker_config::{Mode, below};
use super::worker_keys::{self, NOT_IMPLEMENTED, PREFIXES, STORAGE_PREFIXES};

/// What is to be said of the settings given, each named once.
pub(super) fn ignored(given: &ConfigMap, mode: &Mode) -> Vec<String> {
    let client = ClientConfig::def();
    let table = match mode {
        Mode::Distributed(_) => worker_keys::distributed(),
        Mode::Standalone { .. } => worker_keys::standalone(),
    };
    let mut told = unknown_to_clients(given);
    for (key, value) in given {
        let has_prefix = |prefixes: &[&str]| prefixes.iter().any(|prefix| key.starts_with(prefix));
        if NOT_IMPLEMENTED.contains(&key.as_str()) {
            told.push(format!("setting {key} is not implemented: it has no effect"));
        } else if table.key(key).is_some() || client.key(key).is_some() {
            // Acted upon.
        } else if key.starts_with("admin.") {
            told.push(format!(
                "setting {key} has no effect: topics are created over the worker's own connection"
            ));
        } else if has_prefix(&STORAGE_PREFIXES) {
            match mode {
                Mode::Distributed(_) if key.ends_with(".cleanup.policy") => {
                    told.push(format!("{key}={value} is ignored: the topic is always compacted"));
                }
                Mode::Distributed(_) => {}
                Mode::Standalone { .. } => {
                    told.push(format!("setting {key} is for distributed workers: it has no effect"));
                }
            }
        } else if !has_prefix(&PREFIXES) {
            told.push(format!("setting {key} is not known: it has no effect"));
        }
    }
    told
}

/// What stands below `producer.` and `consumer.` and no client knows.
fn unknown_to_clients(given: &ConfigMap) -> Vec<String> {
    let client = ClientConfig::def();
    let mut told = Vec::new();
    for (prefix, table) in [("producer.", ProducerConfig::def()), ("consumer.", ConsumerConfig::def())] {
        let below = below(given, prefix);
        let unknown = below.keys().filter(|key| table.key(key).is_none() && client.key(key).is_none());
        told.extend(
            unknown.map(|key| format!("setting {prefix}{key} is not known to the client: it has no effect")),
        );
    }
    told
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    fn told(mode: &Mode, keys: &[&str]) -> Vec<String> {
        ignored(&keys.iter().map(|key| ((*key).to_owned(), "delete".to_owned())).collect(), mode)
    }

    #[test]
    fn each_setting_without_effect_is_told_once() {
        let keys = [
            "admin.listeners",
            "admin.retries",
            "config.storage.cleanup.policy",
            "group.id",
            "key.converter.schemas.enable",
            "no.such.key",
            "offset.storage.cleanup.policy",
            "offset.storage.segment.bytes",
            "producer.linger.ms",
            "producer.nor.this",
        ];
        let properties = aqueduct_config::Properties::parse(
            "group.id=g\nconfig.storage.topic=c\noffset.storage.topic=o\nstatus.storage.topic=s\n\
             key.converter=JsonConverter\nvalue.converter=JsonConverter\n",
        );
        let config = super::super::worker_config::WorkerConfig::distributed(&properties.unwrap()).unwrap();
        let distributed = told(&config.mode, &keys);
        let about = |key: &str| distributed.iter().filter(|text| text.contains(key)).count();
        let silent = [
            "group.id",
            "key.converter.schemas.enable",
            "offset.storage.segment.bytes",
            "producer.linger.ms",
        ];
        for key in keys {
            assert_eq!(about(key), usize::from(!silent.contains(&key)), "{key}: {distributed:?}");
        }
        let standalone = Mode::Standalone { offsets: PathBuf::new() };
        for key in ["group.id", "offset.storage.topic", "config.storage.cleanup.policy"] {
            assert_eq!(told(&standalone, &[key]).len(), 1, "{key}");
        }
        assert_eq!(told(&standalone, &["offset.storage.file.filename"]), Vec::<String>::new());
    }
}
