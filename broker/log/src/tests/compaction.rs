//! Compaction: what stays, what a reader sees, and that no crash in its middle loses or brings back anything.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use aqueduct_protocol::ids::Offset;
use aqueduct_protocol::record::{RecordBatchBuilder, RecordBatches};
use proptest::prelude::*;

use super::dying_fs::DyingFs;
use super::fixture::*;
use crate::fs::{FileSystem, MemoryFs};
use crate::{CleanupPolicy, LogConfig, LogManager, ManagerConfig, PartitionLog, ReadLimit, TopicPartition};

type Keyed = (String, Option<String>);

fn config() -> LogConfig {
    LogConfig {
        cleanup_policy: CleanupPolicy::COMPACT,
        segment_bytes: 700,
        index_interval_bytes: 100,
        min_cleanable_dirty_ratio: 0.0,
        delete_retention_ms: 1000,
        ..LogConfig::default()
    }
}

/// Recovery points follow at once: only what lies below them is compacted.
fn eager() -> ManagerConfig {
    ManagerConfig { checkpoint_interval_ms: 0, ..settings() }
}

fn fixture() -> Fixture {
    Fixture::with(MemoryFs::new(), eager(), config())
}

fn batch_of(records: &[Keyed]) -> Vec<u8> {
    let mut builder = RecordBatchBuilder::default();
    for (key, value) in records {
        builder.append(NOW, Some(key.as_bytes()), value.as_ref().map(|value| value.as_bytes()), &[]);
    }
    builder.finish_vec().unwrap()
}

fn put(log: &PartitionLog, key: &str, value: Option<&str>) -> i64 {
    append_durably(log, &batch_of(&[(key.to_owned(), value.map(str::to_owned))])).first_offset.0
}

/// Offsets with keys and values from the log's start, read in slices.
fn read(log: &PartitionLog) -> BTreeMap<i64, Keyed> {
    let mut found = BTreeMap::new();
    let mut next = log.log_start_offset();
    while next < log.log_end_offset() {
        let limit = ReadLimit { max_bytes: 300, below: log.log_end_offset(), at_least_one: true };
        let slice = log.read(next, limit).unwrap();
        if slice.is_empty() {
            break;
        }
        let mut bytes = vec![0; slice.len()];
        slice.read_into(&mut bytes).unwrap();
        for batch in RecordBatches::new(&bytes) {
            let batch = batch.unwrap();
            batch.ensure_valid().unwrap();
            assert!(batch.next_offset() > next, "a reader makes progress");
            next = batch.next_offset();
            for record in batch.records_in(batch.payload()) {
                let record = record.unwrap();
                let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
                let known = found.insert(record.offset, (text(record.key.unwrap()), record.value.map(text)));
                assert_eq!(known, None, "an offset is there once");
            }
        }
    }
    found
}

/// The last value of each key that has one.
fn state(records: &BTreeMap<i64, Keyed>) -> HashMap<String, String> {
    let mut state = HashMap::new();
    for (key, value) in records.values() {
        match value {
            Some(value) => drop(state.insert(key.clone(), value.clone())),
            None => drop(state.remove(key)),
        }
    }
    state
}

fn compact(fixture: &Fixture, now_ms: i64) {
    fixture.manager.tick(now_ms);
    fixture.manager.clean(now_ms);
    fixture.manager.tick(now_ms);
    assert!(fixture.manager.uncleanable().is_empty());
}

#[test]
fn the_last_record_of_each_key_stays_at_its_offset() {
    let mut fixture = fixture();
    let log = fixture.log();
    let mut all = BTreeMap::new();
    for round in 0..30 {
        for key in ["a", "b", "c"] {
            let value = Some(format!("{key}{round}"));
            all.insert(put(&log, key, value.as_deref()), (key.to_owned(), value));
        }
    }
    let before = (log.size(), log.segment_count());
    compact(&fixture, NOW + 1);
    assert!(log.size() < before.0 / 3, "{} of {}", log.size(), before.0);
    // What is small now is put together with its neighbours the next time.
    for round in 0..9 {
        let value = Some(format!("d{round}"));
        all.insert(put(&log, "d", value.as_deref()), ("d".to_owned(), value));
    }
    compact(&fixture, NOW + 2);
    assert!(log.segment_count() < before.1, "{} segments", log.segment_count());
    let kept = read(&log);
    assert!(kept.iter().all(|(offset, record)| all[offset] == *record));
    assert_eq!(state(&kept), state(&all));
    assert_eq!(log.log_start_offset(), Offset(0), "the log's start does not move");
    let sealed = read(&log).range(..80).count();
    assert!(sealed <= 4, "one record of each key outside the last segments, not {sealed}");
    fixture.restart_cleanly();
    assert_eq!(read(&fixture.log()), kept);
    fixture.crash_and_restart(7);
    assert_eq!(read(&fixture.log()), kept);
}

