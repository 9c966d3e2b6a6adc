//! Consuming, with and without a group.

use std::collections::BTreeSet;
use std::time::Duration;

use aqueduct_client::admin::NewTopic;
use aqueduct_client::config::{AutoOffsetReset, ConsumerConfig, PartitionAssignor, ProducerConfig};
use aqueduct_client::consumer::{Consumer, ConsumerEvent, ConsumerRecord, StartAt};
use aqueduct_client::producer::ProducerRecord;
use aqueduct_client::{Client, TopicPartition};
use aqueduct_protocol::compression::Compression;
use bytestring::ByteString;

use super::cluster::{client, unique};

/// A topic with these numbers as values, spread over its partitions in turn.
async fn filled(client: &Client, partitions: i32, numbers: std::ops::Range<u32>) -> ByteString {
    let name: ByteString = unique("consume").into();
    let topic = NewTopic { partitions, replication_factor: 1, ..NewTopic::new(name.clone()) };
    client.admin().create_topics(vec![topic], false).await.unwrap();
    fill(client, &name, partitions, numbers, Compression::Lz4).await;
    name
}

async fn fill(
    client: &Client,
    name: &ByteString,
    partitions: i32,
    numbers: std::ops::Range<u32>,
    compression: Compression,
) {
    let config = ProducerConfig { codec: compression.into(), ..ProducerConfig::default() };
    let producer = client.producer(config);
    let mut tickets = Vec::new();
    for number in numbers {
        let mut record = ProducerRecord::new(name.clone(), number.to_string());
        record.partition = Some(number as i32 % partitions);
        record.headers = vec![("h".into(), Some("v".into())), ("n".into(), None)];
        record.timestamp = Some(1_000_000 + i64::from(number));
        tickets.push(producer.send(record).await.unwrap());
    }
    for ticket in tickets {
        ticket.await.unwrap();
    }
}

fn number(record: &ConsumerRecord) -> u32 {
    std::str::from_utf8(record.value.as_ref().unwrap()).unwrap().parse().unwrap()
}

async fn poll(consumer: &mut Consumer) -> ConsumerEvent {
    tokio::time::timeout(Duration::from_secs(30), consumer.poll(Duration::from_secs(30)))
        .await
        .unwrap()
        .unwrap()
}

async fn read(consumer: &mut Consumer, count: usize) -> Vec<ConsumerRecord> {
    let mut records = Vec::new();
    while records.len() < count {
        if let ConsumerEvent::Records(some) = poll(consumer).await {
            assert!(!some.is_empty(), "{} of {count} records came", records.len());
            records.extend(some);
        }
    }
    records
}

#[tokio::test]
async fn assigned_partitions_are_read_in_order_from_where_one_wants() {
    let Some(client) = client().await else { return };
    let topic = filled(&client, 2, 0..3000).await;
    let partitions = [TopicPartition::new(topic.clone(), 0), TopicPartition::new(topic.clone(), 1)];
    let config = ConsumerConfig { auto_offset_reset: AutoOffsetReset::Earliest, ..ConsumerConfig::default() };
    let mut consumer = client.consumer(config);
    consumer.assign(partitions.to_vec());
    let records = read(&mut consumer, 3000).await;
    for partition in 0..2 {
        let found: Vec<u32> = records.iter().filter(|r| r.partition == partition).map(number).collect();
        assert_eq!(found, (0..3000).filter(|n| *n as i32 % 2 == partition).collect::<Vec<_>>());
    }
    let first = &records[0];
    assert_eq!(first.headers, [("h".into(), Some("v".into())), ("n".into(), None)]);
    assert_eq!(first.timestamp, 1_000_000 + i64::from(number(first)));
    assert_eq!(consumer.position(&partitions[0]).await.unwrap(), 1500);
    assert_eq!(consumer.high_watermark(&partitions[0]), Some(1500));

    consumer.pause(&partitions[1..]);
    consumer.seek(&partitions[0], StartAt::Offset(1498)).unwrap();
    consumer.seek(&partitions[1], StartAt::Beginning).unwrap();
    assert_eq!(read(&mut consumer, 2).await.iter().map(number).collect::<Vec<_>>(), [2996, 2998]);
    consumer.pause(&partitions[..1]);
    consumer.resume(&partitions[1..]);
    assert_eq!(number(&read(&mut consumer, 1).await[0]), 1);
    consumer.seek(&partitions[1], StartAt::Timestamp(1_002_000)).unwrap();
    assert_eq!(number(&read(&mut consumer, 1).await[0]), 2001);
    consumer.seek(&partitions[1], StartAt::End).unwrap();
    assert_eq!(consumer.position(&partitions[1]).await.unwrap(), 1500);
    let ConsumerEvent::Records(none) = consumer.poll(Duration::from_millis(50)).await.unwrap() else {
        panic!()
    };
    assert!(none.is_empty());
}

