//! A store's log as a compacted topic of the cluster.

use std::time::Duration;

use aqueduct_client::compacted::CompactedTopicError;
use aqueduct_client::config::{ConsumerConfig, ProducerConfig};
use aqueduct_client::{Client, CompactedTopic, CompactedTopicConfig};
use async_trait::async_trait;
use bytes::Bytes;

use super::log::{Apply, CompactedLog, LogRecord, StorageError};

/// A topic that is read by a task of the client.
pub(crate) struct TopicLog {
    topic: CompactedTopic,
    name: String,
}

impl TopicLog {
    /// Opens the topic, creating it if need be, and reads it to its end.
    pub(crate) async fn open(
        client: &Client,
        config: CompactedTopicConfig,
        mut apply: Apply,
    ) -> Result<Self, StorageError> {
        let name = config.topic.to_string();
        let read = name.clone();
        let on_record = move |record: Result<aqueduct_client::ConsumerRecord, _>| match record {
            Ok(record) => apply(LogRecord {
                offset: record.offset,
                key: record.key.unwrap_or_default(),
                value: record.value,
            }),
            Err(error) => tracing::warn!(topic = read, "reading: {error}"),
        };
        // A write is never given up by the client: whoever writes has a deadline of its own.
        let producer = ProducerConfig {
            linger: Duration::ZERO,
            delivery_timeout: Duration::from_secs(120),
            ..ProducerConfig::default()
        };
        let consumer = ConsumerConfig { auto_commit: false, ..ConsumerConfig::default() };
        let opened = CompactedTopic::open(client, config, producer, consumer, on_record).await;
        let log = Self { topic: opened.map_err(|source| topic_error(&name, source))?, name };
        log.read_to_end().await?;
        Ok(log)
    }
}

#[async_trait]
impl CompactedLog for TopicLog {
    async fn append(&self, records: Vec<(Bytes, Option<Bytes>)>) -> Result<(), StorageError> {
        self.topic.write_all(records).await.map_err(|source| topic_error(&self.name, source))?;
        self.read_to_end().await
    }

    async fn read_to_end(&self) -> Result<(), StorageError> {
        self.topic.read_to_end().await.map_err(|source| topic_error(&self.name, source))
    }
}

fn topic_error(topic: &str, source: CompactedTopicError) -> StorageError {
    StorageError::Topic { topic: topic.to_owned(), source }
}
