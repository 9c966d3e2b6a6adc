//! The records of one fetched piece of a partition, taken out step by step.

use std::collections::HashSet;
use std::sync::Arc;

use aqueduct_protocol::compression::Compression;
use aqueduct_protocol::record::{ControlRecordType, RecordBatch, RecordBatches, RecordError, RecordPosition};
use bytes::Bytes;
use bytestring::ByteString;

use super::ConsumerRecord;
use crate::TopicPartition;

/// How records are read.
#[derive(Clone, Copy, Debug)]
pub(super) struct ReadRules {
    pub(super) check_crcs: bool,
    /// The largest size of a decompressed batch.
    pub(super) max_batch: usize,
    /// Whether records of aborted transactions are left out.
    pub(super) committed_only: bool,
}

/// A piece of a partition as it was fetched: whole batches, perhaps the beginning of another.
#[derive(Debug)]
pub(super) struct Fetched {
    rest: Bytes,
    current: Option<Current>,
    /// Where the next record may stand; records before it are not wanted.
    next_offset: i64,
    /// Transactions that were aborted, by their first offsets, the latest first.
    aborted: Vec<(i64, i64)>,
    /// Producers whose transaction at this place was aborted.
    aborting: HashSet<i64>,
}

/// A batch that has been begun.
#[derive(Debug)]
struct Current {
    batch: Bytes,
    /// Its records, decompressed.
    payload: Bytes,
    position: RecordPosition,
}

impl Fetched {
    /// What was fetched from `offset` on; `aborted` has producer and first offset.
    pub(super) fn new(records: Bytes, offset: i64, mut aborted: Vec<(i64, i64)>) -> Fetched {
        aborted.sort_unstable_by_key(|(_, first_offset)| std::cmp::Reverse(*first_offset));
        Fetched { rest: records, current: None, next_offset: offset, aborted, aborting: HashSet::new() }
    }

    /// The offset behind the last whole batch; an error if not even the first is whole or sound.
    pub(super) fn end_offset(&self) -> Result<i64, RecordError> {
        let mut end = None;
        for batch in RecordBatches::new(&self.rest) {
            match batch {
                Ok(batch) => end = Some(batch.next_offset().0),
                // What comes before it can be read; then it is met again.
                Err(error) if end.is_none() => return Err(error),
                Err(_) => break,
            }
        }
        match end {
            Some(end) => Ok(end),
            None => Err(RecordBatch::parse(&self.rest)
                .err()
                .unwrap_or(RecordError::Truncated { available: self.rest.len(), needed: 0 })),
        }
    }

    /// Where the next record may stand.
    pub(super) fn next_offset(&self) -> i64 {
        self.next_offset
    }

    /// Takes records until `target` has `max` or there are no more: then `true`.
    pub(super) fn take(
        &mut self,
        partition: &TopicPartition,
        rules: ReadRules,
        max: usize,
        target: &mut Vec<ConsumerRecord>,
    ) -> Result<bool, Arc<RecordError>> {
        loop {
            if let Some(current) = &mut self.current {
                if !current.take(partition, &mut self.next_offset, max, target)? {
                    return Ok(false);
                }
                self.current = None;
            }
            if !self.open_next(rules)? {
                return Ok(true);
            }
        }
    }

    /// Opens the next batch that has something to show; false at the end.
    fn open_next(&mut self, rules: ReadRules) -> Result<bool, RecordError> {
        loop {
            let fetched = self.rest.clone();
            let Some(batch) = RecordBatches::new(&fetched).next().transpose()? else { return Ok(false) };
            if rules.check_crcs {
                batch.ensure_valid()?;
            }
            let bytes = fetched.slice_ref(batch.bytes());
            let payload = match self.is_shown(&batch, rules)? && batch.next_offset().0 > self.next_offset {
                true => Some(payload_of(&batch, &bytes, rules)?),
                false => None,
            };
            let rest = self.rest.slice(bytes.len()..);
            match payload {
                Some(payload) => {
                    self.rest = rest;
                    let position = RecordPosition::default();
                    self.current = Some(Current { batch: bytes, payload, position });
                    return Ok(true);
                }
                None => {
                    self.next_offset = self.next_offset.max(batch.next_offset().0);
                    self.rest = rest;
                }
            }
        }
    }

    /// Whether the user sees the batch; keeps the book of aborted transactions.
    fn is_shown(&mut self, batch: &RecordBatch<'_>, rules: ReadRules) -> Result<bool, RecordError> {
        let producer = batch.producer_id().0;
        if rules.committed_only && batch.is_transactional() {
            while let Some((producer, _)) =
                self.aborted.pop_if(|(_, first_offset)| *first_offset <= batch.last_offset().0)
            {
                self.aborting.insert(producer);
            }
            if batch.is_control() {
                let mut reader = batch.reader(rules.max_batch)?;
                let marker = reader.next()?.and_then(|record| ControlRecordType::from_key(record.key?));
                if marker == Some(ControlRecordType::Abort) {
                    self.aborting.remove(&producer);
                }
            } else if self.aborting.contains(&producer) {
                return Ok(false);
            }
        }
        Ok(!batch.is_control())
    }
}