#[tokio::test]
async fn a_position_out_of_range_is_reset_or_told() {
    let Some(client) = client().await else { return };
    let topic = filled(&client, 1, 0..10).await;
    let partition = TopicPartition::new(topic, 0);
    for (policy, resets) in [(AutoOffsetReset::Earliest, true), (AutoOffsetReset::None, false)] {
        let mut consumer =
            client.consumer(ConsumerConfig { auto_offset_reset: policy, ..ConsumerConfig::default() });
        consumer.assign(vec![partition.clone()]);
        consumer.seek(&partition, StartAt::Offset(5000)).unwrap();
        if resets {
            assert_eq!(number(&read(&mut consumer, 10).await[0]), 0);
        } else {
            assert!(consumer.poll(Duration::from_secs(20)).await.is_err());
            consumer.seek(&partition, StartAt::Offset(9)).unwrap();
            assert_eq!(number(&read(&mut consumer, 1).await[0]), 9);
        }
    }
}

#[tokio::test]
async fn a_group_goes_on_where_it_committed() {
    let Some(client) = client().await else { return };
    let topic = filled(&client, 3, 0..300).await;
    let config = ConsumerConfig {
        auto_offset_reset: AutoOffsetReset::Earliest,
        auto_commit: false,
        max_poll_records: 100,
        ..ConsumerConfig::in_group(&unique("group"))
    };
    let mut consumer = client.consumer(config.clone());
    consumer.subscribe(vec![topic.clone()]).unwrap();
    let ConsumerEvent::Assigned(assigned) = poll(&mut consumer).await else { panic!() };
    assert_eq!(assigned.len(), 3);
    let mut seen: BTreeSet<u32> = read(&mut consumer, 150).await.iter().map(number).collect();
    let consumed = consumer.consumed();
    consumer.commit(consumed.clone()).await.unwrap();
    assert_eq!(consumer.committed(&assigned).await.unwrap().len(), consumed.len());
    consumer.close().await.unwrap();

    let mut consumer = client.consumer(config);
    consumer.subscribe(vec![topic]).unwrap();
    assert!(matches!(poll(&mut consumer).await, ConsumerEvent::Assigned(_)));
    let rest = read(&mut consumer, 300 - seen.len()).await;
    for record in &rest {
        assert!(seen.insert(number(record)), "read twice: {}", number(record));
    }
    assert_eq!(seen.len(), 300);
    consumer.close().await.unwrap();
}

#[tokio::test]
async fn members_share_the_partitions_and_hand_them_over() {
    let Some(client) = client().await else { return };
    for assignors in [
        vec![PartitionAssignor::Range, PartitionAssignor::CooperativeSticky],
        vec![PartitionAssignor::CooperativeSticky],
        vec![PartitionAssignor::RoundRobin],
    ] {
        let cooperative = assignors == [PartitionAssignor::CooperativeSticky];
        let topic = filled(&client, 4, 0..4).await;
        let config = ConsumerConfig {
            assignors,
            heartbeat_interval: Duration::from_millis(100),
            auto_offset_reset: AutoOffsetReset::Earliest,
            ..ConsumerConfig::in_group(&unique("shared"))
        };
        let mut first = client.consumer(config.clone());
        first.subscribe(vec![topic.clone()]).unwrap();
        let ConsumerEvent::Assigned(all) = poll(&mut first).await else { panic!() };
        assert_eq!(all.len(), 4);
        let mut second = client.consumer(config);
        second.subscribe(vec![topic.clone()]).unwrap();
        let mut revoked = 0;
        // Both have to poll for the rebalance to go on.
        let shared = async {
            loop {
                let (one, two) = tokio::join!(
                    first.poll(Duration::from_millis(50)),
                    second.poll(Duration::from_millis(50))
                );
                for event in [one.unwrap(), two.unwrap()] {
                    if let ConsumerEvent::Revoked(partitions) = event {
                        revoked += partitions.len();
                    }
                }
                if (first.assignment().len(), second.assignment().len()) == (2, 2) {
                    break;
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(30), shared).await.unwrap();
        assert_eq!(revoked, if cooperative { 2 } else { 4 });
        second.close().await.unwrap();
        let back = async {
            while first.assignment().len() != 4 {
                first.poll(Duration::from_millis(50)).await.unwrap();
            }
        };
        tokio::time::timeout(Duration::from_secs(30), back).await.unwrap();
        first.close().await.unwrap();
    }
}
