//! Topics: create, delete, grow, describe.

use aqueduct_protocol::ErrorCode;
use aqueduct_protocol::messages::create_partitions_request::CreatePartitionsTopic;
use aqueduct_protocol::messages::create_topics_request::{CreatableTopic, CreatableTopicConfig};
use aqueduct_protocol::messages::delete_topics_request::DeleteTopicState;
use aqueduct_protocol::messages::metadata_request::MetadataRequestTopic;
use aqueduct_protocol::messages::{
    CreatePartitionsRequest, CreateTopicsRequest, DeleteTopicsRequest, MetadataRequest, MetadataResponse,
};
use bytestring::ByteString;
use tokio::time::Instant;
use uuid::Uuid;

use super::{Admin, PerItem};
use crate::metadata::TopicMetadata;
use crate::{ClientError, Target};

/// First version of DeleteTopics that takes names and ids.
const DELETE_BY_STATE: i16 = 6;

/// A topic to be created.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewTopic {
    /// Its name.
    pub name: ByteString,
    /// Number of partitions; −1 for the broker's default.
    pub partitions: i32,
    /// Number of replicas; −1 for the broker's default.
    pub replication_factor: i16,
    /// Settings that differ from the brokers'.
    pub settings: Vec<(ByteString, ByteString)>,
}

impl NewTopic {
    /// A topic with the brokers' defaults.
    pub fn new(name: impl Into<ByteString>) -> NewTopic {
        NewTopic { name: name.into(), partitions: -1, replication_factor: -1, settings: Vec::new() }
    }
}

/// A topic as the brokers describe it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopicDescription {
    /// Its name.
    pub name: ByteString,
    /// Its id.
    pub id: Uuid,
    /// Whether it is the brokers' own.
    pub internal: bool,
    /// Its partitions, by number.
    pub partitions: Vec<PartitionDescription>,
}

/// A partition as the brokers describe it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartitionDescription {
    /// Its number.
    pub partition: i32,
    /// The leader's broker id; −1 for none.
    pub leader: i32,
    /// The leader's epoch; −1 if unknown.
    pub leader_epoch: i32,
    /// Brokers with a replica.
    pub replicas: Vec<i32>,
    /// Of those, the ones in sync.
    pub in_sync_replicas: Vec<i32>,
}

impl Admin {
    /// Creates topics; with `validate_only` says what would happen. Gives the number of partitions.
    pub async fn create_topics(
        &self,
        topics: Vec<NewTopic>,
        validate_only: bool,
    ) -> Result<PerItem<ByteString, i32>, ClientError> {
        let topics = topics.iter().map(|topic| CreatableTopic {
            name: topic.name.clone(),
            num_partitions: topic.partitions,
            replication_factor: topic.replication_factor,
            configs: topic
                .settings
                .iter()
                .map(|(name, value)| CreatableTopicConfig {
                    name: name.clone(),
                    value: Some(value.clone()),
                    ..CreatableTopicConfig::default()
                })
                .collect(),
            ..CreatableTopic::default()
        });
        let request = CreateTopicsRequest {
            topics: topics.collect(),
            timeout_ms: self.timeout_ms(),
            validate_only,
            ..CreateTopicsRequest::default()
        };
        let judge = |answer: &aqueduct_protocol::messages::CreateTopicsResponse| {
            controller_error(answer.topics.iter().map(|topic| topic.error_code))
        };
        let response = self.client.request(Target::Controller, request, judge).await?;
        let result = |topic: aqueduct_protocol::messages::create_topics_response::CreatableTopicResult| {
            let what = || format!("CreateTopics {}", topic.name);
            let checked = ClientError::check(topic.error_code, topic.error_message.as_ref(), what);
            (topic.name.clone(), checked.map(|()| topic.num_partitions))
        };
        Ok(response.topics.into_iter().map(result).collect())
    }

