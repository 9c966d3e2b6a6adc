//! Keys of `_schemas`. The topic is compacted by key bytes, so keys are written with fixed members in fixed order.

use bytes::Bytes;
use serde_json::Value;

/// A key that is understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Key {
    /// One version of a subject.
    Schema {
        /// The subject, with its context.
        subject: String,
        /// The version.
        version: u32,
    },
    /// Compatibility and the like, of a subject or (`None`) of all.
    Config {
        /// The subject.
        subject: Option<String>,
    },
    /// Read-only and the like, of a subject or of all.
    Mode {
        /// The subject.
        subject: Option<String>,
    },
    /// Nothing: written to learn where the log ends.
    Noop,
    /// Versions up to a number were soft deleted.
    DeleteSubject {
        /// The subject.
        subject: String,
    },
    /// Soft-deleted versions were purged.
    ClearSubject {
        /// The subject.
        subject: String,
    },
    /// A context exists.
    Context {
        /// Its name, `.` or `.name`.
        context: String,
    },
}

/// Why a key is not understood.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// Not a JSON object.
    #[error("not JSON: {0}")]
    NotJson(#[from] serde_json::Error),
    /// A `keytype` of another program or a later release.
    #[error("unknown keytype {0}")]
    UnknownType(String),
    /// A member is missing or of another type.
    #[error("no valid {0:?} in the key")]
    Member(&'static str),
}

impl Key {
    /// Reads a key with its members in any order.
    ///
    /// # Errors
    /// What keeps it from being understood.
    pub fn parse(bytes: &[u8]) -> Result<Key, KeyError> {
        let json: Value = serde_json::from_slice(bytes)?;
        let keytype = json["keytype"].as_str().ok_or(KeyError::Member("keytype"))?;
        let subject = || json["subject"].as_str().map(str::to_owned).ok_or(KeyError::Member("subject"));
        Ok(match keytype {
            "SCHEMA" => {
                let version = json["version"].as_u64().and_then(|version| u32::try_from(version).ok());
                Key::Schema { subject: subject()?, version: version.ok_or(KeyError::Member("version"))? }
            }
            "CONFIG" => Key::Config { subject: optional_subject(&json)? },
            "MODE" => Key::Mode { subject: optional_subject(&json)? },
            "NOOP" => Key::Noop,
            "DELETE_SUBJECT" => Key::DeleteSubject { subject: subject()? },
            "CLEAR_SUBJECT" => Key::ClearSubject { subject: subject()? },
            "CONTEXT" => {
                let context = json["context"].as_str().ok_or(KeyError::Member("context"))?;
                Key::Context { context: context.to_owned() }
            }
            other => return Err(KeyError::UnknownType(other.to_owned())),
        })
    }

    /// The key's bytes as Confluent's registry writes them.
    pub fn to_bytes(&self) -> Bytes {
        let text = match self {
            Key::Schema { subject, version } => {
                format!(
                    r#"{{"keytype":"SCHEMA","subject":{},"version":{version},"magic":1}}"#,
                    quoted(subject)
                )
            }
            Key::Config { subject } => settings_key("CONFIG", subject.as_deref()),
            Key::Mode { subject } => settings_key("MODE", subject.as_deref()),
            Key::Noop => settings_key("NOOP", None),
            Key::DeleteSubject { subject } => settings_key("DELETE_SUBJECT", Some(subject)),
            Key::ClearSubject { subject } => settings_key("CLEAR_SUBJECT", Some(subject)),
            Key::Context { context } => {
                format!(
                    r#"{{"keytype":"CONTEXT","tenant":"default","context":{},"magic":0}}"#,
                    quoted(context)
                )
            }
        };
        Bytes::from(text)
    }
}

fn settings_key(keytype: &str, subject: Option<&str>) -> String {
    match subject {
        Some(subject) => format!(r#"{{"keytype":"{keytype}","subject":{},"magic":0}}"#, quoted(subject)),
        None => format!(r#"{{"keytype":"{keytype}","magic":0}}"#),
    }
}

/// Older registries wrote `"subject":null` for the settings of all subjects.
fn optional_subject(json: &Value) -> Result<Option<String>, KeyError> {
    match &json["subject"] {
        Value::Null => Ok(None),
        Value::String(subject) => Ok(Some(subject.clone())),
        _ => Err(KeyError::Member("subject")),
    }
}

/// A JSON text with Jackson's escapes, which are the bytes that compaction compares.
fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    aqueduct_avro::json::write_string(text, &mut out);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_confluents_to_the_byte_and_read_back() {
        let subject = || "s".to_owned();
        let table = [
            (
                Key::Schema { subject: subject(), version: 1 },
                r#"{"keytype":"SCHEMA","subject":"s","version":1,"magic":1}"#,
            ),
            (Key::Config { subject: Some(subject()) }, r#"{"keytype":"CONFIG","subject":"s","magic":0}"#),
            (Key::Config { subject: None }, r#"{"keytype":"CONFIG","magic":0}"#),
            (Key::Mode { subject: Some(subject()) }, r#"{"keytype":"MODE","subject":"s","magic":0}"#),
            (Key::Noop, r#"{"keytype":"NOOP","magic":0}"#),
            (
                Key::DeleteSubject { subject: subject() },
                r#"{"keytype":"DELETE_SUBJECT","subject":"s","magic":0}"#,
            ),
            (
                Key::ClearSubject { subject: subject() },
                r#"{"keytype":"CLEAR_SUBJECT","subject":"s","magic":0}"#,
            ),
            (
                Key::Context { context: ".c".into() },
                r#"{"keytype":"CONTEXT","tenant":"default","context":".c","magic":0}"#,
            ),
        ];
        for (key, text) in table {
            assert_eq!(key.to_bytes(), text.as_bytes());
            assert_eq!(Key::parse(text.as_bytes()).unwrap(), key);
        }
    }

    #[test]
    fn keys_of_other_writers_are_understood() {
        let swapped = br#"{"magic":0, "subject":"s","version":3,"keytype":"SCHEMA"}"#;
        assert_eq!(Key::parse(swapped).unwrap(), Key::Schema { subject: "s".into(), version: 3 });
        let old = br#"{"keytype":"CONFIG","subject":null,"magic":0}"#;
        assert_eq!(Key::parse(old).unwrap(), Key::Config { subject: None });
        for bad in [
            &b"garbage"[..],
            b"{}",
            b"[]",
            br#"{"keytype":"ASSOC"}"#,
            br#"{"keytype":"SCHEMA","subject":"s","version":-1}"#,
        ] {
            assert!(Key::parse(bad).is_err());
        }
    }
}