#[test]
fn a_tombstone_stays_for_its_time_and_takes_the_key_with_it() {
    let fixture = fixture();
    let log = fixture.log();
    put(&log, "gone", Some("value"));
    put(&log, "gone", None);
    let fill = |log: &PartitionLog| {
        (0..20).for_each(|i| {
            put(log, "fill", Some(&format!("{i}")));
        })
    };
    fill(&log);
    compact(&fixture, NOW + 1);
    let tombstones = |log: &PartitionLog| read(log).values().filter(|(_, value)| value.is_none()).count();
    assert_eq!((tombstones(&log), read(&log).contains_key(&0)), (1, false));
    fill(&log);
    compact(&fixture, NOW + 900);
    assert_eq!(tombstones(&log), 1, "a reader may still need it");
    fill(&log);
    compact(&fixture, NOW + 2000);
    assert_eq!((tombstones(&log), state(&read(&log)).len()), (0, 1));
}

#[test]
fn what_may_not_be_compacted_is_not() {
    let fixture =
        Fixture::with(MemoryFs::new(), eager(), LogConfig { min_compaction_lag_ms: 500, ..config() });
    let log = fixture.log();
    (0..40).for_each(|i| {
        put(&log, "k", Some(&format!("{i}")));
    });
    compact(&fixture, NOW + 499);
    assert_eq!(read(&log).len(), 40, "younger than min.compaction.lag.ms");
    log.update_config(LogConfig { cleanup_policy: CleanupPolicy::DELETE, ..config() });
    compact(&fixture, NOW + 501);
    assert_eq!(read(&log).len(), 40, "not a compacted topic");
    log.update_config(config());
    compact(&fixture, NOW + 501);
    assert!(read(&log).len() < 20);
}

#[test]
fn a_log_is_left_alone_until_enough_of_it_is_dirty_or_has_waited_too_long() {
    let fixture =
        Fixture::with(MemoryFs::new(), eager(), LogConfig { min_cleanable_dirty_ratio: 0.9, ..config() });
    let log = fixture.log();
    let fill = |from: usize| {
        (from..from + 20).for_each(|i| {
            put(&log, &format!("k{i}"), Some("v"));
        })
    };
    fill(0);
    compact(&fixture, NOW + 1);
    fill(0);
    compact(&fixture, NOW + 1);
    assert!(read(&log).len() > 30, "half is not enough");
    log.update_config(LogConfig { min_cleanable_dirty_ratio: 0.9, max_compaction_lag_ms: 100, ..config() });
    compact(&fixture, NOW + 102);
    assert!(read(&log).len() < 30);
}

#[test]
fn more_keys_than_fit_are_compacted_bit_by_bit() {
    let settings = ManagerConfig { cleaner_dedupe_bytes: 64 * 5, ..eager() };
    let fixture = Fixture::with(MemoryFs::new(), settings, config());
    let log = fixture.log();
    let mut all = BTreeMap::new();
    for i in 0..90 {
        let (key, value) = (format!("k{}", i % 15), Some(format!("{i}")));
        all.insert(put(&log, &key, value.as_deref()), (key, value));
    }
    let mut sizes = vec![log.size()];
    for i in 0..40 {
        compact(&fixture, NOW + i);
        assert_eq!(state(&read(&log)), state(&all));
        sizes.push(log.size());
    }
    assert!(sizes.last().unwrap() * 3 < sizes[0], "{sizes:?}");
}

#[test]
fn a_producers_last_batch_is_known_after_its_snapshots_are_lost() {
    let mut fixture = fixture();
    let log = fixture.log();
    let sequenced = |sequence: i32, key: &str| {
        let mut builder = RecordBatchBuilder::default();
        builder.set_producer(aqueduct_protocol::record::ProducerState {
            id: aqueduct_protocol::ids::ProducerId(9),
            epoch: aqueduct_protocol::ids::ProducerEpoch(0),
            base_sequence: aqueduct_protocol::ids::Sequence(sequence),
        });
        builder.append(NOW, Some(key.as_bytes()), Some(b"v"), &[]);
        builder.finish_vec().unwrap()
    };
    append_durably(&log, &sequenced(0, "k"));
    let last = append_durably(&log, &sequenced(1, "k"));
    (0..40).for_each(|i| {
        put(&log, "k", Some(&format!("{i}")));
    });
    compact(&fixture, NOW + 1);
    assert!(read(&log).len() < 20);
    fixture.manager.shut_down();
    for snapshot in fixture.files(".snapshot") {
        fixture.fs.remove_file(&fixture.folder().join(snapshot)).unwrap();
    }
    fixture.kill_and_restart();
    let again = append(&fixture.log(), &sequenced(1, "k")).unwrap();
    assert!(again.duplicate && again.first_offset == last.first_offset, "{again:?}");
}

