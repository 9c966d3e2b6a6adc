//! A key table, and what it makes of the settings a user gives: typed values or every error at once.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::check::{Check, NAME};
use crate::key::{KeyDef, KeyType};
use crate::parsed::{ConfigValue, Parsed};
use crate::secret::Secret;

/// A table of settings in the order they are shown.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ConfigDef {
    keys: Vec<KeyDef>,
}

/// What validation says of one key.
#[derive(Debug, Clone, PartialEq)]
pub struct KeyReport {
    /// The key.
    pub name: String,
    /// The value in force as text: given, else the default, else null.
    pub value: Option<String>,
    /// Complete texts, each naming key and value.
    pub errors: Vec<String>,
    /// Values to offer to a user: those of the table, or what a connector found (the tables of a database).
    pub recommended: Vec<String>,
}

impl KeyReport {
    /// A report of one error. The text is complete: it names key and value.
    pub fn error(name: &str, value: Option<&str>, text: impl Into<String>) -> Self {
        Self {
            name: name.to_owned(),
            value: value.map(str::to_owned),
            errors: vec![text.into()],
            recommended: Vec::new(),
        }
    }
}

/// Every error found in a set of settings.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub struct ConfigErrors(pub Vec<String>);

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("\n"))
    }
}

impl ConfigDef {
    /// A table of these rows; a later row of the same name replaces an earlier one.
    pub fn new(keys: impl IntoIterator<Item = KeyDef>) -> Self {
        let mut def = Self::default();
        for key in keys {
            def.define(key);
        }
        def
    }

    /// Adds or replaces a row.
    pub fn define(&mut self, key: KeyDef) -> &mut Self {
        match self.keys.iter_mut().find(|row| row.name == key.name) {
            Some(row) => *row = key,
            None => self.keys.push(key),
        }
        self
    }

    /// The rows in order.
    pub fn keys(&self) -> impl Iterator<Item = &KeyDef> {
        self.keys.iter()
    }

    /// The row of a name.
    pub fn key(&self, name: &str) -> Option<&KeyDef> {
        self.keys.iter().find(|row| row.name == name)
    }

    /// Parses settings. Keys that the table does not have are left alone: see [`ConfigDef::unknown`].
    pub fn parse<'a>(&self, given: impl Fn(&str) -> Option<&'a str>) -> Result<Parsed, ConfigErrors> {
        let mut values = BTreeMap::new();
        let mut errors = Vec::new();
        for key in &self.keys {
            let (value, mut problems) = evaluate(key, given(&key.name));
            errors.append(&mut problems);
            values.insert(key.name.clone(), value);
        }
        if errors.is_empty() { Ok(Parsed { values }) } else { Err(ConfigErrors(errors)) }
    }

    /// Parses the settings of a map.
    pub fn parse_map(&self, given: &BTreeMap<String, String>) -> Result<Parsed, ConfigErrors> {
        self.parse(|name| given.get(name).map(String::as_str))
    }

    /// Judges settings key by key, as Connect's `validate` shows it.
    pub fn validate<'a>(&self, given: impl Fn(&str) -> Option<&'a str>) -> Vec<KeyReport> {
        let report = |key: &KeyDef| {
            let text = given(&key.name);
            let (value, errors) = evaluate(key, text);
            let shown = match (&value, text) {
                (ConfigValue::Password(_), _) => Some("[hidden]".to_owned()),
                // What does not parse is null, as in Kafka: the error tells the text.
                (ConfigValue::Null, Some(_)) => None,
                (ConfigValue::Null, None) => key.default.clone(),
                (_, Some(text)) => Some(text.trim().to_owned()),
                (_, None) => key.default.clone(),
            };
            KeyReport { name: key.name.clone(), value: shown, errors, recommended: key.recommended.clone() }
        };
        self.keys.iter().map(report).collect()
    }

    /// The names given that no row of the table covers, for a warning.
    pub fn unknown<'a>(&self, names: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
        names.into_iter().filter(|name| self.key(name).is_none()).collect()
    }
}

