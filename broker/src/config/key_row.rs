//! One row of the broker's or the topics' key table.

use aqueduct_config::{Check, ConfigDef, KeyDef, KeyType};

/// A setting as Kafka has it, and what this broker makes of it.
#[derive(Debug, Clone)]
pub struct KeyRow {
    /// Kafka's key.
    pub name: &'static str,
    /// Its type.
    pub kind: KeyType,
    /// The default as a user would write it; `None` for null.
    pub default: Option<&'static str>,
    /// What values are allowed besides the type.
    pub check: Check,
    /// Whether the broker acts on it.
    pub effect: Effect,
    /// For a topic's key: the broker's keys that give its default, most specific first.
    pub broker_keys: &'static [&'static str],
    /// What it does.
    pub doc: &'static str,
}

/// What a setting changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// The broker acts on it.
    Honoured,
    /// It is checked, stored and shown, and changes nothing.
    NotHonoured,
}

impl KeyRow {
    /// A row that the broker acts upon.
    #[must_use]
    pub fn honoured(
        name: &'static str,
        kind: KeyType,
        default: impl Into<Option<&'static str>>,
        doc: &'static str,
    ) -> Self {
        let default = default.into();
        Self { name, kind, default, check: Check::Any, effect: Effect::Honoured, broker_keys: &[], doc }
    }

    /// A row that is shown and changes nothing.
    #[must_use]
    pub fn not_honoured(
        name: &'static str,
        kind: KeyType,
        default: impl Into<Option<&'static str>>,
        doc: &'static str,
    ) -> Self {
        Self { effect: Effect::NotHonoured, ..Self::honoured(name, kind, default, doc) }
    }

    /// Restricts the values.
    #[must_use]
    pub fn check(self, check: Check) -> Self {
        Self { check, ..self }
    }

    /// Names the broker's keys that give the default.
    #[must_use]
    pub fn from_broker(self, broker_keys: &'static [&'static str]) -> Self {
        Self { broker_keys, ..self }
    }

    /// The row as one of a [`ConfigDef`].
    #[must_use]
    pub fn to_def(&self) -> KeyDef {
        let def = match self.default {
            Some(default) => KeyDef::with_default(self.name, self.kind, default, self.doc),
            None => KeyDef::optional(self.name, self.kind, self.doc),
        };
        def.check(self.check.clone())
    }
}

/// The rows as a table that parses.
#[must_use]
pub fn table_of(rows: &[KeyRow]) -> ConfigDef {
    ConfigDef::new(rows.iter().map(KeyRow::to_def))
}

/// The protocol's code for a type, as DescribeConfigs answers it.
#[must_use]
pub fn type_code(kind: KeyType) -> i8 {
    match kind {
        KeyType::Boolean => 1,
        KeyType::String => 2,
        KeyType::Int => 3,
        KeyType::Short => 4,
        KeyType::Long => 5,
        KeyType::Double => 6,
        KeyType::List => 7,
        KeyType::Class => 8,
        KeyType::Password => 9,
    }
}
