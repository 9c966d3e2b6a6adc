//! What is found after restarts: bounded reading, lost and damaged files, damage that is no torn tail.

use std::path::Path;

use aqueduct_protocol::ids::Offset;

use super::fixture::{
    DIR, Fixture, NOW, append, append_durably, batch, page_cache, read_all, small_segments,
};
use crate::fs::{FileSystem, MemoryFs};
use crate::{OfflineReason, ReadError, ReadLimit};

fn filled(batches: usize) -> Fixture {
    let fixture = Fixture::new(small_segments());
    let log = fixture.log();
    for i in 0..batches {
        append_durably(&log, &batch(&[&format!("v{i}")], NOW + i as i64));
    }
    fixture
}

#[test]
fn a_clean_shutdown_is_marked_and_the_marker_goes_at_the_start() {
    let mut fixture = filled(50);
    let marker = Path::new(DIR).join(".kafka_cleanshutdown");
    assert!(!fixture.fs.exists(&marker).unwrap());
    fixture.manager.shut_down();
    assert!(fixture.fs.exists(&marker).unwrap());
    assert!(append(&fixture.get(), &batch(&["late"], NOW)).is_err());
    fixture.crash_and_restart(1);
    assert!(!fixture.fs.exists(&marker).unwrap());
    assert_eq!(read_all(&fixture.log(), 0, 1000).len(), 50);
    assert_eq!(fixture.log().high_watermark(), Offset(50));
}

#[test]
fn a_clean_shutdown_leaves_indexes_to_which_a_start_adds_nothing() {
    for batches in [1, 50] {
        let mut fixture = filled(batches);
        fixture.manager.shut_down();
        let indexes = |fixture: &Fixture| -> Vec<(String, Vec<u8>)> {
            let names = [fixture.files(".index"), fixture.files(".timeindex")].concat();
            names
                .into_iter()
                .map(|name| (name.clone(), fixture.fs.bytes(&fixture.folder().join(name)).unwrap()))
                .collect()
        };
        let left = indexes(&fixture);
        let last_times = &left.last().unwrap().1;
        let newest = (NOW + batches as i64 - 1).to_be_bytes();
        assert_eq!(last_times[last_times.len() - 12..][..8], newest);
        fixture.kill_and_restart();
        fixture.log();
        assert_eq!(indexes(&fixture), left);
    }
}

#[test]
fn after_a_kill_only_what_lies_past_the_recovery_point_is_read() {
    let mut fixture = filled(200);
    fixture.manager.tick(NOW + 100_000);
    append_durably(&fixture.log(), &batch(&["after"], NOW));
    fixture.kill_and_restart();
    let log = fixture.log();
    assert_eq!(log.log_end_offset(), Offset(201));
    assert!(log.bytes_behind() < 400, "{} bytes scanned", log.bytes_behind());
}

#[test]
fn missing_and_damaged_indexes_are_made_anew() {
    type Damage = fn(&MemoryFs, &Path);
    let damages: [(&str, Damage); 4] = [
        ("missing", |fs, path| fs.remove_file(path).unwrap()),
        ("empty", |fs, path| fs.corrupt(path, Vec::clear).unwrap()),
        ("odd length", |fs, path| fs.corrupt(path, |bytes| bytes.push(1)).unwrap()),
        ("zeros at the end", |fs, path| {
            fs.corrupt(path, |bytes| bytes.resize(bytes.len() + 240, 0)).unwrap()
        }),
    ];
    for (what, damage) in damages {
        for ending in [".index", ".timeindex"] {
            for clean in [false, true] {
                let mut fixture = filled(60);
                fixture.manager.tick(NOW + 100_000);
                if clean {
                    fixture.manager.shut_down();
                }
                let names = fixture.files(ending);
                // Zeros are what Kafka leaves in the active segment's files.
                let some = if what == "zeros at the end" { &names[names.len() - 1..] } else { &names[..] };
                fixture.fs.kill();
                for name in some {
                    damage(&fixture.fs, &fixture.folder().join(name));
                }
                fixture.kill_and_restart();
                let log = fixture.log();
                let context = format!("{what} {ending} clean {clean}");
                assert_eq!(read_all(&log, 0, 300).len(), 60, "{context}");
                for from in 0..60 {
                    assert_eq!(read_all(&log, from, 300)[0].0, from, "{context}");
                    let found = log.offset_for(crate::OffsetSpec::Timestamp(NOW + from), Offset(60)).unwrap();
                    assert_eq!(found.unwrap().offset, Offset(from), "{context}");
                }
            }
        }
    }
}

