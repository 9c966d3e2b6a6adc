//! Records come back from a batch as they went in; damaged batches do no harm.

use std::sync::Arc;

use aqueduct_plugin_api::{
    Decimal, Header, OffsetMap, Schema, SchemaRef, SinkRecord, SourceBatch, SourceRecord, Struct,
    TimestampType, Type, Value, logical,
};
use bytes::Bytes;
use proptest::prelude::*;

use super::*;
use crate::raw::AqBatch;

/// A schema and a value of it.
type Typed = (SchemaRef, Value);

fn primitive() -> BoxedStrategy<Typed> {
    let of = |kind| Arc::new(Schema::of(kind));
    prop_oneof![
        any::<bool>().prop_map(move |v| (of(Type::Boolean), Value::Bool(v))),
        any::<i8>().prop_map(move |v| (of(Type::Int8), Value::Int8(v))),
        any::<i16>().prop_map(move |v| (of(Type::Int16), Value::Int16(v))),
        any::<i32>().prop_map(move |v| (of(Type::Int32), Value::Int32(v))),
        any::<i64>().prop_map(move |v| (of(Type::Int64), Value::Int64(v))),
        (-1e9f32..1e9).prop_map(move |v| (of(Type::Float32), Value::Float32(v))),
        (-1e9f64..1e9).prop_map(move |v| (of(Type::Float64), Value::Float64(v))),
        ".{0,12}".prop_map(move |v| (of(Type::String), Value::string(v))),
        prop::collection::vec(any::<u8>(), 0..12)
            .prop_map(move |v| (of(Type::Bytes), Value::Bytes(v.into()))),
        (any::<i128>(), -9i32..9)
            .prop_map(|(n, scale)| (logical::decimal(scale).into(), Value::Decimal(Decimal::new(n, scale)))),
        any::<i32>().prop_map(|v| (logical::date().into(), Value::Date(v))),
        any::<i32>().prop_map(|v| (logical::time().into(), Value::Time(v))),
        any::<i64>().prop_map(|v| (logical::timestamp().into(), Value::Timestamp(v))),
    ]
    .boxed()
}

fn typed() -> impl Strategy<Value = Typed> {
    primitive().prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            (inner.clone(), 0usize..3).prop_map(|((schema, value), n)| {
                (Schema::array(schema).into(), Value::Array(vec![value; n]))
            }),
            inner.clone().prop_map(|(schema, value)| {
                let key: SchemaRef = Schema::of(Type::String).into();
                (Schema::map(key, schema).into(), Value::Map(vec![(Value::string("k"), value)]))
            }),
            prop::collection::vec((inner, any::<bool>()), 0..4).prop_map(structure),
        ]
    })
}

fn structure(fields: Vec<(Typed, bool)>) -> Typed {
    let mut schema = Schema::structure("s").doc("d");
    let mut values = Vec::new();
    for (index, ((field, value), null)) in fields.into_iter().enumerate() {
        let optional = Arc::new((*field).clone().optional());
        // A struct of its own schema besides the field's: optional changed it.
        values.push(if null { Value::Null } else { value });
        schema = schema.field(&format!("f{index}"), optional);
    }
    let schema = Arc::new(schema);
    (schema.clone(), Value::Struct(Struct { schema, values }))
}

fn source_record() -> impl Strategy<Value = SourceRecord> {
    let offset = prop::option::of(any::<i64>());
    let headers = prop::collection::vec(("[a-c]{1,3}", typed()), 0..3);
    (typed(), typed(), any::<bool>(), "[ab]", "[xy]", offset, prop::option::of(0i64..9), headers).prop_map(
        |(key, value, schemaless, topic, place, offset, timestamp, headers)| SourceRecord {
            source_partition: Arc::new(OffsetMap::new().with("place", place.as_str())),
            source_offset: offset.map(|n| OffsetMap::new().with("n", n).with("more", true)),
            topic: topic.into(),
            partition: timestamp.map(|t| t as i32),
            key_schema: Some(key.0),
            key: key.1,
            value_schema: (!schemaless).then_some(value.0),
            value: value.1,
            timestamp,
            headers: headers
                .into_iter()
                .map(|(key, (schema, value))| Header { key: key.into(), schema: Some(schema), value })
                .collect(),
        },
    )
}

