//! The table: a task that reads onward, barriers to its end, and writes.

use std::collections::HashMap;
use std::time::Duration;

use aqueduct_service::Tasks;
use bytes::Bytes;
use bytestring::ByteString;
use tokio::sync::{mpsc, oneshot};

use super::ensure::ensure_topic;
use super::{CompactedTopicConfig, CompactedTopicError};
use crate::admin::{OffsetSpec, list_offsets};
use crate::config::{AutoOffsetReset, ConsumerConfig, IsolationLevel, ProducerConfig};
use crate::consumer::{ConsumeError, Consumer, ConsumerEvent, ConsumerRecord, StartAt};
use crate::producer::ProducerRecord;
use crate::{Client, Producer, RecordMetadata, TopicPartition};

/// Barriers that may wait at once to be taken up; more wait to be queued.
const BARRIERS: usize = 64;
/// How long one poll of the reading task waits.
const POLL: Duration = Duration::from_secs(1);
/// The pause after an error of reading.
const PAUSE: Duration = Duration::from_millis(500);

/// A compacted topic that is read by a background task. Dropping it ends the task.
#[derive(Debug)]
pub struct CompactedTopic {
    client: Client,
    topic: ByteString,
    partitions: i32,
    isolation: IsolationLevel,
    producer: Producer,
    barriers: mpsc::Sender<Barrier>,
    tasks: Tasks,
}

/// Offsets up to which everything must have been read.
struct Barrier {
    ends: Vec<(TopicPartition, i64)>,
    reached: oneshot::Sender<()>,
}

impl Drop for CompactedTopic {
    fn drop(&mut self) {
        self.tasks.shutdown().trigger();
    }
}

impl CompactedTopic {
    /// Makes sure that the topic is there and as it must be, and begins to read it. `on_record` gets every record in
    /// the order of its partition, and the errors that reading meets (after which it goes on where it can); it runs on
    /// the reading task and should be quick.
    ///
    /// Returns once the topic is known to be right: what stands in it is known after
    /// [`read_to_end`](CompactedTopic::read_to_end). Of `consumer` the group, the start and the automatic commit are
    /// not used.
    pub async fn open(
        client: &Client,
        config: CompactedTopicConfig,
        producer: ProducerConfig,
        consumer: ConsumerConfig,
        on_record: impl FnMut(Result<ConsumerRecord, ConsumeError>) + Send + 'static,
    ) -> Result<CompactedTopic, CompactedTopicError> {
        let partitions = ensure_topic(client, &config).await?;
        let isolation = consumer.isolation_level;
        let consumer = ConsumerConfig {
            group_id: None,
            auto_commit: false,
            auto_offset_reset: AutoOffsetReset::Earliest,
            ..consumer
        };
        let mut consumer = client.consumer(consumer);
        let names: Vec<TopicPartition> =
            (0..partitions).map(|partition| TopicPartition::new(config.topic.clone(), partition)).collect();
        consumer.assign(names.clone());
        for partition in &names {
            consumer.seek(partition, StartAt::Beginning).map_err(ConsumeError::from)?;
        }
        let (barriers, receiver) = mpsc::channel(BARRIERS);
        let tasks = Tasks::new(format!("compacted topic {}", config.topic), client.shutdown().child());
        let shutdown = tasks.shutdown().clone();
        let reader = Reader { consumer, barriers: receiver, waiting: Vec::new(), on_record };
        tasks.spawn("reader", async move {
            tokio::select! {
                () = shutdown.triggered() => {}
                () = reader.run() => {}
            }
        });
        Ok(CompactedTopic {
            client: client.clone(),
            topic: config.topic,
            partitions,
            isolation,
            producer: client.producer(producer),
            barriers,
            tasks,
        })
    }