#[test]
fn damage_below_the_recovery_point_takes_the_partition_offline_and_others_go_on() {
    let mut fixture = filled(60);
    append_durably(&fixture.partition(1), &batch(&["fine"], NOW));
    fixture.manager.tick(NOW + 100_000);
    let name = fixture.files(".log")[1].clone();
    let path = fixture.folder().join(name);
    fixture.fs.kill();
    fixture.fs.corrupt(&path, |bytes| bytes[100..].fill(0xEE)).unwrap();
    fixture.kill_and_restart();
    let log = fixture.log();
    let limit = ReadLimit { max_bytes: 200, below: Offset(60), at_least_one: true };
    let mut from = Offset(0);
    let error = loop {
        match log.read(from, limit) {
            Ok(_) => from = from.plus(1),
            Err(error) => break error,
        }
    };
    let ReadError::Offline { reason: OfflineReason::Corrupt { path: at, .. }, .. } = error else {
        panic!("{error}")
    };
    assert_eq!(at, path);
    assert!(append(&log, &batch(&["x"], NOW)).is_err());
    append_durably(&fixture.partition(1), &batch(&["still fine"], NOW));
}

#[test]
fn a_log_that_lost_flushed_records_is_offline() {
    let mut fixture = filled(60);
    fixture.manager.tick(NOW + 100_000);
    let names = fixture.files(".log");
    fixture.fs.kill();
    fixture.fs.remove_file(&fixture.folder().join(names.last().unwrap())).unwrap();
    fixture.kill_and_restart();
    let reason = fixture.get().offline_reason();
    assert!(
        matches!(reason, Some(OfflineReason::LostFlushed { recovery_point: Offset(60), .. })),
        "{reason:?}"
    );
}

#[test]
fn damage_in_the_batch_before_the_recovery_point_is_no_torn_tail() {
    let mut fixture = filled(10);
    fixture.manager.tick(NOW + 100_000);
    let path = fixture.folder().join("00000000000000000000.log");
    fixture.fs.kill();
    fixture.fs.corrupt(&path, |bytes| *bytes.last_mut().unwrap() ^= 1).unwrap();
    fixture.kill_and_restart();
    let reason = fixture.get().offline_reason();
    assert!(matches!(reason, Some(OfflineReason::Corrupt { offset: Offset(9), .. })), "{reason:?}");
}

#[test]
fn segments_after_a_gap_are_removed() {
    let mut fixture = Fixture::with(MemoryFs::new(), page_cache(), small_segments());
    let log = fixture.log();
    for i in 0..60 {
        append(&log, &batch(&[&format!("v{i}")], NOW)).unwrap();
    }
    let names = fixture.files(".log");
    let second = fixture.folder().join(&names[1]);
    let batch_len =
        log.read(Offset(0), ReadLimit { max_bytes: 1, below: Offset(60), at_least_one: true }).unwrap().len();
    fixture.fs.kill();
    // The second segment lost its last batch: cleanly, at a border.
    fixture.fs.corrupt(&second, |bytes| bytes.truncate(bytes.len() - batch_len - 1)).unwrap();
    fixture.kill_and_restart();
    let records = read_all(&fixture.log(), 0, 1000);
    assert!(records.len() < 60);
    assert_eq!(fixture.files(".log").len(), 2);
    assert!(records.iter().enumerate().all(|(i, record)| record.0 == i as i64));
    append_durably(&fixture.log(), &batch(&["next"], NOW));
}

