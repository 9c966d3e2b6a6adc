//! Values of CONFIG, MODE, DELETE_SUBJECT, CLEAR_SUBJECT and CONTEXT records.

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The value of a CONFIG or MODE record: its members as they are, so that those of other registries stay.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SettingsValue(pub Map<String, Value>);

impl SettingsValue {
    /// A member that is a text.
    pub fn text(&self, member: &str) -> Option<&str> {
        self.0.get(member).and_then(Value::as_str)
    }

    /// The value's bytes.
    pub fn to_bytes(&self) -> Bytes {
        Bytes::from(serde_json::to_vec(self).expect("maps of texts become JSON"))
    }
}

/// The value of a DELETE_SUBJECT record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeleteSubjectValue {
    /// The subject.
    pub subject: String,
    /// Versions up to this one are soft deleted.
    pub version: u32,
}

impl DeleteSubjectValue {
    /// The value's bytes.
    pub fn to_bytes(&self) -> Bytes {
        Bytes::from(serde_json::to_vec(self).expect("maps of texts become JSON"))
    }
}

/// The value of a CONTEXT record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ContextValue {
    /// Always `default`.
    #[serde(default)]
    pub tenant: String,
    /// `.` or `.name`.
    pub context: String,
    /// The highest id that was ever given in the context: a member of ours, which keeps ids from being given again
    /// once the last record that has them is deleted and compacted away. Confluent's registry ignores it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_id: Option<u32>,
}

impl ContextValue {
    /// The value's bytes.
    pub fn to_bytes(&self) -> Bytes {
        Bytes::from(serde_json::to_vec(self).expect("maps of texts become JSON"))
    }
}
