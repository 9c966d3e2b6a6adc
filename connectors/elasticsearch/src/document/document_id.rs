//! A document's id: from the record's key, or from topic, partition and offset.

use aqueduct_plugin_api::{Schema, SinkRecord, Value};

use super::value_json::{EncodeError, ValueJson};

/// Engines refuse the whole request for one longer id.
pub(crate) const MAX_ID_BYTES: usize = 512;

/// A key that cannot be an id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum DocumentIdError {
    #[error("Key is used as document id and can not be null.")]
    Null,
    #[error("Key is used as document id and can not be empty.")]
    Empty,
    #[error("the key makes an id of {0} bytes; engines take at most {MAX_ID_BYTES}")]
    TooLong(usize),
    #[error("the key cannot be an id: {0}")]
    Encode(#[from] EncodeError),
}

/// The id a key makes: texts as they are, numbers and booleans as text, everything else as JSON (Confluent refuses
/// struct keys).
pub(crate) fn key_id(
    key: &Value,
    schema: Option<&Schema>,
    json: &ValueJson,
) -> Result<String, DocumentIdError> {
    let id = match key {
        Value::Null => return Err(DocumentIdError::Null),
        Value::String(text) => text.to_string(),
        other => json_id(other, schema, json)?,
    };
    match id.len() {
        0 => Err(DocumentIdError::Empty),
        length if length > MAX_ID_BYTES => Err(DocumentIdError::TooLong(length)),
        _ => Ok(id),
    }
}

fn json_id(key: &Value, schema: Option<&Schema>, json: &ValueJson) -> Result<String, DocumentIdError> {
    let mut text = Vec::new();
    json.write_value(&mut text, key, schema)?;
    let text = String::from_utf8(text).expect("JSON is written from UTF-8 texts");
    // A date or decimal may be a JSON text; the id is what stands between the quotes.
    let unquoted = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    Ok(unquoted.map(str::to_owned).unwrap_or(text))
}

/// The id of a record whose key is ignored. It belongs to the record for ever, so that writing it twice is harmless.
pub(crate) fn coordinates_id(record: &SinkRecord) -> String {
    format!("{}+{}+{}", record.topic, record.partition, record.offset)
}

#[cfg(test)]
mod tests {
    use aqueduct_plugin_api::{Struct, Type};

    use super::*;
    use crate::settings::{DecimalFormat, InstantFormat};

    const JSON: ValueJson =
        ValueJson { compact_maps: true, decimals: DecimalFormat::Double, instants: InstantFormat::Epoch };

    #[test]
    fn keys_become_ids() {
        let schema =
            Schema::structure("k").field("a", Schema::of(Type::Int32)).field("b", Schema::of(Type::String));
        let pair = Struct::new(schema.into(), vec![Value::Int32(1), Value::string("x")]);
        for (key, id) in [
            (Value::string("a\"b"), "a\"b"),
            (Value::Int64(-5), "-5"),
            (Value::Bool(true), "true"),
            (Value::Struct(pair), r#"{"a":1,"b":"x"}"#),
        ] {
            assert_eq!(key_id(&key, None, &JSON).unwrap(), id);
        }
    }

    #[test]
    fn keys_that_would_fail_the_whole_request_are_refused() {
        let refuse = |key: Value| key_id(&key, None, &JSON).unwrap_err();
        assert_eq!(refuse(Value::Null), DocumentIdError::Null);
        assert_eq!(refuse(Value::string("")), DocumentIdError::Empty);
        assert_eq!(refuse(Value::string("x".repeat(513))), DocumentIdError::TooLong(513));
    }
}
