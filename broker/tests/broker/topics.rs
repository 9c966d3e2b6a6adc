//! Topics and their settings over the protocol.

use std::io::{Read, Write};

use aqueduct_protocol::ErrorCode;
use aqueduct_protocol::messages::alter_configs_request::{AlterConfigsResource, AlterableConfig};
use aqueduct_protocol::messages::delete_topics_request::DeleteTopicState;
use aqueduct_protocol::messages::describe_configs_request::DescribeConfigsResource;
use aqueduct_protocol::messages::metadata_request::MetadataRequestTopic;
use aqueduct_protocol::messages::{
    AlterConfigsRequest, DeleteTopicsRequest, DescribeConfigsRequest, MetadataRequest,
};

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

#[test]
fn metrics_are_served_under_kafkas_names() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let broker = TestBroker::start(folder.path(), &[]);
    let mut client = broker.connect();
    client.create_topic("t", 1);
    client.produce("t", 0, batch(&["a", "b"]));
    let mut stream = std::net::TcpStream::connect(broker.admin).expect("connects");
    stream.write_all(b"GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").expect("writes");
    let mut text = String::new();
    stream.read_to_string(&mut text).expect("reads");
    assert!(text.contains("kafka_server_brokertopicmetrics_messagesin_total{topic=\"t\"} 2"), "{text}");
    assert!(text.contains("kafka_controller_kafkacontroller_activecontrollercount 1"), "{text}");
}
