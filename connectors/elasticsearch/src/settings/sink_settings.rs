//! The settings as the connector's parts use them.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use aqueduct_config::Secret;
use aqueduct_plugin_api::{ConfigMap, Parsed};

use super::{Dialect, key, key_table, rules};

/// Everything a task needs.
#[derive(Debug, Clone)]
pub(crate) struct SinkSettings {
    pub(crate) connection: ConnectionSettings,
    pub(crate) document: DocumentSettings,
    pub(crate) bulk: BulkSettings,
}

/// How to reach the engine.
#[derive(Debug, Clone)]
pub(crate) struct ConnectionSettings {
    /// Base URLs without a slash at the end, at least one.
    pub(crate) urls: Vec<String>,
    pub(crate) basic: Option<(String, Secret)>,
    pub(crate) api_key: Option<Secret>,
    pub(crate) compression: bool,
    pub(crate) connect_timeout: Duration,
    pub(crate) read_timeout: Duration,
    pub(crate) idle_timeout: Duration,
    pub(crate) proxy: Option<Proxy>,
    pub(crate) authorities_file: Option<String>,
    pub(crate) authorities_text: Option<Secret>,
    pub(crate) check_host_name: bool,
}

/// An HTTP proxy.
#[derive(Debug, Clone)]
pub(crate) struct Proxy {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) credentials: Option<(String, Secret)>,
}

/// How a record becomes an operation on a document.
#[derive(Debug, Clone)]
pub(crate) struct DocumentSettings {
    pub(crate) ids: IdSource,
    /// Topics whose ids are topic+partition+offset whatever `ids` says.
    pub(crate) keyless_topics: HashSet<String>,
    pub(crate) ignore_schema: bool,
    pub(crate) schemaless_topics: HashSet<String>,
    pub(crate) compact_maps: bool,
    pub(crate) drop_invalid: bool,
    pub(crate) on_null: OnNull,
    pub(crate) on_malformed: Policy,
    pub(crate) on_conflict: Policy,
    pub(crate) version: VersionSource,
    pub(crate) write_method: WriteMethod,
    pub(crate) retry_on_conflict: u32,
    pub(crate) decimals: DecimalFormat,
    pub(crate) instants: InstantFormat,
    /// Where topics go that do not go to an index of their own name. These exist already.
    pub(crate) resources: HashMap<String, String>,
}

/// Where a document's id comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum IdSource {
    /// The record's key.
    Key,
    /// topic+partition+offset.
    Coordinates,
    /// The engine.
    Engine,
}

/// What a record without a value does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OnNull {
    /// Nothing.
    Ignore,
    /// Deletes the document of its key.
    Delete,
    /// Fails.
    Fail,
}

/// What becomes of a record that cannot be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Policy {
    /// Counted, and done.
    Ignore,
    /// Logged, counted, and done.
    Warn,
    /// The task fails.
    Fail,
    /// The record is bad: the worker's error handling decides.
    Report,
}

/// A document's external version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum VersionSource {
    /// The record's offset.
    Offset,
    /// The record's timestamp.
    Timestamp,
    /// A header.
    Header(String),
    /// No version.
    None,
}

/// How a value is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WriteMethod {
    /// Replaces the document.
    Insert,
    /// Merges into it.
    Upsert,
}

/// How decimals are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DecimalFormat {
    /// The nearest double.
    Double,
    /// A number of all digits.
    Number,
    /// A text of all digits.
    Text,
}

/// How dates, times and timestamps are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum InstantFormat {
    /// Milliseconds.
    Epoch,
    /// ISO 8601 text.
    Iso,
}

/// Batching and retries.
#[derive(Debug, Clone)]
pub(crate) struct BulkSettings {
    pub(crate) batch_records: usize,
    pub(crate) batch_bytes: usize,
    pub(crate) max_in_flight: usize,
    pub(crate) max_buffered_records: usize,
    pub(crate) max_buffered_bytes: usize,
    pub(crate) linger: Duration,
    pub(crate) flush_timeout: Duration,
    pub(crate) max_retries: u32,
    pub(crate) backoff: Duration,
    pub(crate) backoff_max: Duration,
}

impl SinkSettings {
    /// Parses a configuration; gives every error at once.
    pub(crate) fn parse(dialect: Dialect, config: &ConfigMap) -> Result<Self, String> {
        let parsed = key_table(dialect).parse_map(config).map_err(|errors| errors.to_string())?;
        let errors: Vec<String> =
            rules::judge(dialect, config).into_iter().flat_map(|report| report.errors).collect();
        if !errors.is_empty() {
            return Err(errors.join("\n"));
        }
        Ok(Self {
            connection: connection(&parsed),
            document: document(dialect, &parsed),
            bulk: bulk(&parsed),
        })
    }
}

