//! What a broker still knows after it was stopped.

use aqueduct_broker::group::offsets::CommittedOffset;
use aqueduct_broker::group::records::offset_commit;
use aqueduct_log::AppendOrigin;
use aqueduct_protocol::ErrorCode;
use aqueduct_protocol::ids::{ProducerEpoch, ProducerId, Sequence};
use aqueduct_protocol::messages::{
    FetchRequest, FindCoordinatorRequest, InitProducerIdRequest, OffsetForLeaderEpochRequest,
};
use aqueduct_protocol::record::{EndTxnMarker, ProducerState, RecordBatchBuilder};

use crate::harness::{TestBroker, batch, fetch_request, records};

#[test]
fn topics_records_and_producer_ids_survive() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let init = InitProducerIdRequest {
        transactional_id: None,
        producer_id: -1,
        producer_epoch: -1,
        ..Default::default()
    };
    let mut last_id = -1;
    for round in 0..3 {
        let broker = TestBroker::start(folder.path(), &[]);
        let mut client = broker.connect();
        if round == 0 {
            client.create_topic("t", 1);
        }
        let value = format!("round {round}");
        assert_eq!(client.produce("t", 0, batch(&[&value])).base_offset, round);
        let producer = client.ask(&init, 5);
        assert!(producer.producer_id > last_id, "no id twice");
        last_id = producer.producer_id;
        broker.stop();
    }
    let broker = TestBroker::start(folder.path(), &[]);
    let mut client = broker.connect();
    let values: Vec<String> = records(&client.fetch("t", 0, 0)).into_iter().map(|(_, v)| v).collect();
    assert_eq!(values, ["round 0", "round 1", "round 2"]);
    assert_eq!(broker.broker.image().topic("t").map(|t| t.partitions[0].leader_epoch), Some(3));
    let epochs = OffsetForLeaderEpochRequest {
        topics: vec![aqueduct_protocol::messages::offset_for_leader_epoch_request::OffsetForLeaderTopic {
            topic: "t".into(),
            partitions: vec![
                aqueduct_protocol::messages::offset_for_leader_epoch_request::OffsetForLeaderPartition {
                    leader_epoch: 1,
                    ..Default::default()
                },
            ],
            ..Default::default()
        }],
        ..Default::default()
    };
    let end = &client.ask(&epochs, 4).topics[0].partitions[0];
    assert_eq!((end.leader_epoch, end.end_offset), (1, 2));
}

#[test]
fn ids_that_producers_have_in_logs_from_elsewhere_are_not_given_out() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let broker = TestBroker::start(folder.path(), &[]);
    broker.connect().create_topic("t", 1);
    let partition = broker.broker.replicas.partition("t", 0).expect("exists");
    for id in [3, 1999, 5000] {
        let mut builder = RecordBatchBuilder::default();
        let producer =
            ProducerState { id: ProducerId(id), epoch: ProducerEpoch(0), base_sequence: Sequence(0) };
        builder.set_producer(producer).append(0, None, Some(b"v"), &[]);
        let records = builder.finish_vec().expect("builds");
        partition.append(&records, AppendOrigin::Coordinator, 0).expect("appended");
    }
    drop(partition);
    broker.stop();
    let broker = TestBroker::start(folder.path(), &[]);
    let init = InitProducerIdRequest {
        transactional_id: None,
        producer_id: -1,
        producer_epoch: -1,
        ..Default::default()
    };
    assert_eq!(broker.connect().ask(&init, 5).producer_id, 2000);
}

