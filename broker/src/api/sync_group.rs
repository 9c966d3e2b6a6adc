//! SyncGroup (key 14), versions 0 to 5.
//!
//! The leader brings the assignment, everybody gets their part once it is durable in `__consumer_offsets`. Version 3
//! has static members (KIP-345), version 5 names the protocol so that a mix-up is noticed (KIP-559).

use aqueduct_protocol::messages::{SyncGroupRequest, SyncGroupResponse};

use super::handler::{Answer, Handler, RequestContext};
use crate::detach;
use crate::group::GroupError;
use crate::group::classic::{SyncAnswer, SyncRequest};

/// The handler.
#[derive(Debug)]
pub(super) struct SyncGroupHandler;

impl Handler for SyncGroupHandler {
    type Request = SyncGroupRequest;

    fn handle(context: &RequestContext, request: SyncGroupRequest) -> Answer<SyncGroupResponse> {
        // From version 5 the protocol must be said.
        if context.version >= 5 && (request.protocol_type.is_none() || request.protocol_name.is_none()) {
            return Answer::Now(response(SyncAnswer::refused(GroupError::InconsistentProtocol)));
        }
        // They stay as long as their members do.
        let assignments =
            request.assignments.iter().map(|a| (detach::text(&a.member_id), detach::bytes(&a.assignment)));
        let sync = SyncRequest {
            member_id: request.member_id,
            instance_id: request.group_instance_id,
            generation: request.generation_id,
            protocol_type: request.protocol_type,
            protocol: request.protocol_name,
            assignments: assignments.collect(),
        };
        match context.broker.groups.sync(&request.group_id, sync) {
            // Whoever synced before the group was loaded joins again.
            Err(GroupError::Loading) => {
                Answer::Now(response(SyncAnswer::refused(GroupError::RebalanceInProgress)))
            }
            Err(error) => Answer::Now(response(SyncAnswer::refused(error))),
            Ok(answer) => Answer::later(async move {
                response(answer.await.unwrap_or_else(|_| SyncAnswer::refused(GroupError::NotAvailable)))
            }),
        }
    }
}

fn response(answer: SyncAnswer) -> SyncGroupResponse {
    SyncGroupResponse {
        error_code: answer.error.map_or(0, |error| error.code().code()),
        protocol_type: answer.protocol_type,
        protocol_name: answer.protocol,
        assignment: answer.assignment,
        ..SyncGroupResponse::default()
    }
}
