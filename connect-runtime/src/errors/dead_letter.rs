//! The dead letter queue: records that a sink could not handle, as they were read, in a topic of their own.

use aqueduct_client::admin::NewTopic;
use aqueduct_client::config::ProducerConfig;
use aqueduct_client::{Client, ConsumerRecord, Delivery, ErrorCode, ProduceError, Producer, ProducerRecord};
use aqueduct_plugin_api::ConnectError;
use bytestring::ByteString;

use super::policy::DeadLetterSettings;
use super::report::{RecordFault, context_headers};
use crate::id::TaskId;
use crate::worker::topic_lookup;

/// The queue of one task.
pub(crate) struct DeadLetterQueue {
    settings: DeadLetterSettings,
    topic: ByteString,
    producer: Producer,
    task: TaskId,
}

impl DeadLetterQueue {
    /// Creates the topic, with one partition, if it is not there.
    pub(crate) async fn open(
        client: &Client,
        settings: DeadLetterSettings,
        producer: ProducerConfig,
        task: TaskId,
    ) -> Result<Self, ConnectError> {
        let topic = ByteString::from(settings.topic.as_str());
        let refuse = |error: aqueduct_client::ClientError| {
            let text = format!("the dead letter queue topic {} cannot be had", settings.topic);
            let class =
                if error.is_retriable() { ConnectError::retriable(text) } else { ConnectError::fatal(text) };
            class.caused_by(&error)
        };
        if topic_lookup::find(client, &topic).await.map_err(refuse)?.is_none() {
            let new = NewTopic {
                partitions: 1,
                replication_factor: settings.replication_factor,
                ..NewTopic::new(topic.clone())
            };
            for (_, created) in client.admin().create_topics(vec![new], false).await.map_err(refuse)? {
                match created {
                    Err(error) if !is_topic_exists(&error) => return Err(refuse(error)),
                    _ => {}
                }
            }
        }
        Ok(Self { producer: client.producer(producer), settings, topic, task })
    }

    /// Puts a record in; the ticket tells when it is durable.
    pub(crate) async fn send(
        &self,
        record: &ConsumerRecord,
        fault: &RecordFault,
    ) -> Result<Delivery, ProduceError> {
        let mut headers = record.headers.clone();
        if self.settings.context_headers {
            headers.extend(context_headers(&self.task, fault, record));
        }
        let letter = ProducerRecord {
            topic: self.topic.clone(),
            partition: None,
            key: record.key.clone(),
            value: record.value.clone(),
            headers,
            timestamp: (record.timestamp >= 0).then_some(record.timestamp),
        };
        self.producer.send(letter).await
    }
}

/// Whether a creation failed only because another was faster.
pub(crate) fn is_topic_exists(error: &aqueduct_client::ClientError) -> bool {
    error.code() == Some(ErrorCode::TopicAlreadyExists)
}