    /// Waits until everything that stood in the topic when this was called has been given to `on_record`. Any
    /// number of calls may be under way. Waits for as long as it takes: put a time-out around it.
    pub async fn read_to_end(&self) -> Result<(), CompactedTopicError> {
        let specs = (0..self.partitions)
            .map(|partition| (TopicPartition::new(self.topic.clone(), partition), OffsetSpec::Latest));
        let listed = list_offsets(&self.client.admin(), specs.collect(), self.isolation).await?;
        let mut ends = Vec::with_capacity(listed.len());
        for (partition, result) in listed {
            ends.push((partition, result?.offset));
        }
        let (reached, done) = oneshot::channel();
        self.barriers.send(Barrier { ends, reached }).await.map_err(|_| CompactedTopicError::Stopped)?;
        done.await.map_err(|_| CompactedTopicError::Stopped)
    }

    /// Writes a record (`None` deletes the key) and waits until it is acknowledged. It comes to `on_record`
    /// like any other: `read_to_end` after it makes sure.
    pub async fn write(
        &self,
        key: impl Into<Bytes>,
        value: Option<Bytes>,
    ) -> Result<RecordMetadata, CompactedTopicError> {
        Ok(self.producer.send_and_wait(self.record(key.into(), value)).await?)
    }

    /// The same for several records, in this order, in one batch where possible. After an error some may have
    /// been written.
    pub async fn write_all(
        &self,
        records: Vec<(Bytes, Option<Bytes>)>,
    ) -> Result<Vec<RecordMetadata>, CompactedTopicError> {
        let mut tickets = Vec::with_capacity(records.len());
        for (key, value) in records {
            tickets.push(self.producer.send(self.record(key, value)).await?);
        }
        let mut written = Vec::with_capacity(tickets.len());
        for ticket in tickets {
            written.push(ticket.await?);
        }
        Ok(written)
    }

    fn record(&self, key: Bytes, value: Option<Bytes>) -> ProducerRecord {
        ProducerRecord { topic: self.topic.clone(), key: Some(key), value, ..ProducerRecord::default() }
    }

    /// The topic.
    pub fn topic(&self) -> &ByteString {
        &self.topic
    }

    /// The number of partitions.
    pub fn partitions(&self) -> i32 {
        self.partitions
    }

    /// Ends reading; what was written before has been acknowledged or has failed within `timeout`.
    pub async fn close(self, timeout: Duration) {
        self.producer.close(timeout).await;
        self.tasks.stop(Duration::from_secs(1)).await;
    }
}

struct Reader<F> {
    consumer: Consumer,
    barriers: mpsc::Receiver<Barrier>,
    waiting: Vec<Barrier>,
    on_record: F,
}

impl<F: FnMut(Result<ConsumerRecord, ConsumeError>) + Send> Reader<F> {
    async fn run(mut self) {
        loop {
            self.let_pass();
            tokio::select! {
                barrier = self.barriers.recv() => match barrier {
                    Some(barrier) => self.waiting.push(barrier),
                    None => return,
                },
                polled = self.consumer.poll(POLL) => match polled {
                    Ok(ConsumerEvent::Records(records)) => {
                        for record in records {
                            (self.on_record)(Ok(record));
                        }
                    }
                    Ok(_) => {}
                    Err(error) => {
                        (self.on_record)(Err(error));
                        tokio::time::sleep(PAUSE).await;
                    }
                },
            }
        }
    }

    /// Lets barriers pass that have been reached.
    fn let_pass(&mut self) {
        if self.waiting.is_empty() {
            return;
        }
        let read: HashMap<TopicPartition, i64> = self
            .consumer
            .consumed()
            .into_iter()
            .map(|(partition, consumed)| (partition, consumed.offset))
            .collect();
        let reached = |barrier: &Barrier| {
            barrier.ends.iter().all(|(partition, end)| read.get(partition).is_some_and(|read| read >= end))
        };
        for barrier in self.waiting.extract_if(.., |barrier| reached(barrier) || barrier.reached.is_closed())
        {
            let _ = barrier.reached.send(());
        }
    }
}
