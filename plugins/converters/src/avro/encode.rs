//! Connect values as Avro data. The Avro schema is made from the Connect schema, so the latter is all that is needed.

use ::bytes::{BufMut, BytesMut};
use aqueduct_plugin_api::{ConnectError, Schema, Type, Value};

use super::datum::{put_bytes, put_long};
use super::from_connect::has_text_keys;

/// Appends a value of a schema.
pub(super) fn value(schema: &Schema, value: &Value, out: &mut BytesMut) -> Result<(), ConnectError> {
    if !schema.optional {
        return required(schema, value, out);
    }
    // The null branch stands first unless there is a default of the other.
    let null_first = schema.default.as_ref().is_none_or(Value::is_null);
    if value.is_null() {
        put_long(if null_first { 0 } else { 1 }, out);
        return Ok(());
    }
    put_long(if null_first { 1 } else { 0 }, out);
    required(schema, value, out)
}

fn required(schema: &Schema, given: &Value, out: &mut BytesMut) -> Result<(), ConnectError> {
    let value = match (given, &schema.default) {
        (Value::Null, Some(default)) => default,
        _ => given,
    };
    match (schema.kind, value) {
        (Type::Int8, Value::Int8(n)) => put_long((*n).into(), out),
        (Type::Int16, Value::Int16(n)) => put_long((*n).into(), out),
        (Type::Int32, Value::Int32(n) | Value::Date(n) | Value::Time(n)) => put_long((*n).into(), out),
        (Type::Int64, Value::Int64(n) | Value::Timestamp(n)) => put_long(*n, out),
        (Type::Float32, Value::Float32(n)) => out.put_f32_le(*n),
        (Type::Float64, Value::Float64(n)) => out.put_f64_le(*n),
        (Type::Boolean, Value::Bool(b)) => out.put_u8((*b).into()),
        (Type::String, Value::String(text)) => put_bytes(text.as_bytes(), out),
        (Type::Bytes, Value::Bytes(bytes)) => put_bytes(bytes, out),
        (Type::Bytes, Value::Decimal(decimal)) => {
            if schema.decimal_scale() != Some(decimal.scale) {
                let text = format!(
                    "Decimal value has mismatching scale: {} is not of scale {:?}",
                    decimal,
                    schema.decimal_scale()
                );
                return Err(ConnectError::data(text));
            }
            put_bytes(&decimal.unscaled_bytes(), out);
        }
        (Type::Array, Value::Array(items)) => {
            let element = schema.value_schema.as_ref().ok_or_else(|| mismatch(schema, value))?;
            block(items.len(), out);
            for item in items {
                self::value(element, item, out)?;
            }
            end(items.len(), out);
        }
        (Type::Map, Value::Map(entries)) => map(schema, entries, out)?,
        (Type::Struct, Value::Struct(fields)) => {
            if fields.values.len() != schema.fields.len() {
                return Err(ConnectError::data("Mismatching schema."));
            }
            for (field, item) in schema.fields.iter().zip(&fields.values) {
                self::value(&field.schema, item, out).map_err(|mut error| {
                    error.message = format!("{} (field {})", error.message, field.name);
                    error
                })?;
            }
        }
        _ => return Err(mismatch(schema, value)),
    }
    Ok(())
}

fn map(schema: &Schema, entries: &[(Value, Value)], out: &mut BytesMut) -> Result<(), ConnectError> {
    let missing = || ConnectError::data("a map schema without its keys' or values' schema");
    let key_schema = schema.key_schema.as_ref().ok_or_else(missing)?;
    let value_schema = schema.value_schema.as_ref().ok_or_else(missing)?;
    let text_keys = has_text_keys(schema);
    block(entries.len(), out);
    for (key, item) in entries {
        match key {
            Value::String(text) if text_keys => put_bytes(text.as_bytes(), out),
            _ => value(key_schema, key, out)?,
        }
        value(value_schema, item, out)?;
    }
    end(entries.len(), out);
    Ok(())
}

fn block(count: usize, out: &mut BytesMut) {
    if count > 0 {
        put_long(count as i64, out);
    }
}

fn end(_count: usize, out: &mut BytesMut) {
    put_long(0, out);
}

fn mismatch(schema: &Schema, value: &Value) -> ConnectError {
    let kind = match value {
        Value::Null => "null".to_owned(),
        other => format!("{other:?}").chars().take_while(|c| c.is_alphanumeric()).collect(),
    };
    ConnectError::data(format!(
        "Invalid value: {kind} for a field of type {}",
        schema.kind.name().to_uppercase()
    ))
}
