//! The requests of a member to its coordinator.

use std::time::Duration;

use aqueduct_protocol::messages::join_group_request::JoinGroupRequestProtocol;
use aqueduct_protocol::messages::sync_group_request::SyncGroupRequestAssignment;
use aqueduct_protocol::messages::{HeartbeatRequest, JoinGroupRequest, SyncGroupRequest};
use bytes::Bytes;
use bytestring::ByteString;

use super::GroupConfig;
use super::link::Status;

/// Joins with these protocols and their metadata, in order of preference.
pub(super) fn join(
    config: &GroupConfig,
    status: &Status,
    protocols: &[(ByteString, Bytes)],
) -> JoinGroupRequest {
    let protocols = protocols.iter().map(|(name, metadata)| JoinGroupRequestProtocol {
        name: name.clone(),
        metadata: metadata.clone(),
        ..JoinGroupRequestProtocol::default()
    });
    JoinGroupRequest {
        group_id: config.group_id.clone(),
        session_timeout_ms: millis(config.session_timeout),
        rebalance_timeout_ms: millis(config.rebalance_timeout),
        member_id: status.member_id.clone(),
        group_instance_id: config.group_instance_id.clone(),
        protocol_type: config.protocol_type.clone(),
        protocols: protocols.collect(),
        ..JoinGroupRequest::default()
    }
}

/// Asks for the member's assignment; a leader's brings those of all.
pub(super) fn sync(
    config: &GroupConfig,
    status: &Status,
    protocol: &ByteString,
    assignments: Vec<(ByteString, Bytes)>,
) -> SyncGroupRequest {
    let assignments = assignments.into_iter().map(|(member_id, assignment)| SyncGroupRequestAssignment {
        member_id,
        assignment,
        ..SyncGroupRequestAssignment::default()
    });
    SyncGroupRequest {
        group_id: config.group_id.clone(),
        generation_id: status.generation,
        member_id: status.member_id.clone(),
        group_instance_id: config.group_instance_id.clone(),
        protocol_type: Some(config.protocol_type.clone()),
        protocol_name: Some(protocol.clone()),
        assignments: assignments.collect(),
        ..SyncGroupRequest::default()
    }
}

/// A sign of life.
pub(super) fn heartbeat(config: &GroupConfig, status: &Status) -> HeartbeatRequest {
    HeartbeatRequest {
        group_id: config.group_id.clone(),
        generation_id: status.generation,
        member_id: status.member_id.clone(),
        group_instance_id: config.group_instance_id.clone(),
        ..HeartbeatRequest::default()
    }
}

fn millis(duration: Duration) -> i32 {
    i32::try_from(duration.as_millis()).unwrap_or(i32::MAX)
}
