//! What values a setting takes besides its type. Checks are data, so that a plug-in's manifest can carry them.

use serde::{Deserialize, Serialize};

use crate::parsed::ConfigValue;

/// The setting's name in a reason.
pub(crate) const NAME: &str = "{name}";

/// A rule for a parsed value. The texts are those of Kafka's validators.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Check {
    /// Anything of the type, null included.
    #[default]
    Any,
    /// Not null.
    NonNull,
    /// A number not below this; null is refused.
    AtLeast(i64),
    /// A number within these bounds, both included; null is refused.
    Between(i64, i64),
    /// A floating point number within these bounds, both included; null is refused.
    BetweenDouble(f64, f64),
    /// One of these texts.
    OneOf(Vec<String>),
    /// One of these texts, in any case; null is allowed.
    OneOfIgnoreCase(Vec<String>),
    /// A text that is not empty.
    NonEmpty,
    /// A text that is not empty and has no control characters (connector names).
    NonEmptyWithoutControls,
    /// A list that is not empty.
    NonEmptyList,
    /// A list in which nothing stands twice.
    UniqueList,
    /// A list of these texts only. One that stands twice is taken, as in Kafka.
    ListOf(Vec<String>),
    /// A number within the first two bounds, both included, or the third; null is refused.
    BetweenOr(i64, i64, i64),
    /// Replicas as `partition:broker`, or `*` for all of them (replication throttles).
    ThrottledReplicas,
    /// A regular expression that compiles.
    Regex,
    /// Every one of these rules.
    All(Vec<Check>),
}

impl Check {
    /// A rule that takes one of the texts given.
    pub fn one_of(values: &[&str]) -> Self {
        Self::OneOf(values.iter().map(|v| (*v).to_owned()).collect())
    }

    /// A rule that takes one of the texts given, in any case.
    pub fn one_of_ignore_case(values: &[&str]) -> Self {
        Self::OneOfIgnoreCase(values.iter().map(|v| (*v).to_owned()).collect())
    }

    /// A list of the texts given only.
    pub fn list_of(values: &[&str]) -> Self {
        Self::ListOf(values.iter().map(|v| (*v).to_owned()).collect())
    }

    /// The first item of a list that is none of the texts allowed: Kafka shows it instead of the list.
    pub(crate) fn refused_item<'i>(&self, items: &'i [String]) -> Option<&'i str> {
        match self {
            Self::ListOf(allowed) => items.iter().find(|item| !allowed.contains(item)).map(String::as_str),
            _ => None,
        }
    }

    /// Judges a value. Gives the reason if it is refused; the setting's name stands in it as [`NAME`] where Kafka has
    /// it there.
    pub(crate) fn judge(&self, value: &ConfigValue) -> Result<(), String> {
        match self {
            Self::Any => Ok(()),
            Self::NonNull => non_null(value),
            Self::AtLeast(min) => at_least(value, *min as f64, *min),
            Self::Between(min, max) => {
                at_least(value, *min as f64, *min).and_then(|()| at_most(value, *max as f64, *max))
            }
            Self::BetweenDouble(min, max) => {
                at_least(value, *min, *min).and_then(|()| at_most(value, *max, *max))
            }
            Self::OneOf(allowed) => match value.as_str() {
                Some(text) if allowed.iter().any(|a| a == text) => Ok(()),
                _ => Err(format!("String must be one of: {}", allowed.join(", "))),
            },
            Self::OneOfIgnoreCase(allowed) => match value.as_str() {
                None => Ok(()),
                Some(text) if allowed.iter().any(|a| a.eq_ignore_ascii_case(text)) => Ok(()),
                Some(_) => Err(format!("String must be one of (case insensitive): {}", allowed.join(", "))),
            },
            Self::NonEmpty => match value.as_str() {
                Some("") => Err("String must be non-empty".to_owned()),
                _ => Ok(()),
            },
            Self::NonEmptyWithoutControls => without_controls(value),
            Self::NonEmptyList => match value {
                ConfigValue::List(items) if items.is_empty() => Err(format!(
                    "Configuration '{NAME}' must not be empty. Valid values include: any non-empty value"
                )),
                ConfigValue::Null => Err(format!(
                    "Configuration '{NAME}' must not be null. Valid values include: any non-empty value"
                )),
                _ => Ok(()),
            },
            Self::UniqueList => unique(value),
            Self::ListOf(allowed) => list_of(value, allowed),
            Self::BetweenOr(min, max, other) => between_or(value, *min, *max, *other),
            Self::ThrottledReplicas => throttled_replicas(value),
            Self::Regex => match value.as_str() {
                Some(text) => regex::Regex::new(text).map(|_| ()).map_err(|e| format!("Invalid regex: {e}")),
                None => Ok(()),
            },
            Self::All(checks) => checks.iter().try_for_each(|check| check.judge(value)),
        }
    }
}

