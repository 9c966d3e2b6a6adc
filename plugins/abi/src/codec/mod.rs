//! Records to and from batches of the ABI: the TAGGED encoding, schemas, and the arena.
//!
//! TAGGED: one byte for the kind of value ([`tag`]), then its content. Numbers are little-endian. A text or bytes is a
//! `u32` length and the bytes; a list a `u32` count and the values; a map a `u32` count, then key and value in turn; a
//! struct a `u32` schema reference, a `u32` count and the field values. The schema reference is 0 for the schema that
//! the context already gives (the record's value schema, the field's schema), else 1 + a position in the batch's
//! schema table.
//!
//! A schema body: `u8` type, `u16` flags ([`flag`]), then what the flags announce, in the order of the flags.

mod decode;
mod encode;
mod error;
mod offset;
mod reader;
mod schema;
mod schema_table;
#[cfg(test)]
mod tests;
mod value;

pub use decode::{Decoder, OwnedBatch};
pub use encode::Encoder;
pub use error::CodecError;
pub use offset::{decode_offset_map, encode_offset_map};
pub use schema::{decode_schema, encode_schema, flag};
pub use value::tag;

/// The deepest nesting of values and of schemas.
pub const MAX_DEPTH: usize = 64;
