//! Appending, rolling, reading with limits, truncating, deleting.

use aqueduct_protocol::ids::{LeaderEpoch, Offset};
use aqueduct_protocol::record::{RecordBatch, TimestampType};

use super::fixture::{Fixture, NOW, append, append_durably, batch, read_all, small_segments};
use crate::{AppendError, AppendOrigin, ChangeError, LogConfig, ReadError, ReadLimit};

fn fill(fixture: &Fixture, batches: usize) {
    let log = fixture.log();
    for i in 0..batches {
        append_durably(&log, &batch(&[&format!("a{i}"), &format!("b{i}")], NOW + i as i64));
    }
}

fn limit(max_bytes: u32, below: i64) -> ReadLimit {
    ReadLimit { max_bytes, below: Offset(below), at_least_one: true }
}

#[test]
fn what_is_appended_is_read_across_segments() {
    let fixture = Fixture::new(small_segments());
    fill(&fixture, 100);
    let log = fixture.log();
    assert!(log.segment_count() > 3);
    assert_eq!(log.log_end_offset(), Offset(200));
    for max_bytes in [1, 100, 300, 100_000] {
        let records = read_all(&log, 0, max_bytes);
        assert_eq!(records.len(), 200);
        assert_eq!(records[7], (7, "b3".into()));
    }
    for from in 0..200 {
        assert_eq!(read_all(&log, from, 250)[0].0, from);
    }
}

#[test]
fn batches_are_stored_as_they_came_but_for_offset_and_epoch() {
    let fixture = Fixture::new(LogConfig::default());
    let log = fixture.log();
    append_durably(&log, &batch(&["x"], NOW));
    let sent = batch(&["a", "b"], NOW);
    log.append_as_leader(&sent, LeaderEpoch(7), AppendOrigin::Client, NOW).unwrap();
    let slice = log.read(Offset(1), limit(1000, 3)).unwrap();
    let mut stored = vec![0; slice.len()];
    slice.read_into(&mut stored).unwrap();
    assert_eq!(stored[16..], sent[16..]);
    let stored = RecordBatch::parse(&stored).unwrap();
    assert_eq!((stored.base_offset(), stored.leader_epoch()), (Offset(1), LeaderEpoch(7)));
    assert_eq!(log.latest_epoch(), Some(LeaderEpoch(7)));
}

#[test]
fn log_append_time_is_written_into_the_batch() {
    let config = LogConfig { timestamp_type: TimestampType::LogAppendTime, ..LogConfig::default() };
    let fixture = Fixture::new(config);
    let log = fixture.log();
    let appended =
        log.append_as_leader(&batch(&["a"], 5), LeaderEpoch(0), AppendOrigin::Client, 1234).unwrap();
    assert_eq!(appended.log_append_time, Some(1234));
    let slice = log.read(Offset(0), limit(1000, 1)).unwrap();
    let mut bytes = vec![0; slice.len()];
    slice.read_into(&mut bytes).unwrap();
    let stored = RecordBatch::parse(&bytes).unwrap();
    stored.ensure_valid().unwrap();
    assert_eq!(stored.timestamp_type(), TimestampType::LogAppendTime);
    assert_eq!(stored.max_timestamp(), 1234);
}

#[test]
fn one_append_is_one_write() {
    let fixture = Fixture::new(LogConfig::default());
    let log = fixture.log();
    append(&log, &batch(&["a"], NOW)).unwrap();
    let writes = fixture.fs.write_count();
    let two = [batch(&["a"], NOW), batch(&["b"], NOW)].concat();
    let appended = append(&log, &two).unwrap();
    assert_eq!((appended.first_offset, appended.last_offset), (Offset(1), Offset(2)));
    assert_eq!(fixture.fs.write_count(), writes + 1);
}

