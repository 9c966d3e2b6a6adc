//! Values, with or without a schema.

use bytes::Bytes;
use bytestring::ByteString;

use crate::decimal::Decimal;
use crate::schema::SchemaRef;

/// A value. Texts and bytes are slices of shared buffers: cloning copies no data.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Null, of any optional schema or of none.
    Null,
    /// BOOLEAN.
    Bool(bool),
    /// INT8.
    Int8(i8),
    /// INT16.
    Int16(i16),
    /// INT32.
    Int32(i32),
    /// INT64.
    Int64(i64),
    /// FLOAT32.
    Float32(f32),
    /// FLOAT64.
    Float64(f64),
    /// STRING.
    String(ByteString),
    /// BYTES.
    Bytes(Bytes),
    /// The logical type Decimal.
    Decimal(Decimal),
    /// The logical type Date: days since 1970-01-01.
    Date(i32),
    /// The logical type Time: milliseconds since midnight.
    Time(i32),
    /// The logical type Timestamp: milliseconds since the epoch, UTC.
    Timestamp(i64),
    /// ARRAY.
    Array(Vec<Value>),
    /// MAP in the order of insertion. Keys of a schemaless map are strings.
    Map(Vec<(Value, Value)>),
    /// STRUCT.
    Struct(Struct),
}

/// A struct: its schema and one value for each field, in the schema's order.
#[derive(Debug, Clone, PartialEq)]
pub struct Struct {
    /// The schema, of type STRUCT.
    pub schema: SchemaRef,
    /// As many values as the schema has fields.
    pub values: Vec<Value>,
}

impl Struct {
    /// A struct of these values. Panics if their number is not that of the schema's fields.
    pub fn new(schema: SchemaRef, values: Vec<Value>) -> Self {
        assert_eq!(schema.fields.len(), values.len(), "a struct has one value for each field");
        Self { schema, values }
    }

    /// The value of a field.
    pub fn get(&self, field: &str) -> Option<&Value> {
        self.schema.field_index(field).map(|index| &self.values[index])
    }
}

impl Value {
    /// A text value.
    pub fn string(text: impl Into<ByteString>) -> Self {
        Self::String(text.into())
    }

    /// Java's name of what it would be in Apache's runtime, for errors in its words.
    pub fn java_class(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "java.lang.Boolean",
            Self::Int8(_) => "java.lang.Byte",
            Self::Int16(_) => "java.lang.Short",
            Self::Int32(_) => "java.lang.Integer",
            Self::Int64(_) => "java.lang.Long",
            Self::Float32(_) => "java.lang.Float",
            Self::Float64(_) => "java.lang.Double",
            Self::String(_) => "java.lang.String",
            Self::Bytes(_) => "java.nio.HeapByteBuffer",
            Self::Decimal(_) => "java.math.BigDecimal",
            Self::Date(_) | Self::Time(_) | Self::Timestamp(_) => "java.util.Date",
            Self::Array(_) => "java.util.ArrayList",
            Self::Map(_) => "java.util.HashMap",
            Self::Struct(_) => "org.apache.kafka.connect.data.Struct",
        }
    }

    /// Whether it is null.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The text of a STRING.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// The number of any integer type.
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Self::Int8(n) => Some((*n).into()),
            Self::Int16(n) => Some((*n).into()),
            Self::Int32(n) => Some((*n).into()),
            Self::Int64(n) => Some(*n),
            _ => None,
        }
    }

    /// The value of a string key in a MAP.
    pub fn get(&self, key: &str) -> Option<&Value> {
        match self {
            Self::Map(entries) => entries.iter().find(|(k, _)| k.as_str() == Some(key)).map(|(_, v)| v),
            Self::Struct(fields) => fields.get(key),
            _ => None,
        }
    }
}
