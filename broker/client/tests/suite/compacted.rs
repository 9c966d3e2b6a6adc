//! Compacted topics as tables.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use aqueduct_client::admin::NewTopic;
use aqueduct_client::compacted::CompactedTopicError;
use aqueduct_client::config::{ConsumerConfig, ProducerConfig};
use aqueduct_client::{Client, CompactedTopic, CompactedTopicConfig};
use bytes::Bytes;
use parking_lot::Mutex;

use super::cluster::{client, unique};

type Table = Arc<Mutex<BTreeMap<Bytes, Option<Bytes>>>>;

async fn open(
    client: &Client,
    config: CompactedTopicConfig,
) -> Result<(CompactedTopic, Table), CompactedTopicError> {
    let table = Table::default();
    let seen = table.clone();
    let on_record = move |record: Result<aqueduct_client::ConsumerRecord, _>| {
        let record = record.unwrap();
        seen.lock().insert(record.key.unwrap(), record.value);
    };
    let topic =
        CompactedTopic::open(client, config, ProducerConfig::default(), ConsumerConfig::default(), on_record)
            .await?;
    Ok((topic, table))
}

#[tokio::test]
async fn what_was_written_is_there_after_reading_to_the_end() {
    let Some(client) = client().await else { return };
    let config = CompactedTopicConfig { partitions: 3, ..CompactedTopicConfig::single(unique("table")) };
    let (topic, table) = open(&client, config.clone()).await.unwrap();
    topic.read_to_end().await.unwrap();
    assert!(table.lock().is_empty());
    for number in 0..50 {
        topic.write(format!("key {}", number % 10), Some(format!("{number}").into())).await.unwrap();
    }
    topic.write("key 3", None).await.unwrap();
    let (one, two) = tokio::join!(topic.read_to_end(), topic.read_to_end());
    one.and(two).unwrap();
    assert_eq!(table.lock().len(), 10);
    assert_eq!(table.lock()[&Bytes::from("key 9")].as_deref(), Some(b"49".as_slice()));
    assert_eq!(table.lock()[&Bytes::from("key 3")], None);

    // Another reader finds the same, and sees what comes later.
    let (other, second) = open(&client, config).await.unwrap();
    other.read_to_end().await.unwrap();
    assert_eq!(*table.lock(), *second.lock());
    topic.write_all(vec![("a".into(), Some("1".into())), ("b".into(), Some("2".into()))]).await.unwrap();
    other.read_to_end().await.unwrap();
    assert_eq!(second.lock().len(), 12);
    topic.close(Duration::from_secs(5)).await;
}

#[tokio::test]
async fn a_topic_that_is_not_as_it_must_be_is_refused() {
    let Some(client) = client().await else { return };
    let name = unique("deleted-by-time");
    let topic = NewTopic { partitions: 2, replication_factor: 1, ..NewTopic::new(name.clone()) };
    client.admin().create_topics(vec![topic], false).await.unwrap();
    let wrong = open(&client, CompactedTopicConfig::single(name.clone())).await.unwrap_err();
    assert!(matches!(wrong, CompactedTopicError::WrongPartitions { found: 2, .. }), "{wrong}");
    let config = CompactedTopicConfig { partitions: 2, ..CompactedTopicConfig::single(name) };
    let wrong = open(&client, config).await.unwrap_err();
    assert!(matches!(wrong, CompactedTopicError::WrongPolicy { .. }), "{wrong}");
}
