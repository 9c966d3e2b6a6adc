//! Produce requests from batches, and their answers by partition.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use aqueduct_protocol::ErrorCode;
use aqueduct_protocol::messages::produce_request::{PartitionProduceData, TopicProduceData};
use aqueduct_protocol::messages::{ProduceRequest, ProduceResponse};
use bytestring::ByteString;
use uuid::Uuid;

use super::sender::Sent;
use crate::TopicPartition;

/// First version that names topics by id only.
const TOPIC_IDS: i16 = 13;

/// The topics of a request by the ids that it names them by: by the time of the answer the metadata may have other ids,
/// or none.
pub(super) type TopicNames = HashMap<Uuid, ByteString>;

/// A request that is being put together.
pub(super) struct ProduceBuilder {
    version: i16,
    topics: Vec<TopicProduceData>,
    partitions: HashSet<TopicPartition>,
    sent: Vec<Sent>,
    size: usize,
}

impl ProduceBuilder {
    pub(super) fn new(version: i16) -> ProduceBuilder {
        ProduceBuilder { version, topics: Vec::new(), partitions: HashSet::new(), sent: Vec::new(), size: 0 }
    }

    /// Bytes of batches so far.
    pub(super) fn size(&self) -> usize {
        self.size
    }

    pub(super) fn is_empty(&self) -> bool {
        self.sent.is_empty()
    }

    /// Whether there is a batch of this partition: a request carries one of each.
    pub(super) fn has(&self, partition: &TopicPartition) -> bool {
        self.partitions.contains(partition)
    }

    pub(super) fn add(&mut self, partition: &TopicPartition, topic_id: Uuid, sent: Sent) {
        let data = PartitionProduceData {
            index: partition.partition,
            records: Some(sent.batch.bytes.clone()),
            ..PartitionProduceData::default()
        };
        self.size += sent.batch.bytes.len();
        self.sent.push(sent);
        self.partitions.insert(partition.clone());
        if topic_id.is_nil() {
            // No id to name it by: an older version carries the name.
            self.version = self.version.min(TOPIC_IDS - 1);
        }
        match self.topics.iter_mut().find(|topic| topic.name == partition.topic) {
            Some(topic) => topic.partition_data.push(data),
            None => self.topics.push(TopicProduceData {
                name: partition.topic.clone(),
                topic_id,
                partition_data: vec![data],
                ..TopicProduceData::default()
            }),
        }
    }

    /// The request, its version, what is in it, and the topics that its answer may name by their ids.
    pub(super) fn finish(
        mut self,
        acks: i16,
        timeout: Duration,
    ) -> (ProduceRequest, i16, Vec<Sent>, TopicNames) {
        let names = self.topics.iter().map(|topic| (topic.topic_id, topic.name.clone())).collect();
        for topic in &mut self.topics {
            match self.version {
                TOPIC_IDS.. => topic.name = Default::default(),
                _ => topic.topic_id = Uuid::nil(),
            }
        }
        let request = ProduceRequest {
            acks,
            timeout_ms: i32::try_from(timeout.as_millis()).unwrap_or(i32::MAX),
            topic_data: self.topics,
            ..ProduceRequest::default()
        };
        (request, self.version, self.sent, names)
    }
}

/// The answer for one partition.
pub(super) struct PartitionAnswer {
    pub(super) code: ErrorCode,
    pub(super) message: Option<String>,
    pub(super) base_offset: i64,
    /// −1 where records keep their timestamps.
    pub(super) append_time: i64,
    /// Another leader and its epoch, where the broker names one.
    pub(super) leader: Option<(i32, i32)>,
}

impl PartitionAnswer {
    /// The broker said nothing about a partition.
    pub(super) fn missing() -> PartitionAnswer {
        PartitionAnswer {
            code: ErrorCode::NetworkException,
            message: Some("the broker's answer does not name the partition".to_owned()),
            base_offset: -1,
            append_time: -1,
            leader: None,
        }
    }
}

/// An answer's parts. Topics named by an id that was not asked for are left out.
pub(super) fn answers_by_partition(
    response: ProduceResponse,
    names: &TopicNames,
) -> HashMap<TopicPartition, PartitionAnswer> {
    let mut answers = HashMap::new();
    for topic in response.responses {
        let name = if topic.name.is_empty() { names.get(&topic.topic_id) } else { Some(&topic.name) };
        let Some(name) = name.cloned() else { continue };
        for answer in topic.partition_responses {
            let leader = &answer.current_leader;
            let first_error = answer.record_errors.first();
            let record = first_error.and_then(|error| error.batch_index_error_message.as_ref());
            let message = record.or(answer.error_message.as_ref()).map(ToString::to_string);
            answers.insert(
                TopicPartition { topic: name.clone(), partition: answer.index },
                PartitionAnswer {
                    code: ErrorCode::from_code(answer.error_code),
                    message,
                    base_offset: answer.base_offset,
                    append_time: answer.log_append_time_ms,
                    leader: (leader.leader_epoch >= 0).then_some((leader.leader_id, leader.leader_epoch)),
                },
            );
        }
    }
    answers
}
