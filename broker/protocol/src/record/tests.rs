//! Validation, patches, special batches, and batches that mean harm.

use proptest::collection::vec;
use proptest::prelude::*;

use super::golden::{build, samples};
use super::layout::{
    ATTRIBUTES, BASE_SEQUENCE, BATCH_LENGTH, LAST_OFFSET_DELTA, MAGIC_AT, MAX_TIMESTAMP, PRODUCER_EPOCH,
    PRODUCER_ID, RECORD_COUNT, seal, set_field,
};
use super::{
    Attributes, BATCH_OVERHEAD, ControlRecordType, EndTxnMarker, Header, ProducerState, RecordBatch,
    RecordBatchBuilder, RecordBatchMut, RecordBatches, RecordError, RecordRules, TimestampType,
    check_records, record_size,
};
use crate::allocation::peak_of;
use crate::compression::{Compression, compress};
use crate::error_code::ErrorCode;
use crate::ids::{LeaderEpoch, Offset, ProducerEpoch, ProducerId, Sequence};

const RULES: RecordRules = RecordRules { require_keys: false, timestamps: None, decompressed_limit: 1 << 20 };

fn batch(compression: Compression) -> Vec<u8> {
    let mut builder = RecordBatchBuilder::new(compression.into());
    for number in 0..10u8 {
        builder.append(1000 + i64::from(number), Some(&[number]), Some(b"value"), &[]);
    }
    builder.finish_vec().unwrap()
}

/// A batch whose header was changed and sealed again.
fn with<const N: usize>(at: usize, value: [u8; N]) -> Vec<u8> {
    let mut bytes = batch(Compression::None);
    set_field(&mut bytes, at, value);
    seal(&mut bytes);
    bytes
}

fn refusal(bytes: &[u8]) -> RecordError {
    RecordBatches::single(bytes).and_then(|batch| batch.validate()).unwrap_err()
}

#[test]
fn each_fault_of_a_header_has_its_code() {
    let negative = (-1i16).to_be_bytes();
    let (corrupt, invalid) = (ErrorCode::CorruptMessage, ErrorCode::InvalidRecord);
    let cases: Vec<(Vec<u8>, &str, ErrorCode)> = vec![
        (with(RECORD_COUNT, 0i32.to_be_bytes()), "BadCount", invalid),
        (with(RECORD_COUNT, 9i32.to_be_bytes()), "InconsistentCount", invalid),
        (with(LAST_OFFSET_DELTA, (-2i32).to_be_bytes()), "BadOffsetRange", invalid),
        (with(0, 5i64.to_be_bytes()), "BaseOffsetNotZero", invalid),
        (with(ATTRIBUTES, 5i16.to_be_bytes()), "UnknownCompression", ErrorCode::UnknownServerError),
        (with(ATTRIBUTES, 0x20i16.to_be_bytes()), "ControlFromClient", invalid),
        (with(ATTRIBUTES, 0x10i16.to_be_bytes()), "TransactionalWithoutProducer", invalid),
        (with(PRODUCER_ID, 7i64.to_be_bytes()), "BadSequence", invalid),
        (with(MAGIC_AT, 1i8.to_be_bytes()), "BadMagic", invalid),
        (with(MAGIC_AT, 3i8.to_be_bytes()), "BadMagic", invalid),
        (with(BATCH_LENGTH, 40i32.to_be_bytes()), "BadLength", corrupt),
        (with(BATCH_LENGTH, i32::MIN.to_be_bytes()), "BadLength", corrupt),
        (with(BATCH_LENGTH, i32::MAX.to_be_bytes()), "Truncated", corrupt),
        (batch(Compression::None)[..60].to_vec(), "Truncated", corrupt),
        (Vec::new(), "Truncated", corrupt),
        ([batch(Compression::None), batch(Compression::None)].concat(), "TrailingBytes", invalid),
    ];
    for (bytes, name, code) in cases {
        let error = refusal(&bytes);
        assert!(format!("{error:?}").starts_with(name), "{name}: {error:?}");
        assert_eq!(error.code(), code, "{name}");
    }
    let mut without_epoch = with(PRODUCER_ID, 7i64.to_be_bytes());
    set_field(&mut without_epoch, BASE_SEQUENCE, 0i32.to_be_bytes());
    set_field(&mut without_epoch, PRODUCER_EPOCH, negative);
    seal(&mut without_epoch);
    assert!(matches!(refusal(&without_epoch), RecordError::BadProducerEpoch { epoch: -1, producer_id: 7 }));
}

