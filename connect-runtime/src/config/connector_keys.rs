//! The settings that every connector has, beside its own.

use aqueduct_config::{Check, ConfigDef, Importance, KeyDef, KeyType, Width};
use aqueduct_plugin_api::ConnectorKind;

/// The most settings of a connector or task.
pub(crate) const MAX_SETTINGS: usize = 4_000;

/// A connector's name.
pub(crate) const NAME: &str = "name";
/// Its class.
pub(crate) const CONNECTOR_CLASS: &str = "connector.class";
/// How many tasks it may have.
pub(crate) const TASKS_MAX: &str = "tasks.max";
/// Aliases of transformations.
pub(crate) const TRANSFORMS: &str = "transforms";
/// Aliases of predicates.
pub(crate) const PREDICATES: &str = "predicates";
/// Topics of a sink.
pub(crate) const TOPICS: &str = "topics";
/// Pattern of topics of a sink.
pub(crate) const TOPICS_REGEX: &str = "topics.regex";
/// Dead letter queue.
pub(crate) const DLQ_TOPIC: &str = "errors.deadletterqueue.topic.name";
/// The class of a task, told in its configuration.
pub(crate) const TASK_CLASS: &str = "task.class";

const COMMON: &str = "Common";
const ERRORS: &str = "Error Handling";

/// The common settings of sources or sinks, in Apache's order. Documentation in our own words.
pub(crate) fn common_keys(kind: ConnectorKind) -> ConfigDef {
    let mut keys = base_keys();
    match kind {
        ConnectorKind::Source => keys.extend(source_keys()),
        ConnectorKind::Sink => keys.extend(sink_keys()),
    }
    ConfigDef::new(keys)
}

/// Apache numbers the settings of a group by hand: `topics` stands fourth of its group, twice. For other groups the
/// place in the table counts.
pub(crate) fn order_in_group(name: &str) -> Option<i32> {
    Some(match name {
        "name" => 1,
        "connector.class" => 2,
        "connector.plugin.version" => 3,
        "tasks.max" | "topics" | "topics.regex" => 4,
        "tasks.max.enforce" => 5,
        "key.converter" => 6,
        "key.converter.plugin.version" => 7,
        "value.converter" => 8,
        "value.converter.plugin.version" => 9,
        "header.converter" => 10,
        "header.converter.plugin.version" => 11,
        "transforms" => 12,
        "predicates" => 13,
        "config.action.reload" => 14,
        "errors.retry.timeout" | "topic.creation.groups" | "offsets.storage.topic" => 1,
        "errors.retry.delay.max.ms" | "exactly.once.support" => 2,
        "errors.tolerance" | "transaction.boundary" => 3,
        "errors.log.enable" | "transaction.boundary.interval.ms" => 4,
        "errors.log.include.messages" => 5,
        "errors.deadletterqueue.topic.name" => 6,
        "errors.deadletterqueue.topic.replication.factor" => 7,
        "errors.deadletterqueue.context.headers.enable" => 8,
        _ => return None,
    })
}

