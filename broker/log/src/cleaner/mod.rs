//! Compaction: of each key the last record stays (`cleanup.policy=compact`). What decides is here and pure;
//! [`PartitionLog::compact`](crate::PartitionLog) carries it out.
//!
//! A log has a compacted part and, from the first dirty offset on, a part that may hold newer records of keys anywhere
//! before. One run maps the keys of the dirty part to their last offsets, then rewrites segment by segment from the
//! log's start without the records that have a newer one. Offsets never change. The active segment, and what consumers
//! cannot see or a crash could take back, are never part of it.
//!
//! Tombstones stay for `delete.retention.ms` after the run that first met them (KIP-534), so that a reader from the start
//! learns of the deletion. The last batch of a producer stays, without records if need be: its sequence number must
//! survive the loss of the producer snapshots. Batches of transactions are left as they are, and a log is compacted only
//! up to the first of them.

mod filter;
mod offset_map;
mod plan;

use std::io;
use std::path::PathBuf;

pub(crate) use filter::{Filter, Kept};
pub(crate) use offset_map::OffsetMap;
pub(crate) use plan::{Dirt, SegmentSizes, groups};

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
