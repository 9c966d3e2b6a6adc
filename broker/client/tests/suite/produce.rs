//! Producing.

use std::time::Duration;

use aqueduct_client::admin::NewTopic;
use aqueduct_client::config::ProducerConfig;
use aqueduct_client::producer::{ProduceError, ProducerRecord};
use aqueduct_protocol::ErrorCode;
use aqueduct_protocol::compression::Compression;
use bytestring::ByteString;

use super::cluster::{client, unique};

#[tokio::test]
async fn records_are_acknowledged_in_order_with_every_codec() {
    let Some(client) = client().await else { return };
    let name: ByteString = unique("produce").into();
    let topic = NewTopic { partitions: 1, replication_factor: 1, ..NewTopic::new(name.clone()) };
    client.admin().create_topics(vec![topic], false).await.unwrap();
    let mut expected = 0;
    for compression in Compression::ALL {
        let config = ProducerConfig { codec: compression.into(), ..ProducerConfig::default() };
        let producer = client.producer(config);
        let mut tickets = Vec::new();
        for number in 0..2000 {
            let record = ProducerRecord::new(name.clone(), format!("value {number}")).with_key("k");
            tickets.push(producer.send(record).await.unwrap());
        }
        producer.flush().await;
        for ticket in tickets {
            assert_eq!(ticket.result().unwrap().unwrap().offset, expected, "{compression}");
            expected += 1;
        }
        producer.close(Duration::from_secs(5)).await;
    }
}

#[tokio::test]
async fn a_topic_comes_into_being_when_it_is_produced_to() {
    let Some(client) = client().await else { return };
    let producer = client.producer(ProducerConfig::default());
    let found = producer.send_and_wait(ProducerRecord::new(unique("auto"), "v")).await.unwrap();
    assert_eq!(found.offset, 0);
}

#[tokio::test]
async fn what_cannot_be_delivered_is_told() {
    let Some(client) = client().await else { return };
    let name: ByteString = unique("refused").into();
    let topic = NewTopic {
        partitions: 1,
        replication_factor: 1,
        settings: vec![
            ("cleanup.policy".into(), "compact".into()),
            ("max.message.bytes".into(), "2000".into()),
        ],
        ..NewTopic::new(name.clone())
    };
    client.admin().create_topics(vec![topic], false).await.unwrap();
    let producer = client.producer(ProducerConfig::default());
    let refused = producer.send_and_wait(ProducerRecord::new(name.clone(), "no key")).await.unwrap_err();
    assert_eq!(refused.code(), Some(ErrorCode::InvalidRecord), "{refused}");
    let record = ProducerRecord::new(name.clone(), vec![b'x'; 5000]).with_key("k");
    let refused = producer.send_and_wait(record).await.unwrap_err();
    assert_eq!(refused.code(), Some(ErrorCode::MessageTooLarge), "{refused}");
    let record = ProducerRecord::new(name.clone(), vec![b'x'; 2 << 20]).with_key("k");
    let refused = producer.send(record).await.unwrap_err();
    assert!(matches!(refused, ProduceError::RecordTooLarge { .. }));
    let record = ProducerRecord::new(name.clone(), "v").with_key("k").in_partition(7);
    assert!(matches!(
        producer.send(record).await.unwrap_err(),
        ProduceError::InvalidPartition { count: 1, .. }
    ));
    // The producer goes on, with an epoch of its own for the partition.
    let found = producer.send_and_wait(ProducerRecord::new(name, "v").with_key("k")).await.unwrap();
    assert_eq!(found.offset, 0);
}

#[tokio::test]
async fn a_batch_that_the_broker_finds_too_large_is_split() {
    let Some(client) = client().await else { return };
    let name: ByteString = unique("split").into();
    let topic = NewTopic {
        partitions: 1,
        replication_factor: 1,
        settings: vec![("max.message.bytes".into(), "3000".into())],
        ..NewTopic::new(name.clone())
    };
    client.admin().create_topics(vec![topic], false).await.unwrap();
    let producer =
        client.producer(ProducerConfig { linger: Duration::from_millis(50), ..ProducerConfig::default() });
    let mut tickets = Vec::new();
    for number in 0..20u8 {
        tickets.push(producer.send(ProducerRecord::new(name.clone(), vec![number; 500])).await.unwrap());
    }
    for (offset, ticket) in tickets.into_iter().enumerate() {
        assert_eq!(ticket.await.unwrap().offset, offset as i64);
    }
}

#[tokio::test]
async fn a_small_buffer_makes_send_wait_and_loses_nothing() {
    let Some(client) = client().await else { return };
    let name: ByteString = unique("pressure").into();
    let topic = NewTopic { partitions: 4, replication_factor: 1, ..NewTopic::new(name.clone()) };
    client.admin().create_topics(vec![topic], false).await.unwrap();
    let config = ProducerConfig {
        buffer_memory: 64 * 1024,
        linger: Duration::from_secs(1),
        ..ProducerConfig::default()
    };
    let producer = client.producer(config);
    let mut tickets = Vec::new();
    for number in 0..5000u32 {
        let record =
            ProducerRecord::new(name.clone(), vec![b'v'; 100]).with_key(number.to_be_bytes().to_vec());
        tickets.push(producer.send(record).await.unwrap());
    }
    let mut counts = [0i64; 4];
    for ticket in tickets {
        let found = ticket.await.unwrap();
        assert_eq!(found.offset, counts[found.partition as usize]);
        counts[found.partition as usize] += 1;
    }
    assert_eq!(counts.iter().sum::<i64>(), 5000);
}
