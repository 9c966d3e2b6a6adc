//! A broker that is killed and comes back: what was acknowledged is there once, in order, and readers go on.

use std::time::Duration;

use aqueduct_client::admin::NewTopic;
use aqueduct_client::config::{AutoOffsetReset, ConsumerConfig, ProducerConfig};
use aqueduct_client::consumer::ConsumerEvent;
use aqueduct_client::producer::ProducerRecord;
use aqueduct_client::{Client, ClientConfig, TopicPartition};

use super::cluster::Kafka;

const RECORDS: u32 = 2000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_or_doubled_when_the_broker_is_killed() {
    let Some(mut kafka) = Kafka::of_its_own() else { return };
    let client = Client::connect(ClientConfig::new(&kafka.address())).await.unwrap();
    let topic = NewTopic { partitions: 2, replication_factor: 1, ..NewTopic::new("killed") };
    let created = client.admin().create_topics(vec![topic], false).await.unwrap();
    created[0].1.as_ref().unwrap();
    let reader = tokio::spawn(read_all(client.clone()));
    let producer =
        client.producer(ProducerConfig { linger: Duration::from_millis(1), ..ProducerConfig::default() });
    let mut tickets = Vec::new();
    for number in 0..RECORDS {
        if number % 1000 == 500 {
            kafka.kill();
            kafka.start();
        }
        let record = ProducerRecord::new("killed", number.to_string()).in_partition((number % 2) as i32);
        tickets.push(producer.send(record).await.unwrap());
        if number % 10 == 0 {
            // Batches of a few records, so that many are on their way at any time.
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }
    for (number, ticket) in tickets.into_iter().enumerate() {
        assert_eq!(ticket.await.unwrap().offset, number as i64 / 2, "record {number}");
    }
    let found = reader.await.unwrap();
    for partition in 0..2 {
        let expected: Vec<u32> = (0..RECORDS).filter(|number| number % 2 == partition).collect();
        assert_eq!(found[partition as usize], expected);
    }
}

/// Reads until every record has come.
async fn read_all(client: Client) -> [Vec<u32>; 2] {
    let config = ConsumerConfig { auto_offset_reset: AutoOffsetReset::Earliest, ..ConsumerConfig::default() };
    let mut consumer = client.consumer(config);
    consumer.assign(vec![TopicPartition::new("killed", 0), TopicPartition::new("killed", 1)]);
    let mut found = [Vec::new(), Vec::new()];
    while found.iter().map(Vec::len).sum::<usize>() < RECORDS as usize {
        let polled = consumer.poll(Duration::from_secs(60)).await.unwrap();
        let ConsumerEvent::Records(records) = polled else { panic!("{polled:?}") };
        assert!(!records.is_empty(), "nothing for a minute; {} and {}", found[0].len(), found[1].len());
        for record in records {
            let text = std::str::from_utf8(record.value.as_ref().unwrap()).unwrap();
            found[record.partition as usize].push(text.parse().unwrap());
        }
    }
    found
}
