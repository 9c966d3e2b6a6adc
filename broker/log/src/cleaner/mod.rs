//! Compaction: of each key the last record stays (`cleanup.policy=compact`). What decides is here and pure;
//! [`PartitionLog::compact`](crate::PartitionLog) carries it out.
//!
//! A log has a compacted part and, from the first dirty offset on, a part that may hold newer records of keys anywhere
//! before. One run maps the keys of the dirty part to their last offsets, then rewrites segment by segment from the
//! log's start without the records that have a newer one. Offsets never change. The active segment, and what consumers
//! cannot see or a crash could take back, are never part of it.
//!
//! Tombstones stay for `delete.retention.ms` after the run that first met them (KIP-534), so that a reader from the
//! start learns of the deletion. The last batch of a producer stays, without records if need be: its sequence number
//! must survive the loss of the producer snapshots. Batches of transactions are left as they are, and a log is
//! compacted only up to the first of them.

mod compact_error;
mod filter;
mod offset_map;
mod plan;

pub(crate) use compact_error::CompactError;
pub(crate) use filter::{Filter, Kept};
pub(crate) use offset_map::OffsetMap;
pub(crate) use plan::{Dirt, SegmentSizes, groups};