impl Current {
    /// Takes records; true when the batch has no more.
    fn take(
        &mut self,
        partition: &TopicPartition,
        next_offset: &mut i64,
        max: usize,
        target: &mut Vec<ConsumerRecord>,
    ) -> Result<bool, RecordError> {
        let batch = RecordBatch::parse(&self.batch)?;
        let mut records = batch.records_from(&self.payload, self.position);
        while target.len() < max {
            let Some(record) = records.next().transpose()? else {
                *next_offset = (*next_offset).max(batch.next_offset().0);
                return Ok(true);
            };
            self.position = records.position();
            if record.offset < *next_offset {
                continue;
            }
            *next_offset = record.offset + 1;
            let shared = |bytes: &[u8]| self.payload.slice_ref(bytes);
            let headers = record.headers.map(|header| (text(shared(header.key)), header.value.map(shared)));
            target.push(ConsumerRecord {
                topic: partition.topic.clone(),
                partition: partition.partition,
                offset: record.offset,
                timestamp: record.timestamp,
                timestamp_type: batch.timestamp_type(),
                key: record.key.map(shared),
                value: record.value.map(shared),
                headers: headers.collect(),
                leader_epoch: batch.leader_epoch().0,
            });
        }
        Ok(false)
    }
}

fn payload_of(batch: &RecordBatch<'_>, bytes: &Bytes, rules: ReadRules) -> Result<Bytes, RecordError> {
    if batch.compression()? == Compression::None {
        return Ok(bytes.slice_ref(batch.payload()));
    }
    let mut payload = Vec::new();
    batch.decompress_into(rules.max_batch, &mut payload)?;
    Ok(payload.into())
}

fn text(key: Bytes) -> ByteString {
    ByteString::try_from(key.clone()).unwrap_or_else(|_| String::from_utf8_lossy(&key).into_owned().into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use aqueduct_protocol::ids::{Offset, ProducerEpoch, ProducerId, Sequence};
    use aqueduct_protocol::record::{EndTxnMarker, ProducerState, RecordBatchBuilder};

    fn batch(base: i64, producer: i64, values: &[&str], compression: Compression) -> Vec<u8> {
        let mut builder = RecordBatchBuilder::new(compression.into());
        builder.set_base_offset(Offset(base)).set_transactional(producer >= 0);
        if producer >= 0 {
            let (id, epoch) = (ProducerId(producer), ProducerEpoch(0));
            builder.set_producer(ProducerState { id, epoch, base_sequence: Sequence(0) });
        }
        for value in values {
            builder.append(5, None, Some(value.as_bytes()), &[]);
        }
        builder.finish_vec().unwrap()
    }

    fn marker(base: i64, producer: i64, committed: bool) -> Vec<u8> {
        let marker = EndTxnMarker { committed, coordinator_epoch: 0 };
        let mut builder = RecordBatchBuilder::default();
        let (id, epoch) = (ProducerId(producer), ProducerEpoch(0));
        builder.set_base_offset(Offset(base)).set_transactional(true).set_control(true);
        builder.set_producer(ProducerState { id, epoch, base_sequence: Sequence(-1) });
        builder.append(5, Some(&marker.key()), Some(&marker.value()), &[]);
        builder.finish_vec().unwrap()
    }

    fn values(fetched: &mut Fetched, committed_only: bool, step: usize) -> Vec<String> {
        let rules = ReadRules { check_crcs: true, max_batch: 1 << 20, committed_only };
        let mut found = Vec::new();
        loop {
            let mut some = Vec::new();
            let done = fetched.take(&TopicPartition::new("t", 0), rules, step, &mut some).unwrap();
            let value = |record: ConsumerRecord| String::from_utf8(record.value.unwrap().to_vec()).unwrap();
            found.extend(some.into_iter().map(value));
            if done {
                return found;
            }
        }
    }

    #[test]
    fn records_are_taken_in_steps_from_the_offset_wanted() {
        let mut bytes = batch(10, -1, &["a", "b", "c"], Compression::None);
        bytes.extend(batch(13, -1, &["d", "e"], Compression::Zstd));
        bytes.extend(&batch(15, -1, &["f"], Compression::None)[..30]);
        let mut fetched = Fetched::new(bytes.into(), 11, Vec::new());
        assert_eq!(fetched.end_offset().unwrap(), 15);
        assert_eq!(values(&mut fetched, false, 2), ["b", "c", "d", "e"]);
        assert_eq!(fetched.next_offset(), 15);
    }

    #[test]
    fn aborted_records_are_left_out_when_only_committed_ones_are_wanted() {
        let mut bytes = batch(0, 1, &["aborted"], Compression::None);
        bytes.extend(batch(1, 2, &["committed"], Compression::None));
        bytes.extend(marker(2, 1, false));
        bytes.extend(batch(3, 1, &["later"], Compression::None));
        bytes.extend(marker(4, 2, true));
        let aborted = vec![(1, 0)];
        let mut fetched = Fetched::new(bytes.clone().into(), 0, aborted.clone());
        assert_eq!(values(&mut fetched, true, 9), ["committed", "later"]);
        assert_eq!(fetched.next_offset(), 5);
        let mut fetched = Fetched::new(bytes.into(), 0, aborted);
        assert_eq!(values(&mut fetched, false, 9), ["aborted", "committed", "later"]);
    }

    #[test]
    fn a_corrupt_batch_is_told_when_it_is_reached() {
        let mut bytes = batch(0, -1, &["a"], Compression::None);
        let good = bytes.len();
        bytes.extend(batch(1, -1, &["b"], Compression::None));
        *bytes.last_mut().unwrap() ^= 1;
        assert!(bytes.len() > good);
        let mut fetched = Fetched::new(bytes.into(), 0, Vec::new());
        let rules = ReadRules { check_crcs: true, max_batch: 1 << 20, committed_only: false };
        let mut found = Vec::new();
        assert!(fetched.take(&TopicPartition::new("t", 0), rules, 9, &mut found).is_err());
        assert_eq!((found.len(), fetched.next_offset()), (1, 1));
    }
}
