//! Random work on a disk that fails, against a model of a few lines: after any crash the log holds what was flushed,
//! in order, possibly followed by more of what was appended, and nothing else.
//!
//! Every run does the same: 96 histories from one seed. Others come from the environment:
//! `AQUEDUCT_MODEL_CASES=5000 AQUEDUCT_MODEL_SEED=random cargo test -p aqueduct-log model`. The seed of a failed run is
//! in its output, and as `AQUEDUCT_MODEL_SEED` repeats it.

use std::hash::{BuildHasher, RandomState};

use aqueduct_protocol::ids::Offset;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::fixture::{Fixture, NOW, append, batch, page_cache, produced, read_all, small_segments};
use crate::LogConfig;
use crate::fs::{Fault, MemoryFs};

#[derive(Clone, Debug)]
enum Action {
    Append { records: usize, len: usize },
    Produce { producer: i64 },
    Retry { producer: i64, back: i32 },
    Flush,
    Tick { ahead_ms: i64 },
    Truncate { back: i64 },
    DeleteRecords { back: i64 },
    Retention,
    FailSync { skip: usize },
    FailWrite { skip: usize, keep: usize },
    Fill { spare: u64 },
    Free,
    Kill,
    PowerCut { seed: u64 },
    CleanRestart,
}

fn action() -> impl Strategy<Value = Action> {
    prop_oneof![
        10 => (1..4usize, 0..300usize).prop_map(|(records, len)| Action::Append { records, len }),
        6 => (0..3i64).prop_map(|producer| Action::Produce { producer }),
        3 => (0..3i64, 1..7i32).prop_map(|(producer, back)| Action::Retry { producer, back }),
        6 => Just(Action::Flush),
        2 => (0..120_000i64).prop_map(|ahead_ms| Action::Tick { ahead_ms }),
        1 => (0..30i64).prop_map(|back| Action::Truncate { back }),
        1 => (0..30i64).prop_map(|back| Action::DeleteRecords { back }),
        1 => Just(Action::Retention),
        1 => (0..4usize).prop_map(|skip| Action::FailSync { skip }),
        1 => (0..4usize, 0..100usize).prop_map(|(skip, keep)| Action::FailWrite { skip, keep }),
        1 => (0..600u64).prop_map(|spare| Action::Fill { spare }),
        2 => Just(Action::Free),
        1 => Just(Action::Kill),
        2 => any::<u64>().prop_map(|seed| Action::PowerCut { seed }),
        1 => Just(Action::CleanRestart),
    ]
}

/// What must be, and what may be.
#[derive(Default)]
struct Model {
    /// Value of every record by offset, from 0.
    records: Vec<String>,
    /// Records of an append that failed half-way: they may be there after a restart.
    perhaps: Vec<String>,
    /// All before this survives a power cut.
    flushed: usize,
    /// Log start offset: at least this.
    start: usize,
    next_sequence: [i32; 3],
    values: usize,
}

struct Run {
    fixture: Fixture,
    model: Model,
    now: i64,
}

impl Run {
    fn new() -> Run {
        let config = LogConfig { retention_bytes: Some(6000), segment_bytes: 1500, ..small_segments() };
        // Page cache: syncs come only from the actions, so that a seed gives one history.
        let fixture = Fixture::with(MemoryFs::new(), page_cache(), config);
        fixture.log();
        Run { fixture, model: Model::default(), now: NOW }
    }

    fn act(&mut self, action: &Action) {
        match *action {
            Action::Append { records, len } => self.append(records, len),
            Action::Produce { producer } => self.produce(producer),
            Action::Retry { producer, back } => self.retry(producer, back),
            Action::Flush => self.flush(),
            Action::Tick { ahead_ms } => {
                self.now += ahead_ms;
                self.fixture.manager.tick(self.now);
            }
            Action::Truncate { back } => self.truncate(back),
            Action::DeleteRecords { back } => self.delete_records(back),
            Action::Retention => self.fixture.manager.apply_retention_now(self.now),
            Action::FailSync { skip } => self.fixture.fs.inject(Fault::Sync { skip }),
            Action::FailWrite { skip, keep } => self.fixture.fs.inject(Fault::Write { skip, keep }),
            Action::Fill { spare } => self.fixture.fs.set_capacity(Some(self.fixture.fs.used() + spare)),
            Action::Free => {
                self.fixture.fs.set_capacity(None);
                self.fixture.manager.tick(self.now);
            }
            Action::Kill => self.restart(|fixture| fixture.kill_and_restart()),
            Action::PowerCut { seed } => self.restart(|fixture| fixture.crash_and_restart(seed)),
            Action::CleanRestart => {
                self.fixture.fs.clear_faults();
                if self.fixture.get().offline_reason().is_none() {
                    self.flush();
                }
                self.restart(|fixture| fixture.restart_cleanly());
            }
        }
        self.check();
    }

    fn append(&mut self, records: usize, len: usize) {
        let values: Vec<String> =
            (0..records).map(|i| format!("{}-{}", self.model.values + i, "x".repeat(len))).collect();
        self.model.values += records;
        let bytes = batch(&values.iter().map(String::as_str).collect::<Vec<_>>(), self.now);
        let online = self.fixture.get().offline_reason().is_none();
        match append(&self.fixture.get(), &bytes) {
            Ok(appended) => {
                assert_eq!(appended.first_offset.0 as usize, self.model.records.len());
                self.model.records.extend(values);
            }
            Err(_) => self.note_failure(online, values),
        }
    }

