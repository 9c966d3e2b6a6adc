//! A full disk refuses appends, damages nothing, and works again once there is space.

use std::path::Path;

use aqueduct_protocol::ErrorCode;
use aqueduct_protocol::ids::{LeaderEpoch, Offset};

use super::fixture::{
    DIR, Fixture, NOW, append, append_durably, batch, produced, read_all, settings, small_segments,
};
use crate::fs::{FileSystem, MemoryFs, OpenMode};
use crate::{AppendError, AppendOrigin, ManagerConfig};

#[test]
fn appends_are_refused_at_every_last_byte_and_work_again() {
    for spare in 0..140 {
        let mut fixture = Fixture::new(small_segments());
        let log = fixture.log();
        for sequence in 0..20 {
            append_durably(&log, &produced(1, 0, sequence, 1, false));
        }
        let before = read_all(&log, 0, 1000);
        fixture.fs.set_capacity(Some(fixture.fs.used() + spare));
        let mut end = 20;
        let error = loop {
            match append(&log, &produced(1, 0, end, 1, false)) {
                Ok(_) => end += 1,
                Err(error) => break error,
            }
        };
        assert!(matches!(error, AppendError::DiskFull { .. }), "{error}");
        assert_eq!(error.code(), ErrorCode::KafkaStorageError);
        assert!(error.code().is_retriable());
        assert_eq!(log.offline_reason(), None);
        assert_eq!(log.log_end_offset(), Offset(i64::from(end)));
        assert!(read_all(&log, 0, 1000).starts_with(&before));
        fixture.manager.tick(NOW);
        fixture.fs.set_capacity(None);
        fixture.manager.tick(NOW);
        append_durably(&log, &produced(1, 0, end, 1, false));
        let after = read_all(&log, 0, 1000);
        fixture.crash_and_restart(spare);
        assert_eq!(read_all(&fixture.log(), 0, 1000), after);
    }
}

#[test]
fn a_full_disk_can_be_started_on_read_and_deleted_from() {
    let settings = ManagerConfig { reserve_bytes: 4000, min_free_bytes: 1000, ..settings() };
    let mut fixture = Fixture::with(MemoryFs::new(), settings, small_segments());
    let log = fixture.log();
    fixture.partition(1);
    for i in 0..40 {
        append_durably(&log, &batch(&[&format!("v{i}")], NOW));
    }
    fixture.manager.tick(NOW);
    let full = fixture.fs.used();
    fixture.fs.set_capacity(Some(full));
    fixture.fs.crash(7);
    fixture.fs.set_capacity(Some(fixture.fs.used()));
    fixture.kill_and_restart();
    let log = fixture.log();
    assert_eq!(read_all(&log, 0, 1000).len(), 40);
    assert!(append(&log, &batch(&["x"], NOW)).is_err());
    log.advance_high_watermark(Offset(40));
    assert_eq!(log.delete_records_before(Offset(30)).unwrap(), Offset(30));
    fixture.manager.apply_retention_now(NOW);
    fixture.manager.delete(&crate::TopicPartition::new("t", 1), NOW).unwrap();
    fixture.manager.tick(NOW + 100_000);
    fixture.manager.shut_down();
    fixture.kill_and_restart();
    assert_eq!(fixture.log().log_start_offset(), Offset(30));
}

#[test]
fn coordinators_append_while_clients_are_refused() {
    let settings = ManagerConfig { reserve_bytes: 4000, min_free_bytes: 1000, ..settings() };
    let fs = MemoryFs::new();
    fs.set_capacity(Some(100_000));
    let fixture = Fixture::with(fs.clone(), settings, small_segments());
    let log = fixture.log();
    append_durably(&log, &batch(&["v"], NOW));
    let fill = fs.open(&Path::new(DIR).join("fill"), OpenMode::Create).unwrap();
    fill.allocate(100_000 - fs.used() - 500).unwrap();
    fixture.manager.tick(NOW);
    assert!(matches!(append(&log, &batch(&["x"], NOW)), Err(AppendError::DiskFull { .. })));
    // Beyond what is free, into the reserve.
    let mut bytes = 0;
    while bytes < 2000 {
        let records = batch(&["offsets of a group"], NOW);
        log.append_as_leader(&records, LeaderEpoch(0), AppendOrigin::Coordinator, NOW).unwrap();
        bytes += records.len();
    }
    fill.set_len(0).unwrap();
    fixture.manager.tick(NOW);
    append_durably(&log, &batch(&["y"], NOW));
}
