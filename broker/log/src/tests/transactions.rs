//! Transactions: what a `read_committed` consumer makes of slices and lists of aborted transactions is what was
//! committed, from wherever it reads, however much at a time, and after whatever has happened to the log.
//!
//! Random histories as in [`model`](super::model), by the same variables.

use std::collections::{BTreeMap, BTreeSet};

use aqueduct_protocol::ids::Offset;
use aqueduct_protocol::record::{EndTxnMarker, RecordBatch, RecordBatches};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::fixture::{Fixture, NOW, append, batch, marker, page_cache, produced, small_segments};
use super::model::{cases, seed};
use crate::fs::{FileSystem, MemoryFs};
use crate::{AbortedTxn, LogConfig, PartitionLog, ReadLimit};

/// Reads as a consumer with `isolation.level=read_committed` does, from `from` on: offsets and values.
fn read_committed(log: &PartitionLog, from: i64, max_bytes: u32) -> Vec<(i64, String)> {
    let mut records = Vec::new();
    let mut next = from;
    loop {
        let limit = ReadLimit { max_bytes, below: log.last_stable_offset(), at_least_one: true };
        let (slice, aborted) = log.read_committed(Offset(next), limit).unwrap();
        if slice.is_empty() {
            assert_eq!(aborted, [], "nothing is told of nothing");
            return records;
        }
        let mut bytes = vec![0; slice.len()];
        slice.read_into(&mut bytes).unwrap();
        let mut begins: BTreeSet<_> =
            aborted.iter().map(|txn| (txn.first_offset.0, txn.producer_id)).collect();
        let mut aborting = BTreeSet::new();
        for batch in RecordBatches::new(&bytes) {
            let batch = batch.unwrap();
            while let Some((first, producer)) = begins.pop_first() {
                if first > batch.last_offset().0 {
                    begins.insert((first, producer));
                    break;
                }
                aborting.insert(producer);
            }
            if batch.is_control() {
                if !is_commit(&batch) {
                    aborting.remove(&batch.producer_id());
                }
            } else if !(batch.is_transactional() && aborting.contains(&batch.producer_id())) {
                records.extend(values(&batch).filter(|(offset, _)| *offset >= from));
            }
            next = batch.next_offset().0;
        }
    }
}

fn is_commit(batch: &RecordBatch<'_>) -> bool {
    let record = batch.records_in(batch.payload()).next().unwrap().unwrap();
    EndTxnMarker::read(record.key.unwrap(), record.value.unwrap()).unwrap().committed
}

fn values<'a>(batch: &'a RecordBatch<'_>) -> impl Iterator<Item = (i64, String)> + 'a {
    batch.records_in(batch.payload()).map(|record| {
        let record = record.unwrap();
        (record.offset, String::from_utf8_lossy(record.value.unwrap()).into_owned())
    })
}

fn aborted(log: &PartitionLog, from: i64, max_bytes: u32) -> Vec<(i64, i64)> {
    let limit = ReadLimit { max_bytes, below: log.last_stable_offset(), at_least_one: true };
    let (_, found) = log.read_committed(Offset(from), limit).unwrap();
    found.iter().map(|AbortedTxn { producer_id, first_offset, .. }| (producer_id.0, first_offset.0)).collect()
}

fn write(log: &PartitionLog, records: &[u8]) -> i64 {
    let appended = append(log, records).unwrap();
    log.advance_high_watermark(log.log_end_offset());
    appended.first_offset.0
}

#[test]
fn transactions_hold_the_stable_offset_and_aborted_ones_are_listed() {
    let mut fixture = Fixture::new(small_segments());
    let log = fixture.log();
    write(&log, &produced(1, 0, 0, 2, true));
    write(&log, &produced(2, 0, 0, 1, true));
    write(&log, &produced(3, 0, 0, 1, false));
    assert_eq!(log.last_stable_offset(), Offset(0));
    write(&log, &marker(1, 0, false, 0));
    log.flush().wait().unwrap();
    assert_eq!(log.last_stable_offset(), Offset(2));
    for restart in [false, true] {
        if restart {
            fixture.crash_and_restart(2);
            let log = fixture.log();
            log.advance_high_watermark(log.log_end_offset());
        }
        let log = fixture.log();
        assert_eq!(log.last_stable_offset(), Offset(2), "restart {restart}");
        assert_eq!(aborted(&log, 0, 1 << 20), [(1, 0)]);
        assert_eq!(log.producers()[1].txn_start_offset, Some(Offset(2)));
    }
    let log = fixture.log();
    write(&log, &marker(2, 0, true, 0));
    assert_eq!(log.last_stable_offset(), log.high_watermark());
}

