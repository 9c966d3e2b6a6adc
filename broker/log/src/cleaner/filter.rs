//! What stays of one batch.

use std::collections::HashMap;

use aqueduct_protocol::compression::{Codec, Compression};
use aqueduct_protocol::ids::{Offset, ProducerId};
use aqueduct_protocol::record::{ProducerState, Record, RecordBatch, RecordBatchBuilder};

use super::OffsetMap;
use crate::segment::DECOMPRESSED_LIMIT;

/// What stays of a batch.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Kept {
    /// The batch as it is.
    Whole,
    /// This batch in its place, with the same offsets.
    Changed(Vec<u8>),
    Nothing,
}

/// Decides by keys and time.
pub(crate) struct Filter {
    pub(crate) map: OffsetMap,
    pub(crate) now_ms: i64,
    /// `delete.retention.ms`.
    pub(crate) delete_retention_ms: i64,
    /// Last offset of the last batch of each producer that is remembered.
    pub(crate) last_of_producer: HashMap<ProducerId, Offset>,
}

impl Filter {
    /// What stays of a batch; the error says what is wrong with it.
    pub(crate) fn apply(&self, batch: &RecordBatch<'_>) -> Result<Kept, String> {
        if batch.is_control() || batch.is_transactional() {
            return Ok(Kept::Whole);
        }
        let text = |error: &dyn std::fmt::Display| error.to_string();
        let mut reader = batch.reader(DECOMPRESSED_LIMIT).map_err(|error| text(&error))?;
        let (mut kept, mut dropped, mut tombstones) = (0, 0, false);
        while let Some(record) = reader.next().map_err(|error| text(&error))? {
            if self.keeps(batch, &record) {
                kept += 1;
                tombstones |= record.value.is_none();
            } else {
                dropped += 1;
            }
        }
        if kept == 0 {
            return match (self.is_last_of_producer(batch), dropped) {
                (true, 0) => Ok(Kept::Whole),
                (true, _) => empty(batch).map(Kept::Changed),
                (false, _) => Ok(Kept::Nothing),
            };
        }
        let horizon = batch.delete_horizon();
        let begins_to_wait = tombstones && horizon.is_none();
        if dropped == 0 && !begins_to_wait {
            return Ok(Kept::Whole);
        }
        let horizon = if tombstones {
            horizon.or_else(|| Some(self.now_ms.saturating_add(self.delete_retention_ms)))
        } else {
            None
        };
        self.rebuild(batch, horizon).map(Kept::Changed)
    }

    fn keeps(&self, batch: &RecordBatch<'_>, record: &Record<'_>) -> bool {
        // A record without a key can be told from no other; compacted topics take none.
        let Some(key) = record.key else { return false };
        let is_last = self.map.last(key).is_none_or(|last| record.offset >= last);
        let waited = batch.delete_horizon().is_some_and(|horizon| horizon <= self.now_ms);
        is_last && (record.value.is_some() || !waited)
    }

    fn is_last_of_producer(&self, batch: &RecordBatch<'_>) -> bool {
        batch.producer_id().is_some()
            && self.last_of_producer.get(&batch.producer_id()) == Some(&batch.last_offset())
    }

    /// The batch with the records that stay, at the offsets it had.
    fn rebuild(&self, batch: &RecordBatch<'_>, horizon: Option<i64>) -> Result<Vec<u8>, String> {
        let text = |error: &dyn std::fmt::Display| error.to_string();
        let compression = batch.compression().map_err(|error| text(&error))?;
        let mut builder = builder_like(batch, compression);
        builder.set_delete_horizon(horizon);
        let mut reader = batch.reader(DECOMPRESSED_LIMIT).map_err(|error| text(&error))?;
        while let Some(record) = reader.next().map_err(|error| text(&error))? {
            if self.keeps(batch, &record) {
                let Record { offset_delta, timestamp, key, value, headers, .. } = record;
                builder.append_at(offset_delta, timestamp, key, value, headers);
            }
        }
        builder.set_last_offset_delta(batch.last_offset_delta());
        builder.finish_vec().map_err(|error| text(&error))
    }
}

/// The batch without its records: offsets and sequence stay. As in Kafka there is nothing to decompress in it.
fn empty(batch: &RecordBatch<'_>) -> Result<Vec<u8>, String> {
    let mut builder = builder_like(batch, Compression::None);
    builder.set_last_offset_delta(batch.last_offset_delta());
    builder.finish_vec().map_err(|error| error.to_string())
}

fn builder_like(batch: &RecordBatch<'_>, compression: Compression) -> RecordBatchBuilder {
    let mut builder = RecordBatchBuilder::new(Codec { compression, level: None });
    builder
        .set_base_offset(batch.base_offset())
        .set_leader_epoch(batch.leader_epoch())
        .set_timestamp_type(batch.timestamp_type())
        .set_producer(ProducerState {
            id: batch.producer_id(),
            epoch: batch.producer_epoch(),
            base_sequence: batch.base_sequence(),
        });
    builder
}

