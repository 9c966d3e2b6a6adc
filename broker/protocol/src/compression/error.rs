//! What can go wrong in a codec.

use std::io;

use super::Compression;
use crate::error_code::ErrorCode;

/// Compressing failed; only a fault of the library or of the settings can cause it.
#[derive(Debug, thiserror::Error)]
#[error("{compression} failed to compress")]
pub struct CompressError {
    /// The codec.
    pub compression: Compression,
    /// What it said.
    #[source]
    pub source: io::Error,
}

/// Decompressing failed.
#[derive(Debug, thiserror::Error)]
pub enum DecompressError {
    /// The data is not what the codec writes, or is cut short.
    #[error("{compression} data is corrupt: {source}")]
    Corrupt {
        /// The codec.
        compression: Compression,
        /// What it said.
        #[source]
        source: io::Error,
    },
    /// The data would decompress to more than the caller allows.
    #[error("{compression} data decompresses to more than {limit} bytes")]
    TooLarge {
        /// The codec.
        compression: Compression,
        /// The caller's limit in bytes.
        limit: usize,
    },
}

impl DecompressError {
    /// The code that a broker answers for a batch with this fault. Kafka has none of its own for data that is corrupt;
    /// this one keeps producers from sending the batch again.
    pub fn code(&self) -> ErrorCode {
        match self {
            DecompressError::Corrupt { .. } => ErrorCode::UnknownServerError,
            DecompressError::TooLarge { .. } => ErrorCode::RecordListTooLarge,
        }
    }
}

/// Marks an [`io::Error`] as "the limit is reached" on its way out of a codec.
#[derive(Debug, thiserror::Error)]
#[error("decompressed size limit reached")]
pub(super) struct LimitReached;

/// The error of a stream whose content does not follow its format.
pub(super) fn corrupt(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

/// The error of a stream that ends before its format says.
pub(super) fn truncated() -> io::Error {
    io::Error::new(io::ErrorKind::UnexpectedEof, "the data is cut short")
}
