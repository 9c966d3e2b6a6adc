//! Writing batches into buffers that are used again.

use super::layout::{
    ATTRIBUTES, BASE_OFFSET, BASE_SEQUENCE, BASE_TIMESTAMP, BATCH_LENGTH, BATCH_OVERHEAD, LAST_OFFSET_DELTA,
    LEADER_EPOCH, LOG_OVERHEAD, MAGIC, MAGIC_AT, MAX_TIMESTAMP, PRODUCER_EPOCH, PRODUCER_ID, RECORD_COUNT,
    seal, set_field,
};
use super::view::Header;
use super::{Attributes, TimestampType, varint};
use crate::compression::{Codec, CompressError, Compression, compress};
use crate::ids::{LeaderEpoch, Offset, ProducerEpoch, ProducerId, Sequence};

/// Who wrote a batch, for idempotence and transactions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProducerState {
    /// Producer id.
    pub id: ProducerId,
    /// Its epoch.
    pub epoch: ProducerEpoch,
    /// Sequence of the batch's first record.
    pub base_sequence: Sequence,
}

impl ProducerState {
    /// Not idempotent.
    pub const NONE: ProducerState =
        ProducerState { id: ProducerId::NONE, epoch: ProducerEpoch::NONE, base_sequence: Sequence::NONE };
}

/// Builds one batch after another.
///
/// ```
/// use aqueduct_protocol::record::{RecordBatch, RecordBatchBuilder};
///
/// let mut builder = RecordBatchBuilder::default();
/// builder.append(1_700_000_000_000, Some(b"key"), Some(b"value"), &[]);
/// let bytes = builder.finish()?;
/// let batch = RecordBatch::parse(bytes)?;
/// assert_eq!(batch.record_count(), 1);
/// builder.clear(); // and the next one, in the same buffers
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct RecordBatchBuilder {
    /// Settings, kept by `clear`.
    codec: Codec,
    attributes: Attributes,
    base_offset: Offset,
    leader_epoch: LeaderEpoch,
    producer: ProducerState,
    delete_horizon: Option<i64>,
    /// Room for the header, then the records as they are.
    plain: Vec<u8>,
    /// The finished batch if it is compressed.
    packed: Vec<u8>,
    count: i32,
    last_offset_delta: i32,
    base_timestamp: i64,
    max_timestamp: i64,
}

impl Default for RecordBatchBuilder {
    fn default() -> RecordBatchBuilder {
        RecordBatchBuilder::new(Codec::default())
    }
}

impl RecordBatchBuilder {
    /// A builder of batches with this compression.
    pub fn new(codec: Codec) -> RecordBatchBuilder {
        RecordBatchBuilder {
            codec,
            attributes: Attributes::default().with_compression(codec.compression),
            base_offset: Offset(0),
            leader_epoch: LeaderEpoch::NONE,
            producer: ProducerState::NONE,
            delete_horizon: None,
            plain: vec![0; BATCH_OVERHEAD],
            packed: Vec::new(),
            count: 0,
            last_offset_delta: -1,
            base_timestamp: -1,
            max_timestamp: -1,
        }
    }

    /// Starts the next batch: records go, settings and buffers stay.
    pub fn clear(&mut self) {
        self.plain.resize(BATCH_OVERHEAD, 0);
        self.plain.truncate(BATCH_OVERHEAD);
        self.packed.clear();
        self.count = 0;
        self.last_offset_delta = -1;
        self.base_timestamp = -1;
        self.max_timestamp = -1;
    }

    /// Sets the offset of the first record (0 unless set: the leader gives offsets).
    pub fn set_base_offset(&mut self, offset: Offset) -> &mut Self {
        self.base_offset = offset;
        self
    }

    /// Sets the leader epoch (−1 unless set).
    pub fn set_leader_epoch(&mut self, epoch: LeaderEpoch) -> &mut Self {
        self.leader_epoch = epoch;
        self
    }

    /// Sets who writes the batch (nobody unless set).
    pub fn set_producer(&mut self, producer: ProducerState) -> &mut Self {
        self.producer = producer;
        self
    }

    /// Makes the batch part of a transaction.
    pub fn set_transactional(&mut self, transactional: bool) -> &mut Self {
        self.attributes = self.attributes.with_transactional(transactional);
        self
    }

    /// Makes the batch one of control records.
    pub fn set_control(&mut self, control: bool) -> &mut Self {
        self.attributes = self.attributes.with_control(control);
        self
    }

    /// Says who gave the timestamps (the producer unless set). With `LogAppendTime` the latest timestamp
    /// appended becomes that of every record.
    pub fn set_timestamp_type(&mut self, timestamp_type: TimestampType) -> &mut Self {
        self.attributes = self.attributes.with_timestamp_type(timestamp_type);
        self
    }

    /// Sets when the cleaner may drop the batch's tombstones, in ms (KIP-534). It takes the place of the base
    /// timestamp, so it has to be set before the first record.
    pub fn set_delete_horizon(&mut self, horizon: Option<i64>) -> &mut Self {
        debug_assert!(self.count == 0, "the delete horizon is what timestamps count from");
        self.attributes = self.attributes.with_delete_horizon(horizon.is_some());
        self.delete_horizon = horizon;
        self
    }

