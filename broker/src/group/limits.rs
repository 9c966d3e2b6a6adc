//! Bounds of groups, from the broker's settings.

use std::time::Duration;

use aqueduct_config::Parsed;

/// Bounds of groups.
#[derive(Debug, Clone)]
pub struct GroupLimits {
    /// `group.min.session.timeout.ms`.
    pub min_session_timeout_ms: i32,
    /// `group.max.session.timeout.ms`.
    pub max_session_timeout_ms: i32,
    /// `group.initial.rebalance.delay.ms`: how long the first rebalance of an empty group waits for more members.
    pub initial_rebalance_delay_ms: i32,
    /// `group.max.size`: members of one group.
    pub max_size: usize,
    /// `group.max.bytes`: metadata and assignments that one group may hold; more is answered GROUP_MAX_SIZE_REACHED.
    pub max_bytes: usize,
    /// `offset.metadata.max.bytes`: the longest text beside a committed offset, in UTF-16 units, as Kafka measures it.
    pub max_offset_metadata_bytes: usize,
    /// `offsets.retention.minutes` in milliseconds: how long offsets of an empty group are kept.
    pub offsets_retention_ms: i64,
    /// `offsets.commit.timeout.ms`: how long a commit may take to be durable.
    pub commit_timeout: Duration,
}

impl Default for GroupLimits {
    fn default() -> Self {
        Self {
            min_session_timeout_ms: 6_000,
            max_session_timeout_ms: 1_800_000,
            initial_rebalance_delay_ms: 3_000,
            max_size: i32::MAX as usize,
            max_bytes: 16 << 20,
            max_offset_metadata_bytes: 4_096,
            offsets_retention_ms: 7 * 24 * 60 * 60 * 1_000,
            commit_timeout: Duration::from_secs(5),
        }
    }
}

impl GroupLimits {
    /// The bounds that the broker's settings give.
    pub fn configured(values: &Parsed) -> Self {
        let int = |key: &str| i32::try_from(values.int(key)).unwrap_or(i32::MAX);
        let size = |key: &str| usize::try_from(values.int(key)).unwrap_or(0);
        Self {
            min_session_timeout_ms: int("group.min.session.timeout.ms"),
            max_session_timeout_ms: int("group.max.session.timeout.ms"),
            initial_rebalance_delay_ms: int("group.initial.rebalance.delay.ms"),
            max_size: size("group.max.size"),
            max_bytes: size("group.max.bytes"),
            max_offset_metadata_bytes: size("offset.metadata.max.bytes"),
            offsets_retention_ms: values.int("offsets.retention.minutes").saturating_mul(60_000),
            commit_timeout: Duration::from_millis(size("offsets.commit.timeout.ms") as u64),
        }
    }
}
