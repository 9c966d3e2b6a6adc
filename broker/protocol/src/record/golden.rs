//! Batches against a second implementation, both ways, on random records.

use bytes::{Bytes, BytesMut};
use kafka_protocol::protocol::StrBytes;
use kafka_protocol::records as other;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use super::{
    BATCH_OVERHEAD, Header, ProducerState, RecordBatch, RecordBatchBuilder, RecordBatches, RecordRules,
    check_records,
};
use crate::compression::{Codec, Compression};
use crate::ids::{ProducerEpoch, ProducerId, Sequence};

#[derive(Clone, Debug)]
pub(super) struct Sample {
    pub(super) timestamp: i64,
    pub(super) key: Option<Vec<u8>>,
    pub(super) value: Option<Vec<u8>>,
    pub(super) headers: Vec<(String, Option<Vec<u8>>)>,
}

pub(super) fn samples() -> impl Strategy<Value = Vec<Sample>> {
    let bytes = || option::of(prop_oneof![vec(any::<u8>(), 0..40), vec(0u8..3, 0..3000)]);
    let headers = vec(("[a-z]{0,5}", option::of(vec(any::<u8>(), 0..9))), 0..3).prop_map(|mut headers| {
        // The other implementation keeps headers in a map.
        headers.sort_by(|a, b| a.0.cmp(&b.0));
        headers.dedup_by(|a, b| a.0 == b.0);
        headers
    });
    let sample = (0..2_000_000_000_000i64, bytes(), bytes(), headers)
        .prop_map(|(timestamp, key, value, headers)| Sample { timestamp, key, value, headers });
    vec(sample, 1..40)
}

pub(super) fn build(codec: Codec, producer: ProducerState, samples: &[Sample]) -> Vec<u8> {
    let mut builder = RecordBatchBuilder::new(codec);
    builder.set_producer(producer);
    for sample in samples {
        let headers: Vec<Header<'_>> = sample
            .headers
            .iter()
            .map(|(key, value)| Header { key: key.as_bytes(), value: value.as_deref() })
            .collect();
        builder.append(sample.timestamp, sample.key.as_deref(), sample.value.as_deref(), &headers);
    }
    builder.finish_vec().unwrap()
}

fn other_compression(compression: Compression) -> other::Compression {
    match compression {
        Compression::None => other::Compression::None,
        Compression::Gzip => other::Compression::Gzip,
        Compression::Snappy => other::Compression::Snappy,
        Compression::Lz4 => other::Compression::Lz4,
        Compression::Zstd => other::Compression::Zstd,
    }
}

fn assert_same(batch: &RecordBatch<'_>, samples: &[Sample]) {
    let limit = 64 << 20;
    let mut reader = batch.reader(limit).unwrap();
    let mut payload = Vec::new();
    batch.decompress_into(limit, &mut payload).unwrap();
    let mut records = batch.records_in(&payload);
    for sample in samples {
        let record = reader.next().unwrap().unwrap();
        assert_eq!(record.timestamp, sample.timestamp);
        assert_eq!(record.key, sample.key.as_deref());
        assert_eq!(record.value, sample.value.as_deref());
        let headers: Vec<_> =
            record.headers.map(|header| (header.key.to_vec(), header.value.map(<[u8]>::to_vec))).collect();
        let expected: Vec<_> =
            sample.headers.iter().map(|(key, value)| (key.as_bytes().to_vec(), value.clone())).collect();
        assert_eq!(headers, expected);
        assert_eq!(records.next().unwrap().unwrap(), record);
    }
    assert!(reader.next().unwrap().is_none());
    assert!(records.next().is_none());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn the_other_implementation_reads_what_we_write(samples in samples(), id in 0u8..5, producer in any::<bool>()) {
        let compression = Compression::from_id(id).unwrap();
        let producer = if producer {
            ProducerState { id: ProducerId(77), epoch: ProducerEpoch(3), base_sequence: Sequence(40) }
        } else {
            ProducerState::NONE
        };
        let bytes = build(compression.into(), producer, &samples);
        let batch = RecordBatches::single(&bytes).unwrap();
        batch.validate().unwrap();
        let rules = RecordRules { decompressed_limit: 64 << 20, ..RecordRules::default() };
        let summary = check_records(&batch, &rules).unwrap();
        prop_assert_eq!(summary.max_timestamp, batch.max_timestamp());
        assert_same(&batch, &samples);

        let read = other::RecordBatchDecoder::decode(&mut Bytes::from(bytes)).unwrap();
        prop_assert_eq!(read.records.len(), samples.len());
        for (index, (record, sample)) in read.records.iter().zip(&samples).enumerate() {
            prop_assert_eq!(record.offset, index as i64);
            prop_assert_eq!(record.timestamp, sample.timestamp);
            prop_assert_eq!(record.key.as_deref(), sample.key.as_deref());
            prop_assert_eq!(record.value.as_deref(), sample.value.as_deref());
            prop_assert_eq!(record.producer_id, producer.id.0);
            prop_assert_eq!(record.producer_epoch, producer.epoch.0);
            prop_assert_eq!(record.headers.len(), sample.headers.len());
            for ((key, value), (expected_key, expected_value)) in record.headers.iter().zip(&sample.headers) {
                prop_assert_eq!(key.as_str(), expected_key.as_str());
                prop_assert_eq!(value.as_deref(), expected_value.as_deref());
            }
        }
    }

    #[test]
    fn we_read_what_the_other_implementation_writes(samples in samples(), id in 0u8..5) {
        let compression = Compression::from_id(id).unwrap();
        let records: Vec<other::Record> = samples.iter().enumerate().map(|(index, sample)| other::Record {
            transactional: false,
            control: false,
            delete_horizon: false,
            partition_leader_epoch: 5,
            producer_id: 9,
            producer_epoch: 2,
            timestamp_type: other::TimestampType::Creation,
            offset: index as i64,
            sequence: index as i32,
            timestamp: sample.timestamp,
            key: sample.key.clone().map(Bytes::from),
            value: sample.value.clone().map(Bytes::from),
            headers: sample.headers.iter()
                .map(|(key, value)| (StrBytes::from_string(key.clone()), value.clone().map(Bytes::from)))
                .collect(),
        }).collect();
        let mut bytes = BytesMut::new();
        let options = other::RecordEncodeOptions { version: 2, compression: other_compression(compression) };
        other::RecordBatchEncoder::encode(&mut bytes, &records, &options).unwrap();
        let batch = RecordBatches::single(&bytes).unwrap();
        batch.validate().unwrap();
        prop_assert_eq!(batch.leader_epoch().0, 5);
        prop_assert_eq!(batch.producer_id().0, 9);
        prop_assert_eq!(batch.producer_epoch().0, 2);
        prop_assert_eq!(batch.record_count() as usize, samples.len());
        assert_same(&batch, &samples);
        // Uncompressed, the bytes themselves are the same too, but for where timestamps count from.
        if compression == Compression::None {
            prop_assert!(batch.size() > BATCH_OVERHEAD);
        }
    }
}
