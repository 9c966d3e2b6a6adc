//! The table: a task that reads onward, barriers to its end, and writes.

use std::time::Duration;

use bytes::Bytes;

use super::{CompactedTopicConfig, CompactedTopicError};
use crate::config::{ConsumerConfig, ProducerConfig};
use crate::consumer::{ConsumeError, ConsumerRecord};
use crate::{Client, RecordMetadata};

/// A compacted topic that is read by a background task. Dropping it ends the task.
#[derive(Debug)]
pub struct CompactedTopic {}

impl CompactedTopic {
    /// Makes sure that the topic is there and as it must be, and begins to read it. `on_record` gets every record in the
    /// order of its partition, and the errors that reading meets (after which it goes on where it can); it
    /// runs on the reading task and should be quick.
    ///
    /// Returns once the topic is known to be right: what stands in it is known after
    /// [`read_to_end`](CompactedTopic::read_to_end).
    pub async fn open(
        client: &Client,
        config: CompactedTopicConfig,
        producer: ProducerConfig,
        consumer: ConsumerConfig,
        on_record: impl FnMut(Result<ConsumerRecord, ConsumeError>) + Send + 'static,
    ) -> Result<CompactedTopic, CompactedTopicError> {
        let _ = (client, config, producer, consumer, on_record);
        todo!()
    }

    /// Waits until everything that stood in the topic when this was called has been given to `on_record`. Any
    /// number of calls may be under way.
    pub async fn read_to_end(&self) -> Result<(), CompactedTopicError> {
        todo!()
    }

    /// Writes a record (`None` deletes the key) and waits until it is acknowledged. It comes to `on_record`
    /// like any other: `read_to_end` after it makes sure.
    pub async fn write(
        &self,
        key: impl Into<Bytes>,
        value: Option<Bytes>,
    ) -> Result<RecordMetadata, CompactedTopicError> {
        let _ = (key.into(), value);
        todo!()
    }

    /// The same for several records, in this order, in one batch where possible.
    pub async fn write_all(
        &self,
        records: Vec<(Bytes, Option<Bytes>)>,
    ) -> Result<Vec<RecordMetadata>, CompactedTopicError> {
        let _ = records;
        todo!()
    }

    /// The number of partitions.
    pub fn partitions(&self) -> i32 {
        todo!()
    }

    /// Ends reading; what was written before has been acknowledged or has failed within `timeout`.
    pub async fn close(self, timeout: Duration) {
        let _ = timeout;
        todo!()
    }
}
