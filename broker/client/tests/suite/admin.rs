//! Administrative calls.

use aqueduct_client::TopicPartition;
use aqueduct_client::admin::{AlterConfigOp, ConfigAlteration, ConfigResource, NewTopic, OffsetSpec};
use aqueduct_client::config::{IsolationLevel, ProducerConfig};
use aqueduct_client::producer::ProducerRecord;
use aqueduct_protocol::ErrorCode;
use bytestring::ByteString;

use super::cluster::{client, unique};

#[tokio::test]
async fn topics_are_created_described_grown_and_deleted() {
    let Some(client) = client().await else { return };
    let admin = client.admin();
    let name: ByteString = unique("admin").into();
    let topic = NewTopic {
        partitions: 2,
        replication_factor: 1,
        settings: vec![("cleanup.policy".into(), "compact".into())],
        ..NewTopic::new(name.clone())
    };
    let created = admin.create_topics(vec![topic.clone()], false).await.unwrap();
    assert_eq!(created[0].1.as_ref().unwrap(), &2);
    let again = admin.create_topics(vec![topic], false).await.unwrap();
    assert_eq!(again[0].1.as_ref().unwrap_err().code(), Some(ErrorCode::TopicAlreadyExists));

    let described = admin.describe_topics(vec![name.clone()]).await.unwrap();
    assert_eq!(described[0].1.as_ref().unwrap().partitions.len(), 2);
    let resource = ConfigResource::Topic(name.clone());
    let configs = admin.describe_configs(vec![resource.clone()]).await.unwrap();
    let policy = configs[0].1.as_ref().unwrap().iter().find(|entry| entry.name == "cleanup.policy").unwrap();
    assert_eq!(policy.value.as_deref(), Some("compact"));
    let change = ConfigAlteration {
        name: "retention.ms".into(),
        op: AlterConfigOp::Set,
        value: Some("1234567".into()),
    };
    let altered =
        admin.incremental_alter_configs(vec![(resource.clone(), vec![change])], false).await.unwrap();
    altered[0].1.as_ref().unwrap();

    let grown = admin.create_partitions(vec![(name.clone(), 3)], false).await.unwrap();
    grown[0].1.as_ref().unwrap();
    assert!(admin.list_topics().await.unwrap().iter().any(|topic| topic.name == name));
    let deleted = admin.delete_topics(vec![name.clone()]).await.unwrap();
    deleted[0].1.as_ref().unwrap();
}

#[tokio::test]
async fn the_cluster_and_its_disks_are_described() {
    let Some(client) = client().await else { return };
    let cluster = client.admin().describe_cluster().await.unwrap();
    assert_eq!(Some(cluster.cluster_id), client.cluster_id());
    let brokers: Vec<i32> = cluster.brokers.iter().map(|broker| broker.0).collect();
    let dirs = client.admin().describe_log_dirs(brokers).await.unwrap();
    assert!(!dirs[0].1.as_ref().unwrap().is_empty());
}

#[tokio::test]
async fn offsets_are_listed_and_records_deleted() {
    let Some(client) = client().await else { return };
    let admin = client.admin();
    let name: ByteString = unique("offsets").into();
    let topic = NewTopic { partitions: 1, replication_factor: 1, ..NewTopic::new(name.clone()) };
    admin.create_topics(vec![topic], false).await.unwrap();
    let producer = client.producer(ProducerConfig::default());
    for timestamp in [1000, 3000, 2000] {
        let mut record = ProducerRecord::new(name.clone(), "v").in_partition(0);
        record.timestamp = Some(timestamp);
        producer.send_and_wait(record).await.unwrap();
    }
    let partition = TopicPartition::new(name.clone(), 0);
    let list = async |spec| {
        let specs = vec![(partition.clone(), spec)];
        let listed = admin.list_offsets(specs, IsolationLevel::ReadUncommitted).await.unwrap();
        listed[0].1.as_ref().unwrap().offset
    };
    assert_eq!(list(OffsetSpec::Latest).await, 3);
    assert_eq!(list(OffsetSpec::Timestamp(1500)).await, 1);
    assert_eq!(list(OffsetSpec::Timestamp(9000)).await, -1);
    let low = admin.delete_records(vec![(partition.clone(), 2)]).await.unwrap();
    assert_eq!(low[0].1.as_ref().unwrap(), &2);
    assert_eq!(list(OffsetSpec::Earliest).await, 2);
}
