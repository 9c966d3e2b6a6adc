//! Idempotence (KIP-98): sequence numbers per producer, duplicates, gaps, epochs; and which transactions are open.
//!
//! Pure: no clock, no file. A batch is first checked, then, once it is in the log, noted.

use std::collections::{BTreeMap, HashMap, VecDeque};

use aqueduct_protocol::ids::{Offset, ProducerEpoch, ProducerId, Sequence};
use aqueduct_protocol::record::EndTxnMarker;

use crate::index::AbortedTxn;
use crate::segment::BatchHeader;

/// Batches remembered per producer: as many as a client may have in flight.
pub(crate) const BATCHES_KEPT: usize = 5;

/// One batch of a producer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SequencedBatch {
    pub(crate) last_sequence: Sequence,
    pub(crate) last_offset: Offset,
    /// Last offset minus first, and last sequence minus first.
    pub(crate) offset_delta: i32,
    pub(crate) timestamp: i64,
}

impl SequencedBatch {
    pub(crate) fn first_sequence(&self) -> Sequence {
        self.last_sequence.minus(self.offset_delta)
    }

    pub(crate) fn first_offset(&self) -> Offset {
        Offset(self.last_offset.0 - i64::from(self.offset_delta))
    }
}

/// One producer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ProducerEntry {
    pub(crate) epoch: ProducerEpoch,
    /// Oldest first; none after a marker began a new epoch.
    pub(crate) batches: VecDeque<SequencedBatch>,
    /// Epoch of the coordinator whose marker was last; −1 before.
    pub(crate) coordinator_epoch: i32,
    /// Timestamp of the last batch or marker.
    pub(crate) last_timestamp: i64,
    /// First record of its open transaction.
    pub(crate) txn_first_offset: Option<Offset>,
    /// When it was last heard of by our clock, in ms.
    pub(crate) last_heard_ms: i64,
}

impl ProducerEntry {
    pub(crate) fn new(epoch: ProducerEpoch, now_ms: i64) -> ProducerEntry {
        ProducerEntry {
            epoch,
            batches: VecDeque::new(),
            coordinator_epoch: -1,
            last_timestamp: -1,
            txn_first_offset: None,
            last_heard_ms: now_ms,
        }
    }

    pub(crate) fn push(&mut self, batch: SequencedBatch) {
        if self.batches.len() == BATCHES_KEPT {
            self.batches.pop_front();
        }
        self.batches.push_back(batch);
    }
}

/// What a check found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// To be appended.
    New,
    /// Appended before, as this.
    Duplicate(SequencedBatch),
}

/// Why a batch is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ProducerRefusal {
    OutOfOrder { expected: Sequence },
    OldEpoch { current: ProducerEpoch },
    CoordinatorFenced { epoch: i32, current: i32 },
}

/// All producers of a partition.
#[derive(Clone, Debug)]
pub(crate) struct ProducerStates {
    producers: HashMap<ProducerId, ProducerEntry>,
    limit: usize,
    /// First offsets of open transactions.
    open: BTreeMap<Offset, ProducerId>,
    /// Ended transactions, first offset to marker, whose marker is not below the high watermark yet.
    ended: BTreeMap<Offset, Offset>,
}

