//! The head of a record batch, read without the batch's body.

use aqueduct_protocol::ids::{LeaderEpoch, ProducerEpoch, ProducerId, Sequence};
use aqueduct_protocol::record::{Attributes, BATCH_OVERHEAD, LOG_OVERHEAD, MAGIC, RecordBatch};

/// What the log needs of a batch's first 61 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BatchHeader {
    pub(crate) base_offset: i64,
    /// Length with the head.
    pub(crate) size: u32,
    pub(crate) leader_epoch: LeaderEpoch,
    pub(crate) crc: u32,
    pub(crate) attributes: Attributes,
    pub(crate) last_offset_delta: i32,
    pub(crate) max_timestamp: i64,
    pub(crate) producer_id: ProducerId,
    pub(crate) producer_epoch: ProducerEpoch,
    pub(crate) base_sequence: Sequence,
    pub(crate) record_count: i32,
}

impl BatchHeader {
    /// Reads a head; `None` if the bytes cannot be one: wrong magic, impossible length or offsets.
    pub(crate) fn parse(head: &[u8; BATCH_OVERHEAD]) -> Option<BatchHeader> {
        let length = i32::from_be_bytes(at(head, 8));
        let size = u32::try_from(length).ok()?.checked_add(LOG_OVERHEAD as u32)?;
        let header = BatchHeader {
            base_offset: i64::from_be_bytes(at(head, 0)),
            size,
            leader_epoch: LeaderEpoch(i32::from_be_bytes(at(head, 12))),
            crc: u32::from_be_bytes(at(head, 17)),
            attributes: Attributes(i16::from_be_bytes(at(head, 21))),
            last_offset_delta: i32::from_be_bytes(at(head, 23)),
            max_timestamp: i64::from_be_bytes(at(head, 35)),
            producer_id: ProducerId(i64::from_be_bytes(at(head, 43))),
            producer_epoch: ProducerEpoch(i16::from_be_bytes(at(head, 51))),
            base_sequence: Sequence(i32::from_be_bytes(at(head, 53))),
            record_count: i32::from_be_bytes(at(head, 57)),
        };
        let plausible = head[16] as i8 == MAGIC
            && size as usize >= BATCH_OVERHEAD
            && header.base_offset >= 0
            && header.last_offset_delta >= 0
            && header.base_offset.checked_add(i64::from(header.last_offset_delta) + 1).is_some();
        plausible.then_some(header)
    }

    /// The head of a whole batch; `None` as for [`parse`](BatchHeader::parse).
    pub(crate) fn of(batch: &RecordBatch<'_>) -> Option<BatchHeader> {
        BatchHeader::parse(batch.bytes().first_chunk().expect("a batch view holds a whole header"))
    }

    pub(crate) fn last_offset(&self) -> i64 {
        self.base_offset + i64::from(self.last_offset_delta)
    }

    pub(crate) fn next_offset(&self) -> i64 {
        self.last_offset() + 1
    }

    pub(crate) fn last_sequence(&self) -> Sequence {
        if self.base_sequence.0 < 0 {
            Sequence::NONE
        } else {
            self.base_sequence.plus(self.last_offset_delta)
        }
    }
}

fn at<const N: usize>(head: &[u8; BATCH_OVERHEAD], position: usize) -> [u8; N] {
    *head[position..].first_chunk().expect("positions are within the head")
}
