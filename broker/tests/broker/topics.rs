//! Topics and their settings over the protocol.

use aqueduct_protocol::ErrorCode;
use aqueduct_protocol::messages::alter_configs_request::{AlterConfigsResource, AlterableConfig};
use aqueduct_protocol::messages::delete_topics_request::DeleteTopicState;
use aqueduct_protocol::messages::describe_configs_request::DescribeConfigsResource;
use aqueduct_protocol::messages::metadata_request::MetadataRequestTopic;
use aqueduct_protocol::messages::{
    AlterConfigsRequest, DeleteTopicsRequest, DescribeConfigsRequest, IncrementalAlterConfigsRequest,
    MetadataRequest, incremental_alter_configs_request,
};
use aqueduct_protocol::record::RecordBatchBuilder;

use crate::harness::{Client, TestBroker, batch};

pub(crate) fn delete(client: &mut Client, topic: &'static str) {
    let named = DeleteTopicState { name: Some(topic.into()), ..Default::default() };
    let request = DeleteTopicsRequest { topics: vec![named], ..Default::default() };
    assert_eq!(client.ask(&request, 6).responses[0].error_code, 0);
}

fn metadata(client: &mut Client, topic: &'static str, create: bool) -> (i16, usize) {
    let asked = MetadataRequestTopic { name: Some(topic.into()), ..Default::default() };
    let request = MetadataRequest {
        topics: Some(vec![asked]),
        allow_auto_topic_creation: create,
        ..Default::default()
    };
    let mut response = client.ask(&request, 12);
    let topic = response.topics.remove(0);
    (topic.error_code, topic.partitions.len())
}

#[test]
fn metadata_creates_topics_only_where_that_is_wanted() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let broker = TestBroker::start(folder.path(), &["num.partitions=3"]);
    let mut client = broker.connect();
    let unknown = ErrorCode::UnknownTopicOrPartition.code();
    assert_eq!(metadata(&mut client, "t", false), (unknown, 0));
    assert_eq!(metadata(&mut client, "t", true), (0, 3));
    assert_eq!(client.produce("t", 2, batch(&["at once"])).error_code, 0);
    let invalid = ErrorCode::InvalidTopicException.code();
    assert_eq!(metadata(&mut client, "no good", true), (invalid, 0));
    assert_eq!(metadata(&mut client, "a.b", true), (0, 3));
    assert_eq!(metadata(&mut client, "a_b", true), (invalid, 0), "collides");
    assert_eq!(broker.broker.image().topic_count(), 2);
}

#[test]
fn a_setting_is_in_force_and_described_when_its_change_is_answered() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let broker = TestBroker::start(folder.path(), &["message.max.bytes=100000"]);
    let mut client = broker.connect();
    client.create_topic("t", 1);
    let large = "x".repeat(2000);
    assert_eq!(client.produce("t", 0, batch(&[&large])).error_code, 0);
    let config = AlterableConfig {
        name: "max.message.bytes".into(),
        value: Some("1000".into()),
        ..Default::default()
    };
    let resource = AlterConfigsResource {
        resource_type: 2,
        resource_name: "t".into(),
        configs: vec![config],
        ..Default::default()
    };
    let request = AlterConfigsRequest { resources: vec![resource], ..Default::default() };
    assert_eq!(client.ask(&request, 2).responses[0].error_code, 0);
    let refused = client.produce("t", 0, batch(&[&large]));
    assert_eq!(refused.error_code, ErrorCode::MessageTooLarge.code());
    let describe = DescribeConfigsRequest {
        resources: vec![DescribeConfigsResource {
            resource_type: 2,
            resource_name: "t".into(),
            configuration_keys: Some(vec!["max.message.bytes".into()]),
            ..Default::default()
        }],
        include_synonyms: true,
        ..Default::default()
    };
    let described = client.ask(&describe, 4).results.remove(0).configs.remove(0);
    assert_eq!(described.value.as_deref(), Some("1000"));
    let values: Vec<(i8, Option<&str>)> =
        described.synonyms.iter().map(|s| (s.source, s.value.as_deref())).collect();
    assert_eq!(values, [(1, Some("1000")), (4, Some("100000")), (5, Some("1048588"))]);
}

fn alter_broker(client: &mut Client, broker: &'static str, key: &'static str, value: &'static str) -> i16 {
    let config = incremental_alter_configs_request::AlterableConfig {
        name: key.into(),
        value: Some(value.into()),
        ..Default::default()
    };
    let resource = incremental_alter_configs_request::AlterConfigsResource {
        resource_type: 4,
        resource_name: broker.into(),
        configs: vec![config],
        ..Default::default()
    };
    let request = IncrementalAlterConfigsRequest { resources: vec![resource], ..Default::default() };
    client.ask(&request, 1).responses[0].error_code
}

