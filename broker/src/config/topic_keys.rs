//! The settings of a topic (Kafka 4.3).

use std::sync::OnceLock;

use aqueduct_config::{Check, ConfigDef, KeyType};

use super::key_row::{KeyRow, table_of};

/// All rows, by name.
pub fn rows() -> &'static [KeyRow] {
    static ROWS: OnceLock<Vec<KeyRow>> = OnceLock::new();
    ROWS.get_or_init(|| {
        let mut rows: Vec<KeyRow> = [log_rows(), record_rows(), cleaner_rows(), other_rows()].concat();
        rows.sort_by_key(|row| row.name);
        rows
    })
}

/// The row of a key.
#[must_use]
pub fn row(name: &str) -> Option<&'static KeyRow> {
    rows().binary_search_by_key(&name, |row| row.name).ok().map(|at| &rows()[at])
}

/// The rows as a table that parses.
pub fn table() -> &'static ConfigDef {
    static TABLE: OnceLock<ConfigDef> = OnceLock::new();
    TABLE.get_or_init(|| table_of(rows()))
}

const NOT_TIERED: &str = "Tiered storage. Not honoured: there is no remote storage yet.";

fn log_rows() -> Vec<KeyRow> {
    use KeyType::{Int, List, Long};
    vec![
        KeyRow::honoured(
            "cleanup.policy",
            List,
            "delete",
            "How old segments go: delete, compact, both, or empty for neither.",
        )
        .check(Check::list_of(&["compact", "delete"]))
        .from_broker(&["log.cleanup.policy"]),
        KeyRow::honoured(
            "retention.ms",
            Long,
            "604800000",
            "Segments whose newest record is older than this (ms) are deleted; -1 keeps them.",
        )
        .check(Check::AtLeast(-1))
        .from_broker(&["log.retention.ms", "log.retention.minutes", "log.retention.hours"]),
        KeyRow::honoured(
            "retention.bytes",
            Long,
            "-1",
            "Size of a partition (bytes) above which its oldest segments are deleted; -1 for no limit.",
        )
        .from_broker(&["log.retention.bytes"]),
        KeyRow::honoured("segment.bytes", Int, "1073741824", "Size (bytes) at which a segment is closed.")
            .check(Check::AtLeast(1024 * 1024))
            .from_broker(&["log.segment.bytes"]),
        KeyRow::honoured(
            "segment.ms",
            Long,
            "604800000",
            "Age (ms) at which a segment is closed even if it is not full.",
        )
        .check(Check::AtLeast(1))
        .from_broker(&["log.roll.ms", "log.roll.hours"]),
        KeyRow::honoured(
            "segment.jitter.ms",
            Long,
            "0",
            "Random part (ms) taken off segment.ms, so that segments do not all close at once.",
        )
        .check(Check::AtLeast(0))
        .from_broker(&["log.roll.jitter.ms", "log.roll.jitter.hours"]),
        KeyRow::honoured(
            "segment.index.bytes",
            Int,
            "10485760",
            "The most that an index of a segment may hold (bytes).",
        )
        .check(Check::AtLeast(4))
        .from_broker(&["log.index.size.max.bytes"]),
        KeyRow::honoured(
            "index.interval.bytes",
            Int,
            "4096",
            "Bytes of log between two entries of the index.",
        )
        .check(Check::AtLeast(0))
        .from_broker(&["log.index.interval.bytes"]),
        KeyRow::honoured(
            "file.delete.delay.ms",
            Long,
            "60000",
            "How long (ms) the files of a deleted segment stay under another name.",
        )
        .check(Check::AtLeast(0))
        .from_broker(&["log.segment.delete.delay.ms"]),
        KeyRow::honoured(
            "flush.messages",
            Long,
            "9223372036854775807",
            "With log.durability=page-cache: records after which a flush is due.",
        )
        .check(Check::AtLeast(1))
        .from_broker(&["log.flush.interval.messages"]),
        KeyRow::honoured(
            "flush.ms",
            Long,
            "9223372036854775807",
            "With log.durability=page-cache: time (ms) after which a flush is due.",
        )
        .check(Check::AtLeast(0))
        .from_broker(&["log.flush.interval.ms"]),
        KeyRow::not_honoured(
            "preallocate",
            KeyType::Boolean,
            "false",
            "Preallocate the file of a new segment. Not honoured: it makes every flush slower.",
        )
        .from_broker(&["log.preallocate"]),
    ]
}