    /// Deletes topics by name.
    pub async fn delete_topics(
        &self,
        topics: Vec<ByteString>,
    ) -> Result<PerItem<ByteString, ()>, ClientError> {
        let deadline = Instant::now() + self.client.config().request_timeout;
        let connection = self.client.connection_for(&Target::Controller, deadline).await?;
        let mut request =
            DeleteTopicsRequest { timeout_ms: self.timeout_ms(), ..DeleteTopicsRequest::default() };
        if connection.version_of::<DeleteTopicsRequest>(i16::MAX)? >= DELETE_BY_STATE {
            let state = |name| DeleteTopicState { name: Some(name), ..DeleteTopicState::default() };
            request.topics = topics.into_iter().map(state).collect();
        } else {
            request.topic_names = topics;
        }
        let judge = |answer: &aqueduct_protocol::messages::DeleteTopicsResponse| {
            controller_error(answer.responses.iter().map(|topic| topic.error_code))
        };
        let response = self.client.request(Target::Controller, request, judge).await?;
        let result = |topic: aqueduct_protocol::messages::delete_topics_response::DeletableTopicResult| {
            let name = topic.name.unwrap_or_default();
            let what = || format!("DeleteTopics {name}");
            let checked = ClientError::check(topic.error_code, topic.error_message.as_ref(), what);
            (name, checked)
        };
        Ok(response.responses.into_iter().map(result).collect())
    }

    /// Gives topics more partitions: their new total each.
    pub async fn create_partitions(
        &self,
        totals: Vec<(ByteString, i32)>,
        validate_only: bool,
    ) -> Result<PerItem<ByteString, ()>, ClientError> {
        let topics = totals.into_iter().map(|(name, count)| CreatePartitionsTopic {
            name,
            count,
            assignments: None,
            ..CreatePartitionsTopic::default()
        });
        let request = CreatePartitionsRequest {
            topics: topics.collect(),
            timeout_ms: self.timeout_ms(),
            validate_only,
            ..CreatePartitionsRequest::default()
        };
        let judge = |answer: &aqueduct_protocol::messages::CreatePartitionsResponse| {
            controller_error(answer.results.iter().map(|topic| topic.error_code))
        };
        let response = self.client.request(Target::Controller, request, judge).await?;
        self.client.request_metadata();
        let result =
            |topic: aqueduct_protocol::messages::create_partitions_response::CreatePartitionsTopicResult| {
                let what = || format!("CreatePartitions {}", topic.name);
                let checked = ClientError::check(topic.error_code, topic.error_message.as_ref(), what);
                (topic.name.clone(), checked)
            };
        Ok(response.results.into_iter().map(result).collect())
    }

    /// Describes topics by name. Never creates one.
    pub async fn describe_topics(
        &self,
        topics: Vec<ByteString>,
    ) -> Result<PerItem<ByteString, TopicDescription>, ClientError> {
        self.until_settled(topics, |topics| async move {
            let named = topics
                .into_iter()
                .map(|name| MetadataRequestTopic { name: Some(name), ..MetadataRequestTopic::default() });
            let response = self.metadata_of(Some(named.collect())).await?;
            let result = |topic: &_| {
                let known = TopicMetadata::from_response(topic);
                let name = known.name.clone();
                let checked =
                    ClientError::check(known.error.code(), None, || format!("Metadata of topic {name}"));
                (name, checked.map(|()| known.into()))
            };
            Ok(response.topics.iter().map(result).collect())
        })
        .await
    }

    /// All topics that may be seen.
    pub async fn list_topics(&self) -> Result<Vec<TopicDescription>, ClientError> {
        let response = self.metadata_of(None).await?;
        Ok(response.topics.iter().map(|topic| TopicMetadata::from_response(topic).into()).collect())
    }

    async fn metadata_of(
        &self,
        topics: Option<Vec<MetadataRequestTopic>>,
    ) -> Result<MetadataResponse, ClientError> {
        let request =
            MetadataRequest { topics, allow_auto_topic_creation: false, ..MetadataRequest::default() };
        self.client.request(Target::Any, request, |answer| ErrorCode::from_code(answer.error_code)).await
    }
}

impl From<TopicMetadata> for TopicDescription {
    fn from(topic: TopicMetadata) -> TopicDescription {
        let partitions = topic.partitions.into_iter().map(|partition| PartitionDescription {
            partition: partition.partition,
            leader: partition.leader,
            leader_epoch: partition.leader_epoch,
            replicas: partition.replicas,
            in_sync_replicas: partition.in_sync_replicas,
        });
        TopicDescription {
            name: topic.name,
            id: topic.id,
            internal: topic.internal,
            partitions: partitions.collect(),
        }
    }
}

/// The error by which a whole answer is to be asked for again: somebody else is the controller.
fn controller_error(mut codes: impl Iterator<Item = i16>) -> ErrorCode {
    let not_controller = codes.any(|code| code == ErrorCode::NotController.code());
    if not_controller { ErrorCode::NotController } else { ErrorCode::None }
}
