//! The settings of a worker: Kafka's names and defaults; where a default or a meaning differs its row says so.

use aqueduct_config::{Check, ConfigDef, Importance, KeyDef, KeyType};

use KeyType::{Boolean, Class, Int, List, Long, Short, String};

/// The settings common to distributed and standalone workers.
fn common() -> Vec<KeyDef> {
    let ms = |name: &str, default: i64, doc: &str| {
        KeyDef::with_default(name, Long, default, doc).check(Check::AtLeast(0))
    };
    vec![
        KeyDef::with_default("bootstrap.servers", List, "localhost:9092", "Addresses of some brokers of the cluster, host:port, comma separated."),
        KeyDef::required("key.converter", Class, "The converter of record keys, unless a connector names another."),
        KeyDef::required("value.converter", Class, "The converter of record values, unless a connector names another."),
        KeyDef::with_default("header.converter", Class, "org.apache.kafka.connect.storage.SimpleHeaderConverter", "The converter of record headers, unless a connector names another."),
        KeyDef::with_default("plugin.path", List, "", "Folders to look for plug-ins in, comma separated: files lib*.so, and folders that hold such files. Not set: beside the program, in plugins/ and in ../lib/aqueduct/plugins/ from there."),
        KeyDef::with_default("config.providers", List, "", "Names of providers that configurations may refer to as ${name:path:key}. Each has config.providers.<name>.class (FileConfigProvider, DirectoryConfigProvider, EnvVarConfigProvider) and .param.*"),
        KeyDef::with_default("connector.client.config.override.policy", String, "Allowlist", "Which producer.override.*, consumer.override.* and admin.override.* settings a connector may have: All, None, Principal, Allowlist. Kafka's default is All up to 4.x.")
            .check(Check::OneOfIgnoreCase(["All", "None", "Principal", "Allowlist"].map(str::to_owned).to_vec())),
        KeyDef::optional("connector.client.config.override.allowlist", List, "The client settings that policy Allowlist allows. Not set: all that bear on batching, compression, timeouts and offsets, and none that bear on addresses or security. Kafka's default is the empty list."),
        KeyDef::with_default("topic.creation.enable", Boolean, true, "Whether the worker creates topics for sources by their topic.creation.* settings."),
        KeyDef::with_default("topic.tracking.enable", Boolean, true, "Whether the topics that connectors use are recorded."),
        KeyDef::with_default("topic.tracking.allow.reset", Boolean, true, "Whether the record of topics may be reset."),
        ms("offset.flush.interval.ms", 60_000, "How often offsets of tasks are committed, in ms."),
        ms("offset.flush.timeout.ms", 5_000, "Longest wait for a commit, in ms."),
        ms("task.shutdown.graceful.timeout.ms", 5_000, "How long tasks may take to stop, in ms, all together."),
        KeyDef::with_default("listeners", List, "http://127.0.0.1:8083", "Addresses of the REST API. Kafka's default is http://:8083; beyond loopback needs allow.insecure.listeners=true."),
        KeyDef::with_default("allow.insecure.listeners", Boolean, false, "Whether a listener without TLS and authentication may be reached from other machines. (Not a key of Kafka's.)"),
        KeyDef::optional("rest.advertised.host.name", String, "The host that other workers reach this one by; that of the listener if not set."),
        KeyDef::optional("rest.advertised.port", Int, "The port that other workers reach this one by; that of the listener if not set."),
        KeyDef::with_default("rest.allowed.hosts", List, "", "Host names, beside the listener's and the advertised one, that requests to a loopback listener may name: against web pages that rebind a name. (Not a key of Kafka's.)"),
        KeyDef::with_default("rest.request.max.bytes", Int, 1024 * 1024, "The largest body of a request to the REST API, in bytes; what other workers send, signed, has a limit of its own. (Not a key of Kafka's.)")
            .check(Check::AtLeast(1024)),
        KeyDef::with_default("rest.internal.request.max.bytes", Int, 64 * 1024 * 1024, "The largest body of a request that another worker sends, signed: the configurations of a connector's tasks, in bytes. (Not a key of Kafka's.)")
            .check(Check::AtLeast(1024 * 1024)),
        KeyDef::with_default("rest.queued.max.request.bytes", Long, 128 * 1024 * 1024, "Memory of the bodies of requests that are arriving or being answered, in bytes; the first 64 KiB of each are not counted. Beyond it a body waits for 5 s and is refused with 503. (Not a key of Kafka's.)")
            .check(Check::AtLeast(65_536)),
        KeyDef::with_default("rest.request.timeout.ms", Long, 90_000, "The time that a request has to be answered in, in ms. (Not a key of Kafka's, where it is a constant.)")
            .check(Check::AtLeast(1)),
        KeyDef::with_default("rest.server.connection.limit", Int, 4096, "Connections open at one time on the REST API; further ones wait to be accepted. 0 or less: any number. (Not a key of Kafka's.)"),
        KeyDef::with_default("rest.max.request.header.size", Int, 8192, "The largest head of a request, in bytes; a larger one is 431. (Not a key of Kafka's.)")
            .check(Check::Between(8192, 1024 * 1024)),
        KeyDef::with_default("rest.idle.timeout.ms", Long, 30_000, "The time that the head of a request has to arrive, that its body has, and that a client may take nothing of an answer, in ms. (Not a key of Kafka's.)")
            .check(Check::AtLeast(1)),
        KeyDef::with_default("metrics.listener", String, "", "Where /metrics and /health are served: http://host:port; nowhere if empty. Beyond loopback needs allow.insecure.listeners=true. (Not a key of Kafka's.)"),
        KeyDef::with_default("access.control.allow.origin", String, "", "The origin of web pages that may call the REST API: *, or one; none if empty."),
        KeyDef::with_default("access.control.allow.methods", String, "", "The methods such pages may use; GET, POST and HEAD if empty."),
        KeyDef::with_default("client.id", String, "", "Names this worker in the brokers' logs."),
        ms("failed.task.restart.backoff.ms", 1_000, "Wait before a failed connector or task starts again, in ms; it doubles with every further failure, to 3 s at most unless a record is at fault. (Not a key of Kafka's: there failed tasks stay failed.)"),
        ms("failed.task.restart.backoff.max.ms", 300_000, "Longest such wait where a record is at fault, in ms; a lower value bounds the others too. (Not a key of Kafka's.)"),
        KeyDef::with_default("failed.task.restart.enable", Boolean, true, "Whether failed connectors and tasks start again by themselves. (Not a key of Kafka's.)"),
        ms("plugin.call.timeout.ms", 60_000, "Longest wait for a plug-in to start, to validate, to give task configurations, in ms. (Not a key of Kafka's.)"),
        KeyDef::with_default("task.max.buffered.records", Int, 100_000, "Records of a source task on their way to the log, beyond which it is not polled. (Not a key of Kafka's.)")
            .check(Check::AtLeast(1))
            .importance(Importance::Low),
    ]
}