fn base_keys() -> Vec<KeyDef> {
    use Importance::{High, Low, Medium};
    use KeyType::{Boolean, Class, Int, List, Long, String};
    let converter = |name: &str, title: &str, doc: &str| {
        KeyDef::optional(name, Class, doc).importance(Low).shown(COMMON, Width::Short, title)
    };
    let version = |name: &str, title: &str, doc: &str| {
        KeyDef::optional(name, String, doc).importance(Low).shown(COMMON, Width::Short, title)
    };
    vec![
        KeyDef::required(NAME, String, "The connector's name, unique in the cluster.")
            .check(Check::NonEmptyWithoutControls)
            .shown(COMMON, Width::Medium, "Connector name"),
        KeyDef::required(CONNECTOR_CLASS, String, "The connector's class: its full name, or its simple name with or without the ending 'Connector'.")
            .shown(COMMON, Width::Long, "Connector class"),
        KeyDef::optional("connector.plugin.version", String, "The version, or range of versions, of the connector's plug-in.")
            .importance(Medium)
            .shown(COMMON, Width::Medium, "Connector version"),
        KeyDef::with_default(TASKS_MAX, Int, 1, "The most tasks the connector may split its work into.")
            .check(Check::AtLeast(1))
            .importance(High)
            .shown(COMMON, Width::Short, "Tasks max"),
        KeyDef::with_default("tasks.max.enforce", Boolean, true, "Whether a connector that makes more tasks than tasks.max fails. Deprecated.")
            .importance(Low)
            .shown(COMMON, Width::Short, "Enforce tasks max"),
        converter("key.converter", "Key converter class", "The converter of record keys; the worker's if not set."),
        version("key.converter.plugin.version", "Key converter version", "The version of the key converter."),
        converter("value.converter", "Value converter class", "The converter of record values; the worker's if not set."),
        version("value.converter.plugin.version", "Value converter version", "The version of the value converter."),
        converter("header.converter", "Header converter class", "The converter of record headers; the worker's if not set."),
        version("header.converter.plugin.version", "Header converter version", "The version of the header converter."),
        KeyDef::with_default(TRANSFORMS, List, "", "Names for the transformations that records pass, in order.")
            .importance(Low)
            .shown("Transforms", Width::Long, "Transforms"),
        KeyDef::with_default(PREDICATES, List, "", "Names for the predicates that transformations refer to.")
            .importance(Low)
            .shown("Predicates", Width::Long, "Predicates"),
        KeyDef::with_default("config.action.reload", String, "restart", "What to do when a secret that the configuration refers to expires: restart the connector, or none.")
            .check(Check::one_of(&["none", "restart"]))
            .importance(Low)
            .shown(COMMON, Width::Medium, "Reload Action"),
        KeyDef::with_default("errors.retry.timeout", Long, 0, "How long a failed operation is tried again, in ms: 0 not at all, -1 for ever.")
            .check(Check::AtLeast(-1))
            .shown(ERRORS, Width::Medium, "Retry Timeout for Errors"),
        KeyDef::with_default("errors.retry.delay.max.ms", Long, 60_000, "The longest wait between two tries, in ms.")
            .check(Check::AtLeast(1))
            .shown(ERRORS, Width::Medium, "Maximum Delay Between Retries for Errors"),
        KeyDef::with_default("errors.tolerance", String, "none", "What to do with a record that cannot be handled: fail the task (none), or skip it (all).")
            .check(Check::one_of(&["none", "all"]))
            .shown(ERRORS, Width::Short, "Error Tolerance"),
        KeyDef::with_default("errors.log.enable", Boolean, false, "Whether tolerated errors are logged.")
            .shown(ERRORS, Width::Short, "Log Errors"),
        KeyDef::with_default("errors.log.include.messages", Boolean, false, "Whether the log names the record (topic, partition, offset, timestamp) that could not be handled.")
            .shown(ERRORS, Width::Short, "Log Error Details"),
    ]
}

fn source_keys() -> Vec<KeyDef> {
    use KeyType::{List, Long, String};
    const EXACTLY_ONCE: &str = "Exactly Once Support";
    vec![
        KeyDef::with_default("topic.creation.groups", List, "", "Names of groups of settings for topics that the worker creates.")
            .importance(Importance::Low)
            .shown("Topic Creation", Width::Long, "Topic Creation Groups"),
        KeyDef::with_default("exactly.once.support", String, "requested", "Whether exactly-once delivery must be possible (required) or not (requested).")
            .check(Check::one_of_ignore_case(&["requested", "required"]))
            .shown(EXACTLY_ONCE, Width::Short, "Exactly once support"),
        KeyDef::with_default("transaction.boundary", String, "poll", "Where transactions of an exactly-once source end: poll, interval, connector.")
            .check(Check::one_of_ignore_case(&["poll", "interval", "connector"]))
            .shown(EXACTLY_ONCE, Width::Short, "Transaction Boundary"),
        KeyDef::optional("transaction.boundary.interval.ms", Long, "Length of a transaction with transaction.boundary=interval, in ms; offset.flush.interval.ms if not set.")
            .importance(Importance::Low)
            .shown(EXACTLY_ONCE, Width::Short, "Transaction boundary interval"),
        KeyDef::optional("offsets.storage.topic", String, "A topic of its own for the connector's offsets.")
            .importance(Importance::Low)
            .shown("offsets.topic", Width::Long, "Offsets topic"),
    ]
}

fn sink_keys() -> Vec<KeyDef> {
    use KeyType::{Boolean, List, Short, String};
    vec![
        KeyDef::with_default(TOPICS, List, "", "The topics to read, comma separated.")
            .importance(Importance::High)
            .shown(COMMON, Width::Long, "Topics"),
        KeyDef::with_default(
            TOPICS_REGEX,
            String,
            "",
            "A regular expression for the names of the topics to read. Either this or topics is given.",
        )
        .check(Check::Regex)
        .importance(Importance::High)
        .shown(COMMON, Width::Long, "Topics regex"),
        KeyDef::with_default(
            DLQ_TOPIC,
            String,
            "",
            "The topic for records that could not be handled; none if empty.",
        )
        .shown(ERRORS, Width::Medium, "Dead Letter Queue Topic Name"),
        KeyDef::with_default(
            "errors.deadletterqueue.topic.replication.factor",
            Short,
            3,
            "Replicas of that topic if it has to be created.",
        )
        .shown(ERRORS, Width::Medium, "Dead Letter Queue Topic Replication Factor"),
        KeyDef::with_default(
            "errors.deadletterqueue.context.headers.enable",
            Boolean,
            false,
            "Whether headers tell what went wrong; their names begin with __connect.errors.",
        )
        .shown(ERRORS, Width::Medium, "Enable Error Context Headers"),
    ]
}
