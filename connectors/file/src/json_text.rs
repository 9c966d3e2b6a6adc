//! A value as JSON without its schema, for people and their tools: decimals as numbers with all their digits, dates
//! and times as ISO 8601 in UTC, bytes as base64.

use std::io::Write as _;

use aqueduct_plugin_api::Value;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use chrono::DateTime;

/// Appends the JSON text, on one line.
pub(crate) fn write(out: &mut Vec<u8>, value: &Value) {
    match value {
        Value::Null => out.extend_from_slice(b"null"),
        Value::Bool(b) => plain(out, b),
        Value::Int8(n) => plain(out, n),
        Value::Int16(n) => plain(out, n),
        Value::Int32(n) => plain(out, n),
        Value::Int64(n) => plain(out, n),
        Value::Float32(n) if n.is_finite() => plain(out, format_args!("{n:?}")),
        Value::Float64(n) if n.is_finite() => plain(out, format_args!("{n:?}")),
        // JSON has no such numbers; Connect's converter writes them as texts too.
        Value::Float32(n) => quoted(out, &n.to_string()),
        Value::Float64(n) => quoted(out, &n.to_string()),
        Value::String(text) => quoted(out, text),
        Value::Bytes(bytes) => write_base64(out, bytes),
        Value::Decimal(decimal) => plain(out, decimal),
        Value::Date(days) => in_quotes(out, |out| write_date(out, *days)),
        Value::Time(millis) => in_quotes(out, |out| write_time(out, *millis)),
        Value::Timestamp(millis) => in_quotes(out, |out| write_timestamp(out, *millis)),
        Value::Array(items) => {
            out.push(b'[');
            for (index, item) in items.iter().enumerate() {
                comma(out, index);
                write(out, item);
            }
            out.push(b']');
        }
        Value::Map(entries) => write_map(out, entries),
        Value::Struct(value) => {
            out.push(b'{');
            for (index, (field, value)) in value.schema.fields.iter().zip(&value.values).enumerate() {
                comma(out, index);
                quoted(out, &field.name);
                out.push(b':');
                write(out, value);
            }
            out.push(b'}');
        }
    }
}

/// An object if all keys are texts, else a list of pairs, as Connect's converter does it.
fn write_map(out: &mut Vec<u8>, entries: &[(Value, Value)]) {
    let is_object = entries.iter().all(|(key, _)| key.as_str().is_some());
    out.push(if is_object { b'{' } else { b'[' });
    for (index, (key, value)) in entries.iter().enumerate() {
        comma(out, index);
        if !is_object {
            out.push(b'[');
        }
        write(out, key);
        out.push(if is_object { b':' } else { b',' });
        write(out, value);
        if !is_object {
            out.push(b']');
        }
    }
    out.push(if is_object { b'}' } else { b']' });
}

fn comma(out: &mut Vec<u8>, index: usize) {
    if index > 0 {
        out.push(b',');
    }
}

fn plain(out: &mut Vec<u8>, shown: impl std::fmt::Display) {
    write!(out, "{shown}").expect("writing to a Vec does not fail");
}

fn quoted(out: &mut Vec<u8>, text: &str) {
    serde_json::to_writer(out, text).expect("a text is always JSON");
}

fn in_quotes(out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) {
    out.push(b'"');
    write(out);
    out.push(b'"');
}

fn write_base64(out: &mut Vec<u8>, bytes: &[u8]) {
    in_quotes(out, |out| out.extend_from_slice(BASE64.encode(bytes).as_bytes()));
}

/// `2026-11-23`; a day beyond the calendar (262,000 years) as its number.
pub(crate) fn write_date(out: &mut Vec<u8>, days: i32) {
    match DateTime::from_timestamp(i64::from(days) * 86_400, 0) {
        Some(date) => plain(out, date.format("%Y-%m-%d")),
        None => plain(out, days),
    }
}

/// `08:05:04.123`.
pub(crate) fn write_time(out: &mut Vec<u8>, millis: i32) {
    let (seconds, millis) = (millis / 1000, millis % 1000);
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    plain(out, format_args!("{hours:02}:{minutes:02}:{seconds:02}.{millis:03}"));
}

/// `2026-11-23T08:05:04.123Z`; an instant beyond the calendar as its number.
pub(crate) fn write_timestamp(out: &mut Vec<u8>, millis: i64) {
    match DateTime::from_timestamp_millis(millis) {
        Some(instant) => plain(out, instant.format("%Y-%m-%dT%H:%M:%S%.3fZ")),
        None => plain(out, millis),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aqueduct_plugin_api::{Schema, Struct, Type, logical};

    fn json(value: &Value) -> String {
        let mut out = Vec::new();
        write(&mut out, value);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_row_reads_as_one_object() {
        let schema = Schema::structure("orders")
            .field("id", Schema::of(Type::Int64))
            .field("total", logical::decimal(2))
            .field("at", logical::timestamp())
            .field("on", logical::date())
            .field("note", Schema::of(Type::String).optional());
        let values = vec![
            Value::Int64(7),
            Value::Decimal("12.30".parse().unwrap()),
            Value::Timestamp(1_795_420_800_123),
            Value::Date(-1),
            Value::string("a \"b\"\n"),
        ];
        assert_eq!(
            json(&Value::Struct(Struct::new(schema.into(), values))),
            r#"{"id":7,"total":12.30,"at":"2026-11-23T08:00:00.123Z","on":"1969-12-31","note":"a \"b\"\n"}"#
        );
    }

    #[test]
    fn bytes_are_base64_and_odd_numbers_are_texts() {
        for (bytes, text) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg==")]
        {
            assert_eq!(json(&Value::Bytes(bytes.into())), format!("\"{text}\""));
        }
        assert_eq!(json(&Value::Float64(f64::NAN)), "\"NaN\"");
        assert_eq!(json(&Value::Float64(1e300)), "1e300");
        assert_eq!(json(&Value::Map(vec![(Value::Int8(1), Value::Null)])), "[[1,null]]");
    }

    #[test]
    fn leap_days_are_where_they_belong() {
        let date = |days| {
            let mut out = Vec::new();
            write_date(&mut out, days);
            String::from_utf8(out).unwrap()
        };
        assert_eq!(
            (date(0), date(59), date(11_016)),
            ("1970-01-01".into(), "1970-03-01".into(), "2000-02-29".into())
        );
    }
}
