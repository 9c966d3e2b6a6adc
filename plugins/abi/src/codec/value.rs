//! Values in the TAGGED encoding.

use aqueduct_plugin_api::{Decimal, SchemaRef, Struct, Value};
use bytes::Bytes;

use super::reader::{Reader, text_of};
use super::{CodecError, MAX_DEPTH};
use crate::raw::{AQ_FORM_BYTES, AQ_FORM_NULL, AQ_FORM_TAGGED, AQ_FORM_TEXT, AqSpan};

/// The first byte of a value.
pub mod tag {
    /// Null.
    pub const NULL: u8 = 0;
    /// BOOLEAN false.
    pub const FALSE: u8 = 1;
    /// BOOLEAN true.
    pub const TRUE: u8 = 2;
    /// INT8: 1 byte.
    pub const INT8: u8 = 3;
    /// INT16: 2 bytes.
    pub const INT16: u8 = 4;
    /// INT32: 4 bytes.
    pub const INT32: u8 = 5;
    /// INT64: 8 bytes.
    pub const INT64: u8 = 6;
    /// FLOAT32: 4 bytes.
    pub const FLOAT32: u8 = 7;
    /// FLOAT64: 8 bytes.
    pub const FLOAT64: u8 = 8;
    /// STRING: length, UTF-8.
    pub const STRING: u8 = 9;
    /// BYTES: length, bytes.
    pub const BYTES: u8 = 10;
    /// Decimal: i32 scale, length, unscaled two's-complement big-endian bytes.
    pub const DECIMAL: u8 = 11;
    /// Date: i32 days since 1970-01-01.
    pub const DATE: u8 = 12;
    /// Time: i32 milliseconds since midnight.
    pub const TIME: u8 = 13;
    /// Timestamp: i64 milliseconds since the epoch.
    pub const TIMESTAMP: u8 = 14;
    /// ARRAY: count, values.
    pub const ARRAY: u8 = 15;
    /// MAP: count, key and value in turn.
    pub const MAP: u8 = 16;
    /// STRUCT: schema reference, count, values.
    pub const STRUCT: u8 = 17;
}

/// How structs name their schemas: the batch's table, or nothing where the context always gives it.
pub(super) trait SchemaRefs {
    /// The reference of a schema that the context does not give.
    fn reference(&mut self, schema: &SchemaRef) -> u32;
}

/// How references become schemas again.
pub(super) trait SchemaLookup {
    /// The schema of a reference that is not 0.
    fn schema(&self, reference: u32) -> Result<&SchemaRef, CodecError>;
}

/// Writes a value as it stands in a datum: null and plain texts and bytes without a tag. Gives the form.
pub(super) fn write_datum(
    out: &mut Vec<u8>,
    value: &Value,
    schema: Option<&SchemaRef>,
    refs: &mut impl SchemaRefs,
) -> Result<u32, CodecError> {
    match value {
        Value::Null => Ok(AQ_FORM_NULL),
        Value::Bytes(bytes) => {
            out.extend_from_slice(bytes);
            Ok(AQ_FORM_BYTES)
        }
        Value::String(text) => {
            out.extend_from_slice(text.as_bytes());
            Ok(AQ_FORM_TEXT)
        }
        other => {
            write_value(out, other, schema, refs, 0)?;
            Ok(AQ_FORM_TAGGED)
        }
    }
}

/// Reads a datum.
pub(super) fn read_datum(
    arena: &Bytes,
    form: u32,
    span: AqSpan,
    schema: Option<&SchemaRef>,
    lookup: &impl SchemaLookup,
) -> Result<Value, CodecError> {
    if form == AQ_FORM_NULL {
        return Ok(Value::Null);
    }
    let mut reader = Reader::part(arena, span.offset, span.len)?;
    match form {
        AQ_FORM_BYTES => Ok(Value::Bytes(reader.rest())),
        AQ_FORM_TEXT => Ok(Value::String(text_of(reader.rest())?)),
        AQ_FORM_TAGGED => read_value(&mut reader, schema, lookup, 0),
        other => Err(CodecError::Unknown { what: "form of a value", value: other.into() }),
    }
}

