//! What makes a schema the same schema: type, text, references, metadata.

use super::guid::Guid;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A schema without the subject and version it is registered as.
#[derive(Debug, Clone, PartialEq)]
pub struct Content {
    /// `AVRO`; others only in logs that another registry wrote.
    pub schema_type: String,
    /// The canonical text.
    pub schema: String,
    /// Schemas whose types it uses.
    pub references: Vec<SchemaReference>,
    /// Tags and properties.
    pub metadata: Option<Metadata>,
    /// Rules, which are kept as they came.
    pub rule_set: Option<serde_json::Value>,
    /// The digest of all of it.
    pub guid: Guid,
}

/// A schema that another one refers to.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SchemaReference {
    /// The name by which it is referred to.
    #[serde(default)]
    pub name: String,
    /// Its subject.
    #[serde(default)]
    pub subject: String,
    /// Its version; -1 is the latest.
    #[serde(default)]
    pub version: i32,
}

/// Facts about a schema that are no part of its text.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Metadata {
    /// Tags by path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tags: Option<BTreeMap<String, BTreeSet<String>>>,
    /// Properties by name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub properties: Option<BTreeMap<String, String>>,
    /// Names of properties whose values are not for everyone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sensitive: Option<BTreeSet<String>>,
}

impl Content {
    /// A schema with its digest.
    pub fn new(
        schema_type: String,
        schema: String,
        references: Vec<SchemaReference>,
        metadata: Option<Metadata>,
        rule_set: Option<serde_json::Value>,
    ) -> Content {
        let guid = Guid::of(&schema, &references, metadata.as_ref(), rule_set.as_ref());
        Content { schema_type, schema, references, metadata, rule_set, guid }
    }

    /// Whether the metadata has all of these properties with these values.
    pub fn has_properties(&self, wanted: &[(&str, &str)]) -> bool {
        let own = self.metadata.as_ref().and_then(|metadata| metadata.properties.as_ref());
        wanted.iter().all(|(name, value)| own.and_then(|own| own.get(*name)).is_some_and(|own| own == value))
    }
}

impl std::fmt::Display for SchemaReference {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{{name='{}', subject='{}', version={}}}", self.name, self.subject, self.version)
    }
}
