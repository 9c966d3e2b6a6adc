//! aqueduct-avro: the Avro schema model of the registry and of the Avro converter. No I/O.
//!
//! A [`Schema`] keeps everything its text said, in order: names, namespaces, aliases, doc, defaults, field
//! order, logical types and custom properties. From it come the canonical text the registry stores
//! ([`Schema::canonical_text`]), the Parsing Canonical Form ([`Schema::parsing_canonical_form`]) with its
//! CRC-64-AVRO fingerprint, the normalised form, and the compatibility check
//! ([`compatibility::check_reader_writer`], [`compatibility::CompatibilityLevel`]).
//!
//! Parsing is bounded: JSON nested deeper than [`MAX_JSON_DEPTH`] and types nested deeper than
//! [`MAX_TYPE_DEPTH`] are errors, and no function here recurses deeper than that, whatever the input.
//!
//! ```
//! use aqueduct_avro::{Schema, Type};
//! let schema = Schema::parse(r#"{"type":"array","items":{"type":"long","logicalType":"timestamp-millis"}}"#).unwrap();
//! let Type::Array(array) = &schema[schema.root()] else { panic!() };
//! assert_eq!(schema.logical_type(array.items), Some(aqueduct_avro::LogicalType::TimestampMillis));
//! ```

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod canonical_text;
pub mod compatibility;
mod default_value;
mod fingerprint;
mod java_double;
pub mod json;
mod logical_type;
mod name;
mod normalize;
mod parse_error;
mod parser;
mod parsing_form;
mod schema;

pub use fingerprint::crc64_avro;
pub use json::Json;
pub use json::MAX_JSON_DEPTH;
pub use logical_type::LogicalType;
pub use name::{Name, NameError};
pub use parse_error::ParseError;
pub use parser::{MAX_TYPE_DEPTH, ParseOptions};
pub use schema::{
    Array, Enum, Field, FieldOrder, Fixed, Map, Primitive, Props, Record, Schema, Type, TypeId, Union,
};
