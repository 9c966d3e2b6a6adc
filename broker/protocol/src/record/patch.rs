//! Changing a batch in place: what a leader sets on append, and what a producer sets before it sends.

use super::layout::{
    ATTRIBUTES, BASE_OFFSET, BASE_SEQUENCE, LEADER_EPOCH, MAX_TIMESTAMP, PRODUCER_EPOCH, PRODUCER_ID, seal,
    set_field,
};
use super::{ProducerState, RecordBatch, RecordError, TimestampType};
use crate::ids::{LeaderEpoch, Offset};

/// A batch that may be changed in place.
#[derive(Debug)]
pub struct RecordBatchMut<'a> {
    bytes: &'a mut [u8],
}

impl<'a> RecordBatchMut<'a> {
    /// The batch at the start of `buffer`, as [`RecordBatch::parse`] finds it.
    pub fn parse(buffer: &'a mut [u8]) -> Result<RecordBatchMut<'a>, RecordError> {
        let size = RecordBatch::parse(buffer)?.size();
        Ok(RecordBatchMut { bytes: &mut buffer[..size] })
    }

    /// The batch as a view.
    pub fn view(&self) -> RecordBatch<'_> {
        RecordBatch::parse(self.bytes).expect("it was parsed before, and size and magic never change")
    }

    /// Sets the offset of the first record. The checksum does not cover it.
    pub fn set_base_offset(&mut self, offset: Offset) {
        set_field(self.bytes, BASE_OFFSET, offset.0.to_be_bytes());
    }

    /// Sets the epoch of the appending leader. The checksum does not cover it.
    pub fn set_leader_epoch(&mut self, epoch: LeaderEpoch) {
        set_field(self.bytes, LEADER_EPOCH, epoch.0.to_be_bytes());
    }

    /// Sets the timestamp type and the max timestamp in ms; with `LogAppendTime` it becomes that of every
    /// record. Computes the checksum anew unless both were so already.
    pub fn set_max_timestamp(&mut self, timestamp_type: TimestampType, timestamp: i64) {
        let view = self.view();
        let attributes = view.attributes();
        if attributes.timestamp_type() == timestamp_type && view.max_timestamp() == timestamp {
            return;
        }
        let attributes = attributes.with_timestamp_type(timestamp_type);
        set_field(self.bytes, ATTRIBUTES, attributes.0.to_be_bytes());
        set_field(self.bytes, MAX_TIMESTAMP, timestamp.to_be_bytes());
        seal(self.bytes);
    }

    /// Sets producer id, epoch and base sequence, and computes the checksum anew.
    pub fn set_producer_state(&mut self, state: ProducerState) {
        set_field(self.bytes, PRODUCER_ID, state.id.0.to_be_bytes());
        set_field(self.bytes, PRODUCER_EPOCH, state.epoch.0.to_be_bytes());
        set_field(self.bytes, BASE_SEQUENCE, state.base_sequence.0.to_be_bytes());
        seal(self.bytes);
    }
}
