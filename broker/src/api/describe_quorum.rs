//! DescribeQuorum (key 55), versions 0 to 2 (KIP-595, KIP-853).
//!
//! Describes the Raft group of the metadata log as the one partition of `__cluster_metadata`: this
//! node is its leader and only voter. Its offsets are the indexes of the Raft log. Any other topic
//! is UNKNOWN_TOPIC_OR_PARTITION.

use aqueduct_protocol::ErrorCode;
use aqueduct_protocol::messages::describe_quorum_response::{
    Listener, Node, PartitionData, ReplicaState, TopicData,
};
use aqueduct_protocol::messages::{DescribeQuorumRequest, DescribeQuorumResponse};

use super::handler::{Answer, Handler, RequestContext};
use crate::metadata::internal_topics::CLUSTER_METADATA_TOPIC;

/// The handler.
#[derive(Debug)]
pub(super) struct DescribeQuorumHandler;

impl Handler for DescribeQuorumHandler {
    type Request = DescribeQuorumRequest;

    fn handle(context: &RequestContext, request: DescribeQuorumRequest) -> Answer<DescribeQuorumResponse> {
        let known = matches!(&request.topics[..], [topic] if &*topic.topic_name == CLUSTER_METADATA_TOPIC
            && matches!(&topic.partitions[..], [partition] if partition.partition_index == 0));
        let mut topics = Vec::with_capacity(request.topics.len());
        for topic in request.topics {
            let partitions = topic.partitions.iter().map(|partition| {
                if known { describe(context) } else { unknown(partition.partition_index, context.version) }
            });
            topics.push(TopicData {
                partitions: partitions.collect(),
                topic_name: topic.topic_name.clone(),
                ..TopicData::default()
            });
        }
        let nodes = if known && context.version >= 2 { vec![this_node(context)] } else { Vec::new() };
        Answer::Now(DescribeQuorumResponse { topics, nodes, ..DescribeQuorumResponse::default() })
    }
}

/// Kafka refuses every partition of a request for anything but the metadata partition.
fn unknown(partition_index: i32, version: i16) -> PartitionData {
    let code = ErrorCode::UnknownTopicOrPartition;
    PartitionData {
        partition_index,
        error_code: code.code(),
        error_message: if version >= 2 {
            Some(code.message().into())
        } else {
            PartitionData::default().error_message
        },
        ..PartitionData::default()
    }
}

fn describe(context: &RequestContext) -> PartitionData {
    let broker = &context.broker;
    let offset = i64::try_from(broker.image().offset).unwrap_or(i64::MAX);
    let now = broker.clock.now_ms();
    let timestamps = if context.version >= 1 { now } else { -1 };
    let voter = ReplicaState {
        replica_id: broker.config.node_id,
        log_end_offset: offset + 1,
        last_fetch_timestamp: timestamps,
        last_caught_up_timestamp: timestamps,
        ..ReplicaState::default()
    };
    PartitionData {
        leader_id: broker.config.node_id,
        leader_epoch: broker.controller.epoch(),
        high_watermark: offset + 1,
        current_voters: vec![voter],
        ..PartitionData::default()
    }
}

fn this_node(context: &RequestContext) -> Node {
    let image = context.broker.image();
    let broker = image.broker(context.broker.config.node_id);
    let listeners = broker.iter().flat_map(|broker| &broker.endpoints).map(|endpoint| Listener {
        name: endpoint.listener.as_str().into(),
        host: endpoint.host.as_str().into(),
        port: endpoint.port,
        ..Listener::default()
    });
    Node { node_id: context.broker.config.node_id, listeners: listeners.collect(), ..Node::default() }
}
