//! The codecs of record batches: gzip, snappy in Kafka's framing, lz4 frames and zstd.
//!
//! Compressing writes a whole batch's records at once. Decompressing streams through
//! [`Decompressor`], which counts what comes out and stops at the caller's limit, so that neither time
//! nor memory can exceed what the caller granted, whatever the input claims about itself.

mod block;
mod codec;
mod decompressor;
mod error;
mod gzip;
mod lz4;
mod pieces;
mod snappy;
#[cfg(test)]
mod tests;
mod zstd;

pub use codec::{Codec, Compression, UnknownCompression, compress};
pub use decompressor::{Decompressor, decompress};
pub use error::{CompressError, DecompressError};
