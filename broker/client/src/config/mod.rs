//! The client's settings, with Kafka's names, types and defaults.
//!
//! Each settings struct is made from a map of Kafka properties (`from_map`), all errors told at once, or from
//! its `default()` with fields changed. Keys of another struct are left alone, so that one map can serve all of them,
//! as in Kafka; [`unknown_keys`] names those that none of them has.

mod client;
mod consumer;
mod producer;

use std::collections::BTreeMap;

pub use client::ClientConfig;
pub use consumer::{AutoOffsetReset, ConsumerConfig, IsolationLevel, PartitionAssignor};
pub use producer::{Acks, ProducerConfig};

/// The keys given that neither clients, producers nor consumers of this crate have: to be named in a warning.
pub fn unknown_keys(given: &BTreeMap<String, String>) -> Vec<&str> {
    let tables = [ClientConfig::def(), ProducerConfig::def(), ConsumerConfig::def()];
    given
        .keys()
        .map(String::as_str)
        .filter(|name| tables.iter().all(|table| table.key(name).is_none()))
        .collect()
}

/// A table lookup of a non-negative time in milliseconds.
fn millis(parsed: &aqueduct_config::Parsed, key: &str) -> std::time::Duration {
    std::time::Duration::from_millis(parsed.int(key).max(0) as u64)
}
