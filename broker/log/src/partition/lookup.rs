//! Finding offsets by time and by leader epoch.

use aqueduct_protocol::ids::{LeaderEpoch, Offset};
use aqueduct_protocol::record::RecordBatch;

use super::PartitionLog;
use super::read::Miss;
use crate::segment::{BatchHeader, DECOMPRESSED_LIMIT, Segment, find_batch};
use crate::{EpochEndOffset, ReadError};

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
    /// The leader epoch it was written in; [`LeaderEpoch::NONE`] if that is not known.
    pub leader_epoch: LeaderEpoch,
}

impl PartitionLog {
    /// Looks up an offset for ListOffsets. `below` is the first offset the caller may not see (high watermark, last
    /// stable offset or log end offset): records from there on do not count. `None` if no record is as new.
    pub fn offset_for(&self, spec: OffsetSpec, below: Offset) -> Result<Option<TimestampOffset>, ReadError> {
        let start = self.log_start_offset();
        let below = below.min(self.log_end_offset());
        let at = |offset: Offset, epoch_of: Offset| {
            let leader_epoch = self.writer.lock().epochs.at(epoch_of);
            Some(TimestampOffset { offset, timestamp: -1, leader_epoch })
        };
        match spec {
            OffsetSpec::Earliest => Ok(at(start, start)),
            OffsetSpec::Latest => Ok(at(below, Offset((below.0 - 1).max(start.0)))),
            OffsetSpec::MaxTimestamp => self.looking(start, || Ok(Ok(self.newest_record(start, below)?))),
            OffsetSpec::Timestamp(time) => {
                self.looking(start, || Ok(Ok(self.first_record_since(time, start, below)?)))
            }
        }
    }

    /// Where the largest epoch not above `epoch` ends (OffsetForLeaderEpoch, KIP-101). `None` (the answer −1, −1) for
    /// an epoch above the log's latest, and for a log that knows none. An epoch before the first known one ends where
    /// that begins.
    pub fn end_offset_for_epoch(&self, epoch: LeaderEpoch) -> Option<EpochEndOffset> {
        let writer = self.writer.lock();
        writer.epochs.end_offset(epoch, self.log_end_offset())
    }

    /// The epoch of the last batch; `None` for a log that never had one.
    pub fn latest_epoch(&self) -> Option<LeaderEpoch> {
        self.writer.lock().epochs.latest()
    }

    fn first_record_since(
        &self,
        time: i64,
        start: Offset,
        below: Offset,
    ) -> Result<Option<TimestampOffset>, Miss> {
        for segment in self.segments().iter() {
            if segment.base_offset >= below.0 {
                break;
            }
            if segment.newest()?.timestamp < time {
                continue;
            }
            let mut position = segment.floor_of_timestamp(time)?;
            loop {
                let wanted =
                    |batch: &BatchHeader| batch.max_timestamp >= time && batch.last_offset() >= start.0;
                let Some((at, header)) = find(segment, position, wanted)? else { break };
                if header.base_offset >= below.0 {
                    return Ok(None);
                }
                let found = record_in(segment, at, &header, |offset, timestamp| {
                    timestamp >= time && offset >= start.0 && offset < below.0
                })?;
                if found.is_some() {
                    return Ok(found);
                }
                position = at + u64::from(header.size);
            }
        }
        Ok(None)
    }

    fn newest_record(&self, start: Offset, below: Offset) -> Result<Option<TimestampOffset>, Miss> {
        let segments = self.segments();
        let mut newest: Option<(&Segment, i64, i64)> = None;
        for segment in segments.iter().filter(|segment| segment.base_offset < below.0) {
            let entry = segment.newest()?;
            let above = newest.is_none_or(|(_, timestamp, _)| entry.timestamp > timestamp);
            if entry.timestamp >= 0 && entry.offset >= start.0 && above {
                newest = Some((segment, entry.timestamp, entry.offset));
            }
        }
        let Some((segment, time, offset)) = newest else { return Ok(None) };
        let from = segment.offsets.floor_of_offset(offset)?.map_or(0, |entry| entry.position);
        let Some((at, header)) = find(segment, from, |batch| batch.last_offset() >= offset)? else {
            return Ok(None);
        };
        record_in(segment, at, &header, |offset, timestamp| {
            timestamp >= time && offset >= start.0 && offset < below.0
        })
    }
}

fn find(
    segment: &Segment,
    position: u64,
    wanted: impl Fn(&BatchHeader) -> bool,
) -> Result<Option<(u64, BatchHeader)>, Miss> {
    let size = segment.size();
    match find_batch(&*segment.file()?, position, size, wanted)? {
        Ok(found) => Ok(Some(found)),
        Err(end) if end >= size => Ok(None),
        Err(position) => Err(Miss::Corrupt { path: segment.path(), position }),
    }
}

/// The first record of a batch, by offset and timestamp.
fn record_in(
    segment: &Segment,
    position: u64,
    header: &BatchHeader,
    wanted: impl Fn(i64, i64) -> bool,
) -> Result<Option<TimestampOffset>, Miss> {
    let mut bytes = vec![0; header.size as usize];
    let read = segment.file()?.read_at(&mut bytes, position)?;
    let unreadable = || Miss::Corrupt { path: segment.path(), position };
    let batch = RecordBatch::parse(&bytes[..read]).map_err(|_| unreadable())?;
    let mut records = batch.reader(DECOMPRESSED_LIMIT).map_err(|_| unreadable())?;
    while let Some(record) = records.next().map_err(|_| unreadable())? {
        if wanted(record.offset, record.timestamp) {
            return Ok(Some(TimestampOffset {
                offset: Offset(record.offset),
                timestamp: record.timestamp,
                leader_epoch: header.leader_epoch,
            }));
        }
    }
    Ok(None)
}
