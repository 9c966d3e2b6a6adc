//! ListOffsets (key 2), versions 1 to 11.
//!
//! Timestamps: -1 the end that the caller may see (high watermark, or last stable offset for
//! read_committed, from version 2), -2 the start, -3 the record with the largest timestamp
//! (version 7, KIP-734), -4 the local start (version 8, KIP-405), the same as -2 without tiered
//! storage. -5 (version 9, KIP-1005) and -6 (version 11) ask for tiered offsets, of which there
//! are none: offset -1. Version 4 compares leader epochs (KIP-320).
//!
//! Looking up a timestamp reads an index, the heads of the batches behind the entry found, and the
//! batch that has the record (rarely one before it), on this thread. The same partition twice in a
//! request is INVALID_REQUEST for it.

use std::collections::HashSet;

use aqueduct_log::OffsetSpec;
use aqueduct_protocol::ErrorCode;
use aqueduct_protocol::messages::list_offsets_request::ListOffsetsPartition;
use aqueduct_protocol::messages::list_offsets_response::{
    ListOffsetsPartitionResponse, ListOffsetsTopicResponse,
};
use aqueduct_protocol::messages::{ListOffsetsRequest, ListOffsetsResponse};

use super::handler::{Answer, Handler, RequestContext};
use crate::fetch::reader::check_epoch;
use crate::replica::partition::{IsolationLevel, Partition};

/// The handler.
#[derive(Debug)]
pub(super) struct ListOffsetsHandler;

/// What is answered for a partition: timestamp, offset, leader epoch.
type Found = (i64, i64, i32);

const NOTHING: Found = (-1, -1, -1);

impl Handler for ListOffsetsHandler {
    type Request = ListOffsetsRequest;

    fn handle(context: &RequestContext, request: ListOffsetsRequest) -> Answer<ListOffsetsResponse> {
        use IsolationLevel::ReadUncommitted;
        let isolation = IsolationLevel::from_code(request.isolation_level);
        let tables = context.broker.replicas.topics();
        let mut topics = Vec::with_capacity(request.topics.len());
        for asked in request.topics {
            let topic = tables.by_name(&asked.name);
            let (mut seen, mut repeated) = (HashSet::new(), HashSet::new());
            for partition in &asked.partitions {
                if !seen.insert(partition.partition_index) {
                    repeated.insert(partition.partition_index);
                }
            }
            let mut partitions = Vec::with_capacity(asked.partitions.len());
            let mut refused = HashSet::new();
            for partition in asked.partitions {
                let twice = repeated.contains(&partition.partition_index);
                if twice && !refused.insert(partition.partition_index) {
                    continue;
                }
                // Kafka has no error for a level that is none: it fails, and gives no reason.
                let found = match topic {
                    _ if isolation.is_none() => Err(ErrorCode::UnknownServerError),
                    _ if twice => Err(ErrorCode::InvalidRequest),
                    None => Err(ErrorCode::UnknownTopicOrPartition),
                    Some(topic) => topic.partition(partition.partition_index).and_then(|here| {
                        look_up(here, &partition, isolation.unwrap_or(ReadUncommitted), context.version)
                    }),
                };
                partitions.push(answer(partition.partition_index, found, context.version));
            }
            topics.push(ListOffsetsTopicResponse {
                name: asked.name,
                partitions,
                ..ListOffsetsTopicResponse::default()
            });
        }
        Answer::Now(ListOffsetsResponse { topics, ..ListOffsetsResponse::default() })
    }
}

fn look_up(
    partition: &Partition,
    asked: &ListOffsetsPartition,
    isolation: IsolationLevel,
    version: i16,
) -> Result<Found, ErrorCode> {
    check_epoch(asked.current_leader_epoch, partition)?;
    let spec = match asked.timestamp {
        -1 => OffsetSpec::Latest,
        -2 => OffsetSpec::Earliest,
        -3 if version >= 7 => OffsetSpec::MaxTimestamp,
        -4 if version >= 8 => OffsetSpec::Earliest,
        -5 if version >= 9 => return Ok(NOTHING),
        -6 if version >= 11 => return Ok(NOTHING),
        ..0 => return Err(ErrorCode::UnsupportedVersion),
        timestamp => OffsetSpec::Timestamp(timestamp),
    };
    let found = partition.log().offset_for(spec, partition.read_limit(isolation)).map_err(|error| {
        tracing::error!(%error, "looking up an offset failed");
        error.code()
    })?;
    // An empty log remembers no epoch; its start and its end are of the leader's.
    let epoch_of = |epoch: i32| match spec {
        OffsetSpec::Latest | OffsetSpec::Earliest if epoch < 0 => partition.leader_epoch().0,
        _ => epoch,
    };
    Ok(found.map_or(NOTHING, |at| (at.timestamp, at.offset.0, epoch_of(at.leader_epoch.0))))
}

fn answer(
    partition_index: i32,
    found: Result<Found, ErrorCode>,
    version: i16,
) -> ListOffsetsPartitionResponse {
    let error_code = found.err().map_or(0, ErrorCode::code);
    let (timestamp, offset, leader_epoch) = found.unwrap_or(NOTHING);
    ListOffsetsPartitionResponse {
        partition_index,
        error_code,
        timestamp,
        offset,
        leader_epoch: if version >= 4 { leader_epoch } else { -1 },
        ..ListOffsetsPartitionResponse::default()
    }
}
