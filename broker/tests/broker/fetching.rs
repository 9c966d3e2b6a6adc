//! What Fetch waits for, and what its sessions leave out.

use std::time::{Duration, Instant};

use aqueduct_log::AppendOrigin;
use aqueduct_protocol::ErrorCode;
use aqueduct_protocol::ids::{ProducerEpoch, ProducerId, Sequence};
use aqueduct_protocol::messages::FetchRequest;
use aqueduct_protocol::messages::fetch_request::FetchPartition;
use aqueduct_protocol::record::{EndTxnMarker, ProducerState, RecordBatchBuilder, RecordBatches};

use crate::harness::{TestBroker, batch, fetch_request, records};

#[test]
fn a_waiting_fetch_is_woken_by_an_append() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let broker = TestBroker::start(folder.path(), &[]);
    let (mut consumer, mut producer) = (broker.connect(), broker.connect());
    producer.create_topic("t", 1);
    let begun = Instant::now();
    let id = consumer.send(&fetch_request("t", 0, 0, 15_000), 12);
    producer.produce("t", 0, batch(&["news"]));
    let response = consumer.receive::<FetchRequest>(id, 12).expect("answered");
    assert_eq!(records(&response), [(0, "news".to_owned())]);
    assert!(begun.elapsed() < Duration::from_secs(10), "it did not wait to the end");
}

#[test]
fn a_produce_behind_a_waiting_fetch_on_the_same_connection_wakes_it() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let broker = TestBroker::start(folder.path(), &[]);
    let mut client = broker.connect();
    client.create_topic("t", 1);
    let fetch = client.send(&fetch_request("t", 0, 0, 15_000), 12);
    let produce = client.send(&crate::harness::produce_request("t", 0, batch(&["self"]), -1), 9);
    let response = client.receive::<FetchRequest>(fetch, 12).expect("answered first");
    assert_eq!(records(&response).len(), 1);
    let answered = client.receive::<aqueduct_protocol::messages::ProduceRequest>(produce, 9);
    assert!(answered.is_some());
}

#[test]
fn a_fetch_with_nothing_to_read_ends_after_its_wait_with_empty_records() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let broker = TestBroker::start(folder.path(), &["fetch.max.wait.ms=200"]);
    let mut client = broker.connect();
    client.create_topic("t", 1);
    let begun = Instant::now();
    let response = client.ask(&fetch_request("t", 0, 0, i32::MAX), 12);
    assert!(begun.elapsed() >= Duration::from_millis(200) && begun.elapsed() < Duration::from_secs(10));
    let partition = &response.responses[0].partitions[0];
    assert_eq!(partition.records.as_ref().map(bytes::Bytes::len), Some(0), "empty, never null");
}

#[test]
fn a_client_that_leaves_ends_its_waiting_fetch() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let broker = TestBroker::start(folder.path(), &[]);
    let mut client = broker.connect();
    client.create_topic("t", 1);
    let partition = broker.broker.replicas.partition("t", 0).expect("exists");
    client.send(&fetch_request("t", 0, 0, 120_000), 12);
    let waiters = aqueduct_broker::purgatory::waiters::Watched::waiters(&*partition);
    until("the fetch waits", || waiters.len() == 1);
    drop(client);
    until("the fetch is gone", || waiters.is_empty());
}

#[test]
fn a_batch_larger_than_every_limit_still_arrives() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let broker = TestBroker::start(folder.path(), &[]);
    let mut client = broker.connect();
    client.create_topic("t", 1);
    let large = "x".repeat(500_000);
    client.produce("t", 0, batch(&[&large]));
    let mut request = fetch_request("t", 0, 0, 0);
    request.max_bytes = 10;
    request.topics[0].partitions[0].partition_max_bytes = 10;
    assert_eq!(records(&client.ask(&request, 12)), [(0, large)]);
}

#[test]
fn small_and_large_pieces_of_log_arrive_whole_and_in_order_at_a_slow_reader() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let broker = TestBroker::start(folder.path(), &[]);
    let mut client = broker.connect();
    // Copied, sent by the kernel, copied behind what the kernel sends, and longer than a socket takes at once.
    let sizes = [1, 20_000, 300, 16_384, 0, 900_000, 40, 700_000, 15_000, 900_000, 900_000, 5];
    client.create_topic("t", sizes.len() as i32);
    let value = |partition: usize| "abcdefghijkl"[partition..=partition].repeat(sizes[partition]);
    for (partition, _) in sizes.iter().enumerate().filter(|(_, size)| **size > 0) {
        let produced = client.produce("t", partition as i32, batch(&[&value(partition)]));
        assert_eq!(produced.error_code, 0, "partition {partition}");
    }
    let mut request = fetch_request("t", 0, 0, 0);
    let one = request.topics[0].partitions[0].clone();
    request.max_bytes = i32::MAX;
    request.topics[0].partitions = (0..sizes.len() as i32)
        .map(|partition| FetchPartition { partition, partition_max_bytes: i32::MAX, ..one.clone() })
        .collect();
    // Requests enough to fill the socket's buffers before the first answer is read.
    let asked: Vec<i32> = (0..8).map(|_| client.send(&request, 12)).collect();
    for id in asked {
        let response = client.receive::<FetchRequest>(id, 12).expect("answered");
        let found = records(&response);
        let expected: Vec<(i64, String)> =
            (0..sizes.len()).filter(|partition| sizes[*partition] > 0).map(|p| (0, value(p))).collect();
        assert!(found == expected, "{} of {} records as they were sent", found.len(), expected.len());
    }
}