#[test]
fn left_overs_of_an_interrupted_process_are_removed() {
    let mut fixture = filled(5);
    fixture.fs.kill();
    for name in
        ["00000000000000000000.log.deleted", "leader-epoch-checkpoint.tmp", "00000000000000000077.index"]
    {
        fixture.fs.open(&fixture.folder().join(name), crate::fs::OpenMode::Create).unwrap();
    }
    fixture.fs.create_dir_all(&Path::new(DIR).join("gone-0.0123456789abcdef-delete")).unwrap();
    fixture.kill_and_restart();
    fixture.manager.tick(NOW);
    assert!(fixture.files(".deleted").is_empty() && fixture.files(".tmp").is_empty());
    assert_eq!(fixture.files(".index"), ["00000000000000000000.index"]);
    assert!(!fixture.fs.exists(&Path::new(DIR).join("gone-0.0123456789abcdef-delete")).unwrap());
}

#[test]
fn damaged_snapshots_and_checkpoints_cost_only_time() {
    let mut fixture = filled(0);
    for sequence in 0..40 {
        append_durably(&fixture.log(), &super::fixture::produced(9, 0, sequence, 1, false));
    }
    fixture.manager.shut_down();
    fixture.fs.kill();
    for name in fixture.files(".snapshot") {
        fixture.fs.corrupt(&fixture.folder().join(name), |bytes| bytes.truncate(7)).unwrap();
    }
    for name in ["recovery-point-offset-checkpoint", "replication-offset-checkpoint"] {
        fixture.fs.corrupt(&Path::new(DIR).join(name), |bytes| bytes.extend(b"rubbish")).unwrap();
    }
    fixture.fs.corrupt(&fixture.folder().join("leader-epoch-checkpoint"), |bytes| bytes.clear()).unwrap();
    fixture.kill_and_restart();
    assert_eq!(read_all(&fixture.log(), 0, 1000).len(), 40);
    assert!(append(&fixture.log(), &super::fixture::produced(9, 0, 39, 1, false)).unwrap().duplicate);
}

#[test]
fn what_a_crash_leaves_behind_the_durable_part_of_an_index_is_made_anew() {
    // Holes, and bytes of whatever lay on the disk before.
    let remains: [fn(usize) -> u8; 4] =
        [|_| 0, |_| 0x7f, |at| (at * 167 % 128) as u8, |at| (at * 37 % 256) as u8];
    for remains in remains {
        for entries in [1, 3, 40, 700] {
            let config = crate::LogConfig { index_interval_bytes: 0, ..crate::LogConfig::default() };
            let mut fixture = Fixture::new(config);
            let log = fixture.log();
            for i in 0..30 {
                append_durably(&log, &batch(&[&format!("v{i}")], NOW + i));
            }
            fixture.manager.tick(NOW + 100_000);
            for i in 30..60 {
                append_durably(&log, &batch(&[&format!("v{i}")], NOW + i));
            }
            fixture.fs.kill();
            for (ending, entry) in [(".index", 8), (".timeindex", 12)] {
                let path = fixture.folder().join(&fixture.files(ending)[0]);
                let garbage = |bytes: &mut Vec<u8>| bytes.extend((0..entries * entry).map(remains));
                fixture.fs.corrupt(&path, garbage).unwrap();
            }
            fixture.kill_and_restart();
            let log = fixture.log();
            assert_eq!(read_all(&log, 0, 1000).len(), 60);
            assert!(log.bytes_behind() < log.size() * 2 / 3, "not all was scanned");
            for at in 0..60 {
                assert_eq!(read_all(&log, at, 1)[0].0, at, "found by offset");
            }
        }
    }
}