#[test]
fn the_list_is_that_of_the_slice_in_the_order_of_the_markers() {
    let fixture = Fixture::new(LogConfig { index_interval_bytes: 100, ..LogConfig::default() });
    let log = fixture.log();
    write(&log, &produced(1, 0, 0, 1, true)); // 0
    write(&log, &produced(2, 0, 0, 1, true)); // 1
    write(&log, &marker(2, 0, false, 0)); // 2
    write(&log, &marker(1, 0, false, 0)); // 3
    write(&log, &produced(2, 0, 1, 1, true)); // 4
    write(&log, &marker(2, 0, true, 0)); // 5
    for sequence in 2..20 {
        write(&log, &produced(2, 0, sequence, 1, true)); // 6 and every second
        write(&log, &marker(2, 0, false, 0));
    }
    assert_eq!(aborted(&log, 0, 200), [(2, 1), (1, 0)], "not those far behind the slice");
    assert_eq!(aborted(&log, 3, 1), [(1, 0)], "the marker belongs to the transaction");
    assert_eq!(aborted(&log, 4, 1), [], "committed");
    assert_eq!(aborted(&log, 6, 1 << 20).len(), 18);
    assert_eq!(aborted(&log, 41, 1), [(2, 40)]);
    assert_eq!(aborted(&log, 42, 1), []);
}

#[test]
fn a_transaction_whose_beginning_was_deleted_is_listed_and_holds_the_stable_offset_at_the_logs_start() {
    let mut fixture = Fixture::new(small_segments());
    let log = fixture.log();
    for sequence in 0..30 {
        write(&log, &produced(1, 0, sequence, 1, true));
    }
    log.flush().wait().unwrap();
    log.delete_records_before(Offset(25)).unwrap();
    assert_eq!(log.last_stable_offset(), Offset(25), "not before the log's start");
    fixture.manager.apply_retention_now(NOW);
    assert!(log.segment_count() < 4, "{} segments", log.segment_count());
    for clean in [true, false] {
        if clean {
            fixture.restart_cleanly()
        } else {
            fixture.kill_and_restart()
        }
        let log = fixture.log();
        log.advance_high_watermark(log.log_end_offset());
        assert_eq!((log.log_start_offset(), log.last_stable_offset()), (Offset(25), Offset(25)));
    }
    let log = fixture.log();
    write(&log, &marker(1, 0, false, 0));
    write(&log, &batch(&["after"], NOW));
    assert_eq!(read_committed(&log, 25, 1), [(31, "after".to_owned())]);
    fixture.kill_and_restart();
    let log = fixture.log();
    log.advance_high_watermark(log.log_end_offset());
    assert_eq!(read_committed(&log, 25, 1), [(31, "after".to_owned())]);
}

#[test]
fn a_log_without_transactions_and_a_reader_past_them_look_into_no_index() {
    let fixture = Fixture::new(LogConfig::default());
    let log = fixture.log();
    write(&log, &produced(1, 0, 0, 1, true));
    write(&log, &marker(1, 0, false, 0));
    write(&log, &batch(&["after"], NOW));
    let index = fixture.folder().join(&fixture.files(".txnindex")[0]);
    fixture.fs.remove_file(&index).unwrap();
    log.close_idle_files();
    log.flush().wait().unwrap();
    log.close_idle_files();
    log.close_idle_files();
    let limit = ReadLimit { max_bytes: 1 << 20, below: log.last_stable_offset(), at_least_one: true };
    assert!(log.read_committed(Offset(0), limit).is_err(), "what is not known is not taken for committed");
    assert_eq!(read_committed(&log, 2, 1), [(2, "after".to_owned())]);
}

