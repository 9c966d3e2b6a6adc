//! Reading and writing Kafka's primitive types: bounded decode from `Bytes`, segmented encode.

mod decoder;
mod encoder;
mod error;
mod header;
mod message;
mod metadata_frame;
mod tagged_fields;
mod versioned;

pub use decoder::{
    Decoder, MAX_ARRAY_ELEMENTS, MAX_STRING_BYTES, MAX_TAGGED_FIELDS, MEMORY_ALLOWANCE, MEMORY_FACTOR,
};
pub use encoder::{Encoder, SPLICE_BYTES, TagMark};
pub use error::{DecodeError, EncodeError};
pub use header::{decode_request_header, decode_response_header, encode_request, encode_response};
pub use message::{Message, RecordKey, Request, Response};
pub use metadata_frame::{decode_metadata_frame, encode_metadata_frame};
pub use tagged_fields::{RawTaggedField, UnknownTags};
pub use versioned::{
    decode_record_key, decode_versioned, decode_versioned_leniently, encode_record_key, encode_versioned,
    peek_record_type,
};
