//! ElectLeaders (key 43), versions 0 to 2 (KIP-183, KIP-460).
//!
//! With one replica the preferred leader always leads: every partition named that exists is
//! ELECTION_NOT_NEEDED, others are UNKNOWN_TOPIC_OR_PARTITION, and with `topic_partitions` null, which asks
//! for those that an election changes, the answer is empty. A kind of election that is none is
//! INVALID_REQUEST.

use aqueduct_protocol::ErrorCode;
use aqueduct_protocol::messages::elect_leaders_response::{PartitionResult, ReplicaElectionResult};
use aqueduct_protocol::messages::{ElectLeadersRequest, ElectLeadersResponse};

use super::handler::{Answer, Handler, RequestContext};

/// The handler.
#[derive(Debug)]
pub(super) struct ElectLeadersHandler;

impl Handler for ElectLeadersHandler {
    type Request = ElectLeadersRequest;

    fn handle(context: &RequestContext, request: ElectLeadersRequest) -> Answer<ElectLeadersResponse> {
        let unknown = (context.version > 0 && !matches!(request.election_type, 0 | 1))
            .then(|| (ErrorCode::InvalidRequest, format!("Unknown election type {}", request.election_type)));
        let image = context.broker.image();
        let mut results = Vec::new();
        for asked in request.topic_partitions.unwrap_or_default() {
            let known = image.topic(&asked.topic).map(|topic| topic.partitions.len());
            let partition_result = asked.partitions.iter().map(|index| {
                let (code, text) = unknown.clone().unwrap_or_else(|| refusal(&asked.topic, known, *index));
                PartitionResult {
                    partition_id: *index,
                    error_code: code.code(),
                    error_message: Some(text.into()),
                    ..PartitionResult::default()
                }
            });
            results.push(ReplicaElectionResult {
                partition_result: partition_result.collect(),
                topic: asked.topic.clone(),
                ..ReplicaElectionResult::default()
            });
        }
        Answer::Now(ElectLeadersResponse {
            error_code: unknown.map_or(0, |(code, _)| code.code()),
            replica_election_results: results,
            ..ElectLeadersResponse::default()
        })
    }
}

/// Why no leader is elected, in Kafka's words. `known` is the number of the topic's partitions.
fn refusal(topic: &str, known: Option<usize>, index: i32) -> (ErrorCode, String) {
    let needless = ErrorCode::ElectionNotNeeded;
    match known {
        None => (ErrorCode::UnknownTopicOrPartition, format!("No such topic as {topic}")),
        Some(known) if usize::try_from(index).is_ok_and(|index| index < known) => {
            (needless, needless.message().to_owned())
        }
        Some(_) => (ErrorCode::UnknownTopicOrPartition, format!("No such partition as {topic}-{index}")),
    }
}
