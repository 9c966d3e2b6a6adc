//! Schema bodies.

use std::sync::Arc;

use aqueduct_plugin_api::{Field, Schema, SchemaRef, Type};
use bytes::Bytes;

use super::reader::Reader;
use super::value::{SchemaLookup, SchemaRefs, read_value, write_bytes, write_count, write_value};
use super::{CodecError, MAX_DEPTH};

/// What a schema body holds besides the type, in this order.
pub mod flag {
    /// Null is allowed.
    pub const OPTIONAL: u16 = 1;
    /// A name: length, UTF-8.
    pub const NAME: u16 = 2;
    /// A version: i32.
    pub const VERSION: u16 = 4;
    /// A documentation: length, UTF-8.
    pub const DOC: u16 = 8;
    /// Parameters: count, name and value in turn, each length and UTF-8.
    pub const PARAMETERS: u16 = 16;
    /// Fields: count, name (length, UTF-8) and schema body in turn.
    pub const FIELDS: u16 = 32;
    /// The schema body of a map's keys.
    pub const KEY_SCHEMA: u16 = 64;
    /// The schema body of a map's values or an array's elements.
    pub const VALUE_SCHEMA: u16 = 128;
    /// A default: a TAGGED value; a struct in it has schema reference 0.
    pub const DEFAULT: u16 = 256;
}

/// Appends the body of a schema.
pub fn encode_schema(out: &mut Vec<u8>, schema: &Schema) -> Result<(), CodecError> {
    write_schema(out, schema, 0)
}

/// Reads the body of a schema. Names are copied, so that a schema does not keep the batch alive in which it came.
pub fn decode_schema(body: &[u8]) -> Result<SchemaRef, CodecError> {
    let own = Bytes::copy_from_slice(body);
    read_schema(&mut Reader::whole(&own), 0)
}

fn write_schema(out: &mut Vec<u8>, schema: &Schema, depth: usize) -> Result<(), CodecError> {
    if depth > MAX_DEPTH {
        return Err(CodecError::TooDeep);
    }
    out.push(schema.kind as u8);
    out.extend_from_slice(&flags_of(schema).to_le_bytes());
    if let Some(name) = &schema.name {
        write_bytes(out, name.as_bytes())?;
    }
    if let Some(version) = schema.version {
        out.extend_from_slice(&version.to_le_bytes());
    }
    if let Some(doc) = &schema.doc {
        write_bytes(out, doc.as_bytes())?;
    }
    if !schema.parameters.is_empty() {
        write_count(out, schema.parameters.len())?;
        for (name, value) in &schema.parameters {
            write_bytes(out, name.as_bytes())?;
            write_bytes(out, value.as_bytes())?;
        }
    }
    if !schema.fields.is_empty() {
        write_count(out, schema.fields.len())?;
        for field in &schema.fields {
            write_bytes(out, field.name.as_bytes())?;
            write_schema(out, &field.schema, depth + 1)?;
        }
    }
    for nested in [&schema.key_schema, &schema.value_schema].into_iter().flatten() {
        write_schema(out, nested, depth + 1)?;
    }
    if let Some(default) = &schema.default {
        write_value(out, default, None, &mut GivenByContext, depth)?;
    }
    Ok(())
}

fn flags_of(schema: &Schema) -> u16 {
    let bit = |set: bool, bit: u16| if set { bit } else { 0 };
    bit(schema.optional, flag::OPTIONAL)
        | bit(schema.name.is_some(), flag::NAME)
        | bit(schema.version.is_some(), flag::VERSION)
        | bit(schema.doc.is_some(), flag::DOC)
        | bit(!schema.parameters.is_empty(), flag::PARAMETERS)
        | bit(!schema.fields.is_empty(), flag::FIELDS)
        | bit(schema.key_schema.is_some(), flag::KEY_SCHEMA)
        | bit(schema.value_schema.is_some(), flag::VALUE_SCHEMA)
        | bit(schema.default.is_some(), flag::DEFAULT)
}

