//! Settings of a producer.

use std::collections::BTreeMap;
use std::time::Duration;

use aqueduct_config::{Check, ConfigDef, ConfigErrors, KeyDef, KeyType};
use aqueduct_protocol::compression::{Codec, Compression};

use super::millis;

/// Which replicas must have a record before it counts as delivered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Acks {
    /// None: sent is delivered; offsets are not known.
    Zero,
    /// The leader.
    Leader,
    /// All in-sync replicas.
    #[default]
    All,
}

impl Acks {
    /// The number on the wire.
    pub const fn id(self) -> i16 {
        match self {
            Acks::Zero => 0,
            Acks::Leader => 1,
            Acks::All => -1,
        }
    }
}

/// How to produce.
#[derive(Clone, Debug, PartialEq)]
pub struct ProducerConfig {
    /// `acks`.
    pub acks: Acks,
    /// `batch.size`: uncompressed bytes at which a batch is full.
    pub batch_size: usize,
    /// `linger.ms`: how long a batch that is not full waits for more records.
    pub linger: Duration,
    /// `compression.type` and its level.
    pub codec: Codec,
    /// `max.request.size`: largest record, and largest request, in bytes.
    pub max_request_size: usize,
    /// `buffer.memory`: bytes that may wait to be sent or acknowledged; beyond it `send` waits.
    pub buffer_memory: usize,
    /// `max.block.ms`: longest wait of `send` for metadata and for memory.
    pub max_block: Duration,
    /// `delivery.timeout.ms`: a record not acknowledged after this time has failed.
    pub delivery_timeout: Duration,
    /// `request.timeout.ms`: longest wait of a broker for its replicas.
    pub request_timeout: Duration,
    /// `retries`.
    pub retries: u32,
    /// `enable.idempotence`: no record is written twice or out of order. Asks for acks=all and at most five
    /// requests in flight.
    pub idempotence: bool,
    /// `max.in.flight.requests.per.connection`.
    pub max_in_flight: usize,
    /// `partitioner.ignore.keys`: records with keys are spread like those without.
    pub ignore_keys: bool,
}

impl Default for ProducerConfig {
    fn default() -> ProducerConfig {
        ProducerConfig::parse(|_| None).expect("the defaults of the table are valid")
    }
}

impl ProducerConfig {
    /// From Kafka properties.
    pub fn from_map(given: &BTreeMap<String, String>) -> Result<ProducerConfig, ConfigErrors> {
        ProducerConfig::parse(|name| given.get(name).map(String::as_str))
    }

