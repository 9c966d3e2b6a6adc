//! The settings of a broker: Kafka's keys that matter to users, and a few of our own.
//!
//! Keys of Kafka that stand nowhere here are reported as not implemented when they are given.

use std::sync::OnceLock;

use aqueduct_config::{Check, ConfigDef, KeyType};

use super::key_row::{KeyRow, table_of};

/// All rows, by name.
pub fn rows() -> &'static [KeyRow] {
    static ROWS: OnceLock<Vec<KeyRow>> = OnceLock::new();
    ROWS.get_or_init(|| {
        let mut rows: Vec<KeyRow> = [server_rows(), network_rows(), log_rows(), group_rows()].concat();
        rows.sort_by_key(|row| row.name);
        rows
    })
}

/// The row of a key.
#[must_use]
pub fn row(name: &str) -> Option<&'static KeyRow> {
    rows().binary_search_by_key(&name, |row| row.name).ok().map(|at| &rows()[at])
}

/// The keys whose values stand behind a key's, itself first. Only the keys in milliseconds have others.
#[must_use]
pub fn synonyms(row: &'static KeyRow) -> Vec<&'static str> {
    match row.name {
        "log.roll.ms" => vec!["log.roll.ms", "log.roll.hours"],
        "log.roll.jitter.ms" => vec!["log.roll.jitter.ms", "log.roll.jitter.hours"],
        "log.flush.interval.ms" => vec!["log.flush.interval.ms", "log.flush.scheduler.interval.ms"],
        "log.retention.ms" => vec!["log.retention.ms", "log.retention.minutes", "log.retention.hours"],
        name => vec![name],
    }
}

/// The rows as a table that parses.
pub fn table() -> &'static ConfigDef {
    static TABLE: OnceLock<ConfigDef> = OnceLock::new();
    TABLE.get_or_init(|| table_of(rows()))
}

fn server_rows() -> Vec<KeyRow> {
    use KeyType::{Boolean, Class, Int, List, Long, String};
    vec![
        KeyRow::honoured("node.id", Int, "1", "Id of this node.")
            .check(Check::AtLeast(0)),
        KeyRow::honoured("broker.id", Int, "-1", "Former name of node.id; taken if node.id is not given."),
        KeyRow::honoured("broker.rack", String, None, "Rack of this broker, shown to clients."),
        KeyRow::honoured("process.roles", List, "broker,controller", "Roles of this node. Only broker and controller together are implemented."),
        KeyRow::honoured("listeners", List, "PLAINTEXT://127.0.0.1:9092", "Where clients connect: NAME://host:port. Port 0 lets the system choose. The default is loopback only; Kafka's is every address.")
            .check(Check::NonEmptyList),
        KeyRow::honoured("advertised.listeners", List, None, "What clients are told to connect to; listeners if not given."),
        KeyRow::honoured("listener.security.protocol.map", List, "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT,SASL_SSL:SASL_SSL", "Security protocol of each listener name. Only PLAINTEXT is implemented."),
        KeyRow::not_honoured("inter.broker.listener.name", String, None, "Listener of the other brokers. Not honoured: there are none."),
        KeyRow::honoured("controller.listener.names", List, "", "Listeners of controllers, which this node does not open: its controller is in the same process."),
        KeyRow::not_honoured("controller.quorum.voters", List, "", "Voters of the metadata log. Not honoured: this node is the only one."),
        KeyRow::not_honoured("controller.quorum.bootstrap.servers", List, "", "Not honoured: this node is the only controller."),
        KeyRow::honoured("allow.insecure.listeners", Boolean, "false", "Allows listeners beyond loopback without TLS and authentication. Aqueduct's own key."),
        KeyRow::honoured("admin.listener", String, "http://127.0.0.1:8080", "Where /metrics and /health are served; empty for nowhere. Aqueduct's own key."),
        KeyRow::honoured("admin.connection.limit", Int, "4096", "The most connections of admin.listener; further ones wait to be accepted. Aqueduct's own key.")
            .check(Check::AtLeast(1)),
        KeyRow::honoured("admin.idle.timeout.ms", Long, "30000", "The time that a request to admin.listener has to arrive, and that a client may take nothing of an answer. Aqueduct's own key.")
            .check(Check::AtLeast(1)),
        KeyRow::honoured("admin.max.request.header.size", Int, "8192", "The largest head of a request to admin.listener (bytes). Aqueduct's own key.")
            .check(Check::Between(8192, 1024 * 1024)),
        KeyRow::honoured("auto.create.topics.enable", Boolean, "true", "Whether a topic is created when a client asks for its metadata."),
        KeyRow::honoured("delete.topic.enable", Boolean, "true", "Whether topics can be deleted."),
        KeyRow::honoured("num.partitions", Int, "1", "Partitions of a topic that is created without a number.")
            .check(Check::AtLeast(1)),
        KeyRow::honoured("default.replication.factor", Int, "1", "Replicas of a topic that is created without a number.")
            .check(Check::AtLeast(1)),
        KeyRow::not_honoured("create.topic.policy.class.name", Class, None, "Not honoured: there are no policies."),
        KeyRow::not_honoured("alter.config.policy.class.name", Class, None, "Not honoured: there are no policies."),
        KeyRow::not_honoured("auto.leader.rebalance.enable", Boolean, "true", "Not honoured: partitions have one replica."),
        KeyRow::not_honoured("controlled.shutdown.enable", Boolean, "true", "Not honoured: there is no other broker to hand over to."),
        KeyRow::not_honoured("background.threads", Int, "10", "Not honoured: there are no thread pools to size."),
        KeyRow::not_honoured("num.io.threads", Int, "8", "Not honoured: requests are handled on the runtime's threads, one per core."),
        KeyRow::not_honoured("num.network.threads", Int, "3", "Not honoured: requests are handled on the runtime's threads, one per core."),
        KeyRow::not_honoured("num.replica.fetchers", Int, "1", "Not honoured: partitions have one replica."),
        KeyRow::not_honoured("replica.lag.time.max.ms", Long, "30000", "Not honoured: partitions have one replica."),
        KeyRow::not_honoured("authorizer.class.name", String, "", "Not honoured: there is no authoriser yet."),
        KeyRow::not_honoured("security.inter.broker.protocol", String, "PLAINTEXT", "Not honoured: there is no other broker."),
        KeyRow::not_honoured("sasl.enabled.mechanisms", List, "GSSAPI", "Not honoured: there is no SASL yet."),
        KeyRow::not_honoured("connections.max.reauth.ms", Long, "0", "Not honoured: there is no SASL yet."),
        KeyRow::not_honoured("metric.reporters", List, "", "Not honoured: metrics are served on admin.listener."),
    ]
}