pub(super) fn write_value(
    out: &mut Vec<u8>,
    value: &Value,
    schema: Option<&SchemaRef>,
    refs: &mut impl SchemaRefs,
    depth: usize,
) -> Result<(), CodecError> {
    if depth > MAX_DEPTH {
        return Err(CodecError::TooDeep);
    }
    match value {
        Value::Null => out.push(tag::NULL),
        Value::Bool(false) => out.push(tag::FALSE),
        Value::Bool(true) => out.push(tag::TRUE),
        Value::Int8(n) => write_tagged(out, tag::INT8, n.to_le_bytes()),
        Value::Int16(n) => write_tagged(out, tag::INT16, n.to_le_bytes()),
        Value::Int32(n) => write_tagged(out, tag::INT32, n.to_le_bytes()),
        Value::Int64(n) => write_tagged(out, tag::INT64, n.to_le_bytes()),
        Value::Float32(n) => write_tagged(out, tag::FLOAT32, n.to_le_bytes()),
        Value::Float64(n) => write_tagged(out, tag::FLOAT64, n.to_le_bytes()),
        Value::String(text) => {
            out.push(tag::STRING);
            write_bytes(out, text.as_bytes())?;
        }
        Value::Bytes(bytes) => {
            out.push(tag::BYTES);
            write_bytes(out, bytes)?;
        }
        Value::Decimal(decimal) => {
            write_tagged(out, tag::DECIMAL, decimal.scale.to_le_bytes());
            write_bytes(out, &decimal.unscaled_bytes())?;
        }
        Value::Date(days) => write_tagged(out, tag::DATE, days.to_le_bytes()),
        Value::Time(millis) => write_tagged(out, tag::TIME, millis.to_le_bytes()),
        Value::Timestamp(millis) => write_tagged(out, tag::TIMESTAMP, millis.to_le_bytes()),
        Value::Array(items) => {
            out.push(tag::ARRAY);
            write_count(out, items.len())?;
            let element = schema.and_then(|schema| schema.value_schema.as_ref());
            for item in items {
                write_value(out, item, element, refs, depth + 1)?;
            }
        }
        Value::Map(entries) => {
            out.push(tag::MAP);
            write_count(out, entries.len())?;
            let key_schema = schema.and_then(|schema| schema.key_schema.as_ref());
            let value_schema = schema.and_then(|schema| schema.value_schema.as_ref());
            for (key, value) in entries {
                write_value(out, key, key_schema, refs, depth + 1)?;
                write_value(out, value, value_schema, refs, depth + 1)?;
            }
        }
        Value::Struct(fields) => write_struct(out, fields, schema, refs, depth)?,
    }
    Ok(())
}

fn write_struct(
    out: &mut Vec<u8>,
    value: &Struct,
    schema: Option<&SchemaRef>,
    refs: &mut impl SchemaRefs,
    depth: usize,
) -> Result<(), CodecError> {
    let fields = &value.schema.fields;
    if fields.len() != value.values.len() {
        return Err(CodecError::FieldCount { fields: fields.len(), values: value.values.len() });
    }
    let given_by_context = schema.is_some_and(|schema| std::sync::Arc::ptr_eq(schema, &value.schema));
    let reference = if given_by_context { 0 } else { refs.reference(&value.schema) };
    write_tagged(out, tag::STRUCT, reference.to_le_bytes());
    write_count(out, value.values.len())?;
    for (field, value) in fields.iter().zip(&value.values) {
        write_value(out, value, Some(&field.schema), refs, depth + 1)?;
    }
    Ok(())
}

fn write_tagged<const N: usize>(out: &mut Vec<u8>, tag: u8, content: [u8; N]) {
    out.push(tag);
    out.extend_from_slice(&content);
}

pub(super) fn write_count(out: &mut Vec<u8>, count: usize) -> Result<(), CodecError> {
    let count = u32::try_from(count).map_err(|_| CodecError::TooLarge)?;
    out.extend_from_slice(&count.to_le_bytes());
    Ok(())
}

pub(super) fn write_bytes(out: &mut Vec<u8>, bytes: &[u8]) -> Result<(), CodecError> {
    write_count(out, bytes.len())?;
    out.extend_from_slice(bytes);
    Ok(())
}

