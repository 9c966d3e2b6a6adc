//! Reading by offset, and finding offsets by time and epoch.

use std::io;

use aqueduct_protocol::ids::{LeaderEpoch, Offset};

use super::PartitionLog;
use crate::{EpochEndOffset, ReadError};

/// Bounds of a read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadLimit {
    /// The most bytes to return; the first batch is returned whole even if it is longer, if `at_least_one`.
    pub max_bytes: u32,
    /// Batches from this offset on are not returned: the high watermark or last stable offset for consumers, the log
    /// end offset for followers.
    pub below: Offset,
    /// Whether the first batch may exceed `max_bytes` (Kafka: true for the first partition that has data).
    pub at_least_one: bool,
}

/// A range of a segment file with whole record batches. The file stays readable while this is held, whatever
/// retention does.
#[derive(Debug, Clone)]
pub struct FetchSlice {
    len: u32,
}

impl FetchSlice {
    /// Length in bytes; 0 if there is nothing to read yet.
    pub fn len(&self) -> usize {
        self.len as usize
    }

    /// Whether there is nothing to read.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Reads the whole slice into `buf`, which has exactly [`len`](FetchSlice::len) bytes.
    pub fn read_into(&self, buf: &mut [u8]) -> io::Result<()> {
        let _ = buf;
        todo!()
    }
}

/// What ListOffsets asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OffsetSpec {
    /// −2 and −4: the log start offset.
    Earliest,
    /// −1: the end as the caller may see it (`below`).
    Latest,
    /// −3 (KIP-734): the record with the largest timestamp.
    MaxTimestamp,
    /// The first record whose timestamp is this or later, in ms.
    Timestamp(i64),
}

/// A record's place and time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimestampOffset {
    /// The record's offset.
    pub offset: Offset,
    /// Its timestamp in ms; −1 for [`OffsetSpec::Earliest`] and [`OffsetSpec::Latest`].
    pub timestamp: i64,
    /// The leader epoch it was written in.
    pub leader_epoch: LeaderEpoch,
}

impl PartitionLog {
    /// Finds the batches from `from` on, as a slice of one segment file; it ends with a whole batch, and with the
    /// segment (a reader carries on in the next with its next read). The first batch may begin before `from`.
    /// Never waits for an append. Empty if `from` is at or above `limit.below`, or the first batch is longer than
    /// `max_bytes` and `at_least_one` is not set.
    pub fn read(&self, from: Offset, limit: ReadLimit) -> Result<FetchSlice, ReadError> {
        let _ = (from, limit);
        todo!()
    }

    /// Looks up an offset for ListOffsets. `below` is the first offset the caller may not see (high watermark, last
    /// stable offset or log end offset): records from there on do not count. `None` if no record is as new.
    pub fn offset_for(&self, spec: OffsetSpec, below: Offset) -> Result<Option<TimestampOffset>, ReadError> {
        let _ = (spec, below);
        todo!()
    }

    /// Where the largest epoch not above `epoch` ends (OffsetForLeaderEpoch, KIP-101). `None` (the answer −1, −1) for
    /// an epoch above the log's latest, or below any without one known.
    pub fn end_offset_for_epoch(&self, epoch: LeaderEpoch) -> Option<EpochEndOffset> {
        let _ = epoch;
        todo!()
    }

    /// The epoch of the last batch; `None` for a log that never had one.
    pub fn latest_epoch(&self) -> Option<LeaderEpoch> {
        todo!()
    }
}
