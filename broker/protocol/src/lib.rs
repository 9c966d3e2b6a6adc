//! Kafka's wire protocol without I/O: messages of every API and internal topic, record batches,
//! compression, error codes.
//!
//! - [`messages`]: one generated struct per request, response and record; the names are Kafka's.
//! - [`codec`]: bounded decode from `Bytes` (decoded strings, bytes and records are slices of the frame),
//!   encode into segments (records are never copied), headers and frames.
//! - [`ApiKey`]: the APIs, their versions and header versions.
//! - [`record`]: record batches; [`compression`]: their codecs; [`ErrorCode`]: what brokers answer.

#![cfg_attr(test, allow(clippy::unwrap_used))]

#[cfg(test)]
mod allocation;
mod api_key;
pub mod codec;
pub mod compression;
pub mod error_code;
pub mod ids;
pub mod messages;
pub mod record;

pub use error_code::ErrorCode;
pub use messages::ApiKey;
