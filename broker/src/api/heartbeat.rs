//! Heartbeat (key 12), versions 0 to 4.
//!
//! REBALANCE_IN_PROGRESS tells a member to join again. Version 3 has static members (KIP-345).

use aqueduct_protocol::messages::{HeartbeatRequest, HeartbeatResponse};

use super::handler::{Answer, Handler, RequestContext};
use crate::group::GroupError;

/// The handler.
#[derive(Debug)]
pub(super) struct HeartbeatHandler;

impl Handler for HeartbeatHandler {
    type Request = HeartbeatRequest;

    fn handle(context: &RequestContext, request: HeartbeatRequest) -> Answer<HeartbeatResponse> {
        let outcome = context.broker.groups.heartbeat(
            &request.group_id,
            &request.member_id,
            request.group_instance_id.as_ref(),
            request.generation_id,
        );
        // A member must not think that its group is gone while the group is read from the log.
        let outcome = if outcome == Err(GroupError::Loading) { Ok(()) } else { outcome };
        Answer::Now(HeartbeatResponse {
            error_code: GroupError::wire(&outcome),
            ..HeartbeatResponse::default()
        })
    }
}
