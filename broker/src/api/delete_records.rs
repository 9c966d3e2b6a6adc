//! DeleteRecords (key 21), versions 0 to 2 (KIP-107).
//!
//! Moves the start of a log; -1 means up to the high watermark. Answers the new low watermark,
//! which is durable then. Beyond the high watermark: OFFSET_OUT_OF_RANGE. A topic that is only
//! compacted is refused with POLICY_VIOLATION, as in Kafka, and so are internal topics
//! (INVALID_TOPIC_EXCEPTION).

use std::sync::Arc;

use aqueduct_protocol::ErrorCode;
use aqueduct_protocol::ids::Offset;
use aqueduct_protocol::messages::delete_records_response::{
    DeleteRecordsPartitionResult, DeleteRecordsTopicResult,
};
use aqueduct_protocol::messages::{DeleteRecordsRequest, DeleteRecordsResponse};

use super::handler::{Answer, Handler, RequestContext};
use crate::broker::Broker;

/// The handler.
#[derive(Debug)]
pub(super) struct DeleteRecordsHandler;

impl Handler for DeleteRecordsHandler {
    type Request = DeleteRecordsRequest;

    fn handle(context: &RequestContext, request: DeleteRecordsRequest) -> Answer<DeleteRecordsResponse> {
        let broker = context.broker.clone();
        Answer::later(delete_all(request, move |topic, partition, offset| {
            delete(&broker, topic, partition, offset)
        }))
    }
}

/// Deletes from each partition with `delete`, which gives its new start. Each syncs a checkpoint: no work for the thread
/// that serves requests. Should one of them panic, nothing is told of any but that.
async fn delete_all(
    request: DeleteRecordsRequest,
    delete: impl Fn(&str, i32, i64) -> Result<i64, ErrorCode> + Send + 'static,
) -> DeleteRecordsResponse {
    let request = Arc::new(request);
    let asked = Arc::clone(&request);
    let deleted = tokio::task::spawn_blocking(move || respond(&asked, delete));
    deleted.await.unwrap_or_else(|error| {
        tracing::error!(%error, "deleting records failed");
        respond(&request, |_, _, _| Err(ErrorCode::UnknownServerError))
    })
}

fn respond(
    request: &DeleteRecordsRequest,
    outcome: impl Fn(&str, i32, i64) -> Result<i64, ErrorCode>,
) -> DeleteRecordsResponse {
    let mut topics = Vec::with_capacity(request.topics.len());
    for topic in &request.topics {
        let partitions = topic.partitions.iter().map(|partition| {
            let deleted = outcome(&topic.name, partition.partition_index, partition.offset);
            DeleteRecordsPartitionResult {
                partition_index: partition.partition_index,
                low_watermark: deleted.unwrap_or(-1),
                error_code: deleted.err().map_or(0, ErrorCode::code),
                ..DeleteRecordsPartitionResult::default()
            }
        });
        topics.push(DeleteRecordsTopicResult {
            partitions: partitions.collect(),
            name: topic.name.clone(),
            ..DeleteRecordsTopicResult::default()
        });
    }
    DeleteRecordsResponse { topics, ..DeleteRecordsResponse::default() }
}

fn delete(broker: &Broker, topic: &str, index: i32, offset: i64) -> Result<i64, ErrorCode> {
    let topics = broker.replicas.topics();
    let topic = topics.by_name(topic).ok_or(ErrorCode::UnknownTopicOrPartition)?;
    if topic.internal {
        return Err(ErrorCode::InvalidTopicException);
    }
    if !topic.config.load().log.cleanup_policy.delete {
        return Err(ErrorCode::PolicyViolation);
    }
    let log = topic.partition(index)?.log();
    let before = match offset {
        -1 => log.high_watermark(),
        ..0 => return Err(ErrorCode::OffsetOutOfRange),
        offset => Offset(offset),
    };
    log.delete_records_before(before).map(|start| start.0).map_err(|error| {
        tracing::debug!(%error, "records were not deleted");
        error.code()
    })
}

#[cfg(test)]
mod tests {
    use aqueduct_protocol::messages::delete_records_request::{DeleteRecordsPartition, DeleteRecordsTopic};

    use super::*;

    #[tokio::test]
    async fn every_partition_is_answered_even_if_deleting_panics() {
        let topic = |name: &'static str, partitions: &[i32]| DeleteRecordsTopic {
            name: name.into(),
            partitions: partitions
                .iter()
                .map(|index| DeleteRecordsPartition { partition_index: *index, ..Default::default() })
                .collect(),
            ..Default::default()
        };
        let topics = vec![topic("a", &[0, 1]), topic("b", &[7])];
        let request = DeleteRecordsRequest { topics, ..Default::default() };
        let answer =
            delete_all(request, |_, index, _| if index == 1 { panic!("a defect") } else { Ok(5) }).await;
        let told: Vec<_> = answer
            .topics
            .iter()
            .flat_map(|topic| {
                topic
                    .partitions
                    .iter()
                    .map(|p| (&*topic.name, p.partition_index, p.low_watermark, p.error_code))
            })
            .collect();
        let unknown = ErrorCode::UnknownServerError.code();
        assert_eq!(told, [("a", 0, -1, unknown), ("a", 1, -1, unknown), ("b", 7, -1, unknown)]);
    }
}
