//! Idempotence and transactions through appends, restarts and truncation.

use aqueduct_protocol::ErrorCode;
use aqueduct_protocol::ids::Offset;
use aqueduct_protocol::record::TimestampType;

use super::fixture::{Fixture, NOW, append, append_durably, produced, small_segments};
use crate::{LogConfig, ManagerConfig};

#[test]
fn a_duplicate_is_answered_with_its_first_offset() {
    let fixture = Fixture::new(small_segments());
    let log = fixture.log();
    append_durably(&log, &produced(9, 0, 0, 1, false));
    let first = append_durably(&log, &produced(9, 0, 1, 3, false));
    append_durably(&log, &produced(8, 0, 0, 1, false));
    let again = append(&log, &produced(9, 0, 1, 3, false)).unwrap();
    assert!(again.duplicate);
    assert_eq!((again.first_offset, again.last_offset), (first.first_offset, first.last_offset));
    assert_eq!(log.log_end_offset(), Offset(5));
}

#[test]
fn a_duplicate_is_answered_with_its_append_time() {
    let fixture =
        Fixture::new(LogConfig { timestamp_type: TimestampType::LogAppendTime, ..LogConfig::default() });
    let log = fixture.log();
    append(&log, &produced(9, 0, 0, 1, false)).unwrap();
    let origin = crate::AppendOrigin::Client;
    let epoch = aqueduct_protocol::ids::LeaderEpoch(0);
    let again = log.append_as_leader(&produced(9, 0, 0, 1, false), epoch, origin, NOW + 50).unwrap();
    assert_eq!((again.duplicate, again.log_append_time), (true, Some(NOW)));
}

#[test]
fn gaps_and_old_epochs_have_kafkas_codes() {
    let fixture = Fixture::new(small_segments());
    let log = fixture.log();
    append(&log, &produced(9, 1, 0, 2, false)).unwrap();
    let code = |records: Vec<u8>| append(&log, &records).unwrap_err().code();
    assert_eq!(code(produced(9, 1, 3, 1, false)), ErrorCode::OutOfOrderSequenceNumber);
    assert_eq!(code(produced(9, 0, 2, 1, false)), ErrorCode::InvalidProducerEpoch);
    let two = [produced(9, 1, 2, 1, false), produced(9, 1, 3, 1, false)].concat();
    assert_eq!(code(two), ErrorCode::InvalidRecord);
    assert_eq!(log.log_end_offset(), Offset(2));
}

#[test]
fn five_batches_are_known_after_every_kind_of_restart() {
    for how in 0..4 {
        let mut fixture = Fixture::new(small_segments());
        for sequence in 0..40 {
            append_durably(&fixture.log(), &produced(9, 0, sequence, 1, false));
            if how == 3 && sequence == 38 {
                // A recovery point, and with it a snapshot, between the batches.
                fixture.manager.tick(NOW + 100_000);
            }
        }
        match how {
            0 => fixture.restart_cleanly(),
            1 | 3 => fixture.kill_and_restart(),
            _ => fixture.crash_and_restart(how),
        }
        let log = fixture.log();
        for sequence in 35..40 {
            let again = append(&log, &produced(9, 0, sequence, 1, false)).unwrap();
            assert!(again.duplicate, "sequence {sequence} after restart {how}");
            assert_eq!(again.first_offset, Offset(i64::from(sequence)));
        }
        assert!(append(&log, &produced(9, 0, 34, 1, false)).is_err());
        assert!(!append(&log, &produced(9, 0, 40, 1, false)).unwrap().duplicate);
    }
}

#[test]
fn truncation_takes_sequences_back() {
    let fixture = Fixture::new(small_segments());
    let log = fixture.log();
    for sequence in 0..30 {
        append_durably(&log, &produced(9, 0, sequence, 1, false));
    }
    log.truncate_to(Offset(20)).unwrap();
    assert!(append(&log, &produced(9, 0, 30, 1, false)).is_err());
    assert!(!append(&log, &produced(9, 0, 20, 1, false)).unwrap().duplicate);
}

#[test]
fn silent_producers_are_forgotten() {
    let settings = ManagerConfig { producer_id_expiration_ms: 1000, ..super::fixture::settings() };
    let fixture = Fixture::with(crate::fs::MemoryFs::new(), settings, small_segments());
    let log = fixture.log();
    append(&log, &produced(9, 0, 0, 1, false)).unwrap();
    fixture.manager.apply_retention_now(NOW + 1000);
    assert_eq!(log.producers().len(), 1);
    fixture.manager.apply_retention_now(NOW + 1001);
    assert_eq!(log.producers().len(), 0);
}
