//! Connect values as JSON: what Confluent's connector writes, without its mistakes.
//!
//! | value | JSON |
//! |---|---|
//! | integers, floats, booleans, texts | themselves; NaN and infinities as texts, which engines refuse for numbers |
//! | bytes | base64 text |
//! | Decimal | by `decimal.format`: nearest double, number of all digits, text |
//! | Date, Time, Timestamp | by `date.time.format`: milliseconds or ISO 8601 (Confluent writes dates as days) |
//! | array | array |
//! | map with text keys | object, or a list of `{"key", "value"}` without `compact.map.entries` |
//! | map with other keys | list of `{"key", "value"}`; without a schema a list of `[key, value]` |
//! | struct | object; a null field with a default is the default |

use aqueduct_plugin_api::{Decimal, Schema, Struct, Type, Value};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use chrono::DateTime;

use super::json_text::{write_number, write_string};
use crate::settings::{DecimalFormat, InstantFormat};

/// A value that is no document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum EncodeError {
    #[error("a document must be a struct or a map, not {0}")]
    NotAnObject(&'static str),
    #[error("the value is nested deeper than {MAX_DEPTH} levels")]
    TooDeep,
    #[error("the date or time {0} is out of range")]
    InstantOutOfRange(i64),
}

/// Deeper values are refused: engines refuse them long before, and writing them recurses.
const MAX_DEPTH: usize = 200;
/// Decimals with more digits on one side of the point are written with an exponent.
const MAX_PLAIN_SCALE: i32 = 400;
const MILLIS_A_DAY: i64 = 86_400_000;

/// How to write values.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ValueJson {
    pub(crate) compact_maps: bool,
    pub(crate) decimals: DecimalFormat,
    pub(crate) instants: InstantFormat,
}

impl ValueJson {
    /// Writes a value as a document. On an error the buffer holds a part of it.
    pub(crate) fn write_document(
        &self,
        out: &mut Vec<u8>,
        value: &Value,
        schema: Option<&Schema>,
    ) -> Result<(), EncodeError> {
        let is_object = match value {
            Value::Struct(_) => true,
            Value::Map(entries) => self.as_object(entries, schema),
            _ => false,
        };
        if !is_object {
            return Err(EncodeError::NotAnObject(type_name(value)));
        }
        self.write(out, value, schema, 0)
    }

    /// Writes any value.
    pub(crate) fn write_value(
        &self,
        out: &mut Vec<u8>,
        value: &Value,
        schema: Option<&Schema>,
    ) -> Result<(), EncodeError> {
        self.write(out, value, schema, 0)
    }

    fn write(
        &self,
        out: &mut Vec<u8>,
        value: &Value,
        schema: Option<&Schema>,
        depth: usize,
    ) -> Result<(), EncodeError> {
        if depth > MAX_DEPTH {
            return Err(EncodeError::TooDeep);
        }
        match value {
            Value::Null => match schema.and_then(|schema| schema.default.as_ref()) {
                Some(default) if !default.is_null() => return self.write(out, default, schema, depth + 1),
                _ => out.extend_from_slice(b"null"),
            },
            Value::Bool(true) => out.extend_from_slice(b"true"),
            Value::Bool(false) => out.extend_from_slice(b"false"),
            Value::Int8(n) => write_number(out, n),
            Value::Int16(n) => write_number(out, n),
            Value::Int32(n) => write_number(out, n),
            Value::Int64(n) => write_number(out, n),
            Value::Float32(n) if n.is_finite() => write_number(out, n),
            Value::Float32(n) => write_string(out, odd_float(f64::from(*n))),
            Value::Float64(n) => self.write_double(out, *n),
            Value::String(text) => write_string(out, text),
            Value::Bytes(bytes) => write_string(out, &BASE64.encode(bytes)),
            Value::Decimal(decimal) => self.write_decimal(out, decimal),
            Value::Date(days) => self.write_date(out, *days)?,
            Value::Time(millis) => self.write_time(out, *millis)?,
            Value::Timestamp(millis) => self.write_timestamp(out, *millis)?,
            Value::Array(items) => self.write_array(out, items, schema, depth)?,
            Value::Map(entries) => self.write_map(out, entries, schema, depth)?,
            Value::Struct(fields) => self.write_struct(out, fields, depth)?,
        }
        Ok(())
    }

    fn write_struct(&self, out: &mut Vec<u8>, fields: &Struct, depth: usize) -> Result<(), EncodeError> {
        out.push(b'{');
        for (position, (field, value)) in fields.schema.fields.iter().zip(&fields.values).enumerate() {
            if position > 0 {
                out.push(b',');
            }
            write_string(out, &field.name);
            out.push(b':');
            self.write(out, value, Some(&field.schema), depth + 1)?;
        }
        out.push(b'}');
        Ok(())
    }