fn network_rows() -> Vec<KeyRow> {
    use KeyType::{Int, Long, String};
    vec![
        KeyRow::honoured(
            "socket.request.max.bytes",
            Int,
            "104857600",
            "The largest request (bytes). A larger one closes the connection.",
        )
        .check(Check::AtLeast(1)),
        KeyRow::honoured(
            "socket.send.buffer.bytes",
            Int,
            "-1",
            "SO_SNDBUF (bytes); -1 for the system's. The default here is the system's, which adapts.",
        ),
        KeyRow::honoured(
            "socket.receive.buffer.bytes",
            Int,
            "-1",
            "SO_RCVBUF (bytes); -1 for the system's. The default here is the system's, which adapts.",
        ),
        // One that finds no place comes again after a second (RFC 6298): a client's first request would take so long
        // because others connected at the same moment.
        KeyRow::honoured(
            "socket.listen.backlog.size",
            Int,
            "4096",
            "Connections that wait to be accepted, at most the system's net.core.somaxconn (Kafka: 50).",
        )
        .check(Check::AtLeast(1)),
        KeyRow::honoured(
            "max.connections",
            Int,
            "10000",
            "The most connections at one time (Kafka: no limit).",
        )
        .check(Check::AtLeast(0)),
        KeyRow::honoured(
            "max.connections.per.ip",
            Int,
            "2147483647",
            "The most connections from one address.",
        )
        .check(Check::AtLeast(0)),
        KeyRow::not_honoured("max.connections.per.ip.overrides", String, "", "Not honoured yet."),
        KeyRow::not_honoured("max.connection.creation.rate", Int, "2147483647", "Not honoured yet."),
        KeyRow::honoured(
            "connections.max.idle.ms",
            Long,
            "600000",
            "A connection without a request for this long (ms) is closed.",
        ),
        KeyRow::honoured(
            "queued.max.requests",
            Int,
            "500",
            "The most requests of one connection that wait for their answers.",
        )
        .check(Check::AtLeast(1)),
        KeyRow::honoured(
            "queued.max.request.bytes",
            Long,
            "268435456",
            "Memory (bytes) for requests that are being received or handled, all connections together (Kafka: no limit).",
        ),
        KeyRow::honoured(
            "max.request.partition.size.limit",
            Int,
            "2000",
            "The most partitions in one answer of DescribeTopicPartitions.",
        )
        .check(Check::AtLeast(1)),
        KeyRow::honoured("fetch.max.bytes", Int, "57671680", "The most bytes that a fetch is answered with.")
            .check(Check::AtLeast(1024)),
        KeyRow::honoured(
            "max.incremental.fetch.session.cache.slots",
            Int,
            "1000",
            "The most incremental fetch sessions.",
        )
        .check(Check::AtLeast(0)),
        KeyRow::honoured(
            "fetch.max.wait.ms",
            Int,
            "300000",
            "A fetch is answered after this long (ms) whatever it asked for. Aqueduct's own key.",
        )
        .check(Check::AtLeast(0)),
    ]
}

