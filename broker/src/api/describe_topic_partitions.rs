//! DescribeTopicPartitions (key 75), version 0 (KIP-966).
//!
//! Topics in order of their names, all of them if none is named; at most
//! `max.request.partition.size.limit` partitions an answer, with a cursor where to go on. Lists
//! are never null: the Java admin client fails over null. Eligible leader replicas are empty with
//! one replica.

use std::collections::BTreeSet;

use aqueduct_protocol::ErrorCode;
use aqueduct_protocol::messages::describe_topic_partitions_request::Cursor as Asked;
use aqueduct_protocol::messages::describe_topic_partitions_response::{
    Cursor, DescribeTopicPartitionsResponsePartition, DescribeTopicPartitionsResponseTopic,
};
use aqueduct_protocol::messages::{DescribeTopicPartitionsRequest, DescribeTopicPartitionsResponse};
use bytestring::ByteString;

use super::handler::{Answer, Handler, RequestContext};
use super::metadata::TOPIC_OPERATIONS;
use crate::controller::topic_name;
use crate::metadata::image::{MetadataImage, PartitionImage, TopicImage};

/// The handler.
#[derive(Debug)]
pub(super) struct DescribeTopicPartitionsHandler;

impl Handler for DescribeTopicPartitionsHandler {
    type Request = DescribeTopicPartitionsRequest;

    fn handle(
        context: &RequestContext,
        request: DescribeTopicPartitionsRequest,
    ) -> Answer<DescribeTopicPartitionsResponse> {
        let image = context.broker.image();
        if request.cursor.as_ref().is_some_and(|cursor| cursor.partition_index < 0) {
            return Answer::Now(refuse_cursor(request));
        }
        let limit = context.broker.config.values.int("max.request.partition.size.limit");
        let limit = i64::from(request.response_partition_limit).clamp(1, limit);
        Answer::Now(describe(&image, &request, usize::try_from(limit).unwrap_or(1)))
    }
}

/// A negative partition in the cursor is an error of every topic.
fn refuse_cursor(request: DescribeTopicPartitionsRequest) -> DescribeTopicPartitionsResponse {
    let refuse = |name| DescribeTopicPartitionsResponseTopic {
        error_code: ErrorCode::InvalidRequest.code(),
        name: Some(name),
        topic_authorized_operations: i32::MIN,
        ..DescribeTopicPartitionsResponseTopic::default()
    };
    let topics = request.topics.into_iter().map(|topic| refuse(topic.name)).collect();
    DescribeTopicPartitionsResponse { topics, ..DescribeTopicPartitionsResponse::default() }
}

fn describe(
    image: &MetadataImage,
    request: &DescribeTopicPartitionsRequest,
    mut left: usize,
) -> DescribeTopicPartitionsResponse {
    let cursor = request.cursor.as_ref();
    let mut topics = Vec::new();
    let mut next_cursor = None;
    for name in names(image, request) {
        let Some(topic) = image.topic(&name) else {
            // A topic that went since the last part is only missed if it was asked for by name.
            if !request.topics.is_empty() {
                topics.push(unknown(name));
            }
            continue;
        };
        if left == 0 {
            next_cursor = Some(Cursor { topic_name: name, ..Cursor::default() });
            break;
        }
        let first = first_partition(cursor, topic);
        let partitions: Vec<_> = (0..).zip(&topic.partitions).skip(first).take(left).map(partition).collect();
        left -= partitions.len();
        let end = first + partitions.len();
        topics.push(DescribeTopicPartitionsResponseTopic {
            name: Some(name.clone()),
            topic_id: topic.id,
            is_internal: topic.is_internal(),
            partitions,
            topic_authorized_operations: TOPIC_OPERATIONS,
            ..DescribeTopicPartitionsResponseTopic::default()
        });
        if end < topic.partitions.len() {
            let partition_index = i32::try_from(end).unwrap_or(i32::MAX);
            next_cursor = Some(Cursor { topic_name: name, partition_index, ..Cursor::default() });
            break;
        }
    }
    DescribeTopicPartitionsResponse { topics, next_cursor, ..DescribeTopicPartitionsResponse::default() }
}

fn names(image: &MetadataImage, request: &DescribeTopicPartitionsRequest) -> Vec<ByteString> {
    let from = request.cursor.as_ref().map_or("", |cursor| &*cursor.topic_name);
    if request.topics.is_empty() {
        return image.topics_from(from).map(|topic| topic.name.clone()).collect();
    }
    let asked: BTreeSet<&ByteString> = request.topics.iter().map(|topic| &topic.name).collect();
    asked.into_iter().filter(|name| &***name >= from).cloned().collect()
}

fn first_partition(cursor: Option<&Asked>, topic: &TopicImage) -> usize {
    match cursor {
        Some(cursor) if cursor.topic_name == topic.name => {
            usize::try_from(cursor.partition_index).unwrap_or(0)
        }
        _ => 0,
    }
}

fn partition((index, partition): (i32, &PartitionImage)) -> DescribeTopicPartitionsResponsePartition {
    DescribeTopicPartitionsResponsePartition {
        partition_index: index,
        leader_id: partition.leader,
        leader_epoch: partition.leader_epoch,
        replica_nodes: partition.replicas.clone(),
        isr_nodes: partition.isr.clone(),
        eligible_leader_replicas: Some(Vec::new()),
        last_known_elr: Some(Vec::new()),
        ..DescribeTopicPartitionsResponsePartition::default()
    }
}

fn unknown(name: ByteString) -> DescribeTopicPartitionsResponseTopic {
    let code = match topic_name::validate(&name) {
        Ok(()) => ErrorCode::UnknownTopicOrPartition,
        Err(_) => ErrorCode::InvalidTopicException,
    };
    DescribeTopicPartitionsResponseTopic {
        error_code: code.code(),
        name: Some(name),
        topic_authorized_operations: TOPIC_OPERATIONS,
        ..DescribeTopicPartitionsResponseTopic::default()
    }
}