#[test]
fn every_flipped_byte_is_noticed() {
    let bytes = batch(Compression::None);
    for at in 0..bytes.len() {
        let mut damaged = bytes.clone();
        damaged[at] ^= 0x40;
        // The leader sets base offset and leader epoch: the checksum does not cover them.
        let epoch = (12..16).contains(&at);
        assert_eq!(
            RecordBatches::single(&damaged).and_then(|batch| batch.validate()).is_ok(),
            epoch,
            "byte {at}"
        );
    }
}

#[test]
fn offsets_inside_a_batch_must_count_up() {
    for compression in [Compression::None, Compression::Zstd] {
        let mut builder = RecordBatchBuilder::new(compression.into());
        for delta in [0, 1, 3] {
            builder.append_at(delta, 0, None, None, [].into_iter());
        }
        let mut bytes = builder.finish_vec().unwrap();
        set_field(&mut bytes, LAST_OFFSET_DELTA, 2i32.to_be_bytes());
        seal(&mut bytes);
        let batch = RecordBatch::parse(&bytes).unwrap();
        batch.validate().unwrap();
        let error = check_records(&batch, &RULES).unwrap_err();
        assert_eq!((error.code(), refused(&error)), (ErrorCode::InvalidRecord, vec![2]));
        assert!(error.to_string().contains("expected offset is 2, but got 3"), "{error}");
    }
}

/// The places of the records that are refused.
fn refused(error: &RecordError) -> Vec<i32> {
    let RecordError::Refused(refused) = error else { panic!("{error:?}") };
    assert_eq!(refused.first.len(), refused.count);
    refused.first.iter().map(|(index, _)| *index).collect()
}

#[test]
fn of_very_many_refused_records_the_first_are_told() {
    let mut builder = RecordBatchBuilder::new(Compression::Zstd.into());
    for _ in 0..100_000 {
        builder.append(0, None, Some(b"v"), &[]);
    }
    let bytes = builder.finish_vec().unwrap();
    let batch = RecordBatch::parse(&bytes).unwrap();
    let rules = RecordRules { require_keys: true, ..RULES };
    let (peak, result) = peak_of(|| check_records(&batch, &rules));
    let RecordError::Refused(refused) = result.unwrap_err() else { panic!("refused otherwise") };
    assert_eq!((refused.count, refused.first.len()), (100_000, 3 + bytes.len() / 64));
    assert!(peak < 1 << 20);
}

#[test]
fn topics_rules_are_kept() {
    let mut builder = RecordBatchBuilder::default();
    builder.append(500, Some(b"k"), None, &[]);
    builder.append(-1, None, Some(b"v"), &[]);
    builder.append(900, Some(b"k"), None, &[]);
    let bytes = builder.finish_vec().unwrap();
    let batch = RecordBatch::parse(&bytes).unwrap();
    let summary = check_records(&batch, &RULES).unwrap();
    assert_eq!((summary.max_timestamp, summary.max_timestamp_offset_delta), (900, 2));
    let error = check_records(&batch, &RecordRules { require_keys: true, ..RULES }).unwrap_err();
    assert_eq!((error.code(), refused(&error)), (ErrorCode::InvalidRecord, vec![1]));
    let error = check_records(&batch, &RecordRules { timestamps: Some((600, 800)), ..RULES }).unwrap_err();
    assert_eq!((error.code(), refused(&error)), (ErrorCode::InvalidTimestamp, vec![0, 2]));
    check_records(&batch, &RecordRules { timestamps: Some((500, 900)), ..RULES }).unwrap();
}

#[test]
fn a_count_that_lies_about_the_records_is_told() {
    for compression in [Compression::None, Compression::Lz4] {
        for (count, name) in [(9, "TrailingBytes"), (11, "Malformed"), (i32::MAX, "Malformed")] {
            let mut bytes = batch(compression);
            set_field(&mut bytes, RECORD_COUNT, i32::to_be_bytes(count));
            set_field(&mut bytes, LAST_OFFSET_DELTA, i32::to_be_bytes(count - 1));
            seal(&mut bytes);
            let batch = RecordBatch::parse(&bytes).unwrap();
            batch.validate().unwrap();
            let (peak, result) = peak_of(|| check_records(&batch, &RULES));
            let error = result.unwrap_err();
            assert!(format!("{error:?}").starts_with(name), "{error:?}");
            assert_eq!(error.code(), ErrorCode::InvalidRecord);
            assert!(peak < 1 << 20);
        }
    }
}

