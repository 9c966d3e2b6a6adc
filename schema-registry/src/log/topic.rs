//! The log as a compacted topic of a Kafka cluster.

use super::record_log::{LogError, LogRecord, NewRecord, RecordLog, RecordLogs, RecordSink};
use aqueduct_client::compacted::CompactedTopicError;
use aqueduct_client::{
    Client, ClientConfig, CompactedTopic, CompactedTopicConfig, ConsumerConfig, ErrorClass, ProducerConfig,
};
use async_trait::async_trait;
use bytes::Bytes;
use std::time::Duration;

/// How long to wait before the cluster is tried again while the registry starts.
const RETRY: Duration = Duration::from_millis(500);

/// The topic and how to reach it.
#[derive(Debug, Clone)]
pub struct TopicLogs {
    /// The cluster.
    pub client: ClientConfig,
    /// `kafkastore.topic`.
    pub topic: String,
    /// `kafkastore.topic.replication.factor`; the number of brokers limits it.
    pub replication_factor: i16,
}

#[async_trait]
impl RecordLogs for TopicLogs {
    async fn open(&self, mut sink: RecordSink) -> Result<Box<dyn RecordLog>, LogError> {
        let client = connect(&self.client).await?;
        let brokers = client.admin().describe_cluster().await.map_err(unavailable)?.brokers.len();
        let mut config = CompactedTopicConfig::single(self.topic.as_str());
        config.replication_factor =
            self.replication_factor.min(i16::try_from(brokers).unwrap_or(i16::MAX)).max(1);
        if config.replication_factor < self.replication_factor {
            tracing::warn!(
                "topic {} gets {} replicas if it is created, not {}: there are no more brokers",
                self.topic,
                config.replication_factor,
                self.replication_factor
            );
        }
        // Each write waits for its record, so waiting for more to share a request would only cost time.
        let producer = ProducerConfig { linger: Duration::ZERO, ..ProducerConfig::default() };
        let on_record = move |record: Result<aqueduct_client::ConsumerRecord, _>| match record {
            Ok(record) => sink(LogRecord {
                offset: record.offset,
                timestamp_ms: record.timestamp,
                // Keys are kept; a slice would keep the whole batch.
                key: record.key.map(|key| Bytes::copy_from_slice(&key)),
                value: record.value,
            }),
            Err(error) => tracing::warn!("reading the schema log: {error}"),
        };
        let opened =
            CompactedTopic::open(&client, config, producer, ConsumerConfig::default(), on_record).await;
        let topic = opened.map_err(log_error)?;
        Ok(Box::new(TopicLog { topic, client }))
    }
}

/// Connects, again and again until the caller's patience ends.
async fn connect(config: &ClientConfig) -> Result<Client, LogError> {
    loop {
        match Client::connect(config.clone()).await {
            Ok(client) => return Ok(client),
            Err(error) if error.class() == ErrorClass::Retriable => {
                tracing::warn!("the Kafka store cannot be reached yet: {error}");
                tokio::time::sleep(RETRY).await;
            }
            Err(error) => return Err(LogError::Unsuitable(error.to_string())),
        }
    }
}

struct TopicLog {
    topic: CompactedTopic,
    client: Client,
}

#[async_trait]
impl RecordLog for TopicLog {
    async fn append(&self, records: Vec<NewRecord>) -> Result<Vec<i64>, LogError> {
        let records = records.into_iter().map(|record| (record.key, record.value)).collect();
        let written = self.topic.write_all(records).await.map_err(log_error)?;
        Ok(written.into_iter().map(|metadata| metadata.offset).collect())
    }

    fn cluster_id(&self) -> Option<String> {
        self.client.cluster_id().map(|id| id.to_string())
    }
}

fn log_error(error: CompactedTopicError) -> LogError {
    match error {
        CompactedTopicError::Missing { .. }
        | CompactedTopicError::WrongPolicy { .. }
        | CompactedTopicError::WrongPartitions { .. } => LogError::Unsuitable(error.to_string()),
        other => LogError::Unavailable(other.to_string()),
    }
}

fn unavailable(error: aqueduct_client::ClientError) -> LogError {
    LogError::Unavailable(error.to_string())
}
