//! The value of a SCHEMA record.

use super::content::{Content, Metadata, SchemaReference};
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// One version of a subject as it stands in the log. Members that are not known are kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SchemaValue {
    /// The subject, with its context.
    pub subject: String,
    /// The version.
    pub version: u32,
    /// The id in the context.
    pub id: u32,
    /// Digest in Base64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub md5: Option<String>,
    /// `AVRO` if it is missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema_type: Option<String>,
    /// Left out if there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub references: Option<Vec<SchemaReference>>,
    /// Tags and properties.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Metadata>,
    /// Rules.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule_set: Option<Value>,
    /// The canonical text.
    pub schema: String,
    /// Whether it is soft deleted.
    #[serde(default)]
    pub deleted: bool,
    /// Members of other programs.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl SchemaValue {
    /// The value for a schema that is registered or deleted here.
    pub fn new(subject: &str, version: u32, id: u32, content: &Content, deleted: bool) -> SchemaValue {
        SchemaValue {
            subject: subject.to_owned(),
            version,
            id,
            md5: Some(content.guid.to_base64()),
            schema_type: Some(content.schema_type.clone()),
            references: (!content.references.is_empty()).then(|| content.references.clone()),
            metadata: content.metadata.clone(),
            rule_set: content.rule_set.clone(),
            schema: content.schema.clone(),
            deleted,
            extra: Map::new(),
        }
    }

    /// The schema alone.
    pub fn into_content(self) -> Content {
        Content::new(
            self.schema_type.unwrap_or_else(|| "AVRO".to_owned()),
            self.schema,
            self.references.unwrap_or_default(),
            self.metadata,
            self.rule_set,
        )
    }

    /// The value's bytes.
    pub fn to_bytes(&self) -> Bytes {
        Bytes::from(serde_json::to_vec(self).expect("maps of texts become JSON"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_have_confluents_members_in_order() {
        let content = Content::new("AVRO".into(), "\"int\"".into(), vec![], None, None);
        let value = SchemaValue::new("s", 1, 7, &content, false);
        assert_eq!(
            value.to_bytes(),
            &br#"{"subject":"s","version":1,"id":7,"md5":"71JOobkecxc9k4reNsHbMg==","schemaType":"AVRO","schema":"\"int\"","deleted":false}"#[..]
        );
    }

    #[test]
    fn values_of_old_registries_are_read_and_unknown_members_kept() {
        let old = br#"{"subject":"s","version":1,"id":1,"schema":"\"int\"","offset":5,"ts":9}"#;
        let value: SchemaValue = serde_json::from_slice(old).unwrap();
        assert!(!value.deleted);
        assert_eq!(value.extra["ts"], 9);
        assert_eq!(value.clone().into_content().schema_type, "AVRO");
        assert_eq!(serde_json::from_slice::<SchemaValue>(&value.to_bytes()).unwrap(), value);
    }
}