    /// Appends a record at the next offset. `timestamp` in ms since 1970, −1 for none.
    #[inline]
    pub fn append(
        &mut self,
        timestamp: i64,
        key: Option<&[u8]>,
        value: Option<&[u8]>,
        headers: &[Header<'_>],
    ) {
        self.append_at(self.last_offset_delta + 1, timestamp, key, value, headers.iter().copied());
    }

    /// Appends a record at an offset of its own, which must be above the last one's: compaction leaves gaps.
    pub fn append_at<'h>(
        &mut self,
        offset_delta: i32,
        timestamp: i64,
        key: Option<&[u8]>,
        value: Option<&[u8]>,
        headers: impl ExactSizeIterator<Item = Header<'h>> + Clone,
    ) {
        debug_assert!(offset_delta > self.last_offset_delta, "offsets count up");
        if self.count == 0 {
            self.base_timestamp = self.delete_horizon.unwrap_or(timestamp);
        }
        let timestamp_delta = timestamp.wrapping_sub(self.base_timestamp);
        let length = body_size(timestamp_delta, offset_delta, key, value, headers.clone());
        let target = &mut self.plain;
        target.reserve(length + 5);
        varint::write(target, length as i64);
        target.push(0);
        varint::write(target, timestamp_delta);
        varint::write(target, i64::from(offset_delta));
        write_bytes(target, key);
        write_bytes(target, value);
        varint::write(target, headers.len() as i64);
        for header in headers {
            write_bytes(target, Some(header.key));
            write_bytes(target, header.value);
        }
        self.count += 1;
        self.last_offset_delta = offset_delta;
        self.max_timestamp = self.max_timestamp.max(timestamp);
    }

    /// Number of records so far.
    pub fn record_count(&self) -> i32 {
        self.count
    }

    /// Whether there is no record yet.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Bytes of the batch so far, before compression.
    pub fn size(&self) -> usize {
        self.plain.len()
    }

    /// The latest timestamp so far, in ms.
    pub fn max_timestamp(&self) -> i64 {
        self.max_timestamp
    }

    /// Sets the last offset delta where it is not that of the last record: after compaction a batch keeps the
    /// offsets it once spanned. Not below the last record's.
    pub fn set_last_offset_delta(&mut self, delta: i32) -> &mut Self {
        self.last_offset_delta = self.last_offset_delta.max(delta);
        self
    }

    /// Compresses, fills the header in and computes the checksum. The bytes stay valid until the next
    /// `append` or `clear`.
    pub fn finish(&mut self) -> Result<&[u8], CompressError> {
        Ok(self.complete()?)
    }

    /// The same, giving the buffer away: no copy.
    pub fn finish_vec(&mut self) -> Result<Vec<u8>, CompressError> {
        self.complete()?;
        let taken =
            if self.codec.compression == Compression::None { &mut self.plain } else { &mut self.packed };
        let batch = std::mem::take(taken);
        self.clear();
        Ok(batch)
    }

    fn complete(&mut self) -> Result<&mut Vec<u8>, CompressError> {
        if self.codec.compression != Compression::None {
            self.packed.clear();
            self.packed.resize(BATCH_OVERHEAD, 0);
            compress(self.codec, &self.plain[BATCH_OVERHEAD..], &mut self.packed)?;
        }
        let batch =
            if self.codec.compression == Compression::None { &mut self.plain } else { &mut self.packed };
        let length = (batch.len() - LOG_OVERHEAD) as i32;
        set_field(batch, BASE_OFFSET, self.base_offset.0.to_be_bytes());
        set_field(batch, BATCH_LENGTH, length.to_be_bytes());
        set_field(batch, LEADER_EPOCH, self.leader_epoch.0.to_be_bytes());
        set_field(batch, MAGIC_AT, MAGIC.to_be_bytes());
        set_field(batch, ATTRIBUTES, self.attributes.0.to_be_bytes());
        set_field(batch, LAST_OFFSET_DELTA, self.last_offset_delta.to_be_bytes());
        set_field(batch, BASE_TIMESTAMP, self.base_timestamp.to_be_bytes());
        set_field(batch, MAX_TIMESTAMP, self.max_timestamp.to_be_bytes());
        set_field(batch, PRODUCER_ID, self.producer.id.0.to_be_bytes());
        set_field(batch, PRODUCER_EPOCH, self.producer.epoch.0.to_be_bytes());
        set_field(batch, BASE_SEQUENCE, self.producer.base_sequence.0.to_be_bytes());
        set_field(batch, RECORD_COUNT, self.count.to_be_bytes());
        seal(batch);
        Ok(batch)
    }
}

/// The most bytes that a record can take in an uncompressed batch, wherever it stands: what a producer
/// checks against its limits before it has a batch.
pub fn record_size<'h>(
    key: Option<&[u8]>,
    value: Option<&[u8]>,
    headers: impl ExactSizeIterator<Item = Header<'h>>,
) -> usize {
    let body = body_size(i64::MAX, i32::MAX, key, value, headers);
    varint::size(body as i64) + body
}

fn body_size<'h>(
    timestamp_delta: i64,
    offset_delta: i32,
    key: Option<&[u8]>,
    value: Option<&[u8]>,
    headers: impl ExactSizeIterator<Item = Header<'h>>,
) -> usize {
    let fixed = 1 + varint::size(timestamp_delta) + varint::size(i64::from(offset_delta));
    let count = varint::size(headers.len() as i64);
    let headers: usize = headers.map(|header| bytes_size(Some(header.key)) + bytes_size(header.value)).sum();
    fixed + bytes_size(key) + bytes_size(value) + count + headers
}

fn bytes_size(bytes: Option<&[u8]>) -> usize {
    bytes.map_or(1, |bytes| varint::size(bytes.len() as i64) + bytes.len())
}

#[inline]
fn write_bytes(target: &mut Vec<u8>, bytes: Option<&[u8]>) {
    match bytes {
        None => varint::write(target, -1),
        Some(bytes) => {
            varint::write(target, bytes.len() as i64);
            target.extend_from_slice(bytes);
        }
    }
}
