//! `SimpleHeaderConverter`: header values as text, read back by what they look like.

use ::bytes::{Bytes, BytesMut};
use aqueduct_plugin_api::{Decimal, Schema, SchemaRef, Type, Value, logical};
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
            Some(SchemaAndValue { schema: None, value: container(json)? })
        }
        _ => None,
    }
}

/// A number as the smallest type that holds it: `1.0` and `1e3` are whole.
fn number(text: &str) -> Option<SchemaAndValue> {
    if let Ok(whole) = text.parse() {
        let (schema, value) = integer(whole);
        return Some(SchemaAndValue { schema: Some(schema.into()), value });
    }
    let decimal: Decimal = text.parse().ok()?;
    let whole = decimal.with_scale(0).and_then(|whole| whole.to_string().parse::<i64>().ok());
    let (schema, value) = match whole {
        Some(whole) => integer(whole),
        None if decimal.scale == 0 => (logical::decimal(0), Value::Decimal(decimal)),
        None => fraction(text, decimal)?,
    };
    Some(SchemaAndValue { schema: Some(schema.into()), value })
}

fn integer(number: i64) -> (Schema, Value) {
    let (kind, value) = if let Ok(n) = i8::try_from(number) {
        (Type::Int8, Value::Int8(n))
    } else if let Ok(n) = i16::try_from(number) {
        (Type::Int16, Value::Int16(n))
    } else if let Ok(n) = i32::try_from(number) {
        (Type::Int32, Value::Int32(n))
    } else {
        (Type::Int64, Value::Int64(number))
    };
    (Schema::of(kind), value)
}

/// The shortest type that is written with the same digits. (Apache's takes a float whatever digits that costs.)
fn fraction(text: &str, decimal: Decimal) -> Option<(Schema, Value)> {
    let exact = |shortest: String| shortest.parse::<Decimal>().is_ok_and(|found| same(&found, &decimal));
    let (single, double): (f32, f64) = (text.parse().ok()?, text.parse().ok()?);
    Some(if single.is_finite() && exact(format!("{single}")) {
        (Schema::of(Type::Float32), Value::Float32(single))
    } else if exact(format!("{double}")) {
        (Schema::of(Type::Float64), Value::Float64(double))
    } else {
        (logical::decimal(decimal.scale), Value::Decimal(decimal))
    })
}

/// Whether two decimals are the same number.
fn same(a: &Decimal, b: &Decimal) -> bool {
    let scale = a.scale.max(b.scale);
    matches!((a.with_scale(scale), b.with_scale(scale)), (Some(a), Some(b)) if a == b)
}

/// A list or map, its numbers as small as those that stand alone.
fn container(json: Json) -> Option<Value> {
    Some(match json {
        Json::Number(digits) => number(&digits.to_string())?.value,
        Json::Array(items) => Value::Array(items.into_iter().map(container).collect::<Option<_>>()?),
        Json::Object(members) => {
            let entry = |(name, value)| Some((Value::string(name), container(value)?));
            Value::Map(members.into_iter().map(entry).collect::<Option<_>>()?)
        }
        Json::Null => Value::Null,
        Json::Bool(b) => Value::Bool(b),
        Json::String(text) => Value::string(text),
    })
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
        assert_eq!(read("1.0"), Value::Int8(1));
        assert_eq!(read("1e3"), Value::Int16(1000));
        assert_eq!(read("0.1"), Value::Float32(0.1));
        assert_eq!(read("0.123456789"), Value::Float64(0.123_456_789));
        assert_eq!(read("3.4028236e38"), Value::Float64(3.402_823_6e38));
        assert!(matches!(read("99999999999999999999"), Value::Decimal(_)));
        assert!(matches!(read("1e99999"), Value::Decimal(_) | Value::String(_)));
        assert_eq!(read("[1,\"a\"]"), Value::Array(vec![Value::Int8(1), Value::string("a")]));
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
