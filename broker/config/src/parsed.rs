//! Values of settings after parsing.

use std::collections::BTreeMap;

use crate::secret::Secret;

/// A typed value of a setting.
#[derive(Debug, Clone, PartialEq)]
pub enum ConfigValue {
    /// Not given and without a default.
    Null,
    /// A boolean.
    Bool(bool),
    /// A 16, 32 or 64-bit integer within the bounds of its type.
    Int(i64),
    /// A floating point number.
    Double(f64),
    /// A text or a class name.
    String(String),
    /// A list of texts.
    List(Vec<String>),
    /// A secret.
    Password(Secret),
}

impl ConfigValue {
    /// The text of a string or class value.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// The number of a numeric value. Above 2^53 the nearest double, which is good enough for bounds.
    pub fn as_number(&self) -> Option<f64> {
        match self {
            Self::Int(n) => Some(*n as f64),
            Self::Double(n) => Some(*n),
            _ => None,
        }
    }
}

/// The parsed settings of one table. Getters panic on a key that the table does not define or defines with another
/// type: that is a mistake in the program, never in the input.
#[derive(Debug, Clone, Default)]
pub struct Parsed {
    pub(crate) values: BTreeMap<String, ConfigValue>,
}

impl Parsed {
    /// The value of a defined key.
    pub fn get(&self, key: &str) -> &ConfigValue {
        self.values.get(key).unwrap_or_else(|| panic!("setting {key} is not in the key table"))
    }

    /// A boolean that has a default or is required.
    pub fn bool(&self, key: &str) -> bool {
        match self.get(key) {
            ConfigValue::Bool(b) => *b,
            other => panic!("setting {key} is not a boolean: {other:?}"),
        }
    }

    /// An integer that has a default or is required.
    pub fn int(&self, key: &str) -> i64 {
        self.opt_int(key).unwrap_or_else(|| panic!("setting {key} is null"))
    }

    /// An integer, `None` if null.
    pub fn opt_int(&self, key: &str) -> Option<i64> {
        match self.get(key) {
            ConfigValue::Int(n) => Some(*n),
            ConfigValue::Null => None,
            other => panic!("setting {key} is not an integer: {other:?}"),
        }
    }

    /// A floating point number that has a default or is required.
    pub fn double(&self, key: &str) -> f64 {
        match self.get(key) {
            ConfigValue::Double(n) => *n,
            other => panic!("setting {key} is not a double: {other:?}"),
        }
    }

    /// A text that has a default or is required.
    pub fn str(&self, key: &str) -> &str {
        self.opt_str(key).unwrap_or_else(|| panic!("setting {key} is null"))
    }

    /// A text, `None` if null.
    pub fn opt_str(&self, key: &str) -> Option<&str> {
        match self.get(key) {
            ConfigValue::String(text) => Some(text),
            ConfigValue::Null => None,
            other => panic!("setting {key} is not a text: {other:?}"),
        }
    }

    /// A list; null is the empty list.
    pub fn list(&self, key: &str) -> &[String] {
        match self.get(key) {
            ConfigValue::List(items) => items,
            ConfigValue::Null => &[],
            other => panic!("setting {key} is not a list: {other:?}"),
        }
    }

    /// A secret, `None` if null.
    pub fn secret(&self, key: &str) -> Option<&Secret> {
        match self.get(key) {
            ConfigValue::Password(secret) => Some(secret),
            ConfigValue::Null => None,
            other => panic!("setting {key} is not a password: {other:?}"),
        }
    }
}