#[cfg(test)]
mod tests {
    use aqueduct_protocol::ids::{ProducerEpoch, Sequence};

    use super::*;

    const NOW: i64 = 1_000_000;

    fn filter(last: &[(&str, i64)]) -> Filter {
        let mut map = OffsetMap::new(1 << 20);
        last.iter().for_each(|(key, offset)| assert!(map.put(key.as_bytes(), *offset)));
        Filter { map, now_ms: NOW, delete_retention_ms: 100, last_of_producer: HashMap::new() }
    }

    /// A batch from offset 10 on, of producer 7; a value of `-` is a tombstone.
    fn batch(compression: Compression, records: &[(&str, &str)]) -> Vec<u8> {
        let mut builder = RecordBatchBuilder::new(compression.into());
        builder.set_base_offset(Offset(10)).set_producer(ProducerState {
            id: ProducerId(7),
            epoch: ProducerEpoch(0),
            base_sequence: Sequence(3),
        });
        for (i, (key, value)) in records.iter().enumerate() {
            let value = Some(*value).filter(|value| *value != "-").map(str::as_bytes);
            builder.append(500 + i as i64, Some(key.as_bytes()), value, &[]);
        }
        builder.finish_vec().unwrap()
    }

    fn records(bytes: &[u8]) -> Vec<(i64, i64, String)> {
        let batch = RecordBatch::parse(bytes).unwrap();
        batch.ensure_valid().unwrap();
        let mut reader = batch.reader(1 << 20).unwrap();
        let mut found = Vec::new();
        while let Some(record) = reader.next().unwrap() {
            found.push((
                record.offset,
                record.timestamp,
                String::from_utf8(record.key.unwrap().to_vec()).unwrap(),
            ));
        }
        found
    }

    fn changed(filter: &Filter, bytes: &[u8]) -> Vec<u8> {
        match filter.apply(&RecordBatch::parse(bytes).unwrap()).unwrap() {
            Kept::Changed(bytes) => bytes,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn records_that_have_a_newer_one_go_and_the_others_keep_their_place() {
        for compression in [Compression::None, Compression::Zstd, Compression::Lz4] {
            let bytes = batch(compression, &[("a", "1"), ("b", "1"), ("c", "1")]);
            let kept = changed(&filter(&[("a", 10), ("b", 20), ("c", 30)]), &bytes);
            assert_eq!(records(&kept), [(10, 500, "a".to_owned())]);
            let (old, new) = (RecordBatch::parse(&bytes).unwrap(), RecordBatch::parse(&kept).unwrap());
            assert_eq!((new.base_offset(), new.last_offset()), (old.base_offset(), old.last_offset()));
            assert_eq!(
                (new.base_sequence(), new.last_sequence()),
                (old.base_sequence(), old.last_sequence())
            );
            assert_eq!(new.compression().unwrap(), compression);
        }
        let bytes = batch(Compression::None, &[("a", "1")]);
        let parsed = RecordBatch::parse(&bytes).unwrap();
        assert_eq!(filter(&[]).apply(&parsed), Ok(Kept::Whole), "a key that is not in the dirty part");
        assert_eq!(filter(&[("a", 11)]).apply(&parsed), Ok(Kept::Nothing));
    }

    #[test]
    fn a_tombstone_waits_for_its_horizon_and_then_goes() {
        let bytes = batch(Compression::Gzip, &[("a", "-"), ("b", "1")]);
        let waiting = changed(&filter(&[]), &bytes);
        let parsed = RecordBatch::parse(&waiting).unwrap();
        assert_eq!(parsed.delete_horizon(), Some(NOW + 100));
        assert_eq!(records(&waiting), [(10, 500, "a".to_owned()), (11, 501, "b".to_owned())]);
        assert_eq!(Filter { now_ms: NOW + 99, ..filter(&[]) }.apply(&parsed), Ok(Kept::Whole));
        let later = changed(&Filter { now_ms: NOW + 100, ..filter(&[]) }, &waiting);
        assert_eq!(records(&later), [(11, 501, "b".to_owned())]);
        assert_eq!(RecordBatch::parse(&later).unwrap().delete_horizon(), None);
    }

    #[test]
    fn the_last_batch_of_a_producer_stays_without_its_records() {
        let bytes = batch(Compression::Lz4, &[("a", "1"), ("b", "1")]);
        let mut filter = filter(&[("a", 20), ("b", 21)]);
        filter.last_of_producer.insert(ProducerId(7), Offset(11));
        let empty = changed(&filter, &bytes);
        let parsed = RecordBatch::parse(&empty).unwrap();
        assert_eq!((records(&empty).len(), parsed.record_count()), (0, 0));
        assert_eq!((parsed.last_offset(), parsed.last_sequence()), (Offset(11), Sequence(4)));
        assert_eq!(filter.apply(&parsed), Ok(Kept::Whole));
        filter.last_of_producer.insert(ProducerId(7), Offset(50));
        assert_eq!(filter.apply(&parsed), Ok(Kept::Nothing), "once the producer has gone on");
    }
}