/// Value, source and synonyms of a setting.
fn described(
    client: &mut Client,
    kind: i8,
    name: &'static str,
    key: &'static str,
) -> (String, i8, Vec<(i8, String)>) {
    let describe = DescribeConfigsRequest {
        resources: vec![DescribeConfigsResource {
            resource_type: kind,
            resource_name: name.into(),
            configuration_keys: Some(vec![key.into()]),
            ..Default::default()
        }],
        include_synonyms: true,
        ..Default::default()
    };
    let found = client.ask(&describe, 4).results.remove(0).configs.remove(0);
    let text =
        |value: Option<bytestring::ByteString>| value.map_or_else(String::new, |value| value.to_string());
    let synonyms = found.synonyms.into_iter().map(|s| (s.source, text(s.value))).collect();
    (text(found.value), found.config_source, synonyms)
}

#[test]
fn a_brokers_setting_that_is_changed_at_run_time_is_in_force_for_its_topics_and_stays() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let broker = TestBroker::start(folder.path(), &["message.max.bytes=100000"]);
    let mut client = broker.connect();
    client.create_topic("t", 1);
    let large = "x".repeat(2000);
    assert_eq!(alter_broker(&mut client, "", "message.max.bytes", "1000"), 0);
    let too_large = ErrorCode::MessageTooLarge.code();
    assert_eq!(client.produce("t", 0, batch(&[&large])).error_code, too_large);
    let (value, source, synonyms) = described(&mut client, 2, "t", "max.message.bytes");
    assert_eq!((&*value, source), ("1000", 3));
    assert_eq!(synonyms.iter().map(|(source, _)| *source).collect::<Vec<_>>(), [3, 4, 5]);
    assert_eq!(alter_broker(&mut client, "1", "message.max.bytes", "5000"), 0);
    assert_eq!(client.produce("t", 0, batch(&[&large])).error_code, 0, "its own goes before that of all");
    assert_eq!(described(&mut client, 4, "1", "message.max.bytes").1, 2);
    assert_eq!(described(&mut client, 4, "", "message.max.bytes").0, "1000");
    let refused = ErrorCode::InvalidRequest.code();
    assert_eq!(alter_broker(&mut client, "", "num.io.threads", "9"), refused);
    assert_eq!(alter_broker(&mut client, "1", "message.max.bytes", "many"), refused);
    broker.stop();
    let broker = TestBroker::start(folder.path(), &["message.max.bytes=100000"]);
    let mut client = broker.connect();
    assert_eq!(described(&mut client, 2, "t", "max.message.bytes").0, "5000");
    assert_eq!(client.produce("t", 0, batch(&[&"x".repeat(6000)])).error_code, too_large);
}

#[test]
fn the_offsets_topic_is_made_as_groups_need_it_by_whoever_asks_first() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let broker = TestBroker::start(folder.path(), &["offsets.topic.num.partitions=7"]);
    let mut client = broker.connect();
    assert_eq!(metadata(&mut client, "__consumer_offsets", true), (0, 7));
    assert_eq!(described(&mut client, 2, "__consumer_offsets", "cleanup.policy").0, "compact");
    let unknown = ErrorCode::UnknownTopicOrPartition.code();
    assert_eq!(metadata(&mut client, "__transaction_state", true), (unknown, 0));
}

#[test]
fn a_compacted_topic_is_compacted() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let settings = [
        "log.cleanup.policy=compact",
        "log.segment.bytes=1048576",
        "log.cleaner.backoff.ms=20",
        "log.cleaner.min.cleanable.ratio=0.01",
        "log.flush.offset.checkpoint.interval.ms=0",
    ];
    let broker = TestBroker::start(folder.path(), &settings);
    let mut client = broker.connect();
    client.create_topic("t", 1);
    let value = vec![b'v'; 10_000];
    for i in 0..400 {
        let mut builder = RecordBatchBuilder::default();
        builder.append(-1, Some(format!("k{}", i % 10).as_bytes()), Some(&value), &[]);
        let records = builder.finish_vec().expect("builds").into();
        assert_eq!(client.produce("t", 0, records).error_code, 0);
    }
    let log = broker.broker.replicas.partition("t", 0).expect("served").log().clone();
    let begun = std::time::Instant::now();
    while log.size() > 1_500_000 {
        assert!(begun.elapsed().as_secs() < 60, "still {} bytes", log.size());
        std::thread::yield_now();
    }
    assert_eq!(
        client.fetch("t", 0, 0).responses[0].partitions[0].error_code,
        0,
        "the log begins where it did"
    );
}
