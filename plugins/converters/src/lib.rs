//! Converters: between Connect's data model and the bytes of a record's key, value or headers.

mod avro;
mod bytes;
mod converter;
mod json;
mod simple_header;
mod string;

pub use avro::AvroConverter;
#[doc(hidden)]
pub use avro::fuzzing;
pub use bytes::ByteArrayConverter;
pub use converter::{ConvertError, Converter, Missing, SchemaAndValue};
pub use json::{DecimalFormat, JsonConverter};
pub use simple_header::SimpleHeaderConverter;
pub use string::StringConverter;
