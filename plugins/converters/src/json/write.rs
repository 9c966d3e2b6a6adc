//! Connect values to JSON text, written straight into the record's buffer.

use ::bytes::{BufMut, BytesMut};
use aqueduct_plugin_api::{ConnectError, Decimal, Schema, Struct, Type, Value};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::DecimalFormat;
use super::number::java_double;

/// How values are written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Writer {
    pub(super) decimals: DecimalFormat,
    pub(super) replace_null: bool,
}

impl Writer {
    /// Appends a value.
    pub(super) fn value(
        self,
        schema: Option<&Schema>,
        value: &Value,
        out: &mut BytesMut,
    ) -> Result<(), ConnectError> {
        if let Some(schema) = schema.filter(|schema| !fits(schema.kind, value)) {
            return Err(misfit(schema, value));
        }
        match value {
            Value::Null => return self.null(schema, out),
            Value::Bool(b) => out.put_slice(if *b { b"true" } else { b"false" }),
            Value::Int8(n) => integer((*n).into(), out),
            Value::Int16(n) => integer((*n).into(), out),
            Value::Int32(n) | Value::Date(n) | Value::Time(n) => integer((*n).into(), out),
            Value::Int64(n) | Value::Timestamp(n) => integer(*n, out),
            Value::Float32(n) => float(f64::from(*n), &n.to_string(), out),
            Value::Float64(n) => float(*n, &n.to_string(), out),
            Value::String(text) => string(text, out),
            Value::Bytes(bytes) => quoted_base64(bytes, out),
            Value::Decimal(decimal) => self.decimal(schema, decimal, out)?,
            Value::Array(items) => {
                let element = schema.and_then(|s| s.value_schema.as_deref());
                out.put_u8(b'[');
                for (index, item) in items.iter().enumerate() {
                    comma(index, out);
                    self.value(element, item, out)?;
                }
                out.put_u8(b']');
            }
            Value::Map(entries) => return self.map(schema, entries, out),
            Value::Struct(fields) => return self.structure(schema, fields, out),
        }
        Ok(())
    }

    /// A decimal has its schema's scale: its digits alone would be read as another number.
    fn decimal(
        self,
        schema: Option<&Schema>,
        decimal: &Decimal,
        out: &mut BytesMut,
    ) -> Result<(), ConnectError> {
        if let Some(scale) = schema.and_then(Schema::decimal_scale)
            && scale != decimal.scale
        {
            return Err(ConnectError::data(format!(
                "Decimal value has mismatching scale for given Decimal schema. Schema has scale {scale}, value has \
                 scale {}.",
                decimal.scale
            )));
        }
        match self.decimals {
            DecimalFormat::Base64 => quoted_base64(&decimal.unscaled_bytes(), out),
            DecimalFormat::Numeric => out.put_slice(decimal.to_string().as_bytes()),
        }
        Ok(())
    }

    /// Null: the schema's default if it has one and that is asked for, else null where null is allowed.
    fn null(self, schema: Option<&Schema>, out: &mut BytesMut) -> Result<(), ConnectError> {
        if let Some(schema) = schema {
            if let Some(default) = &schema.default
                && (self.replace_null || !schema.optional)
                && !default.is_null()
            {
                return self.value(Some(schema), default, out);
            }
            if !schema.optional {
                let name = schema.name.as_deref().unwrap_or_else(|| schema.kind.name());
                let text = format!(
                    "Conversion error: null value for field that is required and has no default value: {name}"
                );
                return Err(ConnectError::data(text));
            }
        }
        out.put_slice(b"null");
        Ok(())
    }

    /// A map with text keys is an object, any other a list of pairs.
    fn map(
        self,
        schema: Option<&Schema>,
        entries: &[(Value, Value)],
        out: &mut BytesMut,
    ) -> Result<(), ConnectError> {
        let key_schema = schema.and_then(|s| s.key_schema.as_deref());
        let value_schema = schema.and_then(|s| s.value_schema.as_deref());
        let object = match key_schema {
            Some(key) => key.kind == Type::String && !key.optional,
            None => entries.iter().all(|(key, _)| matches!(key, Value::String(_))),
        };
        out.put_u8(if object { b'{' } else { b'[' });
        for (index, (key, value)) in entries.iter().enumerate() {
            comma(index, out);
            match key {
                key if object && key.as_str().is_none() => {
                    return Err(ConnectError::data(format!(
                        "Invalid type for STRING: class {}",
                        key.java_class()
                    )));
                }
                Value::String(text) if object => {
                    string(text, out);
                    out.put_u8(b':');
                    self.value(value_schema, value, out)?;
                }
                _ => {
                    out.put_u8(b'[');
                    self.value(key_schema, key, out)?;
                    out.put_u8(b',');
                    self.value(value_schema, value, out)?;
                    out.put_u8(b']');
                }
            }
        }
        out.put_u8(if object { b'}' } else { b']' });
        Ok(())
    }