/// Kafka's text for a refused value.
pub(crate) fn refusal(key: &str, value: &str, reason: &str) -> String {
    format!("Invalid value {value} for configuration {key}: {reason}")
}

/// Parses and checks one setting. A value that does not parse is null, as in Kafka, and is then checked as null too.
fn evaluate(key: &KeyDef, given: Option<&str>) -> (ConfigValue, Vec<String>) {
    let mut errors = Vec::new();
    let value = match given.or(key.default.as_deref()) {
        Some(text) => parse_value(key.kind, text).unwrap_or_else(|reason| {
            errors.push(refusal(&key.name, text, &reason));
            ConfigValue::Null
        }),
        None if key.required => {
            let text = format!("Missing required configuration \"{}\" which has no default value.", key.name);
            return (ConfigValue::Null, vec![text]);
        }
        None => ConfigValue::Null,
    };
    if let Err(reason) = key.check.judge(&value) {
        let reason = reason.replace(NAME, &key.name);
        // Kafka names the setting within such a sentence, and not before it.
        errors.push(match reason.starts_with("Configuration '") {
            true => reason,
            false => refusal(&key.name, &shown(&value, &key.check), &reason),
        });
    }
    (value, errors)
}

/// A refused value as Kafka shows it: what was made of the text, not the text.
fn shown(value: &ConfigValue, check: &Check) -> String {
    match value {
        ConfigValue::Null => "null".to_owned(),
        ConfigValue::Password(_) => "[hidden]".to_owned(),
        ConfigValue::List(items) => match check.refused_item(items) {
            Some(item) => item.to_owned(),
            None => format!("[{}]", items.join(", ")),
        },
        ConfigValue::Bool(value) => value.to_string(),
        ConfigValue::Int(number) => number.to_string(),
        // As Java: with a digit after the point.
        ConfigValue::Double(number) => format!("{number:?}"),
        ConfigValue::String(text) => text.clone(),
    }
}

fn parse_value(kind: KeyType, text: &str) -> Result<ConfigValue, String> {
    let trimmed = text.trim();
    match kind {
        KeyType::Boolean if trimmed.eq_ignore_ascii_case("true") => Ok(ConfigValue::Bool(true)),
        KeyType::Boolean if trimmed.eq_ignore_ascii_case("false") => Ok(ConfigValue::Bool(false)),
        KeyType::Boolean => Err("Expected value to be either true or false".to_owned()),
        KeyType::Int => integer(kind, trimmed, i32::MIN.into(), i32::MAX.into()),
        KeyType::Short => integer(kind, trimmed, i16::MIN.into(), i16::MAX.into()),
        KeyType::Long => integer(kind, trimmed, i64::MIN, i64::MAX),
        KeyType::Double => trimmed.parse().map(ConfigValue::Double).map_err(|_| not_a_number(kind)),
        KeyType::String | KeyType::Class => Ok(ConfigValue::String(trimmed.to_owned())),
        KeyType::Password => Ok(ConfigValue::Password(Secret::new(text))),
        KeyType::List if trimmed.is_empty() => Ok(ConfigValue::List(Vec::new())),
        KeyType::List => {
            Ok(ConfigValue::List(trimmed.split(',').map(|item| item.trim().to_owned()).collect()))
        }
    }
}

fn integer(kind: KeyType, text: &str, min: i64, max: i64) -> Result<ConfigValue, String> {
    match text.parse::<i64>() {
        Ok(number) if (min..=max).contains(&number) => Ok(ConfigValue::Int(number)),
        _ => Err(not_a_number(kind)),
    }
}

