//! The settings in force for a topic: its own, over the broker's, over Kafka's defaults.

use std::collections::BTreeMap;

use aqueduct_config::{ConfigErrors, Parsed};
use aqueduct_log::{CleanupPolicy, LogConfig};
use aqueduct_protocol::compression::{Codec, Compression};
use aqueduct_protocol::record::TimestampType;

use super::broker_config::BrokerConfig;
use super::dynamic::{ConfigSource, DynamicSettings};
use super::key_row::KeyRow;
use super::topic_keys;

/// What the broker acts on when it serves a topic.
#[derive(Debug, Clone, PartialEq)]
pub struct TopicConfig {
    /// The part that the log honours.
    pub log: LogConfig,
    /// `compression.type` with its level; `None` keeps the producer's.
    pub compression: Option<Codec>,
    /// `message.timestamp.before.max.ms`.
    pub timestamp_before_max_ms: i64,
    /// `message.timestamp.after.max.ms`.
    pub timestamp_after_max_ms: i64,
    /// `min.insync.replicas`.
    pub min_insync_replicas: usize,
}

impl TopicConfig {
    /// The settings of a topic with these of its own.
    ///
    /// # Errors
    /// Values that are stored but do not parse; the controller lets none in.
    pub fn resolve(
        own: Option<&BTreeMap<String, String>>,
        broker: &BrokerConfig,
        dynamic: &DynamicSettings,
    ) -> Result<Self, ConfigErrors> {
        let values = effective_values(own, broker, dynamic);
        topic_keys::table().parse_map(&values).map(|parsed| Self::of(&parsed))
    }

    /// The settings of a parsed table.
    fn of(values: &Parsed) -> Self {
        let policy = values.list("cleanup.policy");
        Self {
            log: LogConfig {
                segment_bytes: unsigned_32(values.int("segment.bytes")),
                // A compacted topic closes a segment in time for its records to be compacted.
                segment_ms: match policy.iter().any(|p| p == "compact") {
                    true => values.int("segment.ms").min(values.int("max.compaction.lag.ms")),
                    false => values.int("segment.ms"),
                },
                segment_jitter_ms: values.int("segment.jitter.ms"),
                segment_index_bytes: unsigned_32(values.int("segment.index.bytes")),
                index_interval_bytes: unsigned_32(values.int("index.interval.bytes")),
                max_message_bytes: unsigned_32(values.int("max.message.bytes")),
                retention_ms: Some(values.int("retention.ms")).filter(|ms| *ms >= 0),
                retention_bytes: u64::try_from(values.int("retention.bytes")).ok(),
                cleanup_policy: CleanupPolicy {
                    delete: policy.iter().any(|p| p == "delete"),
                    compact: policy.iter().any(|p| p == "compact"),
                },
                file_delete_delay_ms: values.int("file.delete.delay.ms"),
                flush_messages: values.int("flush.messages"),
                flush_ms: values.int("flush.ms"),
                timestamp_type: match values.str("message.timestamp.type") {
                    "LogAppendTime" => TimestampType::LogAppendTime,
                    _ => TimestampType::CreateTime,
                },
                min_cleanable_dirty_ratio: values.double("min.cleanable.dirty.ratio"),
                min_compaction_lag_ms: values.int("min.compaction.lag.ms"),
                max_compaction_lag_ms: values.int("max.compaction.lag.ms"),
                delete_retention_ms: values.int("delete.retention.ms"),
            },
            compression: compression(values),
            timestamp_before_max_ms: values.int("message.timestamp.before.max.ms"),
            timestamp_after_max_ms: values.int("message.timestamp.after.max.ms"),
            min_insync_replicas: usize::try_from(values.int("min.insync.replicas")).unwrap_or(1),
        }
    }
}

impl Default for TopicConfig {
    fn default() -> Self {
        Self {
            log: LogConfig::default(),
            compression: None,
            timestamp_before_max_ms: i64::MAX,
            timestamp_after_max_ms: 3_600_000,
            min_insync_replicas: 1,
        }
    }
}

/// The text of every topic setting in force, by key. Nulls are left out.
#[must_use]
pub fn effective_values(
    own: Option<&BTreeMap<String, String>>,
    broker: &BrokerConfig,
    dynamic: &DynamicSettings,
) -> BTreeMap<String, String> {
    let mut values = BTreeMap::new();
    for row in topic_keys::rows() {
        let value =
            own.and_then(|own| own.get(row.name).cloned()).or_else(|| broker_value(row, broker, dynamic));
        if let Some(value) = value {
            values.insert(row.name.to_owned(), value);
        }
    }
    values
}