fn read_schema(reader: &mut Reader<'_>, depth: usize) -> Result<SchemaRef, CodecError> {
    if depth > MAX_DEPTH {
        return Err(CodecError::TooDeep);
    }
    let mut schema = Schema::of(read_type(reader)?);
    let flags = reader.u16("a schema's flags")?;
    let has = |flag: u16| flags & flag != 0;
    schema.optional = has(flag::OPTIONAL);
    if has(flag::NAME) {
        schema.name = Some(reader.text("a schema's name")?);
    }
    if has(flag::VERSION) {
        schema.version = Some(reader.i32("a schema's version")?);
    }
    if has(flag::DOC) {
        schema.doc = Some(reader.text("a schema's documentation")?);
    }
    if has(flag::PARAMETERS) {
        for _ in 0..reader.count("a schema's parameters")? {
            let name = reader.text("a parameter's name")?;
            schema.parameters.push((name, reader.text("a parameter's value")?));
        }
    }
    if has(flag::FIELDS) {
        for _ in 0..reader.count("a schema's fields")? {
            let name = reader.text("a field's name")?;
            schema.fields.push(Field { name, schema: read_schema(reader, depth + 1)? });
        }
    }
    if has(flag::KEY_SCHEMA) {
        schema.key_schema = Some(read_schema(reader, depth + 1)?);
    }
    if has(flag::VALUE_SCHEMA) {
        schema.value_schema = Some(read_schema(reader, depth + 1)?);
    }
    if !has(flag::DEFAULT) {
        return Ok(Arc::new(schema));
    }
    let shape = Arc::new(schema);
    let default = read_value(reader, Some(&shape), &GivenByContext, depth)?;
    Ok(Arc::new(Schema { default: Some(default), ..(*shape).clone() }))
}

fn read_type(reader: &mut Reader<'_>) -> Result<Type, CodecError> {
    const TYPES: [Type; 12] = [
        Type::Int8,
        Type::Int16,
        Type::Int32,
        Type::Int64,
        Type::Float32,
        Type::Float64,
        Type::Boolean,
        Type::String,
        Type::Bytes,
        Type::Array,
        Type::Map,
        Type::Struct,
    ];
    let number = reader.u8("a schema's type")?;
    let unknown = CodecError::Unknown { what: "type of a schema", value: number.into() };
    TYPES.get(usize::from(number)).copied().ok_or(unknown)
}

/// Inside a schema's default every struct has the schema that stands around it.
struct GivenByContext;

impl SchemaRefs for GivenByContext {
    fn reference(&mut self, _: &SchemaRef) -> u32 {
        0
    }
}

impl SchemaLookup for GivenByContext {
    fn schema(&self, reference: u32) -> Result<&SchemaRef, CodecError> {
        Err(CodecError::Unknown { what: "schema reference within a default", value: reference.into() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aqueduct_plugin_api::{Struct, Value, logical};

    #[test]
    fn a_schema_with_everything_comes_back_the_same() {
        let inner = Schema::structure("inner").field("n", Schema::of(Type::Int8)).optional();
        let default = Struct::new(Arc::new(inner.clone()), vec![Value::Int8(3)]);
        let schema = Schema::structure("outer")
            .field("price", logical::decimal(2).optional())
            .field("tags", Schema::array(Schema::of(Type::String).default_value(Value::string("x"))))
            .field("by", Schema::map(Schema::of(Type::String), logical::timestamp()))
            .field("inner", inner.default_value(Value::Struct(default)))
            .doc("what it is")
            .parameter("a", "b");
        let mut body = Vec::new();
        encode_schema(&mut body, &schema).unwrap();
        assert_eq!(*decode_schema(&body).unwrap(), schema);
        for cut in 0..body.len() {
            assert!(decode_schema(&body[..cut]).is_err(), "cut at {cut}");
        }
    }

    #[test]
    fn a_bottomless_schema_is_refused() {
        let mut body = Vec::new();
        for _ in 0..100_000 {
            body.push(Type::Array as u8);
            body.extend_from_slice(&flag::VALUE_SCHEMA.to_le_bytes());
        }
        assert_eq!(decode_schema(&body).unwrap_err(), CodecError::TooDeep);
    }
}
