//! A value as text, as Java's `toString` gives it for the classes of Connect: what Apache's file sink writes.
//!
//! Differences: bytes are written as they are (Java writes an address), and dates and times as ISO 8601 in UTC.

use std::io::Write as _;

use aqueduct_plugin_api::{Struct, Value};

use crate::json_text::{write_date, write_time, write_timestamp};

/// Appends the text.
pub(crate) fn write(out: &mut Vec<u8>, value: &Value) {
    match value {
        Value::Null => out.extend_from_slice(b"null"),
        Value::Bool(b) => text(out, b),
        Value::Int8(n) => text(out, n),
        Value::Int16(n) => text(out, n),
        Value::Int32(n) => text(out, n),
        Value::Int64(n) => text(out, n),
        // Debug writes `1.0` where Display writes `1`, as Java does.
        Value::Float32(n) => text(out, format_args!("{n:?}")),
        Value::Float64(n) => text(out, format_args!("{n:?}")),
        Value::String(s) => out.extend_from_slice(s.as_bytes()),
        Value::Bytes(bytes) => out.extend_from_slice(bytes),
        Value::Decimal(decimal) => text(out, decimal),
        Value::Date(days) => write_date(out, *days),
        Value::Time(millis) => write_time(out, *millis),
        Value::Timestamp(millis) => write_timestamp(out, *millis),
        Value::Array(items) => {
            out.push(b'[');
            separated(out, b", ", items, write);
            out.push(b']');
        }
        Value::Map(entries) => {
            out.push(b'{');
            separated(out, b", ", entries, |out, (key, value)| {
                write(out, key);
                out.push(b'=');
                write(out, value);
            });
            out.push(b'}');
        }
        Value::Struct(fields) => write_struct(out, fields),
    }
}

/// `Struct{a=1,b=2}`; fields that are null are left out.
fn write_struct(out: &mut Vec<u8>, value: &Struct) {
    out.extend_from_slice(b"Struct{");
    let present = value.schema.fields.iter().zip(&value.values).filter(|(_, value)| !value.is_null());
    separated(out, b",", present, |out, (field, value)| {
        out.extend_from_slice(field.name.as_bytes());
        out.push(b'=');
        write(out, value);
    });
    out.push(b'}');
}

fn separated<T>(
    out: &mut Vec<u8>,
    separator: &[u8],
    items: impl IntoIterator<Item = T>,
    write: impl Fn(&mut Vec<u8>, T),
) {
    for (index, item) in items.into_iter().enumerate() {
        if index > 0 {
            out.extend_from_slice(separator);
        }
        write(out, item);
    }
}

fn text(out: &mut Vec<u8>, shown: impl std::fmt::Display) {
    write!(out, "{shown}").expect("writing to a Vec does not fail");
}

#[cfg(test)]
mod tests {
    use super::*;
    use aqueduct_plugin_api::{Schema, Type};

    #[test]
    fn values_read_as_java_prints_them() {
        let schema = Schema::structure("s")
            .field("a", Schema::of(Type::Int32))
            .field("b", Schema::of(Type::String).optional())
            .field("c", Schema::of(Type::Float64));
        let fields = vec![Value::Int32(1), Value::Null, Value::Float64(2.0)];
        let value = Value::Array(vec![
            Value::Struct(Struct::new(schema.into(), fields)),
            Value::Map(vec![(Value::string("k"), Value::Bool(true))]),
            Value::Null,
        ]);
        let mut out = Vec::new();
        write(&mut out, &value);
        assert_eq!(String::from_utf8(out).unwrap(), "[Struct{a=1,c=2.0}, {k=true}, null]");
    }
}
