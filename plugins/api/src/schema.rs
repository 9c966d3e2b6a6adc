//! Schemas: what a value looks like, with Connect's types, names, versions, parameters and defaults.

use std::sync::Arc;

use bytestring::ByteString;

use crate::value::Value;

/// A shared schema. Compare with `Arc::ptr_eq` first: connectors hand out the same schema for every record.
pub type SchemaRef = Arc<Schema>;

/// Connect's types. Logical types (Decimal, Date, …) are one of these plus a schema name, see [`logical`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Type {
    /// 8-bit signed integer.
    Int8 = 0,
    /// 16-bit signed integer.
    Int16 = 1,
    /// 32-bit signed integer.
    Int32 = 2,
    /// 64-bit signed integer.
    Int64 = 3,
    /// 32-bit IEEE 754 number.
    Float32 = 4,
    /// 64-bit IEEE 754 number.
    Float64 = 5,
    /// `true` or `false`.
    Boolean = 6,
    /// UTF-8 text.
    String = 7,
    /// Bytes.
    Bytes = 8,
    /// An ordered list of values of one schema.
    Array = 9,
    /// Keys of one schema to values of another.
    Map = 10,
    /// Named fields, each with a schema of its own.
    Struct = 11,
}

impl Type {
    /// Connect's name of the type in JSON schemas.
    pub fn name(self) -> &'static str {
        match self {
            Self::Int8 => "int8",
            Self::Int16 => "int16",
            Self::Int32 => "int32",
            Self::Int64 => "int64",
            Self::Float32 => "float",
            Self::Float64 => "double",
            Self::Boolean => "boolean",
            Self::String => "string",
            Self::Bytes => "bytes",
            Self::Array => "array",
            Self::Map => "map",
            Self::Struct => "struct",
        }
    }
}

/// Names and builders of Connect's logical types.
pub mod logical {
    use super::{Schema, Type};

    /// Schema name of an exact decimal: BYTES, value [`crate::Value::Decimal`], parameter `scale`.
    pub const DECIMAL: &str = "org.apache.kafka.connect.data.Decimal";
    /// Schema name of a date: INT32, value [`crate::Value::Date`], days since 1970-01-01.
    pub const DATE: &str = "org.apache.kafka.connect.data.Date";
    /// Schema name of a time of day: INT32, value [`crate::Value::Time`], milliseconds since midnight.
    pub const TIME: &str = "org.apache.kafka.connect.data.Time";
    /// Schema name of an instant: INT64, value [`crate::Value::Timestamp`], milliseconds since the epoch in UTC.
    pub const TIMESTAMP: &str = "org.apache.kafka.connect.data.Timestamp";
    /// The parameter of [`DECIMAL`] that holds the scale.
    pub const SCALE: &str = "scale";

    /// A decimal of this many digits after the point.
    pub fn decimal(scale: i32) -> Schema {
        Schema::of(Type::Bytes).named(DECIMAL, Some(1)).parameter(SCALE, &scale.to_string())
    }

    /// A date.
    pub fn date() -> Schema {
        Schema::of(Type::Int32).named(DATE, Some(1))
    }

    /// A time of day.
    pub fn time() -> Schema {
        Schema::of(Type::Int32).named(TIME, Some(1))
    }

    /// An instant.
    pub fn timestamp() -> Schema {
        Schema::of(Type::Int64).named(TIMESTAMP, Some(1))
    }
}

/// A field of a struct schema.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// Its name, unique within the struct.
    pub name: ByteString,
    /// Its schema.
    pub schema: SchemaRef,
}

/// A schema. Build one with [`Schema::of`] and the methods that follow it; share it as a [`SchemaRef`].
#[derive(Debug, Clone, PartialEq)]
pub struct Schema {
    /// The type.
    pub kind: Type,
    /// Whether null is allowed.
    pub optional: bool,
    /// The default, if any.
    pub default: Option<Value>,
    /// The name: of a struct, or of a logical type.
    pub name: Option<ByteString>,
    /// The version.
    pub version: Option<i32>,
    /// The documentation.
    pub doc: Option<ByteString>,
    /// Parameters in the order they were set.
    pub parameters: Vec<(ByteString, ByteString)>,
    /// The fields of a struct, in order.
    pub fields: Vec<Field>,
    /// The schema of a map's keys.
    pub key_schema: Option<SchemaRef>,
    /// The schema of a map's values or of an array's elements.
    pub value_schema: Option<SchemaRef>,
}

impl Schema {
    /// A required schema of a type.
    pub fn of(kind: Type) -> Self {
        Self {
            kind,
            optional: false,
            default: None,
            name: None,
            version: None,
            doc: None,
            parameters: Vec::new(),
            fields: Vec::new(),
            key_schema: None,
            value_schema: None,
        }
    }

    /// A struct without fields as yet.
    pub fn structure(name: &str) -> Self {
        Self::of(Type::Struct).named(name, None)
    }

    /// A list of values of a schema.
    pub fn array(element: impl Into<SchemaRef>) -> Self {
        Self { value_schema: Some(element.into()), ..Self::of(Type::Array) }
    }

    /// Keys of one schema to values of another.
    pub fn map(key: impl Into<SchemaRef>, value: impl Into<SchemaRef>) -> Self {
        Self { key_schema: Some(key.into()), value_schema: Some(value.into()), ..Self::of(Type::Map) }
    }

    /// Allows null.
    pub fn optional(mut self) -> Self {
        self.optional = true;
        self
    }

    /// Allows null if told to.
    pub fn optional_if(mut self, optional: bool) -> Self {
        self.optional = optional;
        self
    }

    /// Sets name and version.
    pub fn named(mut self, name: &str, version: Option<i32>) -> Self {
        self.name = Some(name.into());
        self.version = version;
        self
    }

    /// Sets the default.
    pub fn default_value(mut self, value: Value) -> Self {
        self.default = Some(value);
        self
    }

    /// Sets the documentation.
    pub fn doc(mut self, doc: &str) -> Self {
        self.doc = Some(doc.into());
        self
    }

    /// Adds a parameter.
    pub fn parameter(mut self, name: &str, value: &str) -> Self {
        self.parameters.push((name.into(), value.into()));
        self
    }

    /// Adds a field.
    pub fn field(mut self, name: &str, schema: impl Into<SchemaRef>) -> Self {
        self.fields.push(Field { name: name.into(), schema: schema.into() });
        self
    }

    /// The position of a field.
    pub fn field_index(&self, name: &str) -> Option<usize> {
        self.fields.iter().position(|field| *field.name == *name)
    }

    /// The value of a parameter.
    pub fn get_parameter(&self, name: &str) -> Option<&ByteString> {
        self.parameters.iter().find(|(key, _)| **key == *name).map(|(_, value)| value)
    }

    /// The scale of a [`logical::DECIMAL`], `None` for other schemas.
    pub fn decimal_scale(&self) -> Option<i32> {
        if !self.is_logical(logical::DECIMAL) {
            return None;
        }
        self.get_parameter(logical::SCALE).and_then(|scale| scale.parse().ok())
    }

    /// Whether the schema carries this logical name.
    pub fn is_logical(&self, name: &str) -> bool {
        self.name.as_deref() == Some(name)
    }
}
