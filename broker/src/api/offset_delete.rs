//! OffsetDelete (key 47), version 0 (KIP-496).
//!
//! Deletes committed offsets of partitions. Topics that a consumer group's members are subscribed to are
//! GROUP_SUBSCRIBED_TO_TOPIC; groups of another type that have members are NON_EMPTY_GROUP as a whole.

use aqueduct_protocol::ErrorCode;
use aqueduct_protocol::messages::offset_delete_response::{
    OffsetDeleteResponsePartition, OffsetDeleteResponseTopic,
};
use aqueduct_protocol::messages::{OffsetDeleteRequest, OffsetDeleteResponse};

use super::handler::{Answer, Handler, RequestContext};
use crate::group::GroupError;

/// The handler.
#[derive(Debug)]
pub(super) struct OffsetDeleteHandler;

impl Handler for OffsetDeleteHandler {
    type Request = OffsetDeleteRequest;

    fn handle(context: &RequestContext, request: OffsetDeleteRequest) -> Answer<OffsetDeleteResponse> {
        let image = context.broker.image();
        let mut topics = Vec::with_capacity(request.topics.len());
        let mut offsets = Vec::new();
        for topic in request.topics {
            let count = image.topic(&topic.name).map_or(0, |found| found.partitions.len());
            let mut partitions = Vec::with_capacity(topic.partitions.len());
            for partition in topic.partitions {
                let index = partition.partition_index;
                let exists = usize::try_from(index).is_ok_and(|at| at < count);
                if exists {
                    offsets.push((topic.name.clone(), index));
                }
                let error = if exists { ErrorCode::None } else { ErrorCode::UnknownTopicOrPartition };
                partitions
                    .push(OffsetDeleteResponsePartition { partition_index: index, error_code: error.code() });
            }
            topics.push(OffsetDeleteResponseTopic { name: topic.name, partitions });
        }
        match context.broker.groups.delete_offsets(&request.group_id, offsets) {
            Err(error) => Answer::Now(OffsetDeleteResponse {
                error_code: error.code().code(),
                ..OffsetDeleteResponse::default()
            }),
            Ok(deleted) => Answer::later(async move {
                let mut outcomes = deleted.await.into_iter();
                let existing = topics.iter_mut().flat_map(|topic| &mut topic.partitions);
                for partition in existing.filter(|partition| partition.error_code == 0) {
                    let outcome = outcomes.next().unwrap_or(Err(GroupError::NotAvailable));
                    partition.error_code = GroupError::wire(&outcome);
                }
                OffsetDeleteResponse { topics, ..OffsetDeleteResponse::default() }
            }),
        }
    }
}
