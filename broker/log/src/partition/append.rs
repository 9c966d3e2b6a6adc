//! Appending record batches.

use aqueduct_protocol::ids::{LeaderEpoch, Offset};

use super::PartitionLog;
use crate::AppendError;

/// Who appends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AppendOrigin {
    /// A producer: its idempotence is checked, and a nearly full disk refuses it.
    Client,
    /// A coordinator of this broker (offset commits, group and transaction state, markers): it may use the disk space
    /// that is kept back from clients. Idempotence is checked as for clients.
    Coordinator,
}

/// What an append did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Appended {
    /// Offset of the first record (`base_offset` of the Produce response).
    pub first_offset: Offset,
    /// Offset of the last record.
    pub last_offset: Offset,
    /// The timestamp given to all records with `message.timestamp.type=LogAppendTime`, in ms; `None` with CreateTime.
    pub log_append_time: Option<i64>,
    /// The log start offset at that moment.
    pub log_start_offset: Offset,
    /// Whether the batch had been appended before: offsets and time are those of then.
    pub duplicate: bool,
}

impl PartitionLog {
    /// Appends a producer's batches as the partition's leader: gives them the next offsets and `epoch`, and writes
    /// them with one system call, otherwise unchanged.
    ///
    /// `records` are one or more whole batches of format 2 **that were validated** (checksum, counts, record framing,
    /// timestamps against the topic's limits); heads are checked again only as far as the log's own integrity needs.
    /// `now_ms` is the time of day in ms since 1970: LogAppendTime, time-based roll, producer expiry.
    ///
    /// Returns without waiting for the disk: wait for [`flush_ticket`](PartitionLog::flush_ticket) of
    /// `last_offset + 1` before acknowledging.
    pub fn append_as_leader(
        &self,
        records: &[u8],
        epoch: LeaderEpoch,
        origin: AppendOrigin,
        now_ms: i64,
    ) -> Result<Appended, AppendError> {
        let _ = (records, epoch, origin, now_ms);
        todo!()
    }

    /// Appends batches fetched from the leader, with the offsets and epochs they have. Checksums are checked here. A
    /// partial batch at the end of `records` is left out. Producer state is kept but nothing is refused by it.
    pub fn append_as_follower(&self, records: &[u8], now_ms: i64) -> Result<Appended, AppendError> {
        let _ = (records, now_ms);
        todo!()
    }
}