#[test]
fn reads_stay_below_the_bound_and_within_the_log() {
    let fixture = Fixture::new(small_segments());
    fill(&fixture, 50);
    let log = fixture.log();
    for below in [1, 2, 3, 31, 50, 99, 100] {
        let slice = log.read(Offset(0), limit(u32::MAX, below)).unwrap();
        let mut bytes = vec![0; slice.len()];
        slice.read_into(&mut bytes).unwrap();
        let batches: Vec<_> =
            aqueduct_protocol::record::RecordBatches::new(&bytes).map(Result::unwrap).collect();
        assert!(batches.iter().all(|batch| batch.last_offset().0 < below), "below {below}");
        assert_eq!(batches.is_empty(), below == 1);
    }
    assert!(log.read(Offset(100), limit(1000, 100)).unwrap().is_empty());
    assert!(log.read(Offset(40), limit(1000, 40)).unwrap().is_empty());
    let error = log.read(Offset(101), limit(1000, 100)).unwrap_err();
    assert!(matches!(error, ReadError::OffsetOutOfRange { end: Offset(100), .. }));
}

#[test]
fn a_batch_larger_than_the_limit_is_returned_whole_only_if_asked() {
    let fixture = Fixture::new(LogConfig::default());
    let log = fixture.log();
    append_durably(&log, &batch(&[&"x".repeat(500)], NOW));
    append_durably(&log, &batch(&["y"], NOW));
    let one = log.read(Offset(0), limit(10, 2)).unwrap();
    assert!(one.len() > 500 && one.len() < 600);
    let none = ReadLimit { at_least_one: false, ..limit(10, 2) };
    assert!(log.read(Offset(0), none).unwrap().is_empty());
}

#[test]
fn what_cannot_be_stored_is_refused_and_changes_nothing() {
    let config = LogConfig { max_message_bytes: 200, segment_bytes: 400, ..LogConfig::default() };
    let fixture = Fixture::new(config);
    let log = fixture.log();
    let large = batch(&[&"x".repeat(300)], NOW);
    assert!(matches!(append(&log, &large), Err(AppendError::BatchTooLarge { max: 200, .. })));
    let many = batch(&[&"x".repeat(50)], NOW).repeat(4);
    assert!(matches!(append(&log, &many), Err(AppendError::LargerThanSegment { max: 400, .. })));
    let mut cut = batch(&["x"], NOW);
    cut.pop();
    assert!(matches!(append(&log, &cut), Err(AppendError::Malformed { .. })));
    assert!(matches!(append(&log, &[]), Err(AppendError::Empty { .. })));
    assert_eq!((log.log_end_offset(), log.size()), (Offset(0), 0));
}

#[test]
fn followers_take_the_leaders_offsets() {
    let leader = Fixture::new(small_segments());
    fill(&leader, 30);
    let follower = Fixture::new(small_segments());
    let log = follower.log();
    let mut next = Offset(0);
    while next < Offset(60) {
        let slice = leader.log().read(next, limit(700, 60)).unwrap();
        let mut bytes = vec![0; slice.len()];
        slice.read_into(&mut bytes).unwrap();
        // A partial batch behind the whole ones, as a fetch may have it.
        bytes.extend_from_within(..30);
        next = log.append_as_follower(&bytes, NOW).unwrap().last_offset.plus(1);
    }
    assert_eq!(read_all(&log, 0, 1000), read_all(&leader.log(), 0, 1000));
    let again = log.append_as_follower(&batch(&["x"], NOW), NOW);
    assert!(matches!(again, Err(AppendError::UnexpectedOffset { end: Offset(60), .. })));
}

#[test]
fn segments_roll_by_time_of_their_first_batch() {
    let fixture = Fixture::new(LogConfig { segment_ms: 1000, ..LogConfig::default() });
    let log = fixture.log();
    for timestamp in [0, 1000, 1001, 1500, 2002] {
        append(&log, &batch(&["x"], NOW + timestamp)).unwrap();
    }
    assert_eq!(
        fixture.files(".log"),
        ["00000000000000000000.log", "00000000000000000002.log", "00000000000000000004.log"]
    );
}