/// The table of a distributed worker.
pub(crate) fn distributed() -> ConfigDef {
    let ms = |name: &str, default: i64, doc: &str| {
        KeyDef::with_default(name, Int, default, doc).check(Check::AtLeast(0))
    };
    let replicas = |name: &str| {
        KeyDef::with_default(
            name,
            Short,
            3,
            "Replicas of the topic if it has to be created; -1 for the brokers' default.",
        )
    };
    let mut keys = common();
    keys.extend([
        KeyDef::required("group.id", String, "The name of the Connect cluster."),
        KeyDef::required("config.storage.topic", String, "The topic for connectors' configurations."),
        replicas("config.storage.replication.factor"),
        KeyDef::required("offset.storage.topic", String, "The topic for source offsets."),
        KeyDef::with_default("offset.storage.partitions", Int, 25, "Its partitions if it has to be created."),
        replicas("offset.storage.replication.factor"),
        KeyDef::required("status.storage.topic", String, "The topic for statuses."),
        KeyDef::with_default("status.storage.partitions", Int, 5, "Its partitions if it has to be created."),
        replicas("status.storage.replication.factor"),
        KeyDef::with_default("internal.topics.automatic.creation.enable", Boolean, true, "Whether these topics are created if they are missing."),
        KeyDef::with_default("exactly.once.source.support", String, "disabled", "Exactly-once sources; only 'disabled' so far.")
            .check(Check::one_of_ignore_case(&["disabled"])),
        KeyDef::with_default("connect.protocol", String, "sessioned", "The group protocol: eager, compatible, sessioned.")
            .check(Check::one_of_ignore_case(&["eager", "compatible", "sessioned"])),
        ms("scheduled.rebalance.max.delay.ms", 0, "How long the work of a worker that left is held back for it, in ms. Kafka's default is 300000: five minutes in which nobody runs it."),
        ms("session.timeout.ms", 10_000, "A worker silent for this time is out of the group, in ms."),
        ms("heartbeat.interval.ms", 3_000, "Time between heartbeats, in ms."),
        ms("rebalance.timeout.ms", 60_000, "How long a rebalance waits for workers, in ms."),
        ms("worker.sync.timeout.ms", 3_000, "How long a worker that is behind on the config topic may read to catch up, in ms."),
        ms("worker.unsync.backoff.ms", 300_000, "Accepted for compatibility: a worker that is behind catches up without leaving the group."),
        ms("inter.worker.key.ttl.ms", 3_600_000, "Age at which the key for internal requests is renewed, in ms."),
        KeyDef::with_default("inter.worker.key.generation.algorithm", String, "HmacSHA256", "The kind of that key; HmacSHA256 only.")
            .check(Check::one_of(&["HmacSHA256"])),
        KeyDef::optional("inter.worker.key.size", Int, "Bits of that key, 40 to 65536; 256 if not set."),
        KeyDef::with_default("inter.worker.signature.algorithm", String, "HmacSHA256", "How internal requests are signed; HmacSHA256 only.")
            .check(Check::one_of(&["HmacSHA256"])),
        KeyDef::with_default("inter.worker.verification.algorithms", List, "HmacSHA256", "Which signatures are accepted; HmacSHA256 only.")
            .check(Check::list_of(&["HmacSHA256"])),
    ]);
    ConfigDef::new(keys)
}