/// What the broker's settings make of a topic's default.
#[must_use]
pub fn broker_value(row: &KeyRow, broker: &BrokerConfig, dynamic: &DynamicSettings) -> Option<String> {
    let given = broker_values(row, broker, dynamic).into_iter().next();
    given.map(|(_, value, _)| value).or_else(|| row.default.map(str::to_owned))
}

/// The broker's settings that give a topic's default, the one in force first: key, value in the unit of the topic's
/// key, source. A setting that is changed at run time goes before all of the file.
#[must_use]
pub fn broker_values(
    row: &KeyRow,
    broker: &BrokerConfig,
    dynamic: &DynamicSettings,
) -> Vec<(&'static str, String, ConfigSource)> {
    let at_run_time = row
        .broker_keys
        .first()
        .into_iter()
        .flat_map(|key| dynamic.values(key).map(|(value, source)| (*key, in_ms(key, value), source)));
    let of_file = row.broker_keys.iter().filter_map(|key| {
        let given = broker.given.get(*key)?;
        Some((*key, in_ms(key, given), ConfigSource::StaticBroker))
    });
    at_run_time.chain(of_file.take(1)).collect()
}

/// Checks settings that a client wants to give a topic: known keys, types, bounds.
///
/// # Errors
/// Kafka's text for the first that is wrong.
pub fn validate(own: &BTreeMap<String, String>) -> Result<(), String> {
    if let Some(unknown) = own.keys().find(|key| topic_keys::row(key).is_none()) {
        return Err(format!("Unknown topic config name: {unknown}"));
    }
    let parsed = topic_keys::table().parse_map(own).map_err(first)?;
    let (min, max) = (parsed.int("min.compaction.lag.ms"), parsed.int("max.compaction.lag.ms"));
    if min > max {
        return Err(format!(
            "conflict topic config setting min.compaction.lag.ms ({min}) > max.compaction.lag.ms ({max})"
        ));
    }
    if parsed.bool("remote.storage.enable") {
        return Err(
            "Tiered Storage functionality is disabled in the broker. Topic cannot be configured with \
                    remote log storage."
                .to_owned(),
        );
    }
    Ok(())
}

/// The value of a broker's key in milliseconds if its unit is longer.
fn in_ms(key: &str, value: &str) -> String {
    let factor = match key {
        _ if key.ends_with(".hours") => 3_600_000,
        _ if key.ends_with(".minutes") => 60_000,
        _ => return value.to_owned(),
    };
    match value.trim().parse::<i64>() {
        Ok(-1) => "-1".to_owned(),
        Ok(number) => number.saturating_mul(factor).to_string(),
        Err(_) => value.to_owned(),
    }
}

fn compression(values: &Parsed) -> Option<Codec> {
    let level = |key: &str| i32::try_from(values.int(key)).ok();
    let (compression, level) = match values.str("compression.type") {
        "producer" => return None,
        "gzip" => (Compression::Gzip, level("compression.gzip.level").filter(|level| *level > 0)),
        "snappy" => (Compression::Snappy, None),
        "lz4" => (Compression::Lz4, None),
        "zstd" => (Compression::Zstd, level("compression.zstd.level")),
        _ => (Compression::None, None),
    };
    Some(Codec { compression, level })
}

fn unsigned_32(number: i64) -> u32 {
    u32::try_from(number).unwrap_or(0)
}

fn first(errors: ConfigErrors) -> String {
    errors.0.into_iter().next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use aqueduct_config::Properties;

    use super::*;

    #[test]
    fn the_brokers_settings_are_the_topics_defaults_in_milliseconds() {
        let text = "log.retention.hours=2\nlog.retention.minutes=1\nlog.roll.hours=3\nmessage.max.bytes=5000";
        let broker = BrokerConfig::from_properties(&Properties::parse(text).expect("parses")).expect("valid");
        let own = BTreeMap::from([("segment.ms".to_owned(), "77".to_owned())]);
        let config = TopicConfig::resolve(Some(&own), &broker, &DynamicSettings::default()).expect("valid");
        assert_eq!(config.log.retention_ms, Some(60_000), "minutes go before hours");
        assert_eq!(config.log.segment_ms, 77, "the topic's own goes before the broker's");
        assert_eq!(config.log.max_message_bytes, 5000);
        assert_eq!(config.timestamp_after_max_ms, 3_600_000);
    }

    #[test]
    fn unknown_and_malformed_settings_are_refused() {
        let one = |key: &str, value: &str| BTreeMap::from([(key.to_owned(), value.to_owned())]);
        assert_eq!(
            validate(&one("retention.s", "1")),
            Err("Unknown topic config name: retention.s".to_owned())
        );
        assert!(validate(&one("retention.ms", "soon")).is_err());
        assert!(validate(&one("cleanup.policy", "compact,delete")).is_ok());
    }
}