    fn write_array(
        &self,
        out: &mut Vec<u8>,
        items: &[Value],
        schema: Option<&Schema>,
        depth: usize,
    ) -> Result<(), EncodeError> {
        let element = schema.and_then(|schema| schema.value_schema.as_deref());
        out.push(b'[');
        for (position, item) in items.iter().enumerate() {
            if position > 0 {
                out.push(b',');
            }
            self.write(out, item, element, depth + 1)?;
        }
        out.push(b']');
        Ok(())
    }

    fn write_map(
        &self,
        out: &mut Vec<u8>,
        entries: &[(Value, Value)],
        schema: Option<&Schema>,
        depth: usize,
    ) -> Result<(), EncodeError> {
        let key_schema = schema.and_then(|schema| schema.key_schema.as_deref());
        let value_schema = schema.and_then(|schema| schema.value_schema.as_deref());
        let object = self.as_object(entries, schema);
        // Before, between and after key and value of each entry.
        let (open, middle, close): (&[u8], &[u8], &[u8]) = match (object, schema) {
            (true, _) => (b"", b":", b""),
            (false, Some(_)) => (b"{\"key\":", b",\"value\":", b"}"),
            (false, None) => (b"[", b",", b"]"),
        };
        out.push(if object { b'{' } else { b'[' });
        for (position, (key, value)) in entries.iter().enumerate() {
            if position > 0 {
                out.push(b',');
            }
            out.extend_from_slice(open);
            self.write(out, key, key_schema, depth + 1)?;
            out.extend_from_slice(middle);
            self.write(out, value, value_schema, depth + 1)?;
            out.extend_from_slice(close);
        }
        out.push(if object { b'}' } else { b']' });
        Ok(())
    }

    /// Whether a map is written as an object. Every key must be a text: anything else in the place of a name would
    /// not be JSON.
    fn as_object(&self, entries: &[(Value, Value)], schema: Option<&Schema>) -> bool {
        let wanted = match schema {
            None => true,
            Some(schema) => {
                let text_keys = schema.key_schema.as_deref().is_none_or(|keys| keys.kind == Type::String);
                self.compact_maps && text_keys
            }
        };
        wanted && entries.iter().all(|(key, _)| matches!(key, Value::String(_)))
    }

    fn write_double(&self, out: &mut Vec<u8>, number: f64) {
        if number.is_finite() { write_number(out, number) } else { write_string(out, odd_float(number)) }
    }

    fn write_decimal(&self, out: &mut Vec<u8>, decimal: &Decimal) {
        let digits = decimal_digits(decimal);
        match self.decimals {
            DecimalFormat::Text => write_string(out, &digits),
            DecimalFormat::Number => out.extend_from_slice(digits.as_bytes()),
            DecimalFormat::Double => self.write_double(out, digits.parse().unwrap_or(f64::NAN)),
        }
    }

    fn write_date(&self, out: &mut Vec<u8>, days: i32) -> Result<(), EncodeError> {
        let millis = i64::from(days) * MILLIS_A_DAY;
        match self.instants {
            InstantFormat::Epoch => write_number(out, millis),
            InstantFormat::Iso => write_iso(out, millis, "%Y-%m-%d")?,
        }
        Ok(())
    }

    fn write_time(&self, out: &mut Vec<u8>, millis: i32) -> Result<(), EncodeError> {
        match self.instants {
            InstantFormat::Epoch => write_number(out, millis),
            InstantFormat::Iso => write_iso(out, i64::from(millis).rem_euclid(MILLIS_A_DAY), "%H:%M:%S%.3f")?,
        }
        Ok(())
    }

    fn write_timestamp(&self, out: &mut Vec<u8>, millis: i64) -> Result<(), EncodeError> {
        match self.instants {
            InstantFormat::Epoch => write_number(out, millis),
            InstantFormat::Iso => write_iso(out, millis, "%Y-%m-%dT%H:%M:%S%.3fZ")?,
        }
        Ok(())
    }
}

fn write_iso(out: &mut Vec<u8>, millis: i64, format: &str) -> Result<(), EncodeError> {
    let moment = DateTime::from_timestamp_millis(millis).ok_or(EncodeError::InstantOutOfRange(millis))?;
    write_string(out, &moment.format(format).to_string());
    Ok(())
}

/// All digits, as text and as JSON number: plain where that is short, with an exponent otherwise.
pub(crate) fn decimal_digits(decimal: &Decimal) -> String {
    if (-MAX_PLAIN_SCALE..=MAX_PLAIN_SCALE).contains(&decimal.scale) {
        decimal.to_string()
    } else {
        format!("{}E{}", decimal.unscaled, -i64::from(decimal.scale))
    }
}

/// Java's names, as Confluent's connector writes them.
fn odd_float(number: f64) -> &'static str {
    if number.is_nan() {
        "NaN"
    } else if number > 0.0 {
        "Infinity"
    } else {
        "-Infinity"
    }
}

fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Int8(_) | Value::Int16(_) | Value::Int32(_) | Value::Int64(_) => "an integer",
        Value::Float32(_) | Value::Float64(_) => "a floating point number",
        Value::String(_) => "a text (is the converter the right one?)",
        Value::Bytes(_) => "bytes (is the converter the right one?)",
        Value::Decimal(_) => "a decimal",
        Value::Date(_) | Value::Time(_) | Value::Timestamp(_) => "a date or time",
        Value::Array(_) => "an array",
        Value::Map(_) => "a list of entries",
        Value::Struct(_) => "a struct",
    }
}

#[cfg(test)]
mod tests {
    use aqueduct_plugin_api::logical;
    use bytes::Bytes;

    use super::*;

    const CONFLUENT: ValueJson =
        ValueJson { compact_maps: true, decimals: DecimalFormat::Double, instants: InstantFormat::Epoch };
    const EXACT: ValueJson =
        ValueJson { compact_maps: false, decimals: DecimalFormat::Number, instants: InstantFormat::Iso };

    fn json(how: ValueJson, value: Value, schema: Option<Schema>) -> String {
        let mut out = Vec::new();
        how.write_value(&mut out, &value, schema.as_ref()).unwrap();
        let _: serde_json::Value = serde_json::from_slice(&out).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn decimal(text: &str) -> Value {
        Value::Decimal(text.parse().unwrap())
    }

    #[test]
    fn logical_types_follow_their_format() {
        assert_eq!(json(CONFLUENT, decimal("12.30"), None), "12.3");
        assert_eq!(json(EXACT, decimal("12345678901234567890.10"), None), "12345678901234567890.10");
        assert_eq!(decimal_digits(&Decimal::new(7, -100_000)), "7E100000");
        assert_eq!(json(CONFLUENT, Value::Date(1), None), "86400000");
        assert_eq!(json(EXACT, Value::Date(-1), None), "\"1969-12-31\"");
        assert_eq!(json(EXACT, Value::Time(3_723_004), None), "\"01:02:03.004\"");
        assert_eq!(json(CONFLUENT, Value::Timestamp(1_700_000_000_123), None), "1700000000123");
        assert_eq!(json(EXACT, Value::Timestamp(-1), None), "\"1969-12-31T23:59:59.999Z\"");
    }

    #[test]
    fn maps_follow_compact_map_entries_and_key_type() {
        let texts = Value::Map(vec![(Value::string("a\"b"), Value::Int8(1))]);
        let numbers = Value::Map(vec![(Value::Int32(5), Value::Int8(1))]);
        let schema = |key| Schema::map(Schema::of(key), Schema::of(Type::Int8));
        assert_eq!(json(CONFLUENT, texts.clone(), Some(schema(Type::String))), r#"{"a\"b":1}"#);
        assert_eq!(json(EXACT, texts.clone(), Some(schema(Type::String))), r#"[{"key":"a\"b","value":1}]"#);
        assert_eq!(json(EXACT, texts, None), r#"{"a\"b":1}"#);
        assert_eq!(json(CONFLUENT, numbers.clone(), Some(schema(Type::Int32))), r#"[{"key":5,"value":1}]"#);
        assert_eq!(json(CONFLUENT, numbers, None), "[[5,1]]");
    }

    #[test]
    fn null_fields_take_their_default() {
        let schema = Schema::structure("s")
            .field("a", Schema::of(Type::Int32).optional().default_value(Value::Int32(7)))
            .field("b", Schema::of(Type::String).optional())
            .field("c", logical::date().optional());
        let value = Value::Struct(Struct::new(schema.into(), vec![Value::Null, Value::Null, Value::Date(0)]));
        assert_eq!(json(CONFLUENT, value, None), r#"{"a":7,"b":null,"c":0}"#);
    }

    #[test]
    fn odd_floats_and_bytes_are_texts() {
        assert_eq!(json(CONFLUENT, Value::Float64(f64::NAN), None), "\"NaN\"");
        assert_eq!(json(CONFLUENT, Value::Float32(f32::NEG_INFINITY), None), "\"-Infinity\"");
        assert_eq!(json(CONFLUENT, Value::Float32(1.1), None), "1.1");
        assert_eq!(json(CONFLUENT, Value::Bytes(Bytes::from_static(&[0, 255])), None), "\"AP8=\"");
    }

    #[test]
    fn what_is_no_object_is_no_document() {
        let refuse = |value| CONFLUENT.write_document(&mut Vec::new(), &value, None).unwrap_err();
        assert!(matches!(refuse(Value::string("{}")), EncodeError::NotAnObject(_)));
        assert!(matches!(refuse(Value::Array(vec![])), EncodeError::NotAnObject(_)));
        let mut deep = Value::Null;
        for _ in 0..1_000 {
            deep = Value::Map(vec![(Value::string("a"), deep)]);
        }
        assert_eq!(refuse(deep), EncodeError::TooDeep);
    }
}
