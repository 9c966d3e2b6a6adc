//! Rules between settings, judged without a database. Every complaint stands at each key it concerns.

use std::collections::BTreeMap;

use aqueduct_config::{KeyReport, Parsed};
use aqueduct_plugin_api::ConfigMap;
use regex::Regex;

use super::keys::config_def;
use super::source_settings::{Mode, driver_options, mode, parse_mapping};
use super::url::{DatabaseUrl, Dialect};
use crate::moment::Zone;
use crate::query_text;

/// The settings that choose tables by name, and those that do it by expressions.
const NAME_LISTS: [&str; 2] = ["table.whitelist", "table.blacklist"];
const PATTERN_LISTS: [&str; 2] = ["table.include.list", "table.exclude.list"];
const COLUMN_MAPPINGS: [&str; 2] = ["incrementing.column.mapping", "timestamp.columns.mapping"];

/// Collects complaints by key.
#[derive(Default)]
struct Complaints(BTreeMap<&'static str, Vec<String>>);

impl Complaints {
    fn add(&mut self, keys: &[&'static str], text: &str) {
        for key in keys {
            self.0.entry(key).or_default().push(text.to_owned());
        }
    }

    fn refuse(&mut self, key: &'static str, value: &str, reason: &str) {
        self.add(&[key], &format!("Invalid value {value} for configuration {key}: {reason}"));
    }
}

/// The keys whose values the key table itself refuses; the worker tells why.
pub(crate) fn refused_keys(config: &ConfigMap) -> Vec<String> {
    let reports = config_def().validate(|name| config.get(name).map(String::as_str));
    reports.into_iter().filter(|report| !report.errors.is_empty()).map(|report| report.name).collect()
}

/// Judges a configuration; only keys with complaints are reported. What the key table refuses counts as not set, and
/// nothing is said of those keys, since their complaints come from the worker.
pub(crate) fn key_errors(config: &ConfigMap) -> Vec<KeyReport> {
    let refused = refused_keys(config);
    let mut config = config.clone();
    config.retain(|name, _| !refused.contains(name));
    let Ok(parsed) = config_def().parse_map(&config) else { return Vec::new() };
    let config = &config;
    let mut complaints = Complaints::default();
    judge_url(config, &parsed, &mut complaints);
    judge_mode(&parsed, &mut complaints);
    judge_tables(&parsed, &mut complaints);
    judge_query(&parsed, &mut complaints);
    judge_values(&parsed, &mut complaints);
    let report = |(key, errors): (&str, Vec<String>)| KeyReport {
        name: key.to_owned(),
        value: config.get(key).filter(|_| !key.contains("password") && !key.contains("masked")).cloned(),
        errors,
        recommended: Vec::new(),
    };
    let told = complaints.0.into_iter().filter(|(key, _)| !refused.iter().any(|name| name == key));
    told.map(report).collect()
}

fn judge_url(config: &ConfigMap, parsed: &Parsed, complaints: &mut Complaints) {
    let text = parsed.str("connection.url");
    if text.is_empty() {
        return complaints.refuse("connection.url", "", "the URL of the database is missing");
    }
    let url = match DatabaseUrl::parse(text) {
        Ok(url) => url,
        Err(error) => {
            return complaints.add(
                &["connection.url"],
                &format!("Invalid value for configuration connection.url: {error}"),
            );
        }
    };
    for error in driver_options(&url, config, parsed).errors {
        complaints
            .add(&["connection.url"], &format!("Invalid value for configuration connection.url: {error}"));
    }
    let dialect = parsed.str("dialect.name").to_ascii_lowercase();
    let agrees = match url.dialect {
        Dialect::MySql | Dialect::MariaDb => dialect.contains("mysql") || dialect.contains("mariadb"),
        Dialect::Postgres => dialect.contains("postgre"),
        Dialect::Sqlite => dialect.contains("sqlite"),
    };
    if !dialect.is_empty() && !agrees {
        complaints.refuse(
            "dialect.name",
            parsed.str("dialect.name"),
            &format!("it does not agree with the URL, which names a {} database", url.dialect.name()),
        );
    }
}

fn judge_mode(parsed: &Parsed, complaints: &mut Complaints) {
    let text = parsed.str("mode");
    if text.is_empty() {
        return complaints.refuse(
            "mode",
            "",
            "it must be set to one of: bulk, timestamp, incrementing, timestamp+incrementing",
        );
    }
    let mode = mode(text);
    let has_timestamp = !parsed.list("timestamp.column.name").is_empty()
        || !parsed.list("timestamp.columns.mapping").is_empty();
    let has_incrementing = !parsed.str("incrementing.column.name").is_empty()
        || !parsed.list("incrementing.column.mapping").is_empty();
    let is_query = has_query(parsed);
    if mode.has_timestamp() && !has_timestamp {
        complaints.add(&["mode", "timestamp.column.name"], &format!("Invalid value {text} for configuration mode: timestamp.column.name (or timestamp.columns.mapping) must name the timestamp columns"));
    }
    if mode.has_incrementing() && !has_incrementing && is_query {
        complaints.add(&["mode", "incrementing.column.name"], &format!("Invalid value {text} for configuration mode: with a query, incrementing.column.name must be set"));
    }
    if mode == Mode::Bulk && (has_timestamp || has_incrementing) {
        complaints.add(&["mode"], "Invalid value bulk for configuration mode: timestamp and incrementing columns have no meaning in bulk mode; remove them or choose another mode");
    }
    if mode == Mode::Timestamp && has_incrementing {
        complaints.add(&["mode", "incrementing.column.name"], "Invalid value timestamp for configuration mode: an incrementing column has no meaning in timestamp mode; use timestamp+incrementing or remove it");
    }
    if mode == Mode::Incrementing && has_timestamp {
        complaints.add(&["mode", "timestamp.column.name"], "Invalid value incrementing for configuration mode: timestamp columns have no meaning in incrementing mode; use timestamp+incrementing or remove them");
    }
}

fn judge_tables(parsed: &Parsed, complaints: &mut Complaints) {
    let set = |key: &&&str| !parsed.list(key).is_empty();
    let names: Vec<&'static str> = NAME_LISTS.iter().filter(set).copied().collect();
    let patterns: Vec<&'static str> = PATTERN_LISTS.iter().filter(set).copied().collect();
    if names.len() > 1 {
        complaints.add(&names, "table.whitelist and table.blacklist are exclusive: set one of them");
    }
    if !names.is_empty() && !patterns.is_empty() {
        let both: Vec<&'static str> = names.iter().chain(&patterns).copied().collect();
        complaints.add(&both, "table.whitelist and table.blacklist cannot be used together with table.include.list and table.exclude.list");
    }
    if patterns == ["table.exclude.list"] {
        complaints.add(&["table.exclude.list"], "table.exclude.list needs table.include.list");
    }
    for key in PATTERN_LISTS {
        for pattern in parsed.list(key) {
            if let Err(error) = Regex::new(pattern) {
                let reason = error.to_string();
                complaints.refuse(
                    key,
                    pattern,
                    &format!("not a regular expression: {}", reason.lines().last().unwrap_or_default()),
                );
            }
        }
    }
    for key in COLUMN_MAPPINGS {
        for entry in parsed.list(key) {
            if parse_mapping(entry).is_none() {
                complaints.refuse(
                    key,
                    entry,
                    "it must be written as regex:column or regex:[column1|column2]",
                );
            }
        }
    }
    for (mapping, single) in [
        ("incrementing.column.mapping", "incrementing.column.name"),
        ("timestamp.columns.mapping", "timestamp.column.name"),
    ] {
        let single_set = parsed.get(single) != &aqueduct_config::ConfigValue::String(String::new())
            && parsed.get(single) != &aqueduct_config::ConfigValue::List(Vec::new());
        if !parsed.list(mapping).is_empty() && single_set {
            complaints
                .add(&[mapping, single], &format!("{mapping} and {single} are exclusive: set one of them"));
        }
    }
}

fn has_query(parsed: &Parsed) -> bool {
    !parsed.str("query").is_empty()
        || parsed.secret("query.masked").is_some_and(|q| !q.reveal().trim().is_empty())
}

fn judge_query(parsed: &Parsed, complaints: &mut Complaints) {
    if !has_query(parsed) {
        return;
    }
    let key = if parsed.str("query").is_empty() { "query.masked" } else { "query" };
    let masked = parsed.secret("query.masked").filter(|q| !q.reveal().trim().is_empty());
    if masked.is_some() && key == "query" {
        complaints.add(&["query", "query.masked"], "query and query.masked are exclusive: set one of them");
    }
    for list in NAME_LISTS.iter().chain(&PATTERN_LISTS) {
        if !parsed.list(list).is_empty() {
            complaints.add(
                &[key, list],
                &format!("{key} cannot be used together with {list}: a query says itself what it reads"),
            );
        }
    }
    let text = masked.map_or(parsed.str("query"), |secret| secret.reveal());
    if let Err(reason) = query_text::check(text) {
        complaints.add(&[key], &format!("Invalid value for configuration {key}: {reason}"));
    }
}

fn judge_values(parsed: &Parsed, complaints: &mut Complaints) {
    let zone = parsed.str("db.timezone");
    if zone.parse::<Zone>().is_err() {
        complaints.refuse("db.timezone", zone, "not a time zone that is known");
    }
    let prefix = parsed.str("topic.prefix");
    let legal =
        prefix.len() <= 249 && prefix.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b));
    if !legal {
        complaints.refuse(
            "topic.prefix",
            prefix,
            "a topic's name holds letters, digits, '.', '_' and '-' only, at most 249",
        );
    }
    if prefix.is_empty() && has_query(parsed) {
        complaints.refuse("topic.prefix", prefix, "it is the topic of the query's rows and must be set");
    }
    let isolation = parsed.str("transaction.isolation.mode");
    if isolation.eq_ignore_ascii_case("SQL_SERVER_SNAPSHOT") {
        complaints.refuse("transaction.isolation.mode", isolation, "this database has no such isolation");
    }
    if let Some(class) = parsed.opt_str("jdbc.credentials.provider.class")
        && !class.is_empty()
        && !class.ends_with("DefaultJdbcCredentialsProvider")
    {
        complaints.refuse(
            "jdbc.credentials.provider.class",
            class,
            "other credential providers than the default are not supported",
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaints(pairs: &[(&str, &str)]) -> BTreeMap<String, Vec<String>> {
        let config = pairs.iter().map(|(k, v)| (k.to_string(), v.to_string())).collect();
        key_errors(&config).into_iter().map(|report| (report.name, report.errors)).collect()
    }

    #[test]
    fn every_complaint_is_told_at_once_at_its_keys() {
        let told = complaints(&[
            ("connection.url", "jdbc:oracle:thin"),
            ("mode", "timestamp"),
            ("table.whitelist", "a"),
            ("table.blacklist", "b"),
            ("db.timezone", "Mars"),
            ("topic.prefix", "a b"),
        ]);
        let keys: Vec<&str> = told.keys().map(String::as_str).collect();
        assert_eq!(
            keys,
            [
                "connection.url",
                "db.timezone",
                "mode",
                "table.blacklist",
                "table.whitelist",
                "timestamp.column.name",
                "topic.prefix"
            ]
        );
    }

    #[test]
    fn a_value_that_the_table_refuses_hides_no_other_complaint() {
        let told = complaints(&[
            ("connection.url", "jdbc:mysql://h/shop"),
            ("mode", "sometimes"),
            ("db.timezone", "Mars"),
            ("topic.prefix", "t."),
            ("poll.interval.ms", "soon"),
        ]);
        assert_eq!(told.keys().map(String::as_str).collect::<Vec<_>>(), ["db.timezone"]);
    }

    #[test]
    fn a_plain_configuration_has_no_complaints() {
        let told = complaints(&[
            ("connection.url", "jdbc:mysql://h/shop?useSSL=false"),
            ("mode", "timestamp+incrementing"),
            ("timestamp.column.name", "updated"),
            ("incrementing.column.name", "id"),
            ("table.whitelist", "orders"),
            ("topic.prefix", "mysql."),
        ]);
        assert!(told.is_empty(), "{told:?}");
    }

    #[test]
    fn a_query_excludes_table_lists_and_needs_a_topic() {
        let told = complaints(&[
            ("connection.url", "jdbc:sqlite:/x.db"),
            ("mode", "bulk"),
            ("query", "DELETE FROM t"),
            ("table.whitelist", "t"),
        ]);
        assert_eq!(told["query"].len(), 2);
        assert!(told.contains_key("topic.prefix") && told.contains_key("table.whitelist"));
    }
}
