//! Why a log was not compacted.

use std::io;
use std::path::PathBuf;

/// Why a log was not compacted. Its records are as they were.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CompactError {
    #[error("{path}: {source}")]
    Io { path: PathBuf, source: io::Error },
    /// The partition is left alone until the next start.
    #[error("{path}: the batch at byte {position} cannot be compacted: {what}")]
    Unreadable { path: PathBuf, position: u64, what: String },
    #[error("the batch at offset {offset} has more keys than log.cleaner.dedupe.buffer.size has room for")]
    TooManyKeys { offset: i64 },
    #[error("{free} bytes free are too few to rewrite a segment of {needed} bytes")]
    NoSpace { free: u64, needed: u64 },
    /// Segments were deleted or the log was closed meanwhile.
    #[error("the log changed meanwhile")]
    Changed,
}

impl CompactError {
    /// Whether another try would end the same way.
    pub(crate) fn is_lasting(&self) -> bool {
        matches!(self, CompactError::Unreadable { .. } | CompactError::TooManyKeys { .. })
    }
}
