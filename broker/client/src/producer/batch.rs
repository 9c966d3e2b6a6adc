//! A batch on its way: open while records are added, then sealed, sent, perhaps sent again or split.

use std::sync::Arc;

use aqueduct_protocol::compression::Codec;
use aqueduct_protocol::record::{
    Header, ProducerState, RecordBatch, RecordBatchBuilder, RecordBatchMut, RecordError,
};
use bytes::Bytes;
use tokio::time::Instant;

use super::delivery::{BatchFate, Delivery, Outcome};
use super::outstanding::BatchGuard;
use super::{ProduceError, ProducerRecord};
use crate::TopicPartition;

/// Records are still added.
pub(super) struct OpenBatch {
    builder: RecordBatchBuilder,
    fate: Arc<BatchFate>,
    created: Instant,
    guard: Arc<BatchGuard>,
}

impl OpenBatch {
    pub(super) fn new(codec: Codec, partition: i32, now: Instant, guard: BatchGuard) -> OpenBatch {
        let fate = BatchFate::new(partition);
        OpenBatch { builder: RecordBatchBuilder::new(codec), fate, created: now, guard: Arc::new(guard) }
    }

    /// Bytes so far, uncompressed.
    pub(super) fn size(&self) -> usize {
        self.builder.size()
    }

    pub(super) fn created(&self) -> Instant {
        self.created
    }

    pub(super) fn append(&mut self, record: &ProducerRecord, timestamp: i64) -> Delivery {
        let index = self.builder.record_count();
        let (key, value) = (record.key.as_deref(), record.value.as_deref());
        self.builder.append_at(index, timestamp, key, value, headers_of(record));
        Delivery::new(self.fate.clone(), index, timestamp)
    }

    /// Compresses. `None`: that failed, and so have the records.
    pub(super) fn seal(mut self, partition: &TopicPartition) -> Option<Batch> {
        let records = self.builder.record_count();
        match self.builder.finish_vec() {
            Ok(bytes) => Some(Batch {
                bytes: bytes.into(),
                records,
                order: (self.guard.order(), 0),
                created: self.created,
                attempts: 0,
                producer: None,
                last_error: None,
                fate: self.fate,
                _guard: self.guard,
            }),
            Err(error) => {
                let message = error.to_string();
                self.fate.decide(Outcome::Failed(ProduceError::Compress {
                    partition: partition.clone(),
                    message,
                }));
                None
            }
        }
    }
}

/// A record's headers as the batch takes them.
pub(super) fn headers_of(record: &ProducerRecord) -> impl ExactSizeIterator<Item = Header<'_>> + Clone {
    record.headers.iter().map(|(key, value)| Header { key: key.as_bytes(), value: value.as_deref() })
}

/// Complete, waiting to be sent or for its answer.
pub(super) struct Batch {
    pub(super) bytes: Bytes,
    pub(super) records: i32,
    /// The order of creation; of a part of a split batch also the place of its first record in the whole.
    pub(super) order: (u64, i32),
    pub(super) created: Instant,
    pub(super) attempts: u32,
    /// The sequence it was first sent with: it must be sent with the same again.
    pub(super) producer: Option<ProducerState>,
    pub(super) last_error: Option<String>,
    pub(super) fate: Arc<BatchFate>,
    _guard: Arc<BatchGuard>,
}

impl Batch {
    /// Gives the batch its place in the producer's sequence.
    pub(super) fn stamp(&mut self, producer: ProducerState) {
        if self.producer != Some(producer) {
            let mut bytes = Vec::from(std::mem::take(&mut self.bytes));
            if let Ok(mut batch) = RecordBatchMut::parse(&mut bytes) {
                batch.set_producer_state(producer);
            }
            self.bytes = bytes.into();
            self.producer = Some(producer);
        }
    }

    /// Two batches of half the records each, in place of one that the broker finds too large.
    pub(super) fn split(self, codec: Codec, limit: usize) -> Result<[Batch; 2], RecordError> {
        let half = self.records / 2;
        let mut head = self.part(codec, limit, 0, half)?;
        let mut tail = self.part(codec, limit, half, self.records - half)?;
        // The broker took nothing, so the sequence numbers are still free.
        if let Some(producer) = self.producer {
            head.stamp(producer);
            tail.stamp(ProducerState { base_sequence: producer.base_sequence.plus(half), ..producer });
        }
        self.fate.decide(Outcome::Split(vec![(0, head.fate.clone()), (half, tail.fate.clone())]));
        Ok([head, tail])
    }

    /// The batch of `count` records from `first` on.
    fn part(&self, codec: Codec, limit: usize, first: i32, count: i32) -> Result<Batch, RecordError> {
        Ok(Batch {
            bytes: self.rebuild(codec, limit, first, count)?,
            records: count,
            order: (self.order.0, self.order.1 + first),
            created: self.created,
            attempts: self.attempts,
            producer: None,
            last_error: self.last_error.clone(),
            fate: BatchFate::new(self.fate.partition()),
            _guard: self._guard.clone(),
        })
    }

    fn rebuild(&self, codec: Codec, limit: usize, first: i32, count: i32) -> Result<Bytes, RecordError> {
        let batch = RecordBatch::parse(&self.bytes)?;
        let mut reader = batch.reader(limit)?;
        let mut builder = RecordBatchBuilder::new(codec);
        let mut index = 0;
        while let Some(record) = reader.next()? {
            if (first..first + count).contains(&index) {
                builder.append_at(index - first, record.timestamp, record.key, record.value, record.headers);
            }
            index += 1;
        }
        let malformed = RecordError::Malformed { index, what: "the part cannot be compressed" };
        builder.finish_vec().map(Bytes::from).map_err(|_| malformed)
    }
}
