//! Settings of a consumer and of its membership in a group.

use std::collections::BTreeMap;
use std::time::Duration;

use aqueduct_config::{Check, ConfigDef, ConfigErrors, KeyDef, KeyType};

use super::millis;

/// Where to begin without a position, or with one that is gone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AutoOffsetReset {
    /// At the first record there is.
    Earliest,
    /// After the last record.
    #[default]
    Latest,
    /// Nowhere: an error.
    None,
}

/// Which records of transactions to see.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum IsolationLevel {
    /// All.
    #[default]
    ReadUncommitted,
    /// Those of committed transactions, up to the last stable offset.
    ReadCommitted,
}

impl IsolationLevel {
    /// The number on the wire.
    pub const fn id(self) -> i8 {
        match self {
            IsolationLevel::ReadUncommitted => 0,
            IsolationLevel::ReadCommitted => 1,
        }
    }
}

/// How a group's leader spreads partitions over the members.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartitionAssignor {
    /// Each topic's partitions in consecutive ranges; all are given up in every rebalance.
    Range,
    /// All topics' partitions in turn; all are given up in every rebalance.
    RoundRobin,
    /// Balanced, moving as few as possible; only what moves is given up (KIP-429).
    CooperativeSticky,
}

impl PartitionAssignor {
    /// The name on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            PartitionAssignor::Range => "range",
            PartitionAssignor::RoundRobin => "roundrobin",
            PartitionAssignor::CooperativeSticky => "cooperative-sticky",
        }
    }

    /// By wire name or Java class name.
    pub fn from_name(name: &str) -> Option<PartitionAssignor> {
        match name.rsplit('.').next().unwrap_or(name) {
            "range" | "RangeAssignor" => Some(PartitionAssignor::Range),
            "roundrobin" | "RoundRobinAssignor" => Some(PartitionAssignor::RoundRobin),
            "cooperative-sticky" | "CooperativeStickyAssignor" => Some(PartitionAssignor::CooperativeSticky),
            _ => None,
        }
    }
}

/// How to consume.
#[derive(Clone, Debug, PartialEq)]
pub struct ConsumerConfig {
    /// `group.id`: needed to subscribe and to commit.
    pub group_id: Option<String>,
    /// `group.instance.id`: a static member, which comes back without a rebalance (KIP-345).
    pub group_instance_id: Option<String>,
    /// `session.timeout.ms`: a member silent for this time is out.
    pub session_timeout: Duration,
    /// `heartbeat.interval.ms`.
    pub heartbeat_interval: Duration,
    /// `max.poll.interval.ms`: a member that does not poll for this time leaves; also how long the group waits
    /// for a member to join again.
    pub max_poll_interval: Duration,
    /// `partition.assignment.strategy`, in order of preference.
    pub assignors: Vec<PartitionAssignor>,
    /// `enable.auto.commit`.
    pub auto_commit: bool,
    /// `auto.commit.interval.ms`.
    pub auto_commit_interval: Duration,
    /// `auto.offset.reset`.
    pub auto_offset_reset: AutoOffsetReset,
    /// `isolation.level`.
    pub isolation_level: IsolationLevel,
    /// `fetch.min.bytes`.
    pub fetch_min_bytes: i32,
    /// `fetch.max.bytes`: bytes of one answer; a larger first batch comes nevertheless.
    pub fetch_max_bytes: i32,
    /// `fetch.max.wait.ms`: how long a broker may wait for `fetch.min.bytes`.
    pub fetch_max_wait: Duration,
    /// `max.partition.fetch.bytes`: the same for one partition.
    pub max_partition_fetch_bytes: i32,
    /// `max.poll.records`.
    pub max_poll_records: usize,
    /// `check.crcs`.
    pub check_crcs: bool,
    /// `prefetch.max.bytes`: bytes fetched ahead of `poll`; beyond it fetching pauses.
    pub prefetch_max_bytes: usize,
    /// `max.decompressed.batch.bytes`: the largest a batch may become.
    pub max_decompressed_batch: usize,
    /// `client.rack`: fetch from a replica in this rack if the brokers know one (KIP-392).
    pub client_rack: String,
}

impl Default for ConsumerConfig {
    fn default() -> ConsumerConfig {
        ConsumerConfig::parse(|_| None).expect("the defaults of the table are valid")
    }
}

impl ConsumerConfig {
    /// Defaults in this group.
    pub fn in_group(group_id: &str) -> ConsumerConfig {
        ConsumerConfig { group_id: Some(group_id.to_owned()), ..ConsumerConfig::default() }
    }

    /// From Kafka properties.
    pub fn from_map(given: &BTreeMap<String, String>) -> Result<ConsumerConfig, ConfigErrors> {
        ConsumerConfig::parse(|name| given.get(name).map(String::as_str))
    }