#[test]
fn a_damaged_index_of_aborted_transactions_is_made_anew() {
    type Damage = fn(&mut Vec<u8>);
    let ways: [(&str, Damage); 4] = [
        ("zeroed", |bytes| bytes.fill(0)),
        ("cut in an entry", |bytes| bytes.truncate(bytes.len() - 40)),
        ("cut to less than an entry", |bytes| bytes.truncate(5)),
        ("an entry garbled", |bytes| bytes[34..68].fill(7)),
    ];
    for ((way, damage), clean) in ways.into_iter().flat_map(|way| [(way, true), (way, false)]) {
        let mut fixture = Fixture::new(small_segments());
        let log = fixture.log();
        // One that begins before all segments but the first.
        write(&log, &produced(9, 0, 0, 1, true));
        for sequence in 0..40 {
            write(&log, &produced(1, 0, 2 * sequence, 2, true));
            write(&log, &marker(1, 0, sequence % 3 == 0, 0));
        }
        write(&log, &marker(9, 0, false, 0));
        let committed = read_committed(&log, 0, 1);
        assert!(fixture.files(".txnindex").len() > 3 && committed.len() == 28);
        fixture.manager.tick(NOW + 100_000);
        for file in fixture.files(".txnindex") {
            if clean {
                fixture.manager.shut_down();
            }
            fixture.fs.corrupt(&fixture.folder().join(&file), damage).unwrap();
            fixture.kill_and_restart();
            let log = fixture.log();
            log.advance_high_watermark(log.log_end_offset());
            assert_eq!(read_committed(&log, 0, 1), committed, "{file} {way}, clean: {clean}");
        }
        fixture.crash_and_restart(1);
        assert_eq!(read_committed(&fixture.log(), 0, 1), committed, "{way}, clean: {clean}");
    }
}

#[test]
fn an_ended_transaction_holds_nothing_after_a_kill_behind_the_checkpoint_of_the_high_watermark() {
    let mut fixture = Fixture::new(LogConfig::default());
    let log = fixture.log();
    write(&log, &produced(1, 0, 0, 1, true));
    write(&log, &marker(1, 0, true, 0));
    fixture.manager.tick(NOW + 10_000);
    fixture.kill_and_restart();
    let log = fixture.log();
    assert_eq!((log.high_watermark(), log.last_stable_offset()), (Offset(2), Offset(2)));
}

#[derive(Clone, Debug)]
enum Action {
    /// Records of a producer's transaction.
    Write {
        producer: i64,
        records: usize,
    },
    /// Records without a transaction.
    Plain {
        records: usize,
    },
    End {
        producer: i64,
        committed: bool,
    },
    Flush,
    Tick {
        ahead_ms: i64,
    },
    DeleteRecords {
        back: i64,
    },
    Truncate {
        back: i64,
    },
    Retention,
    Kill,
    PowerCut {
        seed: u64,
    },
    CleanRestart,
}

fn action() -> impl Strategy<Value = Action> {
    prop_oneof![
        10 => (0..4i64, 1..4usize).prop_map(|(producer, records)| Action::Write { producer, records }),
        3 => (1..4usize).prop_map(|records| Action::Plain { records }),
        8 => (0..4i64, any::<bool>()).prop_map(|(producer, committed)| Action::End { producer, committed }),
        3 => Just(Action::Flush),
        2 => (0..120_000i64).prop_map(|ahead_ms| Action::Tick { ahead_ms }),
        1 => (0..40i64).prop_map(|back| Action::DeleteRecords { back }),
        1 => (0..20i64).prop_map(|back| Action::Truncate { back }),
        1 => Just(Action::Retention),
        1 => Just(Action::Kill),
        2 => any::<u64>().prop_map(|seed| Action::PowerCut { seed }),
        1 => Just(Action::CleanRestart),
    ]
}

/// A batch as it was appended.
enum What {
    Records { producer: Option<i64>, values: Vec<String> },
    Marker { producer: i64, committed: bool },
}

impl What {
    fn records(&self) -> i64 {
        match self {
            What::Records { values, .. } => values.len() as i64,
            What::Marker { .. } => 1,
        }
    }
}

struct Run {
    fixture: Fixture,
    /// By first offset.
    batches: BTreeMap<i64, What>,
    now: i64,
    values: usize,
}

impl Run {
    fn new() -> Run {
        let config = LogConfig { retention_bytes: Some(6000), segment_bytes: 1500, ..small_segments() };
        // Page cache: syncs come only from the actions, so that a seed gives one history.
        let fixture = Fixture::with(MemoryFs::new(), page_cache(), config);
        fixture.log();
        Run { fixture, batches: BTreeMap::new(), now: NOW, values: 0 }
    }

