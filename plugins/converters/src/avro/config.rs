//! Settings of the Avro converter, with Confluent's names.

use aqueduct_plugin_api::{Check, ConfigDef, ConfigMap, ConnectError, Importance, KeyDef, KeyType, Schema};

const TOPIC_NAME: &str = "io.confluent.kafka.serializers.subject.TopicNameStrategy";
const RECORD_NAME: &str = "io.confluent.kafka.serializers.subject.RecordNameStrategy";
const TOPIC_RECORD_NAME: &str = "io.confluent.kafka.serializers.subject.TopicRecordNameStrategy";

/// How the subject of a schema is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SubjectName {
    Topic,
    Record,
    TopicRecord,
}

/// Parsed settings.
#[derive(Debug, Clone)]
pub(super) struct AvroConfig {
    pub(super) urls: Vec<String>,
    pub(super) user_info: Option<(String, String)>,
    pub(super) auto_register: bool,
    pub(super) use_latest: bool,
    pub(super) connect_meta_data: bool,
    pub(super) scrub_names: bool,
    pub(super) cache_size: usize,
    key_subject: SubjectName,
    value_subject: SubjectName,
}

pub(super) fn config_def() -> ConfigDef {
    let strategy = |name: &str, doc: &str| {
        KeyDef::with_default(name, KeyType::Class, TOPIC_NAME, doc).check(Check::one_of(&[
            TOPIC_NAME,
            RECORD_NAME,
            TOPIC_RECORD_NAME,
        ]))
    };
    ConfigDef::new([
        KeyDef::required("schema.registry.url", KeyType::List, "Comma-separated list of URLs for schema registry instances that can be used to register or look up schemas.")
            .check(Check::NonEmptyList),
        KeyDef::with_default("auto.register.schemas", KeyType::Boolean, true, "Specify if the converter should attempt to register the schema with the registry."),
        KeyDef::with_default("use.latest.version", KeyType::Boolean, false, "Use the id of the subject's latest version, without registering. Only with auto.register.schemas=false."),
        KeyDef::with_default("connect.meta.data", KeyType::Boolean, true, "Toggle for enabling or disabling Connect annotations (connect.name and the like) in Avro schemas."),
        KeyDef::with_default("scrub.invalid.names", KeyType::Boolean, false, "Whether to scrub invalid names by replacing invalid characters with valid ones."),
        KeyDef::with_default("schemas.cache.config", KeyType::Int, 1000, "Size of the converted schemas cache.")
            .check(Check::AtLeast(1))
            .importance(Importance::Low),
        strategy("key.subject.name.strategy", "Determines how to construct the subject name for the key schema."),
        strategy("value.subject.name.strategy", "Determines how to construct the subject name for the value schema."),
        KeyDef::with_default("basic.auth.credentials.source", KeyType::String, "URL", "How to pick the credentials for Basic Auth: URL or USER_INFO.")
            .check(Check::one_of(&["URL", "USER_INFO"])),
        KeyDef::optional("basic.auth.user.info", KeyType::Password, "The user info for Basic Auth in the form of {username}:{password}."),
        KeyDef::optional("schema.registry.basic.auth.user.info", KeyType::Password, "The same as basic.auth.user.info, under its older name."),
    ])
}

impl AvroConfig {
    pub(super) fn parse(config: &ConfigMap) -> Result<Self, ConnectError> {
        let parsed = config_def().parse_map(config).map_err(|e| ConnectError::config(e.to_string()))?;
        let user_info = parsed
            .secret("basic.auth.user.info")
            .or_else(|| parsed.secret("schema.registry.basic.auth.user.info"))
            .filter(|_| parsed.str("basic.auth.credentials.source") == "USER_INFO");
        let user_info = user_info.map(|secret| {
            let (user, password) = secret.reveal().split_once(':').unwrap_or((secret.reveal(), ""));
            (user.to_owned(), password.to_owned())
        });
        let (auto_register, use_latest) =
            (parsed.bool("auto.register.schemas"), parsed.bool("use.latest.version"));
        if auto_register && use_latest {
            return Err(ConnectError::config(
                "Invalid value true for configuration use.latest.version: it needs auto.register.schemas=false",
            ));
        }
        let strategy = |key: &str| match parsed.str(key) {
            RECORD_NAME => SubjectName::Record,
            TOPIC_RECORD_NAME => SubjectName::TopicRecord,
            _ => SubjectName::Topic,
        };
        Ok(Self {
            urls: parsed
                .list("schema.registry.url")
                .iter()
                .map(|u| u.trim_end_matches('/').to_owned())
                .collect(),
            user_info,
            auto_register,
            use_latest,
            connect_meta_data: parsed.bool("connect.meta.data"),
            scrub_names: parsed.bool("scrub.invalid.names"),
            cache_size: usize::try_from(parsed.int("schemas.cache.config")).unwrap_or(1000),
            key_subject: strategy("key.subject.name.strategy"),
            value_subject: strategy("value.subject.name.strategy"),
        })
    }

    /// The subject of a schema.
    pub(super) fn subject(&self, topic: &str, is_key: bool, schema: &Schema) -> String {
        let strategy = if is_key { self.key_subject } else { self.value_subject };
        match (strategy, &schema.name) {
            (SubjectName::Record, Some(name)) => name.to_string(),
            (SubjectName::TopicRecord, Some(name)) => format!("{topic}-{name}"),
            _ => format!("{topic}-{}", if is_key { "key" } else { "value" }),
        }
    }
}
