//! Converters: between Connect's data model and the bytes of a record's key, value or headers.

mod bytes;
mod converter;
mod json;
mod string;

pub use bytes::ByteArrayConverter;
pub use converter::{ConvertError, Converter, Missing, SchemaAndValue};
pub use json::{DecimalFormat, JsonConverter};
pub use string::StringConverter;