fn record_rows() -> Vec<KeyRow> {
    use KeyType::{Int, Long, String};
    vec![
        KeyRow::honoured(
            "max.message.bytes",
            Int,
            "1048588",
            "The largest record batch (bytes, compressed, head included) that is taken.",
        )
        .check(Check::AtLeast(0))
        .from_broker(&["message.max.bytes"]),
        KeyRow::honoured(
            "compression.type",
            String,
            "producer",
            "Compression of what is stored: producer keeps the producer's; a codec compresses again.",
        )
        .check(Check::one_of(&["uncompressed", "zstd", "lz4", "snappy", "gzip", "producer"]))
        .from_broker(&["compression.type"]),
        KeyRow::honoured(
            "compression.gzip.level",
            Int,
            "-1",
            "Level when compression.type is gzip: 1 to 9, or -1 for the default.",
        )
        .check(Check::BetweenOr(1, 9, -1))
        .from_broker(&["compression.gzip.level"]),
        KeyRow::not_honoured(
            "compression.lz4.level",
            Int,
            "9",
            "Level when compression.type is lz4. Not honoured: the codec has one level.",
        )
        .check(Check::Between(1, 17))
        .from_broker(&["compression.lz4.level"]),
        KeyRow::honoured("compression.zstd.level", Int, "3", "Level when compression.type is zstd.")
            .check(Check::Between(-131_072, 22))
            .from_broker(&["compression.zstd.level"]),
        KeyRow::honoured(
            "message.timestamp.type",
            String,
            "CreateTime",
            "Whose clock a record's timestamp is from: CreateTime or LogAppendTime.",
        )
        .check(Check::one_of(&["CreateTime", "LogAppendTime"]))
        .from_broker(&["log.message.timestamp.type"]),
        KeyRow::honoured(
            "message.timestamp.before.max.ms",
            Long,
            "9223372036854775807",
            "How far (ms) a record's timestamp may be before the broker's clock.",
        )
        .check(Check::AtLeast(0))
        .from_broker(&["log.message.timestamp.before.max.ms"]),
        KeyRow::honoured(
            "message.timestamp.after.max.ms",
            Long,
            "3600000",
            "How far (ms) a record's timestamp may be ahead of the broker's clock.",
        )
        .check(Check::AtLeast(0))
        .from_broker(&["log.message.timestamp.after.max.ms"]),
        KeyRow::honoured(
            "min.insync.replicas",
            Int,
            "1",
            "Replicas in sync without which acks=all is refused.",
        )
        .check(Check::AtLeast(1))
        .from_broker(&["min.insync.replicas"]),
    ]
}

fn cleaner_rows() -> Vec<KeyRow> {
    use KeyType::{Double, Long};
    vec![
        KeyRow::honoured(
            "delete.retention.ms",
            Long,
            "86400000",
            "How long (ms) a tombstone stays after the compaction that first met it.",
        )
        .check(Check::AtLeast(0))
        .from_broker(&["log.cleaner.delete.retention.ms"]),
        KeyRow::honoured(
            "min.compaction.lag.ms",
            Long,
            "0",
            "Segments with a record younger than this (ms) are not compacted.",
        )
        .check(Check::AtLeast(0))
        .from_broker(&["log.cleaner.min.compaction.lag.ms"]),
        KeyRow::honoured(
            "max.compaction.lag.ms",
            Long,
            "9223372036854775807",
            "Records older than this (ms) are compacted, however little is dirty.",
        )
        .check(Check::AtLeast(1))
        .from_broker(&["log.cleaner.max.compaction.lag.ms"]),
        KeyRow::honoured(
            "min.cleanable.dirty.ratio",
            Double,
            "0.5",
            "A log is compacted when more than this part of it was not compacted yet.",
        )
        .check(Check::BetweenDouble(0.0, 1.0))
        .from_broker(&["log.cleaner.min.cleanable.ratio"]),
    ]
}

fn other_rows() -> Vec<KeyRow> {
    use KeyType::{Boolean, List, Long};
    vec![
        KeyRow::not_honoured(
            "unclean.leader.election.enable",
            Boolean,
            "false",
            "Whether a replica out of sync may lead. Not honoured: partitions have one replica.",
        )
        .from_broker(&["unclean.leader.election.enable"]),
        KeyRow::not_honoured(
            "leader.replication.throttled.replicas",
            List,
            "",
            "Replication throttle. Not honoured: partitions have one replica.",
        )
        .check(Check::ThrottledReplicas),
        KeyRow::not_honoured(
            "follower.replication.throttled.replicas",
            List,
            "",
            "Replication throttle. Not honoured: partitions have one replica.",
        )
        .check(Check::ThrottledReplicas),
        KeyRow::not_honoured("remote.storage.enable", Boolean, "false", NOT_TIERED),
        KeyRow::not_honoured("local.retention.ms", Long, "-2", NOT_TIERED)
            .check(Check::AtLeast(-2))
            .from_broker(&["log.local.retention.ms"]),
        KeyRow::not_honoured("local.retention.bytes", Long, "-2", NOT_TIERED)
            .check(Check::AtLeast(-2))
            .from_broker(&["log.local.retention.bytes"]),
        KeyRow::not_honoured("remote.log.copy.disable", Boolean, "false", NOT_TIERED),
        KeyRow::not_honoured("remote.log.delete.on.disable", Boolean, "false", NOT_TIERED),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::broker_keys;

    #[test]
    fn the_brokers_keys_that_give_defaults_are_keys_of_the_broker_with_these_defaults() {
        for row in rows() {
            for key in row.broker_keys {
                let of_broker =
                    broker_keys::row(key).unwrap_or_else(|| panic!("{}: there is no {key}", row.name));
                assert_eq!(of_broker.effect, row.effect, "{key}");
            }
            if let [only] = row.broker_keys {
                let of_broker = broker_keys::row(only).expect("as above");
                assert_eq!(of_broker.kind, row.kind, "{only}");
                assert_eq!(of_broker.default.or(row.default), row.default, "{only}");
            }
        }
    }
}