#[test]
fn a_log_is_compacted_up_to_its_first_transaction() {
    let fixture = fixture();
    let log = fixture.log();
    (0..20).for_each(|i| {
        put(&log, "k", Some(&format!("{i}")));
    });
    let from = append_durably(&log, &produced(5, 0, 0, 1, true)).first_offset;
    append_durably(&log, &marker(5, 0, true, 0));
    let after = (0..20).map(|i| put(&log, "k", Some(&format!("{i}")))).next().unwrap();
    compact(&fixture, NOW + 1);
    let limit = ReadLimit { max_bytes: 1 << 20, below: log.log_end_offset(), at_least_one: true };
    let count = |at: i64| log.read(Offset(at), limit).unwrap().len();
    assert!(count(from.0) > 0 && count(after) > 0);
    let segments = fixture.files(".log");
    assert!(segments.len() > 1 && log.size() > 0);
    let scan = |at: Offset| {
        let slice = log.read(at, limit).unwrap();
        let mut bytes = vec![0; slice.len()];
        slice.read_into(&mut bytes).unwrap();
        RecordBatches::new(&bytes).next().unwrap().unwrap().base_offset()
    };
    assert_eq!(scan(from), from, "the transaction's batch is where it was");
    assert!(
        log.dirt(NOW + 2).unwrap().is_some_and(|dirt| dirt.dirty == 0),
        "what cannot be compacted is not due"
    );
}

#[test]
fn aborted_transactions_in_what_kafka_has_compacted_are_known_when_segments_become_one() {
    let mut fixture = fixture();
    let log = fixture.log();
    append_durably(&log, &produced(5, 0, 0, 1, true));
    (0..10).for_each(|i| {
        put(&log, "k", Some(&format!("{i}")));
    });
    append_durably(&log, &marker(5, 0, false, 0));
    (0..40).for_each(|i| {
        put(&log, "k", Some(&format!("{i}")));
    });
    fixture.manager.shut_down();
    // As Kafka's cleaner leaves it: up to here, transactions included.
    let dirty = log.log_end_offset().0 - 20;
    let checkpoint = format!("0\n1\nt 0 {dirty}\n");
    let path = std::path::Path::new(DIR).join("cleaner-offset-checkpoint");
    let file = fixture.fs.open(&path, crate::fs::OpenMode::Truncate).unwrap();
    file.write_all_at(&mut [std::io::IoSlice::new(checkpoint.as_bytes())], 0).unwrap();
    fixture.kill_and_restart();
    let log = fixture.log();
    log.advance_high_watermark(log.log_end_offset());
    let before = log.size();
    compact(&fixture, NOW + 1);
    assert!(log.size() * 2 < before, "{} of {before} bytes", log.size());
    // What is small now is put together.
    let before = log.segment_count();
    (0..9).for_each(|i| {
        put(&log, "k", Some(&format!("{i}")));
    });
    compact(&fixture, NOW + 2);
    assert!(log.segment_count() < before, "{} of {before} segments", log.segment_count());
    for restart in [false, true] {
        if restart {
            fixture.crash_and_restart(3);
        }
        let log = fixture.log();
        log.advance_high_watermark(log.log_end_offset());
        let limit = ReadLimit { max_bytes: 1 << 20, below: log.last_stable_offset(), at_least_one: true };
        let (_, aborted) = log.read_committed(Offset(0), limit).unwrap();
        let aborted: Vec<_> = aborted.iter().map(|txn| (txn.producer_id.0, txn.first_offset.0)).collect();
        assert_eq!(aborted, [(5, 0)], "restart {restart}");
    }
}

#[test]
fn a_batch_that_cannot_be_read_ends_compaction_of_its_log_and_nothing_else() {
    let fixture = fixture();
    let (log, other) = (fixture.log(), fixture.partition(1));
    for log in [&log, &other] {
        (0..40).for_each(|i| {
            put(log, "k", Some(&format!("{i}")));
        });
    }
    fixture.manager.tick(NOW + 1);
    let first = fixture.folder().join(fixture.files(".log").remove(0));
    fixture.fs.corrupt(&first, |bytes| bytes[65] ^= 1).unwrap();
    fixture.manager.clean(NOW + 1);
    assert_eq!(fixture.manager.uncleanable(), [TopicPartition::new("t", 0)]);
    assert_eq!(log.offline_reason(), None);
    assert_eq!(fixture.files(".cleaned"), [] as [String; 0]);
    assert!(read(&other).len() < 20);
}

