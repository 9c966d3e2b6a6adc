//! Entrances for the fuzz targets: data of a schema that any registry may have given.

use ::bytes::{Bytes, BytesMut};
use aqueduct_plugin_api::ConnectError;

use super::decode::Reader;
use super::encode;
use crate::SchemaAndValue;

/// Reads one datum, without the schema id in front.
///
/// # Errors
/// The schema or the datum is refused.
pub fn read(schema: &str, datum: &Bytes) -> Result<SchemaAndValue, ConnectError> {
    let reader = Reader::new(1, schema)?;
    let value = reader.read(datum)?;
    Ok(SchemaAndValue { schema: Some(reader.schema.clone()), value })
}

/// Writes a value, without the schema id in front.
///
/// # Errors
/// The value does not fit its schema.
pub fn write(value: &SchemaAndValue, out: &mut BytesMut) -> Result<(), ConnectError> {
    let schema = value.schema.as_ref().ok_or_else(|| ConnectError::data("no schema"))?;
    encode::value(schema, &value.value, out)
}
