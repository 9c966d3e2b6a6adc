//! Predicates: which records a transform applies to.

use aqueduct_plugin_api::{Check, ConfigDef, ConfigMap, ConnectError, Importance, KeyDef, KeyType};
use regex::Regex;

use crate::record::{Predicate, RecordView};

/// Records with a header of a name.
#[derive(Debug)]
pub(crate) struct HasHeaderKey {
    name: String,
}

impl HasHeaderKey {
    pub(crate) fn config_def() -> ConfigDef {
        ConfigDef::new([KeyDef::required("name", KeyType::String, "The header name.")
            .check(Check::NonEmpty)
            .importance(Importance::Medium)])
    }

    pub(crate) fn configured(config: &ConfigMap) -> Result<Self, ConnectError> {
        let parsed = Self::config_def().parse_map(config).map_err(|e| ConnectError::config(e.to_string()))?;
        Ok(Self { name: parsed.str("name").to_owned() })
    }
}

impl Predicate for HasHeaderKey {
    fn test(&self, record: &RecordView<'_>) -> bool {
        record.headers.iter().any(|header| *header.key == *self.name)
    }
}

/// Records without a value.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RecordIsTombstone;

impl Predicate for RecordIsTombstone {
    fn test(&self, record: &RecordView<'_>) -> bool {
        record.value.is_null()
    }
}

/// Records whose whole topic matches.
#[derive(Debug)]
pub(crate) struct TopicNameMatches {
    pattern: Regex,
}

impl TopicNameMatches {
    pub(crate) fn config_def() -> ConfigDef {
        let doc = "A Java regular expression for matching against the name of a record's topic.";
        ConfigDef::new([KeyDef::required("pattern", KeyType::String, doc)
            .check(Check::All(vec![Check::NonEmpty, Check::Regex]))
            .importance(Importance::Medium)])
    }

    pub(crate) fn configured(config: &ConfigMap) -> Result<Self, ConnectError> {
        let parsed = Self::config_def().parse_map(config).map_err(|e| ConnectError::config(e.to_string()))?;
        let pattern = Regex::new(&format!("^(?:{})$", parsed.str("pattern")))
            .map_err(|error| ConnectError::config("Invalid regex").caused_by(&error))?;
        Ok(Self { pattern })
    }
}

impl Predicate for TopicNameMatches {
    fn test(&self, record: &RecordView<'_>) -> bool {
        self.pattern.is_match(record.topic)
    }
}
