//! Source partitions and offsets: small ordered maps of primitive values.

use std::hash::{Hash, Hasher};

use bytestring::ByteString;
use serde_json::{Map, Number, Value as Json};

/// A primitive value of a source partition or offset.
#[derive(Debug, Clone, PartialEq)]
pub enum OffsetValue {
    /// JSON null.
    Null,
    /// A boolean.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A floating point number.
    Float(f64),
    /// A text.
    String(ByteString),
}

/// A source partition or a source offset. The order of insertion is kept for writing; equality and hash ignore it,
/// because another worker may have written the same map in another order.
#[derive(Debug, Clone, Default)]
pub struct OffsetMap(pub Vec<(ByteString, OffsetValue)>);

/// Why a JSON value is no offset map.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAnOffset {
    /// Not a JSON object.
    #[error("not a JSON object")]
    NotAnObject,
    /// A value that is an array or an object, or a number beyond 64 bits.
    #[error("Offsets may only contain primitive types as values, but field {field} contains {found}")]
    NotPrimitive {
        /// The member.
        field: String,
        /// Connect's name of what it holds.
        found: &'static str,
    },
}

impl OffsetMap {
    /// The empty map.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an entry (builder form).
    pub fn with(mut self, key: &str, value: impl Into<OffsetValue>) -> Self {
        self.0.push((key.into(), value.into()));
        self
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&OffsetValue> {
        self.0.iter().find(|(name, _)| **name == *key).map(|(_, value)| value)
    }

    /// The integer of a key.
    pub fn get_int(&self, key: &str) -> Option<i64> {
        match self.get(key) {
            Some(OffsetValue::Int(n)) => Some(*n),
            _ => None,
        }
    }

    /// The text of a key.
    pub fn get_str(&self, key: &str) -> Option<&str> {
        match self.get(key) {
            Some(OffsetValue::String(text)) => Some(text),
            _ => None,
        }
    }

    /// As a JSON object, members in order.
    pub fn to_json(&self) -> Json {
        Json::Object(
            self.0.iter().map(|(key, value)| (key.to_string(), value.to_json())).collect::<Map<_, _>>(),
        )
    }

    /// From a JSON object.
    pub fn from_json(json: &Json) -> Result<Self, NotAnOffset> {
        let object = json.as_object().ok_or(NotAnOffset::NotAnObject)?;
        let entry = |(key, value): (&String, &Json)| {
            OffsetValue::from_json(value)
                .map(|value| (ByteString::from(key.as_str()), value))
                .ok_or_else(|| NotAnOffset::NotPrimitive { field: key.clone(), found: composite(value) })
        };
        object.iter().map(entry).collect::<Result<_, _>>().map(Self)
    }
}

/// Connect's name of what is no primitive value.
fn composite(json: &Json) -> &'static str {
    if json.is_array() { "ARRAY" } else { "MAP" }
}

impl OffsetValue {
    /// As JSON; a number that JSON cannot write (NaN) becomes null.
    pub fn to_json(&self) -> Json {
        match self {
            Self::Null => Json::Null,
            Self::Bool(b) => Json::Bool(*b),
            Self::Int(n) => Json::from(*n),
            Self::Float(n) => Number::from_f64(*n).map_or(Json::Null, Json::Number),
            Self::String(text) => Json::String(text.to_string()),
        }
    }

    fn from_json(json: &Json) -> Option<Self> {
        match json {
            Json::Null => Some(Self::Null),
            Json::Bool(b) => Some(Self::Bool(*b)),
            Json::Number(n) => n.as_i64().map(Self::Int).or_else(|| n.as_f64().map(Self::Float)),
            Json::String(text) => Some(Self::String(text.as_str().into())),
            Json::Array(_) | Json::Object(_) => None,
        }
    }
}

impl From<i64> for OffsetValue {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<bool> for OffsetValue {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<&str> for OffsetValue {
    fn from(value: &str) -> Self {
        Self::String(value.into())
    }
}

impl From<ByteString> for OffsetValue {
    fn from(value: ByteString) -> Self {
        Self::String(value)
    }
}

impl PartialEq for OffsetMap {
    fn eq(&self, other: &Self) -> bool {
        self.0.len() == other.0.len() && self.0.iter().all(|(key, value)| other.get(key) == Some(value))
    }
}

impl Eq for OffsetMap {}

impl Hash for OffsetMap {
    /// The sum of the entries' hashes: the same in any order.
    fn hash<H: Hasher>(&self, state: &mut H) {
        let entry_hash = |(key, value): &(ByteString, OffsetValue)| {
            let mut hasher = std::hash::DefaultHasher::new();
            key.hash(&mut hasher);
            match value {
                OffsetValue::Null => 0u8.hash(&mut hasher),
                OffsetValue::Bool(b) => b.hash(&mut hasher),
                OffsetValue::Int(n) => n.hash(&mut hasher),
                OffsetValue::Float(n) => n.to_bits().hash(&mut hasher),
                OffsetValue::String(text) => text.hash(&mut hasher),
            }
            hasher.finish()
        };
        self.0.iter().map(entry_hash).fold(0u64, u64::wrapping_add).hash(state);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_is_kept_in_json_and_ignored_in_comparison() {
        let a = OffsetMap::new().with("z", 1).with("a", "x");
        let b = OffsetMap::new().with("a", "x").with("z", 1);
        assert_eq!(a, b);
        assert_eq!(std::collections::HashSet::from([a.clone(), b]).len(), 1);
        assert_eq!(a.to_json().to_string(), r#"{"z":1,"a":"x"}"#);
        assert_eq!(OffsetMap::from_json(&a.to_json()).unwrap(), a);
        assert!(OffsetMap::from_json(&serde_json::json!({"a": []})).is_err());
    }
}