fn log_rows() -> Vec<KeyRow> {
    use KeyType::{Boolean, Double, Int, List, Long, String};
    vec![
        KeyRow::honoured("log.dirs", List, None, "Folders of the log. The first also holds the metadata log."),
        KeyRow::honoured("log.dir", String, "/tmp/kafka-logs", "Folder of the log if log.dirs is not given."),
        KeyRow::honoured("metadata.log.dir", String, None, "Folder of the metadata log; the first of log.dirs if not given."),
        KeyRow::honoured("log.durability", String, "flush", "When acks=all is answered: flush = after fdatasync, page-cache = as in Kafka, after the write. Aqueduct's own key.")
            .check(Check::one_of(&["flush", "page-cache"])),
        KeyRow::honoured("log.retention.ms", Long, None, "Default of retention.ms."),
        KeyRow::honoured("log.retention.minutes", Int, None, "Default of retention.ms, in minutes."),
        KeyRow::honoured("log.retention.hours", Int, "168", "Default of retention.ms, in hours."),
        KeyRow::honoured("log.retention.bytes", Long, "-1", "Default of retention.bytes."),
        KeyRow::honoured("log.retention.check.interval.ms", Long, "300000", "How often (ms) old segments are looked for.")
            .check(Check::AtLeast(1)),
        KeyRow::honoured("log.segment.bytes", Int, "1073741824", "Default of segment.bytes.")
            .check(Check::AtLeast(1024 * 1024)),
        KeyRow::honoured("log.roll.ms", Long, None, "Default of segment.ms."),
        KeyRow::honoured("log.roll.hours", Int, "168", "Default of segment.ms, in hours.")
            .check(Check::AtLeast(1)),
        KeyRow::honoured("log.roll.jitter.ms", Long, None, "Default of segment.jitter.ms."),
        KeyRow::honoured("log.roll.jitter.hours", Int, "0", "Default of segment.jitter.ms, in hours.")
            .check(Check::AtLeast(0)),
        KeyRow::honoured("log.index.size.max.bytes", Int, "10485760", "Default of segment.index.bytes.")
            .check(Check::AtLeast(4)),
        KeyRow::honoured("log.index.interval.bytes", Int, "4096", "Default of index.interval.bytes.")
            .check(Check::AtLeast(0)),
        KeyRow::honoured("log.cleanup.policy", List, "delete", "Default of cleanup.policy.")
            .check(Check::list_of(&["compact", "delete"])),
        KeyRow::honoured("log.segment.delete.delay.ms", Long, "60000", "Default of file.delete.delay.ms.")
            .check(Check::AtLeast(0)),
        KeyRow::honoured("log.flush.interval.messages", Long, "9223372036854775807", "Default of flush.messages.")
            .check(Check::AtLeast(1)),
        KeyRow::honoured("log.flush.interval.ms", Long, None, "Default of flush.ms."),
        KeyRow::not_honoured("log.flush.scheduler.interval.ms", Long, "9223372036854775807", "Not honoured: logs are looked at every second."),
        KeyRow::honoured("log.flush.offset.checkpoint.interval.ms", Int, "60000", "How often (ms) recovery points are written.")
            .check(Check::AtLeast(0)),
        KeyRow::not_honoured("log.flush.start.offset.checkpoint.interval.ms", Int, "60000", "Not honoured: a log start offset is durable when it is answered.")
            .check(Check::AtLeast(0)),
        KeyRow::not_honoured("log.preallocate", Boolean, "false", "Not honoured, see preallocate."),
        KeyRow::honoured("log.message.timestamp.type", String, "CreateTime", "Default of message.timestamp.type.")
            .check(Check::one_of(&["CreateTime", "LogAppendTime"])),
        KeyRow::honoured("log.message.timestamp.before.max.ms", Long, "9223372036854775807", "Default of message.timestamp.before.max.ms.")
            .check(Check::AtLeast(0)),
        KeyRow::honoured("log.message.timestamp.after.max.ms", Long, "3600000", "Default of message.timestamp.after.max.ms.")
            .check(Check::AtLeast(0)),
        KeyRow::not_honoured("log.message.downconversion.enable", Boolean, "true", "Without effect in Kafka 4 as well."),
        KeyRow::honoured("message.max.bytes", Int, "1048588", "Default of max.message.bytes.")
            .check(Check::AtLeast(0)),
        KeyRow::honoured("compression.type", String, "producer", "Default of compression.type.")
            .check(Check::one_of(&["uncompressed", "zstd", "lz4", "snappy", "gzip", "producer"])),
        KeyRow::honoured("compression.gzip.level", Int, "-1", "Default of compression.gzip.level.")
            .check(Check::BetweenOr(1, 9, -1)),
        KeyRow::not_honoured("compression.lz4.level", Int, "9", "Not honoured: the codec has one level.")
            .check(Check::Between(1, 17)),
        KeyRow::honoured("compression.zstd.level", Int, "3", "Default of compression.zstd.level.")
            .check(Check::Between(-131_072, 22)),
        KeyRow::honoured("max.decompressed.message.bytes", Int, "104857600", "The most that one record batch may decompress to (bytes).")
            .check(Check::AtLeast(1)),
        KeyRow::honoured("min.insync.replicas", Int, "1", "Default of min.insync.replicas.")
            .check(Check::AtLeast(1)),
        KeyRow::not_honoured("unclean.leader.election.enable", Boolean, "false", "Not honoured: partitions have one replica."),
        KeyRow::honoured("num.recovery.threads.per.data.dir", Int, "2", "Threads that open and recover the logs of a log directory at the start. (Kafka also flushes with them when it stops.)")
            .check(Check::AtLeast(1)),
        KeyRow::honoured("replica.high.watermark.checkpoint.interval.ms", Long, "5000", "How often (ms) high watermarks are written; looked at every second."),
        KeyRow::honoured("log.cleaner.enable", Boolean, "true", "Whether logs with cleanup.policy=compact are compacted."),
        KeyRow::not_honoured("log.cleaner.threads", Int, "1", "Not honoured: one thread compacts one log after the other."),
        KeyRow::honoured("log.cleaner.dedupe.buffer.size", Long, "134217728", "The most memory (bytes) that the keys of one compaction may take; it takes what they need.")
            .check(Check::AtLeast(1024 * 1024)),
        KeyRow::not_honoured("log.cleaner.io.buffer.size", Int, "524288", "Not honoured: one batch is in memory at a time."),
        KeyRow::honoured("log.cleaner.backoff.ms", Long, "15000", "How often (ms) logs to compact are looked for.")
            .check(Check::AtLeast(1)),
        KeyRow::honoured("log.cleaner.delete.retention.ms", Long, "86400000", "Default of delete.retention.ms.")
            .check(Check::AtLeast(0)),
        KeyRow::honoured("log.cleaner.min.cleanable.ratio", Double, "0.5", "Default of min.cleanable.dirty.ratio.")
            .check(Check::BetweenDouble(0.0, 1.0)),
        KeyRow::honoured("log.cleaner.min.compaction.lag.ms", Long, "0", "Default of min.compaction.lag.ms.")
            .check(Check::AtLeast(0)),
        KeyRow::honoured("log.cleaner.max.compaction.lag.ms", Long, "9223372036854775807", "Default of max.compaction.lag.ms.")
            .check(Check::AtLeast(1)),
        KeyRow::not_honoured("log.local.retention.ms", Long, "-2", "Default of local.retention.ms. Not honoured: there is no tiered storage yet.")
            .check(Check::AtLeast(-2)),
        KeyRow::not_honoured("log.local.retention.bytes", Long, "-2", "Default of local.retention.bytes. Not honoured: there is no tiered storage yet.")
            .check(Check::AtLeast(-2)),
        KeyRow::not_honoured("remote.log.storage.system.enable", Boolean, "false", "Not honoured: there is no tiered storage yet."),
        KeyRow::honoured("producer.id.expiration.ms", Int, "86400000", "How long (ms) the state of a silent producer is kept.")
            .check(Check::AtLeast(1)),
    ]
}

