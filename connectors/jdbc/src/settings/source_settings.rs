//! The settings of a source in the form the rest of the crate uses.

use std::time::Duration;

use aqueduct_config::{ConfigErrors, Parsed, Secret};
use aqueduct_plugin_api::{ConfigMap, ConnectError};
use regex::Regex;

use super::driver_options::DriverOptions;
use super::keys::{self, config_def};
use super::rules::key_errors;
use super::url::DatabaseUrl;
use crate::moment::Zone;
use crate::schema::{Granularity, MappingOptions, NumericMapping};
use crate::table_filter::TableFilter;
use crate::table_id::Quoting;

/// How new rows are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    Bulk,
    Incrementing,
    Timestamp,
    TimestampIncrementing,
}

impl Mode {
    pub(crate) fn has_timestamp(self) -> bool {
        matches!(self, Self::Timestamp | Self::TimestampIncrementing)
    }

    pub(crate) fn has_incrementing(self) -> bool {
        matches!(self, Self::Incrementing | Self::TimestampIncrementing)
    }
}

/// What becomes the record's key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum KeyColumns {
    None,
    PrimaryKey,
    Named(Vec<String>),
}

/// Kinds of tables, in upper case.
pub(crate) type TableTypes = Vec<String>;

/// `regex:columns` entries of a column mapping.
pub(crate) type ColumnMapping = Vec<(Regex, Vec<String>)>;

/// Everything a source needs to know, checked.
#[derive(Debug, Clone)]
pub(crate) struct SourceSettings {
    pub(crate) url: DatabaseUrl,
    pub(crate) driver: DriverOptions,
    pub(crate) connection_backoff: Duration,
    pub(crate) filter: TableFilter,
    pub(crate) mode: Mode,
    pub(crate) incrementing_column: String,
    pub(crate) timestamp_columns: Vec<String>,
    pub(crate) incrementing_mapping: ColumnMapping,
    pub(crate) timestamp_mapping: ColumnMapping,
    pub(crate) timestamp_initial: Option<i64>,
    pub(crate) incrementing_initial: Option<i64>,
    pub(crate) validate_non_null: bool,
    pub(crate) query: Option<Secret>,
    /// It was given as `query.masked` and must not be shown.
    pub(crate) query_is_masked: bool,
    pub(crate) query_suffix: String,
    /// `None` is without end.
    pub(crate) query_retries: Option<u32>,
    pub(crate) quoting: Quoting,
    /// The SQL name of an isolation level other than the server's default.
    pub(crate) isolation: Option<&'static str>,
    pub(crate) poll_interval: Duration,
    pub(crate) batch_max_rows: usize,
    pub(crate) buffered_batches: usize,
    pub(crate) poll_linger: Duration,
    pub(crate) table_poll_interval: Duration,
    pub(crate) table_startup_limit: Duration,
    pub(crate) topic_prefix: String,
    pub(crate) timestamp_delay_ms: i64,
    pub(crate) zone: Zone,
    pub(crate) mapping: MappingOptions,
    pub(crate) invalid_as_null: bool,
    pub(crate) key_columns: KeyColumns,
    pub(crate) chunk_max_rows: usize,
    pub(crate) chunk_max_bytes: usize,
    pub(crate) wait_for_late_commits: bool,
    pub(crate) late_commits_max_wait: Duration,
}

impl SourceSettings {
    /// Checks and converts a configuration; the error holds every complaint.
    pub(crate) fn parse(config: &ConfigMap) -> Result<Self, ConnectError> {
        let parsed = config_def().parse_map(config).map_err(|error| refuse(&error))?;
        let complaints: Vec<String> =
            key_errors(config).into_iter().flat_map(|report| report.errors).collect();
        if !complaints.is_empty() {
            return Err(refuse(&ConfigErrors(complaints)));
        }
        let url = DatabaseUrl::parse(parsed.str("connection.url"))
            .map_err(|error| ConnectError::config(error.to_string()))?;
        let driver = driver_options(&url, config, &parsed);
        Ok(Self::of(url, driver, &parsed))
    }

    fn of(url: DatabaseUrl, driver: DriverOptions, parsed: &Parsed) -> Self {
        let batch_max_rows = parsed.int("batch.max.rows") as usize;
        let buffer = parsed.int("max.buffer.size") as usize;
        Self {
            quoting: Quoting {
                quote: url.dialect.quote(),
                always: !parsed.str("quote.sql.identifiers").eq_ignore_ascii_case("never"),
            },
            filter: TableFilter::of(&url, parsed),
            url,
            driver,
            connection_backoff: millis(parsed, "connection.backoff.ms"),
            mode: mode(parsed.str("mode")),
            incrementing_column: parsed.str("incrementing.column.name").to_owned(),
            timestamp_columns: parsed.list("timestamp.column.name").to_vec(),
            incrementing_mapping: column_mapping(parsed.list("incrementing.column.mapping")),
            timestamp_mapping: column_mapping(parsed.list("timestamp.columns.mapping")),
            timestamp_initial: parsed.opt_int("timestamp.initial"),
            incrementing_initial: parsed.opt_int("incrementing.initial"),
            validate_non_null: parsed.bool("validate.non.null"),
            query: query(parsed),
            query_is_masked: parsed.str("query").is_empty(),
            query_suffix: parsed.str("query.suffix").to_owned(),
            query_retries: u32::try_from(parsed.int("query.retry.attempts")).ok(),
            isolation: isolation(parsed.str("transaction.isolation.mode")),
            poll_interval: millis(parsed, "poll.interval.ms"),
            batch_max_rows,
            buffered_batches: if buffer == 0 { 4 } else { buffer.div_ceil(batch_max_rows) },
            poll_linger: millis(parsed, "poll.linger.ms"),
            table_poll_interval: millis(parsed, "table.poll.interval.ms"),
            table_startup_limit: millis(parsed, "table.monitoring.startup.polling.limit.ms"),
            topic_prefix: parsed.str("topic.prefix").to_owned(),
            timestamp_delay_ms: parsed.int("timestamp.delay.interval.ms"),
            zone: parsed.str("db.timezone").parse().unwrap_or(Zone::Utc),
            mapping: mapping_options(parsed),
            invalid_as_null: parsed.str("invalid.values").eq_ignore_ascii_case("null"),
            key_columns: key_columns(parsed.list("key.columns")),
            chunk_max_rows: parsed.int("chunk.max.rows") as usize,
            chunk_max_bytes: parsed.int("chunk.max.bytes") as usize,
            wait_for_late_commits: parsed.str("late.commits").eq_ignore_ascii_case("wait"),
            late_commits_max_wait: millis(parsed, "late.commits.max.wait.ms"),
        }
    }

