//! What Produce does and refuses.

use aqueduct_protocol::ErrorCode;
use aqueduct_protocol::messages::{InitProducerIdRequest, ProduceRequest};
use aqueduct_protocol::record::{ProducerState, RecordBatchBuilder};
use bytes::Bytes;

use crate::harness::{TestBroker, batch, first_error, produce_request, records};

#[test]
fn pipelined_requests_are_answered_in_order_and_all_kept() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let broker = TestBroker::start(folder.path(), &[]);
    let mut client = broker.connect();
    client.create_topic("t", 1);
    let values: Vec<String> = (0..300).map(|n| format!("value {n}")).collect();
    let ids: Vec<i32> =
        values.iter().map(|v| client.send(&produce_request("t", 0, batch(&[v]), -1), 9)).collect();
    for (n, id) in ids.into_iter().enumerate() {
        let response = client.receive::<ProduceRequest>(id, 9).expect("answered");
        assert_eq!(response.responses[0].partition_responses[0].base_offset, n as i64);
    }
    let mut read = Vec::new();
    while read.len() < values.len() {
        let next = read.len() as i64;
        read.extend(records(&client.fetch("t", 0, next)).into_iter().map(|(_, value)| value));
    }
    assert_eq!(read, values);
}

#[test]
fn one_partition_s_error_does_not_touch_the_others() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let broker = TestBroker::start(folder.path(), &[]);
    let mut client = broker.connect();
    client.create_topic("t", 1);
    let mut request = produce_request("t", 0, batch(&["good"]), -1);
    let mut damaged = batch(&["bad"]).to_vec();
    *damaged.last_mut().expect("not empty") ^= 1;
    for (index, records) in [(0, Bytes::from(damaged)), (7, batch(&["nowhere"])), (0, Bytes::new())] {
        let mut data = request.topic_data[0].partition_data[0].clone();
        data.index = index;
        data.records = Some(records);
        request.topic_data[0].partition_data.push(data);
    }
    let response = client.ask(&request, 9);
    let codes: Vec<i16> = response.responses[0].partition_responses.iter().map(|p| p.error_code).collect();
    let expected = [
        ErrorCode::None,
        ErrorCode::CorruptMessage,
        ErrorCode::UnknownTopicOrPartition,
        ErrorCode::InvalidRecord,
    ];
    assert_eq!(codes, expected.map(ErrorCode::code));
    assert_eq!(records(&client.fetch("t", 0, 0)), [(0, "good".to_owned())]);
}

#[test]
fn acks_0_is_not_answered_and_other_acks_are_refused() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let broker = TestBroker::start(folder.path(), &[]);
    let mut client = broker.connect();
    client.create_topic("t", 1);
    client.send(&produce_request("t", 0, batch(&["quiet"]), 0), 9);
    let refused = client.ask(&produce_request("t", 0, batch(&["odd"]), 2), 9);
    assert_eq!(first_error(&refused), ErrorCode::InvalidRequiredAcks.code());
    assert_eq!(client.produce("t", 0, batch(&["loud"])).base_offset, 1);
}

#[test]
fn an_idempotent_producer_s_retry_is_not_written_again_and_a_gap_is_refused() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let broker = TestBroker::start(folder.path(), &[]);
    let mut client = broker.connect();
    client.create_topic("t", 1);
    let init = InitProducerIdRequest {
        transactional_id: None,
        producer_id: -1,
        producer_epoch: -1,
        ..Default::default()
    };
    let (first, second) = (client.ask(&init, 5), client.ask(&init, 5));
    assert!(first.producer_id >= 0 && first.producer_id != second.producer_id);
    let numbered = |sequence: i32| {
        let mut builder = RecordBatchBuilder::default();
        builder.set_producer(ProducerState {
            id: first.producer_id.into(),
            epoch: 0.into(),
            base_sequence: sequence.into(),
        });
        builder.append(-1, None, Some(b"v"), &[]);
        Bytes::from(builder.finish_vec().expect("builds"))
    };
    assert_eq!(client.produce("t", 0, numbered(0)).base_offset, 0);
    assert_eq!(client.produce("t", 0, numbered(1)).base_offset, 1);
    let retry = client.produce("t", 0, numbered(1));
    assert_eq!((retry.error_code, retry.base_offset), (0, 1));
    let gap = client.produce("t", 0, numbered(5));
    assert_eq!(gap.error_code, ErrorCode::OutOfOrderSequenceNumber.code());
    assert_eq!(records(&client.fetch("t", 0, 0)).len(), 2);
}

#[test]
fn internal_topics_take_no_produce() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let broker = TestBroker::start(folder.path(), &[]);
    let mut client = broker.connect();
    client.create_topic("__consumer_offsets", 1);
    let refused = client.produce("__consumer_offsets", 0, batch(&["no"]));
    assert_eq!(refused.error_code, ErrorCode::InvalidTopicException.code());
}