    fn produce(&mut self, producer: i64) {
        let sequence = self.model.next_sequence[producer as usize];
        let online = self.fixture.get().offline_reason().is_none();
        match append(&self.fixture.get(), &produced(producer, 0, sequence, 1, false)) {
            Ok(appended) => {
                assert!(!appended.duplicate);
                assert_eq!(appended.first_offset.0 as usize, self.model.records.len());
                self.model.records.push(format!("{producer}/{sequence}"));
                self.model.next_sequence[producer as usize] += 1;
            }
            Err(_) => self.note_failure(online, vec![format!("{producer}/{sequence}")]),
        }
    }

    fn note_failure(&mut self, was_online: bool, values: Vec<String>) {
        if was_online && self.fixture.get().offline_reason().is_some() {
            self.model.perhaps = values;
        }
    }

    /// A batch sent again is answered with its first offset or refused, never appended twice.
    fn retry(&mut self, producer: i64, back: i32) {
        let sequence = self.model.next_sequence[producer as usize] - back;
        if sequence < 0 {
            return;
        }
        let value = format!("{producer}/{sequence}");
        let first = self.model.records.iter().position(|known| *known == value);
        // What is known of a producer may go with its records.
        if first.is_none_or(|first| (first as i64) < self.fixture.get().log_start_offset().0) {
            return;
        }
        match append(&self.fixture.get(), &produced(producer, 0, sequence, 1, false)) {
            Ok(again) => {
                assert!(again.duplicate, "{value} was appended twice");
                assert_eq!(Some(again.first_offset.0 as usize), first);
            }
            Err(_) => assert!(back > 5 || self.fixture.get().offline_reason().is_some() || self.is_full()),
        }
    }

    fn is_full(&self) -> bool {
        append(&self.fixture.get(), &[])
            .is_err_and(|error| matches!(error, crate::AppendError::DiskFull { .. }))
    }

    fn flush(&mut self) {
        let log = self.fixture.get();
        let end = log.log_end_offset();
        if log.flush().wait().is_ok() {
            assert!(log.flushed_offset() >= end);
            log.advance_high_watermark(end);
        }
    }

    fn truncate(&mut self, back: i64) {
        let log = self.fixture.get();
        let to = (log.log_end_offset().0 - back).max(log.log_start_offset().0);
        let done = log.truncate_to(Offset(to));
        // Even one that failed may have removed records: they are no longer promised.
        if done.is_ok() || log.offline_reason().is_some() {
            let end = if done.is_ok() { log.log_end_offset().0 } else { 0 };
            self.forget(end as usize);
        }
    }

    fn forget(&mut self, end: usize) {
        if self.fixture.get().offline_reason().is_none() {
            self.model.records.truncate(end);
        }
        self.model.flushed = self.model.flushed.min(end);
        self.recount_sequences();
    }

    fn recount_sequences(&mut self) {
        // What was cut off may be sent again, under the same numbers.
        for producer in 0..3 {
            let prefix = format!("{producer}/");
            let last = self.model.records.iter().rev().find_map(|value| value.strip_prefix(&prefix));
            self.model.next_sequence[producer] = last.map_or(0, |n| n.parse::<i32>().unwrap() + 1);
        }
    }

    fn delete_records(&mut self, back: i64) {
        let log = self.fixture.get();
        let to = log.high_watermark().0 - back;
        if to >= 0
            && let Ok(start) = log.delete_records_before(Offset(to))
        {
            self.model.start = start.0 as usize;
        }
    }

    fn restart(&mut self, how: impl FnOnce(&mut Fixture)) {
        self.fixture.fs.set_capacity(None);
        how(&mut self.fixture);
        let log = self.fixture.get();
        assert_eq!(log.offline_reason(), None, "a disk without damage gives a log that works");
        let end = log.log_end_offset().0 as usize;
        assert!(end >= self.model.flushed, "flushed up to {}, found {end}", self.model.flushed);
        if end > self.model.records.len() {
            self.model.records.append(&mut self.model.perhaps);
        }
        self.model.perhaps.clear();
        assert!(end <= self.model.records.len(), "nothing comes from nowhere");
        self.model.records.truncate(end);
        self.model.flushed = end;
        self.recount_sequences();
        log.advance_high_watermark(log.log_end_offset());
    }

    fn check(&mut self) {
        let log = self.fixture.get();
        if log.offline_reason().is_some() {
            return;
        }
        self.model.flushed = self.model.flushed.max(log.flushed_offset().0 as usize);
        let start = log.log_start_offset().0 as usize;
        assert!(start >= self.model.start, "deleted records came back");
        assert_eq!(log.log_end_offset().0 as usize, self.model.records.len());
        let records = read_all(&log, start as i64, 700);
        assert_eq!(records.len(), self.model.records.len() - start);
        for ((offset, value), expected) in records.iter().zip(&self.model.records[start..]) {
            assert_eq!(value, expected, "at offset {offset}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), max_shrink_iters: 2000, failure_persistence: None, rng_seed: RngSeed::Fixed(seed()), ..ProptestConfig::default() })]

    #[test]
    fn a_log_is_what_was_appended(actions in prop::collection::vec(action(), 1..120)) {
        let mut run = Run::new();
        for action in &actions {
            run.act(action);
        }
        run.restart(|fixture| fixture.crash_and_restart(1));
        run.check();
    }
}

pub(super) fn cases() -> u32 {
    let cases = std::env::var("AQUEDUCT_MODEL_CASES").ok();
    cases.map_or(96, |cases| cases.parse().expect("AQUEDUCT_MODEL_CASES is a number"))
}

pub(super) fn seed() -> u64 {
    let seed = match std::env::var("AQUEDUCT_MODEL_SEED") {
        Err(_) => 1,
        Ok(seed) if seed == "random" => RandomState::new().hash_one(()),
        Ok(seed) => seed.parse().expect("AQUEDUCT_MODEL_SEED is a number or \"random\""),
    };
    // Shown if the test fails.
    println!("AQUEDUCT_MODEL_SEED={seed}");
    seed
}
