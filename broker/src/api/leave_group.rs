//! LeaveGroup (key 13), versions 0 to 5.
//!
//! Before version 3 one member leaves, and the outcome stands at the top. From version 3 several may leave, static ones
//! by their instance id (KIP-345), each with an outcome. Version 5 brings a reason (KIP-800), which is logged.

use aqueduct_protocol::messages::leave_group_response::MemberResponse;
use aqueduct_protocol::messages::{LeaveGroupRequest, LeaveGroupResponse};

use super::handler::{Answer, Handler, RequestContext};
use crate::group::GroupError;
use crate::group::classic::Leaving;

/// The handler.
#[derive(Debug)]
pub(super) struct LeaveGroupHandler;

impl Handler for LeaveGroupHandler {
    type Request = LeaveGroupRequest;

    fn handle(context: &RequestContext, request: LeaveGroupRequest) -> Answer<LeaveGroupResponse> {
        let group_id = &request.group_id;
        if context.version < 3 {
            let leaving = Leaving { member_id: request.member_id, instance_id: None };
            let outcome = context.broker.groups.leave(group_id, &[leaving]);
            let outcome = outcome.and_then(|outcomes| outcomes.into_iter().collect::<Result<(), _>>());
            return Answer::Now(refuse(GroupError::wire(&outcome)));
        }
        for member in &request.members {
            if let Some(reason) = &member.reason {
                tracing::info!(group = %group_id, member = %member.member_id, %reason, "member leaves");
            }
        }
        let members: Vec<Leaving> = request
            .members
            .into_iter()
            .map(|member| Leaving { member_id: member.member_id, instance_id: member.group_instance_id })
            .collect();
        Answer::Now(match context.broker.groups.leave(group_id, &members) {
            Err(error) => refuse(error.code().code()),
            Ok(outcomes) => LeaveGroupResponse {
                members: members
                    .into_iter()
                    .zip(outcomes)
                    .map(|(member, outcome)| left(member, &outcome))
                    .collect(),
                ..LeaveGroupResponse::default()
            },
        })
    }
}

fn refuse(error_code: i16) -> LeaveGroupResponse {
    LeaveGroupResponse { error_code, ..LeaveGroupResponse::default() }
}

fn left(member: Leaving, outcome: &Result<(), GroupError>) -> MemberResponse {
    MemberResponse {
        member_id: member.member_id,
        group_instance_id: member.instance_id,
        error_code: GroupError::wire(outcome),
        ..MemberResponse::default()
    }
}
