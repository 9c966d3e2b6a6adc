//! OffsetCommit (key 8), versions 2 to 10.
//!
//! Answered when the offsets are durable in `__consumer_offsets`. Partitions that do not exist are refused for
//! themselves: UNKNOWN_TOPIC_OR_PARTITION, from version 10, which names topics by id (KIP-848), UNKNOWN_TOPIC_ID.
//! Versions 2 to 4 may say how long the offsets are kept. Version 6 adds the leader epoch (KIP-320), version 7 static
//! members (KIP-345), version 9 member epochs of the newer protocol, which no group here has; from it on a group that
//! does not exist is GROUP_ID_NOT_FOUND, before it ILLEGAL_GENERATION.

use aqueduct_protocol::ErrorCode;
use aqueduct_protocol::messages::offset_commit_request::OffsetCommitRequestTopic;
use aqueduct_protocol::messages::offset_commit_response::{
    OffsetCommitResponsePartition, OffsetCommitResponseTopic,
};
use aqueduct_protocol::messages::{OffsetCommitRequest, OffsetCommitResponse};
use bytestring::ByteString;

use super::handler::{Answer, Handler, RequestContext};
use crate::detach;
use crate::group::GroupError;
use crate::group::coordinator::OffsetCommit;
use crate::group::offsets::{CommittedOffset, TopicIndex};
use crate::metadata::image::MetadataImage;

/// The handler.
#[derive(Debug)]
pub(super) struct OffsetCommitHandler;

impl Handler for OffsetCommitHandler {
    type Request = OffsetCommitRequest;

    fn handle(context: &RequestContext, request: OffsetCommitRequest) -> Answer<OffsetCommitResponse> {
        let now_ms = context.broker.clock.now_ms();
        let expire =
            (request.retention_time_ms >= 0).then(|| now_ms.saturating_add(request.retention_time_ms));
        let image = context.broker.image();
        let mut topics = Vec::with_capacity(request.topics.len());
        let mut offsets = Vec::new();
        for topic in request.topics {
            topics.push(take_topic(context.version, &image, topic, now_ms, expire, &mut offsets));
        }
        let commit = OffsetCommit {
            member_id: request.member_id,
            instance_id: request.group_instance_id,
            generation: request.generation_id_or_member_epoch,
            unknown_group: match context.version {
                9.. => GroupError::GroupIdNotFound,
                _ => GroupError::IllegalGeneration,
            },
            offsets,
        };
        let committed = context.broker.groups.commit(&request.group_id, commit);
        Answer::later(async move {
            let mut outcomes = committed.await.into_iter();
            for topic in &mut topics {
                for partition in topic.partitions.iter_mut().filter(|partition| partition.error_code == 0) {
                    let outcome = outcomes.next().unwrap_or(Err(GroupError::NotAvailable));
                    partition.error_code = GroupError::wire(&outcome);
                }
            }
            OffsetCommitResponse { topics, ..OffsetCommitResponse::default() }
        })
    }
}

/// Puts a topic's offsets with the others, and gives its part of the answer: partitions that do not exist with their
/// error, the others with none as yet.
fn take_topic(
    version: i16,
    image: &MetadataImage,
    topic: OffsetCommitRequestTopic,
    now_ms: i64,
    expire_timestamp: Option<i64>,
    offsets: &mut Vec<(TopicIndex, CommittedOffset)>,
) -> OffsetCommitResponseTopic {
    let found = if version >= 10 { image.topic_by_id(topic.topic_id) } else { image.topic(&topic.name) };
    let missing = if version >= 10 { ErrorCode::UnknownTopicId } else { ErrorCode::UnknownTopicOrPartition };
    let mut partitions = Vec::with_capacity(topic.partitions.len());
    for partition in topic.partitions {
        let index = partition.partition_index;
        let error = match found {
            None => missing,
            Some(found) => match usize::try_from(index) {
                Ok(at) if at < found.partitions.len() => ErrorCode::None,
                _ => ErrorCode::UnknownTopicOrPartition,
            },
        };
        if let (ErrorCode::None, Some(found)) = (error, found) {
            let committed = CommittedOffset {
                offset: partition.committed_offset,
                leader_epoch: partition.committed_leader_epoch,
                metadata: partition
                    .committed_metadata
                    .map_or_else(ByteString::new, |text| detach::text(&text)),
                commit_timestamp: now_ms,
                expire_timestamp,
                // So that a topic made anew under the same name does not inherit it.
                topic_id: found.id,
            };
            let name: ByteString = found.name.clone();
            offsets.push(((name, index), committed));
        }
        partitions.push(OffsetCommitResponsePartition {
            partition_index: index,
            error_code: error.code(),
            ..OffsetCommitResponsePartition::default()
        });
    }
    OffsetCommitResponseTopic {
        name: topic.name,
        topic_id: topic.topic_id,
        partitions,
        ..OffsetCommitResponseTopic::default()
    }
}