fn connection(parsed: &Parsed) -> ConnectionSettings {
    let not_empty = |key: &str| parsed.opt_str(key).filter(|text| !text.is_empty()).map(str::to_owned);
    let username = not_empty(key::USERNAME);
    let password = parsed.secret(key::PASSWORD).cloned();
    let proxy_password = parsed.secret(key::PROXY_PASSWORD).cloned().unwrap_or_default();
    ConnectionSettings {
        urls: parsed.list(key::URL).iter().map(|url| url.trim_end_matches('/').to_owned()).collect(),
        basic: username.zip(password),
        api_key: parsed.secret(key::API_KEY).cloned(),
        compression: parsed.bool(key::COMPRESSION),
        connect_timeout: millis(parsed, key::CONNECTION_TIMEOUT_MS),
        read_timeout: millis(parsed, key::READ_TIMEOUT_MS),
        idle_timeout: millis(parsed, key::MAX_IDLE_MS),
        proxy: not_empty(key::PROXY_HOST).map(|host| Proxy {
            host,
            port: parsed.int(key::PROXY_PORT) as u16,
            credentials: not_empty(key::PROXY_USERNAME).map(|name| (name, proxy_password)),
        }),
        authorities_file: not_empty(key::TRUSTSTORE_LOCATION),
        authorities_text: parsed.secret(key::TRUSTSTORE_CERTIFICATES).cloned(),
        check_host_name: !parsed.str(key::ENDPOINT_IDENTIFICATION).is_empty(),
    }
}

fn document(dialect: Dialect, parsed: &Parsed) -> DocumentSettings {
    let set = |key: &str| parsed.list(key).iter().cloned().collect::<HashSet<_>>();
    let method = match dialect {
        Dialect::Confluent => parsed.str(key::WRITE_METHOD),
        Dialect::Aiven => parsed.str(key::AIVEN_WRITE_METHOD),
    };
    let header = parsed.str(key::VERSION_HEADER);
    let version = match parsed.str(key::VERSION_SOURCE).to_ascii_lowercase().as_str() {
        _ if !header.is_empty() => VersionSource::Header(header.to_owned()),
        "timestamp" => VersionSource::Timestamp,
        "none" => VersionSource::None,
        _ => VersionSource::Offset,
    };
    DocumentSettings {
        ids: id_source(dialect, parsed),
        keyless_topics: set(key::TOPIC_KEY_IGNORE),
        ignore_schema: parsed.bool(key::SCHEMA_IGNORE),
        schemaless_topics: set(key::TOPIC_SCHEMA_IGNORE),
        compact_maps: parsed.bool(key::COMPACT_MAP_ENTRIES),
        drop_invalid: parsed.bool(key::DROP_INVALID_MESSAGE),
        on_null: match parsed.str(key::ON_NULL_VALUES).to_ascii_lowercase().as_str() {
            "ignore" => OnNull::Ignore,
            "delete" => OnNull::Delete,
            _ => OnNull::Fail,
        },
        on_malformed: policy(parsed, key::ON_MALFORMED),
        on_conflict: policy(parsed, key::ON_VERSION_CONFLICT),
        version,
        write_method: if method.eq_ignore_ascii_case("upsert") {
            WriteMethod::Upsert
        } else {
            WriteMethod::Insert
        },
        retry_on_conflict: parsed.int(key::MAX_IN_FLIGHT).min(5) as u32,
        decimals: match parsed.str(key::DECIMAL_FORMAT).to_ascii_lowercase().as_str() {
            "number" => DecimalFormat::Number,
            "string" => DecimalFormat::Text,
            _ => DecimalFormat::Double,
        },
        instants: if parsed.str(key::INSTANT_FORMAT).eq_ignore_ascii_case("iso") {
            InstantFormat::Iso
        } else {
            InstantFormat::Epoch
        },
        resources: rules::resources(parsed.list(key::RESOURCE_MAPPING)).unwrap_or_default(),
    }
}

fn id_source(dialect: Dialect, parsed: &Parsed) -> IdSource {
    if parsed.bool(key::AUTOGENERATED_IDS) {
        return IdSource::Engine;
    }
    if !parsed.bool(key::KEY_IGNORE) {
        return IdSource::Key;
    }
    if dialect == Dialect::Confluent {
        return IdSource::Coordinates;
    }
    match parsed.str(key::KEY_IGNORE_ID_STRATEGY).to_ascii_lowercase().as_str() {
        "none" => IdSource::Engine,
        "record.key" => IdSource::Key,
        _ => IdSource::Coordinates,
    }
}

fn policy(parsed: &Parsed, key: &str) -> Policy {
    match parsed.str(key).to_ascii_lowercase().as_str() {
        "ignore" => Policy::Ignore,
        "warn" => Policy::Warn,
        "report" => Policy::Report,
        _ => Policy::Fail,
    }
}

fn bulk(parsed: &Parsed) -> BulkSettings {
    let batch_bytes = match parsed.int(key::BULK_SIZE_BYTES) {
        none if none <= 0 => usize::MAX,
        bytes => bytes as usize,
    };
    BulkSettings {
        batch_records: parsed.int(key::BATCH_SIZE) as usize,
        batch_bytes,
        max_in_flight: parsed.int(key::MAX_IN_FLIGHT) as usize,
        max_buffered_records: parsed.int(key::MAX_BUFFERED) as usize,
        max_buffered_bytes: parsed.int(key::MAX_BUFFERED_BYTES) as usize,
        linger: millis(parsed, key::LINGER_MS),
        flush_timeout: millis(parsed, key::FLUSH_TIMEOUT_MS),
        max_retries: parsed.int(key::MAX_RETRIES) as u32,
        backoff: millis(parsed, key::RETRY_BACKOFF_MS),
        backoff_max: millis(parsed, key::RETRY_BACKOFF_MAX_MS),
    }
}

/// The key table bounds these from below by zero.
fn millis(parsed: &Parsed, key: &str) -> Duration {
    Duration::from_millis(parsed.int(key).max(0) as u64)
}