#[test]
fn a_reader_that_has_a_slice_of_an_old_segment_reads_on() {
    let fixture = fixture();
    let log = fixture.log();
    (0..40).for_each(|i| {
        put(&log, "k", Some(&format!("{i}")));
    });
    let limit = ReadLimit { max_bytes: 1 << 20, below: log.log_end_offset(), at_least_one: true };
    let slice = log.read(Offset(0), limit).unwrap();
    compact(&fixture, NOW + 1);
    fixture.manager.tick(NOW + 200_000);
    let mut bytes = vec![0; slice.len()];
    slice.read_into(&mut bytes).unwrap();
    assert!(RecordBatches::new(&bytes).all(|batch| batch.unwrap().ensure_valid().is_ok()));
    assert_eq!(fixture.files(".deleted"), [] as [String; 0], "old files go after their delay");
}

/// A compaction that dies after `changes` changes of the disk, and the start after a power cut. Whether it died.
fn dies_after(changes: usize, seed: u64) -> bool {
    let disk = MemoryFs::new();
    let fs = DyingFs::new(disk.clone());
    let open = |fs: Arc<dyn FileSystem>| LogManager::open(fs, eager(), &|_| config(), NOW).unwrap();
    let manager = open(Arc::new(fs.clone()));
    let name = TopicPartition::new("t", 0);
    let log = manager.get_or_create(&name, TOPIC_ID, config(), NOW).unwrap();
    let mut all = BTreeMap::new();
    for i in 0..40 {
        let (key, value) = (format!("k{}", i % 4), (i % 7 != 0).then(|| format!("{i}")));
        all.insert(put(&log, &key, value.as_deref()), (key, value));
    }
    manager.tick(NOW + 1);
    fs.die_after(changes);
    manager.clean(NOW + 1);
    let died = fs.is_dead();
    disk.crash(seed);
    let manager = open(Arc::new(disk.clone()));
    let log = manager.get(&name).unwrap();
    assert_eq!(log.offline_reason(), None, "after {changes} changes, seed {seed}");
    let found = read(&log);
    assert!(found.iter().all(|(offset, record)| all[offset] == *record), "after {changes}, seed {seed}");
    assert_eq!(state(&found), state(&all), "after {changes} changes, seed {seed}");
    // And it is compacted as if nothing had been.
    let end = put(&log, "k0", Some("after"));
    all.insert(end, ("k0".to_owned(), Some("after".to_owned())));
    manager.tick(NOW + 2);
    manager.clean(NOW + 2);
    let found = read(&log);
    assert_eq!(state(&found), state(&all));
    assert!(found.len() < 25, "{} records stay", found.len());
    died
}

#[test]
fn a_crash_after_any_step_of_a_compaction_loses_and_revives_nothing() {
    let mut changes = 0;
    while dies_after(changes, changes as u64) {
        dies_after(changes, 1_000 + changes as u64);
        changes += 1;
    }
    assert!(changes > 20, "only {changes} steps were tried");
}

#[derive(Clone, Debug)]
enum Step {
    Put(Vec<(u8, bool)>),
    Compact(i64),
    Restart,
    Kill,
    Crash(u64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let records = prop::collection::vec((0..8u8, prop::bool::weighted(0.2)), 1..6);
    let step = prop_oneof![
        8 => records.prop_map(Step::Put),
        3 => (0..1500i64).prop_map(Step::Compact),
        1 => Just(Step::Restart),
        1 => Just(Step::Kill),
        1 => any::<u64>().prop_map(Step::Crash),
    ];
    prop::collection::vec(step, 1..60)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn a_reader_from_the_start_always_comes_to_the_same_state(steps in steps()) {
        let mut fixture = fixture();
        let mut all = BTreeMap::new();
        let mut now = NOW;
        let mut written = 0;
        for step in steps {
            match step {
                Step::Put(records) => {
                    let records: Vec<Keyed> = records
                        .into_iter()
                        .map(|(key, tombstone)| {
                            written += 1;
                            (format!("k{key}"), (!tombstone).then(|| format!("{written}")))
                        })
                        .collect();
                    let appended = append_durably(&fixture.log(), &batch_of(&records));
                    all.extend((appended.first_offset.0..).zip(records));
                }
                Step::Compact(after) => {
                    now += after;
                    compact(&fixture, now);
                }
                Step::Restart => fixture.restart_cleanly(),
                Step::Kill => fixture.kill_and_restart(),
                Step::Crash(seed) => fixture.crash_and_restart(seed),
            }
            let log = fixture.log();
            log.advance_high_watermark(log.log_end_offset());
            let found = read(&log);
            prop_assert!(found.iter().all(|(offset, record)| all[offset] == *record));
            prop_assert_eq!(state(&found), state(&all));
            prop_assert_eq!(log.log_end_offset().0, all.len() as i64);
        }
    }
}