fn non_null(value: &ConfigValue) -> Result<(), String> {
    match value {
        ConfigValue::Null => Err("entry must be non null".to_owned()),
        _ => Ok(()),
    }
}

fn at_least(value: &ConfigValue, bound: f64, shown: impl std::fmt::Display) -> Result<(), String> {
    match value.as_number() {
        None => Err("Value must be non-null".to_owned()),
        Some(number) if number < bound => Err(format!("Value must be at least {shown}")),
        Some(_) => Ok(()),
    }
}

fn at_most(value: &ConfigValue, bound: f64, shown: impl std::fmt::Display) -> Result<(), String> {
    match value.as_number() {
        Some(number) if number > bound => Err(format!("Value must be no more than {shown}")),
        _ => Ok(()),
    }
}

fn without_controls(value: &ConfigValue) -> Result<(), String> {
    let Some(text) = value.as_str() else { return Ok(()) };
    if text.is_empty() {
        return Err("String may not be empty".to_owned());
    }
    let controls: Vec<String> =
        text.chars().filter(|c| c.is_ascii_control()).map(|c| (c as u32).to_string()).collect();
    if controls.is_empty() {
        return Ok(());
    }
    Err(format!(
        "String may not contain control sequences but had the following ASCII chars: {}",
        controls.join(", ")
    ))
}

fn unique(value: &ConfigValue) -> Result<(), String> {
    let ConfigValue::List(items) = value else { return Ok(()) };
    let twice = items.iter().enumerate().any(|(i, item)| items[..i].contains(item));
    if twice { Err("Duplicate values are not allowed.".to_owned()) } else { Ok(()) }
}

fn list_of(value: &ConfigValue, allowed: &[String]) -> Result<(), String> {
    let ConfigValue::List(items) = value else { return Ok(()) };
    match items.iter().find(|item| !allowed.contains(item)) {
        Some(item) if item.is_empty() => Err(format!("Configuration '{NAME}' values must not be empty.")),
        Some(_) => Err(format!("String must be one of: {}", allowed.join(", "))),
        None => Ok(()),
    }
}

fn between_or(value: &ConfigValue, min: i64, max: i64, other: i64) -> Result<(), String> {
    match value {
        ConfigValue::Int(number) if *number == other || (min..=max).contains(number) => Ok(()),
        ConfigValue::Int(_) => Err(format!("Value must be between {min} and {max} or equal to {other}")),
        _ => Err("Value must be non-null".to_owned()),
    }
}

fn throttled_replicas(value: &ConfigValue) -> Result<(), String> {
    let ConfigValue::List(items) = value else { return Ok(()) };
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_replica = |item: &String| {
        item.split_once(':').is_some_and(|(part, broker)| is_number(part) && is_number(broker))
    };
    let all = items.len() == 1 && items[0] == "*";
    if all || items.iter().all(|item| item.is_empty() || is_replica(item)) {
        return Ok(());
    }
    Err(format!(
        "{NAME} must be the literal '*' or a list of replicas in the following format: \
         [partitionId]:[brokerId],[partitionId]:[brokerId],..."
    ))
}