#[test]
fn truncation_removes_the_end_and_appends_go_on_there() {
    let mut fixture = Fixture::new(small_segments());
    fill(&fixture, 60);
    let log = fixture.log();
    assert!(log.truncate_to(Offset(51)).unwrap(), "51 is inside a batch: the batch goes whole");
    assert_eq!(log.log_end_offset(), Offset(50));
    assert!(!log.truncate_to(Offset(50)).unwrap());
    append_durably(&log, &batch(&["new"], NOW));
    let records = read_all(&log, 0, 500);
    assert_eq!(records.len(), 51);
    assert_eq!(records[50], (50, "new".into()));
    fixture.crash_and_restart(3);
    assert_eq!(read_all(&fixture.log(), 0, 500), records);
    fixture.log().truncate_fully_and_start_at(Offset(500)).unwrap();
    assert_eq!(fixture.log().log_start_offset(), Offset(500));
    append_durably(&fixture.log(), &batch(&["far"], NOW));
    fixture.crash_and_restart(4);
    assert_eq!(read_all(&fixture.log(), 500, 500), [(500, "far".into())]);
}

#[test]
fn deleted_records_stay_deleted() {
    let mut fixture = Fixture::new(small_segments());
    fill(&fixture, 60);
    let log = fixture.log();
    let beyond = log.delete_records_before(Offset(121));
    assert!(matches!(beyond, Err(ChangeError::OffsetOutOfRange { limit: Offset(120), .. })));
    assert_eq!(log.delete_records_before(Offset(77)).unwrap(), Offset(77));
    assert_eq!(log.delete_records_before(Offset(10)).unwrap(), Offset(77));
    assert!(matches!(log.read(Offset(76), limit(100, 120)), Err(ReadError::OffsetOutOfRange { .. })));
    let slice = log.read(Offset(77), limit(100, 120)).unwrap();
    assert!(!slice.is_empty());
    let before = log.segment_count();
    fixture.manager.apply_retention_now(NOW);
    assert!(log.segment_count() < before);
    assert_eq!(read_all(&log, 77, 1000).len(), 43);
    fixture.crash_and_restart(1);
    assert_eq!(fixture.log().log_start_offset(), Offset(77));
    assert_eq!(read_all(&fixture.log(), 77, 1000).len(), 43);
}

#[test]
fn retention_deletes_files_after_a_delay_while_readers_read_on() {
    let config = LogConfig { retention_bytes: Some(3000), file_delete_delay_ms: 1000, ..small_segments() };
    let fixture = Fixture::new(config);
    fill(&fixture, 100);
    let log = fixture.log();
    let held = log.read(Offset(0), limit(300, 200)).unwrap();
    fixture.manager.tick(NOW);
    assert!(log.size() < 6000 && log.log_start_offset() > Offset(0));
    assert!(!fixture.files(".log.deleted").is_empty());
    fixture.manager.tick(NOW + 999);
    assert!(!fixture.files(".deleted").is_empty());
    fixture.manager.tick(NOW + 1000);
    assert!(fixture.files(".deleted").is_empty());
    held.read_into(&mut vec![0; held.len()]).unwrap();
    assert_eq!(read_all(&log, log.log_start_offset().0, 1000).last().unwrap().0, 199);
}

#[test]
fn a_log_whose_records_are_all_too_old_goes_on_empty() {
    let mut fixture = Fixture::new(LogConfig { retention_ms: Some(1000), ..small_segments() });
    fill(&fixture, 20);
    fixture.manager.apply_retention_now(NOW + 10_000);
    let log = fixture.log();
    assert_eq!((log.log_start_offset(), log.log_end_offset()), (Offset(40), Offset(40)));
    assert_eq!((log.segment_count(), log.size()), (1, 0));
    fixture.crash_and_restart(9);
    append_durably(&fixture.log(), &batch(&["next"], NOW));
    assert_eq!(read_all(&fixture.log(), 40, 1000), [(40, "next".into())]);
}