#[test]
fn the_leader_changes_what_is_its_own_in_place() {
    let mut bytes = batch(Compression::Gzip);
    let mut patch = RecordBatchMut::parse(&mut bytes).unwrap();
    patch.set_base_offset(Offset(500));
    patch.set_leader_epoch(LeaderEpoch(9));
    let view = patch.view();
    view.ensure_valid().unwrap();
    assert_eq!(
        (view.base_offset(), view.last_offset(), view.next_offset()),
        (Offset(500), Offset(509), Offset(510))
    );
    assert_eq!(view.leader_epoch(), LeaderEpoch(9));
    patch.set_max_timestamp(TimestampType::LogAppendTime, 77_777);
    let view = patch.view();
    view.ensure_valid().unwrap();
    let first = view.reader(1 << 20).unwrap().next().unwrap().unwrap().timestamp;
    assert_eq!((first, view.max_timestamp()), (77_777, 77_777));
    assert_eq!(view.ensure_create_time().unwrap_err().code(), ErrorCode::InvalidTimestamp);
    patch.set_producer_state(ProducerState {
        id: ProducerId(3),
        epoch: ProducerEpoch(4),
        base_sequence: Sequence(i32::MAX - 4),
    });
    let view = patch.view();
    view.ensure_valid().unwrap();
    assert_eq!((view.producer_id(), view.producer_epoch()), (ProducerId(3), ProducerEpoch(4)));
    assert_eq!(view.last_sequence(), Sequence(4));
}

#[test]
fn compacted_batches_keep_gaps_and_their_horizon() {
    let mut builder = RecordBatchBuilder::default();
    builder.set_base_offset(Offset(100)).set_delete_horizon(Some(5_000));
    let headers = [Header { key: b"h", value: None }];
    builder.append_at(3, 4_000, Some(b"k"), None, headers.iter().copied());
    builder.append_at(8, 6_000, Some(b"k"), Some(b""), [].into_iter());
    builder.set_last_offset_delta(20);
    let bytes = builder.finish_vec().unwrap();
    let batch = RecordBatch::parse(&bytes).unwrap();
    batch.ensure_valid().unwrap();
    assert_eq!(batch.delete_horizon(), Some(5_000));
    assert_eq!((batch.last_offset(), batch.record_count()), (Offset(120), 2));
    let records: Vec<_> = batch.records_in(batch.payload()).map(|record| record.unwrap()).collect();
    assert_eq!((records[0].offset, records[0].timestamp, records[0].value), (103, 4_000, None));
    assert_eq!(records[0].headers.collect::<Vec<_>>(), headers);
    assert_eq!(
        (records[1].offset, records[1].timestamp, records[1].value),
        (108, 6_000, Some(b"".as_slice()))
    );
}

#[test]
fn markers_are_written_and_read() {
    for committed in [true, false] {
        let marker = EndTxnMarker { committed, coordinator_epoch: 12 };
        let mut builder = RecordBatchBuilder::default();
        builder.set_control(true).set_transactional(true);
        builder.append(5, Some(&marker.key()), Some(&marker.value()), &[]);
        let bytes = builder.finish().unwrap();
        let batch = RecordBatch::parse(bytes).unwrap();
        assert!(batch.is_control() && batch.is_transactional());
        let record = batch
            .reader(100)
            .unwrap()
            .next()
            .unwrap()
            .map(|r| (r.key.unwrap().to_vec(), r.value.unwrap().to_vec()));
        let (key, value) = record.unwrap();
        assert_eq!(EndTxnMarker::read(&key, &value), Some(marker));
    }
    assert_eq!(ControlRecordType::from_key(&[0, 0, 0, 2]), Some(ControlRecordType::LeaderChange));
    assert_eq!(ControlRecordType::from_key(&[0, 0, 0, 99]), Some(ControlRecordType::Unknown(99)));
    assert_eq!(ControlRecordType::from_key(&[0, 0, 0]), None);
    assert_eq!(EndTxnMarker::read(&[0, 0, 0, 2], &[0; 6]), None);
}

#[test]
fn attributes_keep_bits_that_nobody_uses() {
    let odd = Attributes(0x4000);
    let changed = odd.with_compression(Compression::Zstd).with_control(true).with_control(false);
    assert_eq!(changed.0, 0x4004);
}

#[test]
fn buffers_serve_one_batch_after_the_other() {
    let mut builder = RecordBatchBuilder::new(Compression::Snappy.into());
    for round in 0..3u8 {
        builder.clear();
        builder.append(i64::from(round), None, Some(&[round; 40]), &[]);
        let bytes = builder.finish().unwrap();
        let batch = RecordBatch::parse(bytes).unwrap();
        batch.validate().unwrap();
        assert_eq!((batch.record_count(), batch.max_timestamp()), (1, i64::from(round)));
    }
}

#[test]
fn the_size_of_a_record_is_an_upper_bound() {
    let header = Header { key: b"key", value: Some(b"value") };
    let mut builder = RecordBatchBuilder::default();
    builder.append(1, Some(&[1; 200]), Some(&[2; 20_000]), &[header]);
    let size = record_size(Some(&[1; 200]), Some(&[2; 20_000]), [header].into_iter());
    assert!((builder.size() - BATCH_OVERHEAD..builder.size() - BATCH_OVERHEAD + 16).contains(&size));
}