    /// The server as errors name it.
    pub(crate) fn server(&self) -> String {
        self.url.server()
    }
}

fn refuse(errors: &ConfigErrors) -> ConnectError {
    ConnectError::config(errors.to_string())
}

fn millis(parsed: &Parsed, key: &str) -> Duration {
    Duration::from_millis(parsed.int(key).unsigned_abs())
}

pub(crate) fn mode(text: &str) -> Mode {
    match text {
        "incrementing" => Mode::Incrementing,
        "timestamp" => Mode::Timestamp,
        "timestamp+incrementing" => Mode::TimestampIncrementing,
        _ => Mode::Bulk,
    }
}

/// The driver's options: URL parameters, then `connection.*` settings that are not the connector's own.
pub(crate) fn driver_options(url: &DatabaseUrl, config: &ConfigMap, parsed: &Parsed) -> DriverOptions {
    let table = config_def();
    let extra: Vec<(String, Secret)> = config
        .iter()
        .filter(|(name, _)| table.key(name).is_none())
        .filter_map(|(name, value)| Some((name.strip_prefix("connection.")?.to_owned(), Secret::new(value))))
        .collect();
    let mut options = DriverOptions::of(url, &extra);
    if let Some(user) = parsed.opt_str("connection.user") {
        options.user = Some(user.to_owned());
    }
    if let Some(password) = parsed.secret("connection.password") {
        options.password = Some(password.clone());
    }
    options
}

fn query(parsed: &Parsed) -> Option<Secret> {
    let masked = parsed.secret("query.masked").filter(|query| !query.reveal().trim().is_empty());
    masked.cloned().or_else(|| Some(parsed.str("query")).filter(|query| !query.is_empty()).map(Secret::new))
}

fn isolation(text: &str) -> Option<&'static str> {
    match text.to_ascii_uppercase().as_str() {
        "READ_UNCOMMITTED" => Some("READ UNCOMMITTED"),
        "READ_COMMITTED" => Some("READ COMMITTED"),
        "REPEATABLE_READ" => Some("REPEATABLE READ"),
        "SERIALIZABLE" => Some("SERIALIZABLE"),
        _ => None,
    }
}

fn mapping_options(parsed: &Parsed) -> MappingOptions {
    let numeric = match parsed.opt_str("numeric.mapping").map(str::to_ascii_lowercase).as_deref() {
        Some("precision_only") => NumericMapping::PrecisionOnly,
        Some("best_fit") => NumericMapping::BestFit,
        Some("best_fit_eager_double") => NumericMapping::BestFitEagerDouble,
        Some(_) => NumericMapping::None,
        None if parsed.bool("numeric.precision.mapping") => NumericMapping::PrecisionOnly,
        None => NumericMapping::None,
    };
    let granularity = parsed.str("timestamp.granularity").to_ascii_lowercase();
    let index = keys::GRANULARITIES.iter().position(|name| *name == granularity).unwrap_or(0);
    MappingOptions {
        numeric,
        numeric_for_decimal: parsed.bool("numeric.mapping.decimal"),
        granularity: Granularity::ALL[index],
        precise: parsed.str("type.mapping").eq_ignore_ascii_case("precise"),
    }
}

fn key_columns(names: &[String]) -> KeyColumns {
    match names {
        [] => KeyColumns::None,
        [only] if only == "primary" => KeyColumns::PrimaryKey,
        names => KeyColumns::Named(names.to_vec()),
    }
}

/// Reads `regex:[a|b]` and `regex:a`; entries that do not compile were refused before.
fn column_mapping(entries: &[String]) -> ColumnMapping {
    entries.iter().filter_map(|entry| parse_mapping(entry)).collect()
}

/// One entry of a column mapping, `None` if it has no colon, names no column, or its expression does not compile.
pub(crate) fn parse_mapping(entry: &str) -> Option<(Regex, Vec<String>)> {
    let (pattern, columns) = entry.rsplit_once(':')?;
    let columns = columns.trim().trim_start_matches('[').trim_end_matches(']');
    let columns: Vec<String> =
        columns.split('|').map(|c| c.trim().to_owned()).filter(|c| !c.is_empty()).collect();
    let pattern = Regex::new(&format!("^(?:{pattern})$")).ok()?;
    (!columns.is_empty()).then_some((pattern, columns))
}
