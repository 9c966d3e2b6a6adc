//! Settings of brokers that are changed while they run (KIP-226): the defaults of topic settings.
//!
//! A value for one broker goes before one for all of them, and both before the file. Kafka can change a few more of its
//! settings at run time; those are refused here like the ones that it cannot change.

use std::collections::BTreeMap;
use std::sync::Arc;

use aqueduct_protocol::ErrorCode;

use super::key_row::{Effect, KeyRow};
use super::{broker_keys, topic_keys};
use crate::controller::topics::Refusal;
use crate::metadata::image::MetadataImage;
use crate::metadata::record::{ConfigResource, ConfigResourceKind};

/// Where a setting's value comes from, with the protocol's codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i8)]
pub enum ConfigSource {
    /// The topic's own.
    DynamicTopic = 1,
    /// Set for this broker at run time.
    DynamicBroker = 2,
    /// Set for all brokers at run time.
    DynamicDefaultBroker = 3,
    /// The broker's file.
    StaticBroker = 4,
    /// Nobody gave one.
    Default = 5,
}

/// The settings in an image that concern one broker.
#[derive(Debug, Clone, Default)]
pub struct DynamicSettings {
    own: Option<Arc<BTreeMap<String, String>>>,
    of_all: Option<Arc<BTreeMap<String, String>>>,
}

impl DynamicSettings {
    /// Those of `node`.
    #[must_use]
    pub fn of(image: &MetadataImage, node: i32) -> Self {
        let stored =
            |name: String| image.config(&ConfigResource { kind: ConfigResourceKind::Broker, name }).cloned();
        Self { own: stored(node.to_string()), of_all: stored(String::new()) }
    }

    /// The values of a key, the one in force first.
    pub fn values(&self, key: &str) -> impl Iterator<Item = (&str, ConfigSource)> {
        let own = self.own.iter().map(|own| (own, ConfigSource::DynamicBroker));
        let of_all = self.of_all.iter().map(|of_all| (of_all, ConfigSource::DynamicDefaultBroker));
        own.chain(of_all).filter_map(move |(values, source)| Some((values.get(key)?.as_str(), source)))
    }

    /// What is set for all brokers.
    pub fn of_all(&self) -> impl Iterator<Item = (&str, &str)> {
        self.of_all.iter().flat_map(|of_all| of_all.iter()).map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// Whether nothing changed between the two; compared by identity.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        let same = |one: &Option<Arc<_>>, two: &Option<Arc<_>>| match (one, two) {
            (None, None) => true,
            (Some(one), Some(two)) => Arc::ptr_eq(one, two),
            _ => false,
        };
        same(&self.own, &other.own) && same(&self.of_all, &other.of_all)
    }
}

/// Whether a broker's setting can be changed while it runs.
#[must_use]
pub fn is_dynamic(key: &str) -> bool {
    let gives_default =
        |row: &KeyRow| row.effect == Effect::Honoured && row.broker_keys.first() == Some(&key);
    topic_keys::rows().iter().any(gives_default)
}

/// Checks what a broker, or all brokers, would have.
///
/// # Errors
/// Kafka's code and text.
pub fn validate(next: &BTreeMap<String, String>) -> Result<(), Refusal> {
    let fixed: Vec<&str> = next.keys().map(String::as_str).filter(|key| !is_dynamic(key)).collect();
    if !fixed.is_empty() {
        let text = format!("Cannot update these configs dynamically: [{}]", fixed.join(", "));
        return Err(Refusal::new(ErrorCode::InvalidRequest, text));
    }
    let checked = broker_keys::table().parse_map(next);
    let first = |errors: aqueduct_config::ConfigErrors| errors.0.into_iter().next().unwrap_or_default();
    checked.map(drop).map_err(|errors| Refusal::new(ErrorCode::InvalidRequest, first(errors)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_gives_topics_their_defaults_is_dynamic_and_nothing_else() {
        for key in
            ["log.retention.ms", "log.cleanup.policy", "message.max.bytes", "log.cleaner.min.cleanable.ratio"]
        {
            assert!(is_dynamic(key), "{key}");
        }
        for key in ["log.retention.hours", "num.partitions", "num.io.threads", "node.id", "no.such.key"] {
            assert!(!is_dynamic(key), "{key}");
        }
    }

    #[test]
    fn refusals_are_kafkas() {
        let refused = |key: &str, value: &str| {
            let refusal =
                validate(&BTreeMap::from([(key.to_owned(), value.to_owned())])).expect_err("refused");
            (refusal.code, refusal.message)
        };
        let cases = [
            ("num.partitions", "3", "Cannot update these configs dynamically: [num.partitions]"),
            (
                "log.retention.ms",
                "abc",
                "Invalid value abc for configuration log.retention.ms: Not a number of type LONG",
            ),
            (
                "log.cleanup.policy",
                "bogus",
                "Invalid value bogus for configuration log.cleanup.policy: String must be one of: compact, delete",
            ),
        ];
        for (key, value, text) in cases {
            assert_eq!(refused(key, value), (ErrorCode::InvalidRequest, text.to_owned()));
        }
    }
}