impl ProducerStates {
    /// None known; at most `limit` are kept.
    pub(crate) fn new(limit: usize) -> ProducerStates {
        ProducerStates {
            producers: HashMap::new(),
            limit: limit.max(1),
            open: BTreeMap::new(),
            ended: BTreeMap::new(),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.producers.len()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (ProducerId, &ProducerEntry)> {
        self.producers.iter().map(|(id, entry)| (*id, entry))
    }

    #[cfg(test)]
    pub(crate) fn get(&self, id: ProducerId) -> Option<&ProducerEntry> {
        self.producers.get(&id)
    }

    pub(crate) fn insert(&mut self, id: ProducerId, entry: ProducerEntry) {
        if let Some(first) = entry.txn_first_offset {
            self.open.insert(first, id);
        }
        self.producers.insert(id, entry);
    }

    pub(crate) fn clear(&mut self) {
        *self = ProducerStates::new(self.limit);
    }

    /// Whether a producer's data batch may be appended. A producer that is not known may begin with any sequence
    /// number: its state may have expired, or gone with the records.
    pub(crate) fn check(&self, batch: &BatchHeader) -> Result<Verdict, ProducerRefusal> {
        let Some(entry) = self.producers.get(&batch.producer_id) else { return Ok(Verdict::New) };
        if batch.producer_epoch < entry.epoch {
            return Err(ProducerRefusal::OldEpoch { current: entry.epoch });
        }
        if batch.producer_epoch > entry.epoch {
            return match batch.base_sequence {
                Sequence(0) => Ok(Verdict::New),
                _ => Err(ProducerRefusal::OutOfOrder { expected: Sequence(0) }),
            };
        }
        let last_sequence = batch.last_sequence();
        let same = |known: &&SequencedBatch| {
            known.first_sequence() == batch.base_sequence && known.last_sequence == last_sequence
        };
        if let Some(known) = entry.batches.iter().find(same) {
            return Ok(Verdict::Duplicate(*known));
        }
        let expected = entry.batches.back().map_or(Sequence(0), |last| last.last_sequence.plus(1));
        if batch.base_sequence == expected {
            Ok(Verdict::New)
        } else {
            Err(ProducerRefusal::OutOfOrder { expected })
        }
    }

    /// Whether a transaction marker may be appended.
    pub(crate) fn check_marker(
        &self,
        batch: &BatchHeader,
        marker: &EndTxnMarker,
    ) -> Result<(), ProducerRefusal> {
        let Some(entry) = self.producers.get(&batch.producer_id) else { return Ok(()) };
        if batch.producer_epoch < entry.epoch {
            return Err(ProducerRefusal::OldEpoch { current: entry.epoch });
        }
        if marker.coordinator_epoch < entry.coordinator_epoch {
            let (epoch, current) = (marker.coordinator_epoch, entry.coordinator_epoch);
            return Err(ProducerRefusal::CoordinatorFenced { epoch, current });
        }
        Ok(())
    }

    /// Notes a data batch that is in the log.
    pub(crate) fn note(&mut self, batch: &BatchHeader, now_ms: i64) {
        if !batch.producer_id.is_some() {
            return;
        }
        let entry = self.entry(batch.producer_id, batch.producer_epoch, now_ms);
        entry.last_timestamp = batch.max_timestamp;
        entry.push(SequencedBatch {
            last_sequence: batch.last_sequence(),
            last_offset: Offset(batch.last_offset()),
            offset_delta: batch.last_offset_delta,
            timestamp: batch.max_timestamp,
        });
        if batch.attributes.is_transactional() && entry.txn_first_offset.is_none() {
            let first = Offset(batch.base_offset);
            entry.txn_first_offset = Some(first);
            self.open.insert(first, batch.producer_id);
        }
    }

    /// Notes a transaction marker that is in the log. Returns the transaction it aborted, if it did.
    pub(crate) fn note_marker(
        &mut self,
        batch: &BatchHeader,
        marker: &EndTxnMarker,
        now_ms: i64,
    ) -> Option<AbortedTxn> {
        let entry = self.entry(batch.producer_id, batch.producer_epoch, now_ms);
        entry.coordinator_epoch = entry.coordinator_epoch.max(marker.coordinator_epoch);
        entry.last_timestamp = batch.max_timestamp;
        let first = entry.txn_first_offset.take()?;
        let last = Offset(batch.last_offset());
        self.open.remove(&first);
        self.ended.insert(first, last);
        (!marker.committed).then(|| AbortedTxn {
            producer_id: batch.producer_id,
            first_offset: first,
            last_offset: last,
            // What consumers may read up to once this marker is through: the next open transaction, or its end.
            last_stable_offset: self.open.keys().next().copied().unwrap_or(last.plus(1)),
        })
    }

    /// The first offset that belongs to a transaction that is open, or whose end is not below the high watermark.
    pub(crate) fn first_unstable(&self) -> Option<Offset> {
        let open = self.open.keys().next();
        let ended = self.ended.keys().next();
        open.into_iter().chain(ended).min().copied()
    }

    /// Whether the high watermark can move the last stable offset.
    pub(crate) fn has_ended(&self) -> bool {
        !self.ended.is_empty()
    }

    /// Forgets ended transactions whose markers are below the high watermark.
    pub(crate) fn settle(&mut self, high_watermark: Offset) {
        self.ended.retain(|_, last| *last >= high_watermark);
    }

    /// Forgets transactions that began before the log's start: their records are gone.
    pub(crate) fn forget_before(&mut self, log_start: Offset) {
        self.ended.retain(|_, last| *last >= log_start);
    }

    /// Forgets producers that were silent for `producer.id.expiration.ms` and have no open transaction.
    pub(crate) fn expire(&mut self, now_ms: i64, expiration_ms: i64) {
        self.producers.retain(|_, entry| {
            entry.txn_first_offset.is_some() || now_ms.saturating_sub(entry.last_heard_ms) <= expiration_ms
        });
    }

    fn entry(&mut self, id: ProducerId, epoch: ProducerEpoch, now_ms: i64) -> &mut ProducerEntry {
        if self.producers.len() >= self.limit && !self.producers.contains_key(&id) {
            self.make_room();
        }
        let entry = self.producers.entry(id).or_insert_with(|| ProducerEntry::new(epoch, now_ms));
        if entry.epoch != epoch {
            entry.epoch = epoch;
            entry.batches.clear();
        }
        entry.last_heard_ms = now_ms;
        entry
    }

    /// Forgets the tenth that was silent longest, open transactions aside.
    fn make_room(&mut self) {
        let mut silent: Vec<_> = self
            .producers
            .iter()
            .filter(|(_, entry)| entry.txn_first_offset.is_none())
            .map(|(id, entry)| (entry.last_heard_ms, *id))
            .collect();
        silent.sort_unstable();
        for (_, id) in silent.into_iter().take((self.limit / 10).max(1)) {
            self.producers.remove(&id);
        }
    }
}

#[cfg(test)]
mod tests {
    use aqueduct_protocol::ids::LeaderEpoch;
    use aqueduct_protocol::record::Attributes;

    use super::*;

    fn batch(producer: i64, epoch: i16, sequence: i32, records: i32, offset: i64) -> BatchHeader {
        BatchHeader {
            base_offset: offset,
            size: 100,
            leader_epoch: LeaderEpoch(0),
            crc: 0,
            attributes: Attributes(0),
            last_offset_delta: records - 1,
            max_timestamp: 1000 + offset,
            producer_id: ProducerId(producer),
            producer_epoch: ProducerEpoch(epoch),
            base_sequence: Sequence(sequence),
            record_count: records,
        }
    }

    fn transactional(mut batch: BatchHeader) -> BatchHeader {
        batch.attributes = batch.attributes.with_transactional(true);
        batch
    }

    fn known(batches: &[BatchHeader]) -> ProducerStates {
        let mut states = ProducerStates::new(100);
        for batch in batches {
            assert_eq!(states.check(batch), Ok(Verdict::New));
            states.note(batch, 0);
        }
        states
    }

    #[test]
    fn idempotence_table() {
        use ProducerRefusal::*;
        let states = known(&[batch(1, 0, 0, 3, 10), batch(1, 0, 3, 2, 20)]);
        let table = [
            ("next in sequence", batch(1, 0, 5, 1, 0), Ok(Verdict::New)),
            ("gap", batch(1, 0, 6, 1, 0), Err(OutOfOrder { expected: Sequence(5) })),
            ("overlap that is no duplicate", batch(1, 0, 4, 2, 0), Err(OutOfOrder { expected: Sequence(5) })),
            ("other producer, any sequence", batch(2, 0, 77, 1, 0), Ok(Verdict::New)),
            ("new epoch from zero", batch(1, 1, 0, 1, 0), Ok(Verdict::New)),
            ("new epoch from elsewhere", batch(1, 1, 5, 1, 0), Err(OutOfOrder { expected: Sequence(0) })),
        ];
        for (what, batch, verdict) in table {
            assert_eq!(states.check(&batch), verdict, "{what}");
        }
        let mut states = states;
        states.note(&batch(1, 3, 0, 1, 30), 0);
        assert_eq!(states.check(&batch(1, 2, 5, 1, 0)), Err(OldEpoch { current: ProducerEpoch(3) }));
    }

    #[test]
    fn the_last_five_batches_are_known_as_duplicates() {
        let batches: Vec<_> = (0..6).map(|i| batch(1, 0, i * 2, 2, i64::from(i) * 10)).collect();
        let states = known(&batches);
        for (i, batch) in batches.iter().enumerate().skip(1) {
            let Ok(Verdict::Duplicate(found)) = states.check(batch) else {
                panic!("batch {i} is a duplicate")
            };
            assert_eq!(found.first_offset(), Offset(i as i64 * 10));
            assert_eq!(found.timestamp, 1000 + i as i64 * 10);
        }
        assert_eq!(states.check(&batches[0]), Err(ProducerRefusal::OutOfOrder { expected: Sequence(12) }));
    }

    #[test]
    fn sequences_wrap() {
        let states = known(&[batch(1, 0, i32::MAX - 1, 2, 0)]);
        assert_eq!(states.check(&batch(1, 0, 0, 1, 0)), Ok(Verdict::New));
        let states = known(&[batch(1, 0, i32::MAX, 3, 0)]);
        assert_eq!(states.check(&batch(1, 0, 2, 1, 0)), Ok(Verdict::New));
        assert!(matches!(states.check(&batch(1, 0, i32::MAX, 3, 0)), Ok(Verdict::Duplicate(_))));
    }

    #[test]
    fn producers_are_bounded_and_expire() {
        let mut states = ProducerStates::new(10);
        for id in 0..25 {
            states.note(&batch(id, 0, 0, 1, id), id);
        }
        assert!(states.len() <= 10);
        assert!(states.get(ProducerId(24)).is_some());
        states.note(&transactional(batch(99, 0, 0, 1, 50)), 24);
        states.expire(1024, 999);
        assert_eq!(states.iter().map(|(id, _)| id.0).collect::<Vec<_>>(), [99], "open transactions stay");
    }

    #[test]
    fn open_and_unsettled_transactions_hold_the_stable_offset() {
        let mut states = known(&[transactional(batch(1, 0, 0, 1, 5)), transactional(batch(2, 0, 0, 1, 7))]);
        assert_eq!(states.first_unstable(), Some(Offset(5)));
        let abort = EndTxnMarker { committed: false, coordinator_epoch: 4 };
        let marker = batch(1, 0, -1, 1, 9);
        assert_eq!(states.check_marker(&marker, &abort), Ok(()));
        let aborted = states.note_marker(&marker, &abort, 0).unwrap();
        assert_eq!((aborted.first_offset, aborted.last_offset), (Offset(5), Offset(9)));
        assert_eq!(aborted.last_stable_offset, Offset(7));
        assert_eq!(states.first_unstable(), Some(Offset(5)), "the marker is not below the high watermark");
        states.settle(Offset(10));
        assert_eq!(states.first_unstable(), Some(Offset(7)));
        let old = EndTxnMarker { committed: true, coordinator_epoch: 3 };
        let refused = states.check_marker(&batch(1, 0, -1, 1, 11), &old);
        assert_eq!(refused, Err(ProducerRefusal::CoordinatorFenced { epoch: 3, current: 4 }));
    }
}
