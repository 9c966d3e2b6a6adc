//! Offsets by timestamp and by leader epoch.

use aqueduct_protocol::compression::{Codec, Compression};
use aqueduct_protocol::ids::{LeaderEpoch, Offset};
use aqueduct_protocol::record::RecordBatchBuilder;

use super::fixture::{Fixture, NOW, append_durably, batch, batch_at, small_segments};
use crate::{AppendOrigin, OffsetSpec, TimestampOffset};

#[test]
fn timestamps_find_the_first_record_as_new() {
    let mut fixture = Fixture::new(small_segments());
    let log = fixture.log();
    let mut times = Vec::new();
    for i in 0..80 {
        // Ascending but for a dip in every batch.
        let batch = [i * 10, i * 10 - 15, i * 10 + 3];
        times.extend(batch);
        append_durably(&log, &batch_at(&batch.map(|t| NOW + t)));
    }
    for restart in [false, true] {
        if restart {
            fixture.restart_cleanly();
        }
        let log = fixture.log();
        for time in -20..810 {
            for below in [240, 100] {
                let expected =
                    times[..below].iter().position(|t| *t >= time).map(|at| (at as i64, times[at]));
                let found = log.offset_for(OffsetSpec::Timestamp(NOW + time), Offset(below as i64)).unwrap();
                assert_eq!(
                    found.map(|f| (f.offset.0, f.timestamp - NOW)),
                    expected,
                    "time {time} below {below}"
                );
            }
        }
    }
}

#[test]
fn special_timestamps() {
    let fixture = Fixture::new(small_segments());
    let log = fixture.log();
    let end = |spec| log.offset_for(spec, log.high_watermark()).unwrap();
    assert_eq!(end(OffsetSpec::MaxTimestamp), None);
    assert_eq!(end(OffsetSpec::Earliest).unwrap().offset, Offset(0));
    assert_eq!(end(OffsetSpec::Latest).unwrap().offset, Offset(0));
    for times in [[5, 9], [70, 3], [70, 4], [10, 11]] {
        append_durably(&log, &batch_at(&times));
    }
    let newest = TimestampOffset { offset: Offset(2), timestamp: 70, leader_epoch: LeaderEpoch(0) };
    assert_eq!(end(OffsetSpec::MaxTimestamp), Some(newest));
    assert_eq!(end(OffsetSpec::Latest).unwrap().offset, Offset(8));
    assert_eq!(log.offset_for(OffsetSpec::Latest, Offset(3)).unwrap().unwrap().offset, Offset(3));
    log.delete_records_before(Offset(3)).unwrap();
    assert_eq!(end(OffsetSpec::Earliest).unwrap().offset, Offset(3));
    assert_eq!(end(OffsetSpec::Timestamp(0)).unwrap().offset, Offset(3));
    assert_eq!(end(OffsetSpec::Timestamp(71)), None);
}

#[test]
fn records_inside_compressed_batches_are_found() {
    let fixture = Fixture::new(small_segments());
    let log = fixture.log();
    let codec = Codec { compression: Compression::Zstd, ..Codec::default() };
    let mut builder = RecordBatchBuilder::new(codec);
    for i in 0..100 {
        builder.append(NOW + i, None, Some(b"the same value again"), &[]);
    }
    append_durably(&log, builder.finish().unwrap());
    let found = log.offset_for(OffsetSpec::Timestamp(NOW + 42), Offset(100)).unwrap().unwrap();
    assert_eq!((found.offset, found.timestamp), (Offset(42), NOW + 42));
}

#[test]
fn epochs_survive_restarts_and_end_where_the_next_begins() {
    let mut fixture = Fixture::new(small_segments());
    for epoch in [1, 1, 4, 5] {
        let log = fixture.log();
        let appended = log
            .append_as_leader(&batch(&["a", "b"], NOW), LeaderEpoch(epoch), AppendOrigin::Client, NOW)
            .unwrap();
        log.flush_ticket(appended.last_offset.plus(1)).wait().unwrap();
    }
    fixture.crash_and_restart(5);
    let log = fixture.log();
    let end = |epoch| log.end_offset_for_epoch(LeaderEpoch(epoch)).map(|e| (e.epoch.0, e.end_offset.0));
    assert_eq!(end(1), Some((1, 4)));
    assert_eq!(end(3), Some((1, 4)));
    assert_eq!(end(5), Some((5, 8)));
    assert_eq!(end(6), None);
    log.truncate_to(Offset(5)).unwrap();
    assert_eq!(end(4), None, "the batch that began epoch 4 at offset 4 went whole");
    assert_eq!(end(1), Some((1, 4)));
}