#[test]
fn offsets_committed_in_transactions_count_once_those_are_committed() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let settings = ["offsets.topic.num.partitions=1"];
    let broker = TestBroker::start(folder.path(), &settings);
    let find = FindCoordinatorRequest { coordinator_keys: vec!["g".into()], ..Default::default() };
    assert_eq!(broker.connect().ask(&find, 4).coordinators[0].error_code, 0);
    let partition = broker.broker.replicas.partition("__consumer_offsets", 0).expect("exists");
    let commit = |producer: i64, topic: &'static str, offset: i64| {
        let committed = CommittedOffset {
            offset,
            leader_epoch: -1,
            metadata: "".into(),
            commit_timestamp: i64::MAX / 2,
            expire_timestamp: None,
            topic_id: Default::default(),
        };
        let record = offset_commit(&"g".into(), &(topic.into(), 0), &committed).expect("encodes");
        let mut builder = RecordBatchBuilder::default();
        let (id, epoch) = (ProducerId(producer), ProducerEpoch(0));
        builder.set_producer(ProducerState { id, epoch, base_sequence: Sequence(0) }).set_transactional(true);
        builder.append(0, Some(&record.key), record.value.as_deref(), &[]);
        builder.finish_vec().expect("builds")
    };
    let end = |producer: i64, committed: bool| {
        let marker = EndTxnMarker { committed, coordinator_epoch: 0 };
        let mut builder = RecordBatchBuilder::default();
        let (id, epoch) = (ProducerId(producer), ProducerEpoch(0));
        builder.set_producer(ProducerState { id, epoch, base_sequence: Sequence::NONE });
        builder.set_transactional(true).set_control(true);
        builder.append(0, Some(&marker.key()), Some(&marker.value()), &[]);
        builder.finish_vec().expect("builds")
    };
    for records in [commit(1, "a", 11), commit(2, "b", 22), commit(3, "c", 33), end(2, false), end(1, true)] {
        partition.append(&records, AppendOrigin::Coordinator, 0).expect("appended");
    }
    drop(partition);
    let mut client = broker.connect();
    ["a", "b", "c"].into_iter().for_each(|topic| client.create_topic(topic, 1));
    broker.stop();
    let broker = TestBroker::start(folder.path(), &settings);
    let fetched = || broker.broker.groups.fetch(&"g".into(), None);
    crate::fetching::until("groups are loaded", || fetched().is_ok());
    let fetched: Vec<_> =
        fetched().expect("loaded").into_iter().map(|(at, offset)| (at.0, offset.map(|o| o.offset))).collect();
    assert_eq!(fetched, [("a".into(), Some(11))]);
}

#[test]
fn a_deleted_topic_stays_deleted_and_its_name_can_be_used_again() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let broker = TestBroker::start(folder.path(), &[]);
    let mut client = broker.connect();
    client.create_topic("t", 1);
    client.produce("t", 0, batch(&["old"]));
    crate::topics::delete(&mut client, "t");
    client.create_topic("t", 1);
    client.produce("t", 0, batch(&["new"]));
    broker.stop();
    let broker = TestBroker::start(folder.path(), &[]);
    let mut client = broker.connect();
    assert_eq!(records(&client.fetch("t", 0, 0)), [(0, "new".to_owned())]);
}

#[test]
fn stopping_answers_a_waiting_fetch() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let broker = TestBroker::start(folder.path(), &[]);
    let mut client = broker.connect();
    client.create_topic("t", 1);
    let id = client.send(&fetch_request("t", 0, 0, 120_000), 12);
    let partition = broker.broker.replicas.partition("t", 0).expect("exists");
    let waiters = aqueduct_broker::purgatory::waiters::Watched::waiters(&*partition);
    crate::fetching::until("the fetch waits", || waiters.len() == 1);
    broker.stop();
    assert!(client.receive::<FetchRequest>(id, 12).is_some());
}

#[test]
fn a_partition_that_lost_acknowledged_records_is_offline_and_the_others_go_on() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let broker = TestBroker::start(folder.path(), &[]);
    let mut client = broker.connect();
    for topic in ["damaged", "whole"] {
        client.create_topic(topic, 1);
        client.produce(topic, 0, batch(&["first"]));
        client.produce(topic, 0, batch(&["second"]));
    }
    broker.stop();
    let segment = folder.path().join("damaged-0/00000000000000000000.log");
    let length = std::fs::metadata(&segment).expect("the segment is there").len();
    let file = std::fs::OpenOptions::new().write(true).open(&segment).expect("opens");
    file.set_len(length / 2 - 5).expect("cuts");
    let broker = TestBroker::start(folder.path(), &[]);
    let mut client = broker.connect();
    let offline = ErrorCode::KafkaStorageError.code();
    assert_eq!(client.produce("damaged", 0, batch(&["third"])).error_code, offline);
    assert_eq!(client.fetch("damaged", 0, 0).responses[0].partitions[0].error_code, offline);
    assert_eq!(client.produce("whole", 0, batch(&["third"])).base_offset, 2);
}