    fn structure(
        self,
        schema: Option<&Schema>,
        fields: &Struct,
        out: &mut BytesMut,
    ) -> Result<(), ConnectError> {
        if schema.is_some_and(|schema| !std::ptr::eq(schema, &*fields.schema) && *schema != *fields.schema) {
            return Err(ConnectError::data("Mismatching schema."));
        }
        out.put_u8(b'{');
        for (index, (field, value)) in fields.schema.fields.iter().zip(&fields.values).enumerate() {
            comma(index, out);
            string(&field.name, out);
            out.put_u8(b':');
            self.value(Some(&field.schema), value, out)?;
        }
        out.put_u8(b'}');
        Ok(())
    }
}

/// Whether a value is one of a schema's type; null is judged elsewhere.
fn fits(kind: Type, value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(_) => kind == Type::Boolean,
        Value::Int8(_) => kind == Type::Int8,
        Value::Int16(_) => kind == Type::Int16,
        Value::Int32(_) | Value::Date(_) | Value::Time(_) => kind == Type::Int32,
        Value::Int64(_) | Value::Timestamp(_) => kind == Type::Int64,
        Value::Float32(_) => kind == Type::Float32,
        Value::Float64(_) => kind == Type::Float64,
        Value::String(_) => kind == Type::String,
        Value::Bytes(_) | Value::Decimal(_) => kind == Type::Bytes,
        Value::Array(_) => kind == Type::Array,
        Value::Map(_) => kind == Type::Map,
        Value::Struct(_) => kind == Type::Struct,
    }
}

fn misfit(schema: &Schema, value: &Value) -> ConnectError {
    let kind = schema.kind.name().to_uppercase();
    ConnectError::data(format!("Invalid type for {kind}: class {}", value.java_class()))
}

fn comma(index: usize, out: &mut BytesMut) {
    if index > 0 {
        out.put_u8(b',');
    }
}

fn integer(number: i64, out: &mut BytesMut) {
    let mut digits = [0u8; 20];
    let mut at = digits.len();
    let mut rest = number.unsigned_abs();
    loop {
        at -= 1;
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if number < 0 {
        out.put_u8(b'-');
    }
    out.put_slice(&digits[at..]);
}

/// JSON has no NaN and no infinities: they are written as texts, as Apache's converter does.
fn float(number: f64, shortest: &str, out: &mut BytesMut) {
    let text = java_double(number, shortest);
    if number.is_finite() {
        out.put_slice(text.as_bytes());
    } else {
        string(&text, out);
    }
}

fn quoted_base64(bytes: &[u8], out: &mut BytesMut) {
    let length = bytes.len().div_ceil(3) * 4;
    out.put_u8(b'"');
    let start = out.len();
    out.resize(start + length, 0);
    let written = STANDARD.encode_slice(bytes, &mut out[start..]).expect("the space was computed");
    out.truncate(start + written);
    out.put_u8(b'"');
}

/// A JSON text: quotes, backslashes and control characters escaped, everything else as it is.
pub(super) fn string(text: &str, out: &mut BytesMut) {
    out.put_u8(b'"');
    let bytes = text.as_bytes();
    let mut plain = 0;
    for (at, &byte) in bytes.iter().enumerate() {
        if byte >= 0x20 && byte != b'"' && byte != b'\\' {
            continue;
        }
        out.put_slice(&bytes[plain..at]);
        plain = at + 1;
        match byte {
            b'"' => out.put_slice(b"\\\""),
            b'\\' => out.put_slice(b"\\\\"),
            b'\n' => out.put_slice(b"\\n"),
            b'\r' => out.put_slice(b"\\r"),
            b'\t' => out.put_slice(b"\\t"),
            0x08 => out.put_slice(b"\\b"),
            0x0c => out.put_slice(b"\\f"),
            control => out.put_slice(format!("\\u{control:04X}").as_bytes()),
        }
    }
    out.put_slice(&bytes[plain..]);
    out.put_u8(b'"');
}
