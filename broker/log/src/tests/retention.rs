//! Retention: that no power cut in its middle costs a record that stays, or what is known of a producer.

use std::sync::Arc;

use aqueduct_protocol::ids::Offset;

use super::dying_fs::DyingFs;
use super::fixture::*;
use crate::fs::{FileSystem, MemoryFs};
use crate::{LogConfig, LogManager, ManagerConfig, TopicPartition};

/// Two producers write; the second falls silent and its last records are deleted. Retention deletes several segments
/// at once, none of them below a recovery point, and dies after `changes` changes of the disk. Whether it died.
fn dies_after(changes: usize, seed: u64, deleted: Deleted) -> bool {
    let config = LogConfig { segment_bytes: 600, ..small_segments() };
    let settings = ManagerConfig { retention_check_interval_ms: i64::MAX, ..settings() };
    let disk = MemoryFs::new();
    let fs = DyingFs::new(disk.clone());
    let name = TopicPartition::new("t", 0);
    let open = |fs: Arc<dyn FileSystem>, config: &LogConfig| {
        LogManager::open(fs, settings.clone(), &|_| config.clone(), NOW).unwrap()
    };
    let manager = open(Arc::new(fs.clone()), &config);
    let log = manager.get_or_create(&name, TOPIC_ID, config.clone(), NOW).unwrap();
    for sequence in 0..30 {
        append_durably(&log, &produced(1, 0, sequence, 1, false));
        if sequence < 20 {
            append_durably(&log, &produced(2, 0, sequence, 1, false));
        }
    }
    let all = read_all(&log, 0, 10_000);
    let end = all.len() as i64;
    let expiring = match deleted {
        Deleted::Some => LogConfig { retention_bytes: Some(1000), ..config.clone() },
        Deleted::All => LogConfig { retention_bytes: Some(0), ..config.clone() },
    };
    log.update_config(expiring);
    fs.die_after(changes);
    manager.apply_retention_now(NOW + 1);
    let died = fs.is_dead();
    let kept_from = log.log_start_offset().0;
    disk.crash(seed);

    let manager = open(Arc::new(disk.clone()), &config);
    let log = manager.get(&name).unwrap();
    let at = format!("after {changes} changes, seed {seed}, {deleted:?}");
    assert_eq!(log.offline_reason(), None, "{at}");
    assert_eq!(log.log_end_offset(), Offset(end), "{at}");
    let start = log.log_start_offset();
    assert!(start.0 <= kept_from, "{at}");
    assert_eq!(read_all(&log, start.0, 10_000), all[start.0 as usize..], "{at}");
    // The producers go on where they were, and what they send again is not written twice.
    for (producer, next) in [(1, 30), (2, 20)] {
        let send = |sequence| append(&log, &produced(producer, 0, sequence, 1, false));
        assert!(send(next - 1).is_ok_and(|again| again.duplicate), "producer {producer}, {at}");
        assert!(send(next).is_ok(), "producer {producer}, {at}");
    }
    died
}

#[derive(Clone, Copy, Debug)]
enum Deleted {
    Some,
    All,
}

#[test]
fn a_power_cut_after_any_step_of_retention_costs_nothing_that_stays() {
    for deleted in [Deleted::Some, Deleted::All] {
        let mut changes = 0;
        while (0..10).map(|seed| dies_after(changes, seed, deleted)).fold(false, |any, died| any | died) {
            changes += 1;
        }
        assert!(changes > 10, "only {changes} steps were tried");
    }
}