#[test]
fn an_offset_out_of_range_is_told_at_once() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let broker = TestBroker::start(folder.path(), &[]);
    let mut client = broker.connect();
    client.create_topic("t", 1);
    let response = client.ask(&fetch_request("t", 0, 99, 15_000), 12);
    assert_eq!(response.responses[0].partitions[0].error_code, ErrorCode::OffsetOutOfRange.code());
}

#[test]
fn a_session_answers_only_what_is_new() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let broker = TestBroker::start(folder.path(), &[]);
    let mut client = broker.connect();
    client.create_topic("t", 2);
    let mut full = fetch_request("t", 0, 0, 0);
    let mut second = full.topics[0].partitions[0].clone();
    second.partition = 1;
    full.topics[0].partitions.push(second);
    full.session_epoch = 0;
    let opened = client.ask(&full, 12);
    assert!(opened.session_id != 0);
    assert_eq!(opened.responses[0].partitions.len(), 2, "a full fetch answers every partition");
    client.produce("t", 1, batch(&["news"]));
    let mut next = FetchRequest { topics: Vec::new(), ..full.clone() };
    next.session_id = opened.session_id;
    next.session_epoch = 1;
    let news = client.ask(&next, 12);
    assert_eq!(news.responses.len(), 1);
    assert_eq!(news.responses[0].partitions.len(), 1);
    assert_eq!(news.responses[0].partitions[0].partition_index, 1);
    let repeated = client.ask(&next, 12);
    assert_eq!(repeated.error_code, ErrorCode::InvalidFetchSessionEpoch.code());
    next.session_id = opened.session_id.wrapping_add(1);
    assert_eq!(client.ask(&next, 12).error_code, ErrorCode::FetchSessionIdNotFound.code());
}

#[test]
fn who_reads_committed_records_is_told_the_aborted_transactions_among_them() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let broker = TestBroker::start(folder.path(), &[]);
    let mut client = broker.connect();
    client.create_topic("t", 2);
    for partition in [0, 1] {
        // Small pieces of log are copied, large ones are sent by the kernel.
        let value = "x".repeat([10, 100_000][partition as usize]);
        let at = broker.broker.replicas.partition("t", partition).expect("exists");
        let mut appended = None;
        for records in [
            transactional(7, 0, Written::Record(&value)),
            transactional(8, 0, Written::Record(&value)),
            transactional(7, 0, Written::End { committed: false }),
            transactional(8, 0, Written::End { committed: true }),
            transactional(7, 1, Written::Record(&value)),
        ] {
            appended = Some(at.append(&records, AppendOrigin::Coordinator, 0).expect("appended"));
        }
        at.durable(&appended.expect("some")).wait().expect("flushed");
    }
    let mut request = fetch_request("t", 0, 0, 0);
    let second = FetchPartition { partition: 1, ..request.topics[0].partitions[0].clone() };
    request.topics[0].partitions.push(second);
    for version in [4, 11, 12] {
        for (isolation, offset, aborted) in [
            (1, 0, Some(vec![(7, 0)])),
            (1, 2, Some(vec![(7, 0)])),
            (1, 3, Some(vec![])),
            (1, 4, Some(vec![])),
            (0, 0, None),
        ] {
            request.isolation_level = isolation;
            request.topics[0].partitions.iter_mut().for_each(|partition| partition.fetch_offset = offset);
            let response = client.ask(&request, version);
            for partition in &response.responses[0].partitions {
                let told = partition.aborted_transactions.as_ref();
                let told =
                    told.map(|told| told.iter().map(|t| (t.producer_id, t.first_offset)).collect::<Vec<_>>());
                assert_eq!(told, aborted, "version {version}, isolation {isolation}, from {offset}");
                assert_eq!(
                    (partition.error_code, partition.last_stable_offset, partition.high_watermark),
                    (0, 4, 5)
                );
                let bytes = partition.records.as_ref().expect("never null");
                let end = RecordBatches::new(bytes)
                    .map(|batch| batch.expect("a whole batch").next_offset().0)
                    .last();
                let expected = if isolation == 0 { 5 } else { 4 };
                assert_eq!(end, (offset < expected).then_some(expected));
            }
        }
    }
}

enum Written<'a> {
    Record(&'a str),
    End { committed: bool },
}

/// A batch of a transaction: one record, or its end.
fn transactional(producer: i64, sequence: i32, what: Written<'_>) -> Vec<u8> {
    let mut builder = RecordBatchBuilder::default();
    let base_sequence = match what {
        Written::Record(_) => Sequence(sequence),
        Written::End { .. } => Sequence::NONE,
    };
    builder.set_producer(ProducerState { id: ProducerId(producer), epoch: ProducerEpoch(0), base_sequence });
    builder.set_transactional(true);
    match what {
        Written::Record(value) => builder.append(0, None, Some(value.as_bytes()), &[]),
        Written::End { committed } => {
            let marker = EndTxnMarker { committed, coordinator_epoch: 0 };
            builder.set_control(true);
            builder.append(0, Some(&marker.key()), Some(&marker.value()), &[]);
        }
    }
    builder.finish_vec().expect("builds")
}

/// Waits for a condition.
pub(crate) fn until(what: &str, mut condition: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !condition() {
        assert!(begun.elapsed() < Duration::from_secs(10), "not within 10 s: {what}");
        std::thread::yield_now();
    }
}