fn group_rows() -> Vec<KeyRow> {
    use KeyType::{Int, List, Long, Short};
    vec![
        KeyRow::honoured("offsets.topic.num.partitions", Int, "50", "Partitions of __consumer_offsets.")
            .check(Check::AtLeast(1)),
        KeyRow::honoured(
            "offsets.topic.replication.factor",
            Short,
            "1",
            "Replicas of __consumer_offsets. The default is what one node can give (Kafka: 3).",
        )
        .check(Check::AtLeast(1)),
        KeyRow::honoured(
            "offsets.topic.segment.bytes",
            Int,
            "104857600",
            "segment.bytes of __consumer_offsets.",
        )
        .check(Check::AtLeast(1)),
        KeyRow::not_honoured(
            "offsets.topic.compression.codec",
            Int,
            "0",
            "Codec of what is written to __consumer_offsets. Not honoured: it is not compressed.",
        ),
        KeyRow::honoured(
            "offsets.load.buffer.size",
            Int,
            "5242880",
            "Bytes read at a time while offsets are loaded.",
        )
        .check(Check::AtLeast(1)),
        KeyRow::honoured(
            "offsets.retention.minutes",
            Int,
            "10080",
            "How long offsets of an empty group are kept.",
        )
        .check(Check::AtLeast(1)),
        KeyRow::honoured(
            "offsets.retention.check.interval.ms",
            Long,
            "600000",
            "How often (ms) offsets to forget are looked for.",
        )
        .check(Check::AtLeast(1)),
        KeyRow::honoured(
            "offset.metadata.max.bytes",
            Int,
            "4096",
            "The longest metadata of a committed offset (bytes).",
        ),
        KeyRow::honoured("offsets.commit.timeout.ms", Int, "5000", "How long (ms) a commit may take.")
            .check(Check::AtLeast(1)),
        KeyRow::honoured(
            "group.min.session.timeout.ms",
            Int,
            "6000",
            "The shortest session time-out that a member may ask for (ms).",
        ),
        KeyRow::honoured(
            "group.max.session.timeout.ms",
            Int,
            "1800000",
            "The longest session time-out that a member may ask for (ms).",
        ),
        KeyRow::honoured(
            "group.initial.rebalance.delay.ms",
            Int,
            "3000",
            "How long (ms) a new group waits for more members.",
        ),
        KeyRow::honoured("group.max.size", Int, "2147483647", "The most members of a group.")
            .check(Check::AtLeast(1)),
        KeyRow::honoured(
            "group.max.bytes",
            Int,
            "16777216",
            "The most metadata and assignments that a group may hold (bytes). Aqueduct's own key.",
        )
        .check(Check::AtLeast(1)),
        KeyRow::not_honoured(
            "group.coordinator.rebalance.protocols",
            List,
            "classic",
            "Group protocols offered. Not honoured: only classic is implemented.",
        ),
        KeyRow::not_honoured(
            "group.coordinator.append.linger.ms",
            Int,
            "5",
            "Not honoured: commits share flushes, not batches.",
        ),
        KeyRow::not_honoured(
            "group.consumer.session.timeout.ms",
            Int,
            "45000",
            "Not honoured: the consumer group protocol is not there yet.",
        ),
        KeyRow::not_honoured(
            "group.consumer.heartbeat.interval.ms",
            Int,
            "5000",
            "Not honoured: the consumer group protocol is not there yet.",
        ),
        KeyRow::not_honoured(
            "transaction.state.log.num.partitions",
            Int,
            "50",
            "Not honoured: there are no transactions yet.",
        ),
        KeyRow::not_honoured(
            "transaction.state.log.replication.factor",
            Short,
            "1",
            "Not honoured: there are no transactions yet.",
        ),
        KeyRow::not_honoured(
            "transaction.state.log.min.isr",
            Int,
            "1",
            "Not honoured: there are no transactions yet.",
        ),
        KeyRow::not_honoured(
            "transaction.max.timeout.ms",
            Int,
            "900000",
            "Not honoured: there are no transactions yet.",
        ),
        KeyRow::not_honoured(
            "transactional.id.expiration.ms",
            Int,
            "604800000",
            "Not honoured: there are no transactions yet.",
        ),
    ]
}