fn not_a_number(kind: KeyType) -> String {
    format!("Not a number of type {}", kind.name())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> ConfigDef {
        ConfigDef::new([
            KeyDef::required("topic", KeyType::String, "").check(Check::NonEmpty),
            KeyDef::with_default("tasks.max", KeyType::Int, 1, "").check(Check::AtLeast(1)),
            KeyDef::with_default("errors.tolerance", KeyType::String, "none", "")
                .check(Check::one_of(&["none", "all"])),
            KeyDef::optional("password", KeyType::Password, ""),
            KeyDef::with_default("list", KeyType::List, "", ""),
        ])
    }

    fn errors(pairs: &[(&str, &str)]) -> Vec<String> {
        let map = pairs.iter().map(|(k, v)| (k.to_string(), v.to_string())).collect();
        table().parse_map(&map).map_or_else(|e| e.0, |_| Vec::new())
    }

    #[test]
    fn errors_are_told_all_at_once_in_kafkas_words() {
        assert_eq!(
            errors(&[("tasks.max", "many"), ("errors.tolerance", "some")]),
            [
                "Missing required configuration \"topic\" which has no default value.",
                "Invalid value many for configuration tasks.max: Not a number of type INT",
                "Invalid value null for configuration tasks.max: Value must be non-null",
                "Invalid value some for configuration errors.tolerance: String must be one of: none, all",
            ]
        );
        assert_eq!(
            errors(&[("topic", ""), ("tasks.max", "0")]),
            [
                "Invalid value  for configuration topic: String must be non-empty",
                "Invalid value 0 for configuration tasks.max: Value must be at least 1",
            ]
        );
    }

    #[test]
    fn refused_values_are_shown_as_they_were_understood() {
        let table = ConfigDef::new([
            KeyDef::with_default("ratio", KeyType::Double, "0.5", "").check(Check::BetweenDouble(0.0, 1.0)),
            KeyDef::with_default("level", KeyType::Int, -1, "").check(Check::BetweenOr(1, 9, -1)),
            KeyDef::with_default("policy", KeyType::List, "a", "").check(Check::list_of(&["a", "b"])),
            KeyDef::with_default("throttled", KeyType::List, "", "").check(Check::ThrottledReplicas),
        ]);
        let error = |key: &str, value: &str| {
            let given = BTreeMap::from([(key.to_owned(), value.to_owned())]);
            table.parse_map(&given).err().map(|errors| errors.0.join("; "))
        };
        for (key, value) in
            [("level", "-1"), ("level", "9"), ("policy", "b,b"), ("throttled", "*"), ("throttled", "0:1,1:2")]
        {
            assert_eq!(error(key, value), None, "{key}={value}");
        }
        let cases = [
            ("ratio", "2", "Invalid value 2.0 for configuration ratio: Value must be no more than 1"),
            (
                "level",
                " 0 ",
                "Invalid value 0 for configuration level: Value must be between 1 and 9 or equal to -1",
            ),
            ("policy", "a,", "Configuration 'policy' values must not be empty."),
            ("policy", "c,", "Invalid value c for configuration policy: String must be one of: a, b"),
            (
                "throttled",
                "0:x",
                "Invalid value [0:x] for configuration throttled: throttled must be the literal '*' or a list of \
                 replicas in the following format: [partitionId]:[brokerId],[partitionId]:[brokerId],...",
            ),
        ];
        for (key, value, text) in cases {
            assert_eq!(error(key, value).as_deref(), Some(text));
        }
    }

    #[test]
    fn values_have_their_types_and_defaults() {
        let map = [("topic", " t "), ("list", "a, b ,c"), ("password", "p")];
        let map = map.iter().map(|(k, v)| (k.to_string(), v.to_string())).collect();
        let parsed = table().parse_map(&map).unwrap();
        assert_eq!(parsed.str("topic"), "t");
        assert_eq!(parsed.int("tasks.max"), 1);
        assert_eq!(parsed.list("list"), ["a", "b", "c"]);
        assert_eq!(parsed.secret("password").unwrap().reveal(), "p");
        assert!(!format!("{parsed:?}").contains("\"p\""));
    }
}