    fn act(&mut self, action: &Action) {
        let log = self.fixture.get();
        match *action {
            Action::Write { producer, records } => {
                let sequence = self.sequence(producer);
                let bytes = produced(producer, 0, sequence, records, true);
                let values = (0..records).map(|i| format!("{producer}/{}", sequence + i as i32)).collect();
                let what = What::Records { producer: Some(producer), values };
                self.batches.insert(write(&log, &bytes), what);
            }
            Action::Plain { records } => {
                let values: Vec<_> = (0..records).map(|i| format!("plain {}", self.values + i)).collect();
                self.values += records;
                let bytes = batch(&values.iter().map(String::as_str).collect::<Vec<_>>(), self.now);
                self.batches.insert(write(&log, &bytes), What::Records { producer: None, values });
            }
            Action::End { producer, committed } => {
                if self.open().contains_key(&producer) {
                    let offset = write(&log, &marker(producer, 0, committed, 0));
                    self.batches.insert(offset, What::Marker { producer, committed });
                }
            }
            Action::Flush => log.flush().wait().unwrap(),
            Action::Tick { ahead_ms } => {
                self.now += ahead_ms;
                self.fixture.manager.tick(self.now);
            }
            Action::DeleteRecords { back } => {
                log.delete_records_before(Offset((log.log_end_offset().0 - back).max(0))).unwrap();
            }
            Action::Truncate { back } => {
                let to = (log.log_end_offset().0 - back).max(log.log_start_offset().0);
                log.truncate_to(Offset(to)).unwrap();
                log.advance_high_watermark(log.log_end_offset());
            }
            Action::Retention => self.fixture.manager.apply_retention_now(self.now),
            Action::Kill => self.fixture.kill_and_restart(),
            Action::PowerCut { seed } => self.fixture.crash_and_restart(seed),
            Action::CleanRestart => self.fixture.restart_cleanly(),
        }
        self.check();
    }

    /// What the log expects next. That it keeps the sequence is proven by the model.
    fn sequence(&self, of: i64) -> i32 {
        let known = self.fixture.get().producers().into_iter().find(|known| known.producer_id.0 == of);
        known.map_or(0, |known| known.last_sequence.0 + 1)
    }

    /// The transactions that are open, by producer: the offsets of their batches.
    fn open(&self) -> BTreeMap<i64, Vec<i64>> {
        let mut open: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
        for (offset, what) in &self.batches {
            match what {
                What::Records { producer: Some(producer), .. } => {
                    open.entry(*producer).or_default().push(*offset);
                }
                What::Records { producer: None, .. } => {}
                What::Marker { producer, .. } => drop(open.remove(producer)),
            }
        }
        open
    }

    /// What was committed or written without a transaction, in `from..below`.
    fn committed(&self, from: i64, below: i64) -> Vec<(i64, String)> {
        let mut found = Vec::new();
        for (offset, what) in &self.batches {
            let What::Records { producer, values } = what else { continue };
            let end = |later: &What| match later {
                What::Marker { producer: ended, committed } => {
                    (Some(*ended) == *producer).then_some(*committed)
                }
                What::Records { .. } => None,
            };
            let aborted = producer.is_some()
                && self.batches.range(offset..).find_map(|(_, later)| end(later)) == Some(false);
            if !aborted {
                found.extend((*offset..).zip(values.iter().cloned()));
            }
        }
        found.retain(|(offset, _)| (from..below).contains(offset));
        found
    }

    fn check(&mut self) {
        let log = self.fixture.get();
        assert_eq!(log.offline_reason(), None);
        log.advance_high_watermark(log.log_end_offset());
        let (start, end) = (log.log_start_offset().0, log.log_end_offset().0);
        self.batches.retain(|offset, what| offset + what.records() <= end);
        let stable = log.last_stable_offset().0;
        let open = self.open();
        let first = |offsets: &Vec<i64>| offsets[0].max(start);
        let first_left = |offsets: &Vec<i64>| offsets.iter().copied().find(|offset| *offset >= start);
        let least = open.values().map(first).min().unwrap_or(end);
        let most = open.values().filter_map(first_left).min().unwrap_or(end);
        assert!((least..=most).contains(&stable), "{stable} stable, {least}..={most} expected: {open:?}");
        for (from, max_bytes) in [(start, 1), (start, 400), (start + (end - start) / 2, 1 << 20)] {
            assert_eq!(
                read_committed(&log, from, max_bytes),
                self.committed(from, stable),
                "{from} by {max_bytes}"
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), max_shrink_iters: 2000, failure_persistence: None, rng_seed: RngSeed::Fixed(seed()), ..ProptestConfig::default() })]

    #[test]
    fn consumers_see_what_was_committed(actions in prop::collection::vec(action(), 1..120)) {
        let mut run = Run::new();
        for action in &actions {
            run.act(action);
        }
        run.fixture.crash_and_restart(1);
        run.check();
    }
}