    /// From anything that finds a property by its name.
    pub fn parse<'a>(given: impl Fn(&str) -> Option<&'a str>) -> Result<ConsumerConfig, ConfigErrors> {
        let parsed = ConsumerConfig::def().parse(given)?;
        let text = |key| parsed.opt_str(key).filter(|text| !text.is_empty()).map(str::to_owned);
        let mut errors = Vec::new();
        let mut assignors = Vec::new();
        for name in parsed.list("partition.assignment.strategy") {
            match PartitionAssignor::from_name(name) {
                Some(assignor) => assignors.push(assignor),
                None => errors.push(format!("Invalid value {name} for configuration partition.assignment.strategy: not one of range, roundrobin, cooperative-sticky")),
            }
        }
        let config = ConsumerConfig {
            group_id: text("group.id"),
            group_instance_id: text("group.instance.id"),
            session_timeout: millis(&parsed, "session.timeout.ms"),
            heartbeat_interval: millis(&parsed, "heartbeat.interval.ms"),
            max_poll_interval: millis(&parsed, "max.poll.interval.ms"),
            assignors,
            auto_commit: parsed.bool("enable.auto.commit"),
            auto_commit_interval: millis(&parsed, "auto.commit.interval.ms"),
            auto_offset_reset: match parsed.str("auto.offset.reset") {
                "earliest" => AutoOffsetReset::Earliest,
                "none" => AutoOffsetReset::None,
                _ => AutoOffsetReset::Latest,
            },
            isolation_level: match parsed.str("isolation.level") {
                "read_committed" => IsolationLevel::ReadCommitted,
                _ => IsolationLevel::ReadUncommitted,
            },
            fetch_min_bytes: parsed.int("fetch.min.bytes") as i32,
            fetch_max_bytes: parsed.int("fetch.max.bytes") as i32,
            fetch_max_wait: millis(&parsed, "fetch.max.wait.ms"),
            max_partition_fetch_bytes: parsed.int("max.partition.fetch.bytes") as i32,
            max_poll_records: parsed.int("max.poll.records") as usize,
            check_crcs: parsed.bool("check.crcs"),
            prefetch_max_bytes: parsed.int("prefetch.max.bytes") as usize,
            max_decompressed_batch: parsed.int("max.decompressed.batch.bytes") as usize,
            client_rack: parsed.str("client.rack").to_owned(),
        };
        if config.heartbeat_interval >= config.session_timeout {
            errors.push("heartbeat.interval.ms must be lower than session.timeout.ms".to_owned());
        }
        if errors.is_empty() { Ok(config) } else { Err(ConfigErrors(errors)) }
    }

    /// The key table.
    pub fn def() -> ConfigDef {
        let ms = |name, default: i64, doc| {
            KeyDef::with_default(name, KeyType::Int, default, doc).check(Check::AtLeast(0))
        };
        let count = |name, default: i64, doc| {
            KeyDef::with_default(name, KeyType::Int, default, doc).check(Check::AtLeast(1))
        };
        ConfigDef::new([
            KeyDef::optional("group.id", KeyType::String, "The consumer group; needed to subscribe and to commit."),
            KeyDef::optional("group.instance.id", KeyType::String, "Name of a static member, which comes back without a rebalance."),
            ms("session.timeout.ms", 45_000, "A member silent for this time is out of the group, in ms."),
            ms("heartbeat.interval.ms", 3_000, "Time between heartbeats, in ms."),
            count("max.poll.interval.ms", 300_000, "A member that does not poll for this time leaves, in ms; also how long a rebalance waits for members."),
            KeyDef::with_default("partition.assignment.strategy", KeyType::List, "range,cooperative-sticky", "Assignors in order of preference: range, roundrobin, cooperative-sticky, or their Java class names.")
                .check(Check::NonEmptyList),
            KeyDef::with_default("enable.auto.commit", KeyType::Boolean, true, "Whether what poll returned before is committed from time to time."),
            ms("auto.commit.interval.ms", 5_000, "Time between automatic commits, in ms."),
            KeyDef::with_default("auto.offset.reset", KeyType::String, "latest", "Where to begin without a committed offset: earliest, latest, none.")
                .check(Check::one_of(&["earliest", "latest", "none"])),
            KeyDef::with_default("isolation.level", KeyType::String, "read_uncommitted", "Whether records of open and aborted transactions are seen.")
                .check(Check::one_of(&["read_uncommitted", "read_committed"])),
            ms("fetch.min.bytes", 1, "Bytes that a broker waits for before it answers."),
            count("fetch.max.bytes", 52_428_800, "Bytes of one answer."),
            ms("fetch.max.wait.ms", 500, "Longest wait of a broker for fetch.min.bytes, in ms."),
            count("max.partition.fetch.bytes", 1_048_576, "Bytes of one partition in one answer."),
            count("max.poll.records", 500, "Records that one poll returns at most."),
            KeyDef::with_default("check.crcs", KeyType::Boolean, true, "Whether the checksums of batches are verified."),
            count("prefetch.max.bytes", 67_108_864, "Bytes fetched ahead of poll, beyond which fetching pauses. (Not a key of Kafka's clients.)"),
            count("max.decompressed.batch.bytes", 134_217_728, "The largest size a batch may have decompressed, in bytes. (Not a key of Kafka's clients.)"),
            KeyDef::with_default("client.rack", KeyType::String, "", "Rack of this client: fetch from a replica there if the brokers know one."),
        ])
    }
}