pub(super) fn read_value(
    reader: &mut Reader<'_>,
    schema: Option<&SchemaRef>,
    lookup: &impl SchemaLookup,
    depth: usize,
) -> Result<Value, CodecError> {
    if depth > MAX_DEPTH {
        return Err(CodecError::TooDeep);
    }
    let value = match reader.u8("a value's tag")? {
        tag::NULL => Value::Null,
        tag::FALSE => Value::Bool(false),
        tag::TRUE => Value::Bool(true),
        tag::INT8 => Value::Int8(i8::from_le_bytes(reader.array("INT8")?)),
        tag::INT16 => Value::Int16(i16::from_le_bytes(reader.array("INT16")?)),
        tag::INT32 => Value::Int32(reader.i32("INT32")?),
        tag::INT64 => Value::Int64(reader.i64("INT64")?),
        tag::FLOAT32 => Value::Float32(f32::from_le_bytes(reader.array("FLOAT32")?)),
        tag::FLOAT64 => Value::Float64(f64::from_le_bytes(reader.array("FLOAT64")?)),
        tag::STRING => Value::String(reader.text("STRING")?),
        tag::BYTES => Value::Bytes(reader.bytes("BYTES")?),
        tag::DECIMAL => {
            let scale = reader.i32("Decimal")?;
            let len = reader.u32("Decimal")? as usize;
            Value::Decimal(Decimal::from_unscaled_bytes(reader.take(len, "Decimal")?, scale))
        }
        tag::DATE => Value::Date(reader.i32("Date")?),
        tag::TIME => Value::Time(reader.i32("Time")?),
        tag::TIMESTAMP => Value::Timestamp(reader.i64("Timestamp")?),
        tag::ARRAY => {
            let element = schema.and_then(|schema| schema.value_schema.as_ref());
            Value::Array(read_values(reader, lookup, depth, |_| element)?)
        }
        tag::MAP => read_map(reader, schema, lookup, depth)?,
        tag::STRUCT => read_struct(reader, schema, lookup, depth)?,
        other => return Err(CodecError::Unknown { what: "tag of a value", value: other.into() }),
    };
    Ok(value)
}

/// A count and as many values. The capacity reserved at first is bounded, whatever the count.
fn read_values<'s>(
    reader: &mut Reader<'_>,
    lookup: &impl SchemaLookup,
    depth: usize,
    schema_of: impl Fn(usize) -> Option<&'s SchemaRef>,
) -> Result<Vec<Value>, CodecError> {
    let count = reader.count("a list of values")?;
    let mut values = Vec::with_capacity(count.min(64));
    for index in 0..count {
        values.push(read_value(reader, schema_of(index), lookup, depth + 1)?);
    }
    Ok(values)
}

fn read_map(
    reader: &mut Reader<'_>,
    schema: Option<&SchemaRef>,
    lookup: &impl SchemaLookup,
    depth: usize,
) -> Result<Value, CodecError> {
    let key_schema = schema.and_then(|schema| schema.key_schema.as_ref());
    let value_schema = schema.and_then(|schema| schema.value_schema.as_ref());
    let count = reader.count("a map")?;
    let mut entries = Vec::with_capacity(count.min(64));
    for _ in 0..count {
        let key = read_value(reader, key_schema, lookup, depth + 1)?;
        let value = read_value(reader, value_schema, lookup, depth + 1)?;
        entries.push((key, value));
    }
    Ok(Value::Map(entries))
}

fn read_struct(
    reader: &mut Reader<'_>,
    schema: Option<&SchemaRef>,
    lookup: &impl SchemaLookup,
    depth: usize,
) -> Result<Value, CodecError> {
    let schema = match (reader.u32("a struct's schema")?, schema) {
        (0, Some(schema)) => schema,
        (0, None) => return Err(CodecError::Unknown { what: "schema that the context gives", value: 0 }),
        (reference, _) => lookup.schema(reference)?,
    };
    let values =
        read_values(reader, lookup, depth, |index| schema.fields.get(index).map(|field| &field.schema))?;
    if values.len() != schema.fields.len() {
        return Err(CodecError::FieldCount { fields: schema.fields.len(), values: values.len() });
    }
    Ok(Value::Struct(Struct { schema: schema.clone(), values }))
}
