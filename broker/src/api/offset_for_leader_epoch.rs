//! OffsetForLeaderEpoch (key 23), versions 2 to 4: where a leader epoch ends (KIP-101, KIP-320).
//!
//! An epoch that the log has not seen yet is answered with -1 and no error.

use aqueduct_protocol::ErrorCode;
use aqueduct_protocol::ids::LeaderEpoch;
use aqueduct_protocol::messages::offset_for_leader_epoch_request::OffsetForLeaderPartition;
use aqueduct_protocol::messages::offset_for_leader_epoch_response::{
    EpochEndOffset, OffsetForLeaderTopicResult,
};
use aqueduct_protocol::messages::{OffsetForLeaderEpochRequest, OffsetForLeaderEpochResponse};

use super::handler::{Answer, Handler, RequestContext};
use crate::fetch::reader::check_epoch;
use crate::replica::partition::Partition;

/// The handler.
#[derive(Debug)]
pub(super) struct OffsetForLeaderEpochHandler;

impl Handler for OffsetForLeaderEpochHandler {
    type Request = OffsetForLeaderEpochRequest;

    fn handle(
        context: &RequestContext,
        request: OffsetForLeaderEpochRequest,
    ) -> Answer<OffsetForLeaderEpochResponse> {
        let tables = context.broker.replicas.topics();
        let mut topics = Vec::with_capacity(request.topics.len());
        for asked in request.topics {
            let topic = tables.by_name(&asked.topic);
            let partitions = asked.partitions.iter().map(|partition| match topic {
                None => failed(partition, ErrorCode::UnknownTopicOrPartition),
                Some(topic) => match topic.partition(partition.partition) {
                    Ok(here) => end_offset(here, partition),
                    Err(code) => failed(partition, code),
                },
            });
            topics.push(OffsetForLeaderTopicResult {
                partitions: partitions.collect(),
                topic: asked.topic.clone(),
                ..OffsetForLeaderTopicResult::default()
            });
        }
        Answer::Now(OffsetForLeaderEpochResponse { topics, ..OffsetForLeaderEpochResponse::default() })
    }
}

fn end_offset(here: &Partition, asked: &OffsetForLeaderPartition) -> EpochEndOffset {
    if let Err(code) = check_epoch(asked.current_leader_epoch, here) {
        return failed(asked, code);
    }
    let current = here.leader_epoch();
    let (leader_epoch, end_offset) = if asked.leader_epoch == current.0 {
        (current.0, here.log().log_end_offset().0)
    } else {
        match here.log().end_offset_for_epoch(LeaderEpoch(asked.leader_epoch)) {
            Some(end) => (end.epoch.0, end.end_offset.0),
            None => (-1, -1),
        }
    };
    EpochEndOffset { partition: asked.partition, leader_epoch, end_offset, ..EpochEndOffset::default() }
}

fn failed(asked: &OffsetForLeaderPartition, code: ErrorCode) -> EpochEndOffset {
    EpochEndOffset {
        error_code: code.code(),
        partition: asked.partition,
        leader_epoch: -1,
        end_offset: -1,
        ..EpochEndOffset::default()
    }
}