    /// From anything that finds a property by its name.
    pub fn parse<'a>(given: impl Fn(&str) -> Option<&'a str>) -> Result<ProducerConfig, ConfigErrors> {
        let parsed = ProducerConfig::def().parse(&given)?;
        let acks = match parsed.str("acks") {
            "0" => Acks::Zero,
            "1" => Acks::Leader,
            _ => Acks::All,
        };
        let compression: Compression = parsed.str("compression.type").parse().unwrap_or_default();
        let level = match compression {
            Compression::Gzip => parsed.opt_int("compression.gzip.level"),
            Compression::Lz4 => parsed.opt_int("compression.lz4.level"),
            Compression::Zstd => parsed.opt_int("compression.zstd.level"),
            Compression::None | Compression::Snappy => None,
        };
        let config = ProducerConfig {
            acks,
            batch_size: parsed.int("batch.size") as usize,
            linger: millis(&parsed, "linger.ms"),
            codec: Codec { compression, level: level.map(|level| level as i32) },
            max_request_size: parsed.int("max.request.size") as usize,
            buffer_memory: parsed.int("buffer.memory") as usize,
            max_block: millis(&parsed, "max.block.ms"),
            delivery_timeout: millis(&parsed, "delivery.timeout.ms"),
            request_timeout: millis(&parsed, "request.timeout.ms"),
            retries: parsed.int("retries") as u32,
            idempotence: parsed.bool("enable.idempotence"),
            max_in_flight: parsed.int("max.in.flight.requests.per.connection") as usize,
            ignore_keys: parsed.bool("partitioner.ignore.keys"),
        };
        config.reconcile(given("enable.idempotence").is_some())
    }

    /// Kafka's rules between settings: idempotence that was not asked for gives way, one that was is an error.
    fn reconcile(mut self, asked_for_idempotence: bool) -> Result<ProducerConfig, ConfigErrors> {
        let mut errors = Vec::new();
        if self.idempotence {
            let reasons = [
                (
                    self.acks != Acks::All,
                    "Must set acks to all in order to use the idempotent producer. Otherwise we cannot guarantee idempotence.",
                ),
                (self.retries == 0, "Must set retries to non-zero when using the idempotent producer."),
                (
                    self.max_in_flight > 5,
                    "Must set max.in.flight.requests.per.connection to at most 5 to use the idempotent producer.",
                ),
            ];
            let broken = reasons.into_iter().filter(|(broken, _)| *broken).map(|(_, text)| text.to_owned());
            let broken: Vec<String> = broken.collect();
            if !broken.is_empty() && !asked_for_idempotence {
                self.idempotence = false;
            } else {
                errors.extend(broken);
            }
        }
        if self.delivery_timeout < self.linger + self.request_timeout {
            errors.push(
                "delivery.timeout.ms should be equal to or larger than linger.ms + request.timeout.ms"
                    .to_owned(),
            );
        }
        if errors.is_empty() { Ok(self) } else { Err(ConfigErrors(errors)) }
    }

    /// The key table.
    pub fn def() -> ConfigDef {
        let ms = |name, default: i64, doc| {
            KeyDef::with_default(name, KeyType::Long, default, doc).check(Check::AtLeast(0))
        };
        let bytes = |name, default: i64, doc| {
            KeyDef::with_default(name, KeyType::Int, default, doc).check(Check::AtLeast(1))
        };
        ConfigDef::new([
            KeyDef::with_default(
                "acks",
                KeyType::String,
                "all",
                "Which replicas must have a record: all (or -1), 1 for the leader, 0 for none.",
            )
            .check(Check::one_of(&["all", "-1", "0", "1"])),
            bytes("batch.size", 16_384, "Uncompressed bytes at which a batch is full."),
            ms("linger.ms", 5, "How long a batch that is not full waits for more records, in ms."),
            KeyDef::with_default("compression.type", KeyType::String, "none", "Compression of batches.")
                .check(Check::one_of(&["none", "gzip", "snappy", "lz4", "zstd"])),
            KeyDef::with_default(
                "compression.gzip.level",
                KeyType::Int,
                6,
                "gzip level; -1 is the default level.",
            )
            .check(Check::Between(-1, 9)),
            KeyDef::with_default(
                "compression.lz4.level",
                KeyType::Int,
                9,
                "Accepted for compatibility: lz4 has one level here.",
            )
            .check(Check::Between(1, 17)),
            KeyDef::with_default("compression.zstd.level", KeyType::Int, 3, "zstd level.")
                .check(Check::Between(-131_072, 22)),
            bytes("max.request.size", 1_048_576, "Largest record, and largest request, in bytes."),
            KeyDef::with_default(
                "buffer.memory",
                KeyType::Long,
                33_554_432,
                "Bytes that may wait to be sent or acknowledged.",
            )
            .check(Check::AtLeast(1)),
            ms("max.block.ms", 60_000, "Longest wait of send for metadata and memory, in ms."),
            ms(
                "delivery.timeout.ms",
                120_000,
                "A record not acknowledged after this time has failed, in ms.",
            ),
            ms("request.timeout.ms", 30_000, "Longest wait of a broker for its replicas, in ms."),
            KeyDef::with_default(
                "retries",
                KeyType::Int,
                i32::MAX,
                "How often a batch is sent again; better bounded by delivery.timeout.ms.",
            )
            .check(Check::AtLeast(0)),
            KeyDef::with_default(
                "enable.idempotence",
                KeyType::Boolean,
                true,
                "Whether no record is written twice or out of order.",
            ),
            bytes(
                "max.in.flight.requests.per.connection",
                5,
                "Produce requests to one broker that wait for an answer.",
            ),
            KeyDef::with_default(
                "partitioner.ignore.keys",
                KeyType::Boolean,
                false,
                "Whether records with keys are spread like those without.",
            ),
        ])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(pairs: &[(&str, &str)]) -> Result<ProducerConfig, ConfigErrors> {
        ProducerConfig::from_map(&pairs.iter().map(|(k, v)| (k.to_string(), v.to_string())).collect())
    }

    #[test]
    fn idempotence_gives_way_unless_it_was_asked_for() {
        assert!(parse(&[]).unwrap().idempotence);
        assert!(!parse(&[("acks", "1")]).unwrap().idempotence);
        assert!(parse(&[("acks", "1"), ("enable.idempotence", "true")]).is_err());
        assert!(parse(&[("delivery.timeout.ms", "1000")]).is_err());
    }

    #[test]
    fn the_level_belongs_to_the_codec() {
        let config = parse(&[("compression.type", "zstd"), ("compression.zstd.level", "9")]).unwrap();
        assert_eq!(config.codec, Codec { compression: Compression::Zstd, level: Some(9) });
    }
}
