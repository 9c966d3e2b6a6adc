//! `StringConverter`: values as UTF-8 text.

use std::fmt::Write;

use ::bytes::{Bytes, BytesMut};
use aqueduct_plugin_api::{Schema, SchemaRef, Struct, Type, Value};
use bytestring::ByteString;

use crate::converter::{ConvertError, Converter, SchemaAndValue};
use crate::json::java_double;

/// Writes any value as its text, reads UTF-8. Class `org.apache.kafka.connect.storage.StringConverter`.
#[derive(Debug)]
pub struct StringConverter {
    schema: SchemaRef,
}

impl Default for StringConverter {
    fn default() -> Self {
        Self { schema: Schema::of(Type::String).optional().into() }
    }
}

impl Converter for StringConverter {
    fn from_connect(
        &self,
        _topic: &str,
        _schema: Option<&SchemaRef>,
        value: &Value,
        out: &mut BytesMut,
    ) -> Result<bool, ConvertError> {
        match value {
            Value::Null => return Ok(false),
            Value::String(text) => out.extend_from_slice(text.as_bytes()),
            other => {
                let mut text = String::new();
                write_text(other, &mut text);
                out.extend_from_slice(text.as_bytes());
            }
        }
        Ok(true)
    }

    fn to_connect(&self, _topic: &str, data: Option<&Bytes>) -> Result<SchemaAndValue, ConvertError> {
        let value = match data {
            None => Value::Null,
            // What is not UTF-8 is replaced, as Java's decoder does.
            Some(bytes) => Value::String(
                ByteString::try_from(bytes.clone())
                    .unwrap_or_else(|_| String::from_utf8_lossy(bytes).into_owned().into()),
            ),
        };
        Ok(SchemaAndValue { schema: Some(self.schema.clone()), value })
    }
}

/// Java's `toString` of a Connect value: `Struct{a=1,b=x}`, `{k=v}`, `[1, 2]`.
fn write_text(value: &Value, out: &mut String) {
    let written = match value {
        Value::Null => out.write_str("null"),
        Value::Bool(b) => write!(out, "{b}"),
        Value::Int8(n) => write!(out, "{n}"),
        Value::Int16(n) => write!(out, "{n}"),
        Value::Int32(n) | Value::Date(n) | Value::Time(n) => write!(out, "{n}"),
        Value::Int64(n) | Value::Timestamp(n) => write!(out, "{n}"),
        Value::Float32(n) => out.write_str(&java_double(f64::from(*n), &n.to_string())),
        Value::Float64(n) => out.write_str(&java_double(*n, &n.to_string())),
        Value::String(text) => out.write_str(text),
        Value::Bytes(bytes) => out.write_str(&String::from_utf8_lossy(bytes)),
        Value::Decimal(decimal) => write!(out, "{decimal}"),
        Value::Array(items) => {
            list(out, "[", "]", ", ", items.iter(), write_text);
            Ok(())
        }
        Value::Map(entries) => {
            list(out, "{", "}", ", ", entries.iter(), |(key, value), out| {
                write_text(key, out);
                out.push('=');
                write_text(value, out);
            });
            Ok(())
        }
        Value::Struct(fields) => {
            write_struct(fields, out);
            Ok(())
        }
    };
    debug_assert!(written.is_ok(), "writing to a String cannot fail");
}

fn write_struct(fields: &Struct, out: &mut String) {
    let set = fields.schema.fields.iter().zip(&fields.values).filter(|(_, value)| !value.is_null());
    list(out, "Struct{", "}", ",", set, |(field, value), out| {
        out.push_str(&field.name);
        out.push('=');
        write_text(value, out);
    });
}

fn list<T>(
    out: &mut String,
    open: &str,
    close: &str,
    between: &str,
    items: impl Iterator<Item = T>,
    mut write: impl FnMut(T, &mut String),
) {
    out.push_str(open);
    for (index, item) in items.enumerate() {
        if index > 0 {
            out.push_str(between);
        }
        write(item, out);
    }
    out.push_str(close);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_are_no_text_are_replaced_as_java_does() {
        let read = StringConverter::default().to_connect("t", Some(&Bytes::from_static(b"\xffA")));
        assert_eq!(read.unwrap().value, Value::string("\u{fffd}A"));
        let read = StringConverter::default().to_connect("t", Some(&Bytes::from_static(b"plain")));
        assert_eq!(read.unwrap().value, Value::string("plain"));
    }
}