/// The table of a standalone worker.
pub(crate) fn standalone() -> ConfigDef {
    let mut keys = common();
    keys.push(KeyDef::required(
        "offset.storage.file.filename",
        String,
        "The file for source offsets. (Not Apache's file format: a new file is begun.)",
    ));
    ConfigDef::new(keys)
}

/// Kafka's settings that are known and not acted on: named in a warning when given.
pub(crate) const NOT_IMPLEMENTED: [&str; 25] = [
    "admin.listeners",
    "auto.include.jmx.reporter",
    "header.converter.plugin.version",
    "key.converter.plugin.version",
    "metadata.recovery.rebootstrap.trigger.ms",
    "metadata.recovery.strategy",
    "metric.reporters",
    "metrics.num.samples",
    "metrics.recording.level",
    "metrics.sample.window.ms",
    "plugin.discovery",
    "receive.buffer.bytes",
    "response.http.headers.config",
    "rest.advertised.listener",
    "rest.extension.classes",
    "rest.host.name",
    "rest.port",
    "send.buffer.bytes",
    "socket.connection.setup.timeout.max.ms",
    "ssl.client.auth",
    "client.dns.lookup",
    "value.converter.plugin.version",
    "internal.key.converter",
    "internal.value.converter",
    "worker.unsync.backoff.ms",
];

/// Beginnings of keys that belong to something else than the worker's own table.
pub(crate) const PREFIXES: [&str; 6] = [
    "producer.",
    "consumer.",
    "key.converter.",
    "value.converter.",
    "header.converter.",
    "config.providers.",
];

/// Beginnings of the settings of a distributed worker's topics.
pub(crate) const STORAGE_PREFIXES: [&str; 3] = ["config.storage.", "offset.storage.", "status.storage."];