fn sink_record(record: &SourceRecord, offset: i64) -> SinkRecord {
    SinkRecord {
        topic: record.topic.clone(),
        partition: record.partition.unwrap_or(0),
        offset,
        timestamp: record.timestamp,
        timestamp_type: if offset % 2 == 0 {
            TimestampType::CreateTime
        } else {
            TimestampType::LogAppendTime
        },
        key_schema: record.key_schema.clone(),
        key: record.key.clone(),
        value_schema: record.value_schema.clone(),
        value: record.value.clone(),
        headers: record.headers.clone(),
        original_topic: "original".into(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_sources_records_come_back_the_same(
        batches in prop::collection::vec(prop::collection::vec(source_record(), 0..6), 1..4),
        full_schemas in any::<bool>(),
    ) {
        let (mut encoder, mut decoder) = (Encoder::new(full_schemas), Decoder::default());
        for (id, records) in batches.into_iter().enumerate() {
            let batch = SourceBatch { id: id as u64, records };
            let encoded = encoder.encode_source(&batch).unwrap();
            prop_assert_eq!(decoder.decode_source(encoded).unwrap(), batch);
        }
    }

    #[test]
    fn a_sinks_records_come_back_the_same(records in prop::collection::vec(source_record(), 0..6)) {
        let records: Vec<SinkRecord> =
            records.iter().enumerate().map(|(offset, record)| sink_record(record, offset as i64)).collect();
        let encoded = Encoder::new(true).encode_sink(&records).unwrap();
        prop_assert_eq!(Decoder::default().decode_sink(encoded).unwrap(), records);
    }

    #[test]
    fn a_damaged_value_is_an_error_or_a_value(
        (schema, value) in typed(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let record = SourceRecord { value_schema: Some(schema), value, ..plain(Value::Null) };
        let batch = SourceBatch { id: 1, records: vec![record] };
        let mut encoded = Encoder::new(true).encode_source(&batch).unwrap().into_raw();
        // SAFETY: the arena is as long as the batch says; a copy of it is damaged, which outlives the decoding.
        let arena = unsafe { std::slice::from_raw_parts(encoded.arena, encoded.arena_len) };
        let mut arena = arena.to_vec();
        for (at, byte) in damage {
            if !arena.is_empty() {
                let at = at.index(arena.len());
                arena[at] = byte;
            }
        }
        encoded.arena = arena.as_ptr();
        // SAFETY: released by the decoder; the values are dropped before the arena.
        let damaged = unsafe { OwnedBatch::from_raw(encoded) };
        let _either = Decoder::default().decode_source(damaged);
    }
}

fn plain(value: Value) -> SourceRecord {
    SourceRecord {
        source_partition: Arc::default(),
        source_offset: None,
        topic: "t".into(),
        partition: None,
        key_schema: None,
        key: Value::Null,
        value_schema: None,
        value,
        timestamp: None,
        headers: Vec::new(),
    }
}

fn batch_of(record: SourceRecord) -> SourceBatch {
    SourceBatch { id: 1, records: vec![record] }
}

#[test]
fn a_schema_crosses_once_until_too_many_are_known() {
    let (mut encoder, mut decoder) = (Encoder::new(false), Decoder::default());
    let schema: SchemaRef = Schema::of(Type::Int8).into();
    let record = SourceRecord { value_schema: Some(schema), ..plain(Value::Int8(1)) };
    let mut decoded = Vec::new();
    for round in 0..2 {
        let encoded = encoder.encode_source(&batch_of(record.clone())).unwrap();
        // SAFETY: the batch is not released.
        let body = unsafe { (*encoded.raw().schemas).body };
        assert_eq!(body.len == 0, round == 1);
        decoded.push(decoder.decode_source(encoded).unwrap().records.remove(0).value_schema.unwrap());
    }
    assert!(Arc::ptr_eq(&decoded[0], &decoded[1]), "the same schema for every batch");
    for round in 0..3_000 {
        let other = SourceRecord { value_schema: Some(Schema::of(Type::Int8).into()), ..record.clone() };
        let encoded = encoder.encode_source(&batch_of(other.clone())).unwrap();
        assert_eq!(decoder.decode_source(encoded).unwrap().records, [other], "round {round}");
    }
}

#[test]
fn a_schema_that_was_not_sent_is_an_error() {
    let mut encoder = Encoder::new(false);
    let record = SourceRecord { value_schema: Some(Schema::of(Type::Int8).into()), ..plain(Value::Int8(1)) };
    drop(encoder.encode_source(&batch_of(record.clone())).unwrap());
    let second = encoder.encode_source(&batch_of(record)).unwrap();
    assert_eq!(Decoder::default().decode_source(second).unwrap_err(), CodecError::UnsentSchema(0));
}

#[test]
fn texts_and_bytes_are_slices_of_the_batch() {
    let bytes = Bytes::from(vec![7u8; 1 << 16]);
    let encoded = Encoder::new(false).encode_source(&batch_of(plain(Value::Bytes(bytes.clone())))).unwrap();
    let arena = encoded.raw().arena as usize..encoded.raw().arena as usize + encoded.raw().arena_len;
    let decoded = Decoder::default().decode_source(encoded).unwrap();
    let Value::Bytes(found) = &decoded.records[0].value else { panic!() };
    assert_eq!(*found, bytes);
    assert!(arena.contains(&(found.as_ptr() as usize)));
}

#[test]
fn a_value_too_deep_is_an_error() {
    let mut value = Value::Null;
    for _ in 0..=MAX_DEPTH {
        value = Value::Array(vec![value]);
    }
    let error = Encoder::new(false).encode_source(&batch_of(plain(value))).unwrap_err();
    assert_eq!(error, CodecError::TooDeep);
}

#[test]
fn records_that_are_not_where_they_should_be_are_an_error() {
    let spoilt: [fn(&mut AqBatch); 3] = [
        |batch| batch.records = std::ptr::null(),
        |batch| batch.records = batch.records.wrapping_byte_add(1),
        |batch| batch.record_stride += 1,
    ];
    for spoil in spoilt {
        let batch = Encoder::new(true).encode_source(&batch_of(plain(Value::Int8(1)))).unwrap();
        let mut raw = batch.into_raw();
        spoil(&mut raw);
        // SAFETY: what is spoilt is not what release gets, and is looked at before it is used.
        let batch = unsafe { OwnedBatch::from_raw(raw) };
        assert!(matches!(Decoder::default().decode_source(batch), Err(CodecError::Unknown { .. })));
    }
}
