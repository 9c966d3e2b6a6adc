//! The keys of a registry's `.properties` file: Confluent's, and few of our own.

use aqueduct_avro::compatibility::CompatibilityLevel;
use aqueduct_config::{Check, ConfigDef, KeyDef, KeyType};
use std::sync::OnceLock;

/// Keys of Confluent's registry that are known here and do nothing, with the reason. Giving one is a warning.
const NOT_HONOURED: [(&str, &str); 14] = [
    ("kafkastore.connection.url", "there is no ZooKeeper"),
    ("kafkastore.group.id", "the log is read without a group"),
    ("kafkastore.topic.skip.validation", "the topic is always checked"),
    ("kafkastore.checkpoint.dir", "the log is read from its start"),
    ("schema.registry.group.id", "there is no election among several registries yet"),
    ("leader.election.delay", "there is no election among several registries yet"),
    ("inter.instance.protocol", "there is no election among several registries yet"),
    ("inter.instance.headers.whitelist", "there is no election among several registries yet"),
    ("schema.cache.size", "schemas are not cached"),
    ("schema.cache.expiry.secs", "schemas are not cached"),
    ("schema.search.default.limit", "only schema.search.max.limit counts"),
    ("debug", "there is no debug mode"),
    ("metrics.jmx.prefix", "metrics are served on metrics.listener"),
    ("metric.reporters", "metrics are served on metrics.listener"),
];

/// The reason why a key that was given does nothing, if it is one of those.
pub fn not_honoured(name: &str) -> Option<&'static str> {
    NOT_HONOURED.iter().find(|(known, _)| *known == name).map(|(_, reason)| *reason)
}

/// The keys that count.
pub fn key_table() -> &'static ConfigDef {
    static TABLE: OnceLock<ConfigDef> = OnceLock::new();
    TABLE.get_or_init(|| ConfigDef::new([server_keys(), store_keys(), schema_keys()].concat()))
}

fn server_keys() -> Vec<KeyDef> {
    vec![
        KeyDef::with_default("listeners", KeyType::List, "http://127.0.0.1:8081", "Where clients connect: http://host:port. Port 0 lets the system choose. The default is loopback only; Confluent's is every address.")
            .check(Check::NonEmptyList),
        KeyDef::with_default("host.name", KeyType::String, "localhost", "Name of this host for others, told in /v1/metadata."),
        KeyDef::with_default("allow.insecure.listeners", KeyType::Boolean, "false", "Allows listeners beyond loopback without TLS and authentication. Aqueduct's own key."),
        KeyDef::with_default("metrics.listener", KeyType::String, "", "Where /metrics and /health are served: http://host:port; nowhere if empty. Aqueduct's own key."),
        KeyDef::with_default("request.max.bytes", KeyType::Int, 10 * 1024 * 1024, "The largest request body, in bytes. Aqueduct's own key.")
            .check(Check::AtLeast(1024)),
        KeyDef::with_default("queued.max.request.bytes", KeyType::Long, 128 * 1024 * 1024, "Memory of the request bodies that are arriving or being answered, in bytes; the first 64 KiB of each are not counted. Beyond it a body waits for 5 s and is refused with 503. Aqueduct's own key.")
            .check(Check::AtLeast(65_536)),
        KeyDef::with_default("server.connection.limit", KeyType::Int, 4096, "Connections open at one time on a listener; further ones wait to be accepted. 0 or less: any number, which is Confluent's default."),
        KeyDef::with_default("max.request.header.size", KeyType::Int, 8192, "The largest head of a request, in bytes; a larger one is 431.")
            .check(Check::Between(8192, 1024 * 1024)),
        KeyDef::with_default("idle.timeout.ms", KeyType::Long, 30_000, "The time that the head of a request has to arrive, that its body has, and that a client may take nothing of an answer, in ms.")
            .check(Check::AtLeast(1)),
        KeyDef::with_default("incompatible.error.code", KeyType::Int, 40901, "The error_code of an incompatible schema: 40901 since Confluent's 8.2, 409 before. Aqueduct's own key."),
    ]
}

fn store_keys() -> Vec<KeyDef> {
    let ms = |name, default: i64, doc| {
        KeyDef::with_default(name, KeyType::Long, default, doc).check(Check::AtLeast(1))
    };
    vec![
        KeyDef::required("kafkastore.bootstrap.servers", KeyType::List, "Addresses of some brokers, host:port or PLAINTEXT://host:port, comma separated.")
            .check(Check::NonEmptyList),
        KeyDef::with_default("kafkastore.security.protocol", KeyType::String, "PLAINTEXT", "How to talk to brokers; only PLAINTEXT so far.")
            .check(Check::one_of(&["PLAINTEXT"])),
        KeyDef::with_default("kafkastore.topic", KeyType::String, "_schemas", "The topic that everything is kept in.")
            .check(Check::NonEmpty),
        KeyDef::with_default("kafkastore.topic.replication.factor", KeyType::Int, 3, "Replicas of the topic if it is created; never more than there are brokers.")
            .check(Check::Between(1, 32_767)),
        ms("kafkastore.timeout.ms", 10_000, "Longest wait for a write to come back, in ms. Confluent's default is 500: too short for a disk that flushes before it acknowledges."),
        ms("kafkastore.init.timeout.ms", 60_000, "Longest wait at start until the topic is read, in ms."),
        KeyDef::with_default("leader.eligibility", KeyType::String, "true", "Whether this registry may write. There is no election among several registries yet, so only true is taken.")
            .check(Check::one_of(&["true"])),
    ]
}

fn schema_keys() -> Vec<KeyDef> {
    let levels: Vec<&str> = CompatibilityLevel::ALL.iter().map(|level| level.name()).collect();
    vec![
        KeyDef::optional(
            "schema.compatibility.level",
            KeyType::String,
            "The compatibility level where none is configured; backward if not given.",
        )
        .check(Check::one_of_ignore_case(&levels)),
        KeyDef::optional(
            "avro.compatibility.level",
            KeyType::String,
            "Former name of schema.compatibility.level; taken if that is not given.",
        )
        .check(Check::one_of_ignore_case(&levels)),
        KeyDef::with_default("mode.mutability", KeyType::Boolean, "true", "Whether modes may be changed."),
        KeyDef::with_default(
            "schema.search.max.limit",
            KeyType::Int,
            1000,
            "The most schemas that GET /schemas answers.",
        )
        .check(Check::AtLeast(1)),
    ]
}
