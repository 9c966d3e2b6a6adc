//! `ByteArrayConverter`: bytes as they are.

use ::bytes::{Bytes, BytesMut};
use aqueduct_plugin_api::{ConnectError, Schema, SchemaRef, Type, Value};

use crate::converter::{ConvertError, Converter, SchemaAndValue};

/// Passes bytes through. Class `org.apache.kafka.connect.converters.ByteArrayConverter`.
#[derive(Debug)]
pub struct ByteArrayConverter {
    schema: SchemaRef,
}

impl Default for ByteArrayConverter {
    fn default() -> Self {
        Self { schema: Schema::of(Type::Bytes).optional().into() }
    }
}

impl Converter for ByteArrayConverter {
    fn from_connect(
        &self,
        _topic: &str,
        schema: Option<&SchemaRef>,
        value: &Value,
        out: &mut BytesMut,
    ) -> Result<bool, ConvertError> {
        if let Some(schema) = schema.filter(|schema| schema.kind != Type::Bytes) {
            let text =
                format!("Invalid schema type for ByteArrayConverter: {}", schema.kind.name().to_uppercase());
            return Err(ConnectError::data(text).into());
        }
        match value {
            Value::Null => Ok(false),
            Value::Bytes(bytes) => {
                out.extend_from_slice(bytes);
                Ok(true)
            }
            _ => {
                Err(ConnectError::data("ByteArrayConverter is not compatible with values that are not bytes")
                    .into())
            }
        }
    }

    fn to_connect(&self, _topic: &str, data: Option<&Bytes>) -> Result<SchemaAndValue, ConvertError> {
        let value = data.map_or(Value::Null, |bytes| Value::Bytes(bytes.clone()));
        Ok(SchemaAndValue { schema: Some(self.schema.clone()), value })
    }
}
