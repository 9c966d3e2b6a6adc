//! `SimpleHeaderConverter`: header values as text, read back by what they look like.

use ::bytes::{Bytes, BytesMut};
use aqueduct_plugin_api::{ConnectError, Decimal, Schema, SchemaRef, Type, Value, logical};
use bytestring::ByteString;
use serde_json::Value as Json;

use crate::converter::{ConvertError, Converter, SchemaAndValue};
use crate::json::{DecimalFormat, write_json};

/// Texts longer than this are taken for texts.
const MAX_GUESSED_BYTES: usize = 64 << 10;

/// Writes texts plainly and everything else as JSON; reads null, booleans, numbers (in the narrowest type), lists and
/// maps, and takes the rest for text. Class `org.apache.kafka.connect.storage.SimpleHeaderConverter`.
#[derive(Debug, Clone, Copy, Default)]
pub struct SimpleHeaderConverter;

impl Converter for SimpleHeaderConverter {
    fn from_connect(
        &self,
        _topic: &str,
        schema: Option<&SchemaRef>,
        value: &Value,
        out: &mut BytesMut,
    ) -> Result<bool, ConvertError> {
        match value {
            Value::Null => return Ok(false),
            Value::String(text) => out.extend_from_slice(text.as_bytes()),
            Value::Bytes(bytes) => out.extend_from_slice(bytes),
            Value::Decimal(decimal) => out.extend_from_slice(decimal.to_string().as_bytes()),
            other => write_json(schema.map(|schema| &**schema), other, DecimalFormat::Numeric, out)?,
        }
        Ok(true)
    }

    fn to_connect(&self, _topic: &str, data: Option<&Bytes>) -> Result<SchemaAndValue, ConvertError> {
        let Some(data) = data else { return Ok(SchemaAndValue::NULL) };
        let of = |schema: Schema, value: Value| Ok(SchemaAndValue { schema: Some(schema.into()), value });
        let Ok(text) = ByteString::try_from(data.clone()) else {
            return of(Schema::of(Type::Bytes), Value::Bytes(data.clone()));
        };
        match guess(&text) {
            Some(found) => Ok(found),
            None => of(Schema::of(Type::String), Value::String(text)),
        }
    }
}

fn guess(text: &str) -> Option<SchemaAndValue> {
    let trimmed = text.trim();
    let first = trimmed.chars().next()?;
    if trimmed.len() > MAX_GUESSED_BYTES || trimmed.len() != text.len() && !first.is_ascii_digit() {
        return None;
    }
    let of = |schema: Schema, value: Value| Some(SchemaAndValue { schema: Some(schema.into()), value });
    match first {
        'n' if trimmed == "null" => Some(SchemaAndValue::NULL),
        't' if trimmed == "true" => of(Schema::of(Type::Boolean), Value::Bool(true)),
        'f' if trimmed == "false" => of(Schema::of(Type::Boolean), Value::Bool(false)),
        '0'..='9' | '-' | '+' | '.' => number(trimmed),
        '[' | '{' => {
            let json: Json = serde_json::from_str(trimmed).ok()?;
            Some(SchemaAndValue { schema: None, value: container(json).ok()? })
        }
        _ => None,
    }
}

/// A number in the narrowest type that holds it.
fn number(text: &str) -> Option<SchemaAndValue> {
    let (kind, value) = if let Ok(integer) = text.parse::<i64>() {
        if let Ok(n) = i8::try_from(integer) {
            (Type::Int8, Value::Int8(n))
        } else if let Ok(n) = i16::try_from(integer) {
            (Type::Int16, Value::Int16(n))
        } else if let Ok(n) = i32::try_from(integer) {
            (Type::Int32, Value::Int32(n))
        } else {
            (Type::Int64, Value::Int64(integer))
        }
    } else {
        let decimal: Decimal = text.parse().ok()?;
        let double: f64 = text.parse().ok()?;
        let exact = format!("{double}").parse::<Decimal>().ok().is_some_and(|d| same(&d, &decimal));
        if !exact {
            let schema = logical::decimal(decimal.scale);
            return Some(SchemaAndValue { schema: Some(schema.into()), value: Value::Decimal(decimal) });
        }
        let single = double as f32;
        if f64::from(single) == double {
            (Type::Float32, Value::Float32(single))
        } else {
            (Type::Float64, Value::Float64(double))
        }
    };
    Some(SchemaAndValue { schema: Some(Schema::of(kind).into()), value })
}

fn same(a: &Decimal, b: &Decimal) -> bool {
    let scale = a.scale.max(b.scale);
    matches!((a.with_scale(scale), b.with_scale(scale)), (Some(a), Some(b)) if a == b)
}

/// A list or map without a schema; its numbers are INT64 or FLOAT64.
fn container(json: Json) -> Result<Value, ConnectError> {
    crate::json::schemaless(json)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &'static str) -> Value {
        SimpleHeaderConverter.to_connect("t", Some(&Bytes::from_static(text.as_bytes()))).unwrap().value
    }

    #[test]
    fn values_are_taken_for_what_they_look_like() {
        assert_eq!(read("42"), Value::Int8(42));
        assert_eq!(read("-300"), Value::Int16(-300));
        assert_eq!(read("5000000000"), Value::Int64(5_000_000_000));
        assert_eq!(read("1.5"), Value::Float32(1.5));
        assert_eq!(read("true"), Value::Bool(true));
        assert_eq!(read("null"), Value::Null);
        assert_eq!(read("[1,\"a\"]"), Value::Array(vec![Value::Int64(1), Value::string("a")]));
        assert_eq!(read("10.0.0.1"), Value::string("10.0.0.1"));
        assert_eq!(read("x y"), Value::string("x y"));
        assert_eq!(read(""), Value::string(""));
        assert_eq!(read("[1"), Value::string("[1"));
        let bytes = SimpleHeaderConverter.to_connect("t", Some(&Bytes::from_static(b"\xff"))).unwrap().value;
        assert_eq!(bytes, Value::Bytes(Bytes::from_static(b"\xff")));
    }

    #[test]
    fn texts_are_written_plainly_and_maps_as_json() {
        let mut out = BytesMut::new();
        SimpleHeaderConverter.from_connect("t", None, &Value::string(" x "), &mut out).unwrap();
        assert_eq!(&out[..], b" x ");
        out.clear();
        let map = Value::Map(vec![(Value::string("line"), Value::string("a"))]);
        SimpleHeaderConverter.from_connect("t", None, &map, &mut out).unwrap();
        assert_eq!(&out[..], br#"{"line":"a"}"#);
    }
}