#[test]
fn a_walk_ends_at_a_cut_batch_and_fails_at_a_broken_one() {
    let one = batch(Compression::None);
    let mut buffer = [one.clone(), one.clone()].concat();
    buffer.extend(&one[..one.len() - 1]);
    let mut walk = RecordBatches::new(&buffer);
    assert_eq!(walk.by_ref().filter(Result::is_ok).count(), 2);
    assert_eq!(walk.rest().len(), one.len() - 1);
    buffer[one.len() + MAGIC_AT] = 0;
    let found: Vec<bool> = RecordBatches::new(&buffer).map(|batch| batch.is_ok()).collect();
    assert_eq!(found, [true, false]);
}

/// A batch around these bytes as its compressed payload.
fn around(compression: Compression, payload: &[u8], count: i32) -> Vec<u8> {
    let mut bytes = batch(Compression::None);
    bytes.truncate(BATCH_OVERHEAD);
    bytes.extend_from_slice(payload);
    let length = (bytes.len() - 12) as i32;
    set_field(&mut bytes, BATCH_LENGTH, length.to_be_bytes());
    set_field(&mut bytes, ATTRIBUTES, i16::from(compression.id()).to_be_bytes());
    set_field(&mut bytes, RECORD_COUNT, count.to_be_bytes());
    set_field(&mut bytes, LAST_OFFSET_DELTA, (count - 1).to_be_bytes());
    set_field(&mut bytes, MAX_TIMESTAMP, 0i64.to_be_bytes());
    seal(&mut bytes);
    bytes
}

#[test]
fn a_bomb_in_one_record_costs_nothing() {
    // One record whose length says 256 MiB, no key, a value whose length says 128 MiB, and zeros to fill it.
    let mut plain = vec![0x80, 0x80, 0x80, 0x80, 0x02, 0, 0, 0, 1, 0x80, 0x80, 0x80, 0x80, 0x01];
    plain.resize(80 << 20, 0);
    for compression in [Compression::Gzip, Compression::Snappy, Compression::Lz4, Compression::Zstd] {
        let mut payload = Vec::new();
        compress(compression.into(), &plain, &mut payload).unwrap();
        let bytes = around(compression, &payload, 1);
        let batch = RecordBatch::parse(&bytes).unwrap();
        batch.validate().unwrap();
        let limit = 4 << 20;
        let rules = RecordRules { decompressed_limit: limit, ..RULES };
        let (peak, result) = peak_of(|| check_records(&batch, &rules));
        assert_eq!(result.unwrap_err().code(), ErrorCode::RecordListTooLarge);
        assert!(peak <= 1 << 20, "{compression}: {peak}");
    }
}

#[test]
fn large_records_are_checked_without_being_held() {
    let mut builder = RecordBatchBuilder::new(Compression::Zstd.into());
    let headers = [Header { key: b"h", value: Some(&[5; 70_000]) }, Header { key: b"n", value: None }];
    builder.append(7, Some(b"k"), Some(&[1; 100_000]), &headers);
    builder.append(9, None, Some(&[2; 300_000]), &[]);
    builder.append(8, Some(&[3; 200_000]), None, &[]);
    let bytes = builder.finish_vec().unwrap();
    let batch = RecordBatch::parse(&bytes).unwrap();
    let (peak, summary) = peak_of(|| check_records(&batch, &RULES));
    let summary = summary.unwrap();
    assert_eq!((summary.max_timestamp, summary.max_timestamp_offset_delta), (9, 1));
    assert!(peak < 200_000, "{peak}");
    let error = check_records(&batch, &RecordRules { require_keys: true, ..RULES }).unwrap_err();
    let RecordError::Refused(refused) = &error else { panic!("{error}") };
    assert!(refused.by_key && refused.count == 1 && refused.first[0].0 == 1, "{error}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn damaged_batches_neither_panic_nor_cost_memory(
        samples in samples(),
        id in 0u8..5,
        damage in vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let compression = Compression::from_id(id).unwrap();
        let mut bytes = build(compression.into(), ProducerState::NONE, &samples);
        for (index, byte) in damage {
            let at = index.index(bytes.len());
            bytes[at] = byte;
        }
        let allowed = (8 * bytes.len() + (1 << 20)).max(2 * RULES.decompressed_limit + (1 << 20));
        let (peak, ()) = peak_of(|| {
            for batch in RecordBatches::new(&bytes).flatten() {
                let _ = batch.validate();
                let _ = check_records(&batch, &RULES);
                let _ = batch.records_in(batch.payload()).count();
            }
        });
        prop_assert!(peak <= allowed, "{}", peak);
    }
}
