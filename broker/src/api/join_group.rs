//! JoinGroup (key 11), versions 0 to 9.
//!
//! Answers when the rebalance is over. Version 1 brings a rebalance time-out of its own, version 4 the two-step join of
//! new members (KIP-394), version 5 static members (KIP-345), version 8 a reason (KIP-800), version 9 `skip_assignment`
//! for a static leader that comes back without a rebalance (KIP-814).

use aqueduct_protocol::messages::join_group_response::JoinGroupResponseMember;
use aqueduct_protocol::messages::{JoinGroupRequest, JoinGroupResponse};
use bytestring::ByteString;
use uuid::Uuid;

use super::handler::{Answer, Handler, RequestContext};
use crate::detach;
use crate::group::GroupError;
use crate::group::classic::{JoinAnswer, JoinRequest, Protocol};

/// The handler.
#[derive(Debug)]
pub(super) struct JoinGroupHandler;

impl Handler for JoinGroupHandler {
    type Request = JoinGroupRequest;

    fn handle(context: &RequestContext, request: JoinGroupRequest) -> Answer<JoinGroupResponse> {
        let version = context.version;
        let member_id = detach::text(&request.member_id);
        let group_id = request.group_id.clone();
        match context.broker.groups.join(&group_id, join_request(context, request)) {
            Err(error) => Answer::Now(response(JoinAnswer::refused(error, member_id), version)),
            Ok(answer) => Answer::later(async move {
                let answer = answer.await;
                response(
                    answer.unwrap_or_else(|_| JoinAnswer::refused(GroupError::NotAvailable, member_id)),
                    version,
                )
            }),
        }
    }
}

fn join_request(context: &RequestContext, request: JoinGroupRequest) -> JoinRequest {
    let client_id = context.client_id.clone().unwrap_or_default();
    let prefix = request.group_instance_id.as_ref().unwrap_or(&client_id);
    // All of it stays as long as the member does.
    let protocols = request.protocols.iter().map(|protocol| Protocol {
        name: detach::text(&protocol.name),
        metadata: detach::bytes(&protocol.metadata),
    });
    JoinRequest {
        new_member_id: format!("{prefix}-{}", Uuid::new_v4()).into(),
        member_id: detach::text(&request.member_id),
        // A static member is known by its instance id: it needs no second step.
        require_known_member_id: context.version >= 4 && request.group_instance_id.is_none(),
        knows_skip_assignment: context.version >= 9,
        instance_id: request.group_instance_id.as_ref().map(detach::text),
        client_host: client_host(context),
        client_id,
        session_timeout_ms: request.session_timeout_ms,
        rebalance_timeout_ms: match request.rebalance_timeout_ms {
            -1 => request.session_timeout_ms,
            given => given,
        },
        protocol_type: detach::text(&request.protocol_type),
        protocols: protocols.collect(),
    }
}

/// A client's address in Java's form.
fn client_host(context: &RequestContext) -> ByteString {
    format!("/{}", context.connection.peer.ip()).into()
}

fn response(answer: JoinAnswer, version: i16) -> JoinGroupResponse {
    let members = answer.members.into_iter().map(|member| JoinGroupResponseMember {
        member_id: member.member_id,
        group_instance_id: member.instance_id,
        metadata: member.metadata,
        ..JoinGroupResponseMember::default()
    });
    JoinGroupResponse {
        error_code: answer.error.map_or(0, |error| error.code().code()),
        generation_id: answer.generation,
        protocol_type: answer.protocol_type,
        // Before version 7 the name cannot be null.
        protocol_name: answer.protocol.or_else(|| (version < 7).then(ByteString::new)),
        leader: answer.leader,
        member_id: answer.member_id,
        members: members.collect(),
        skip_assignment: answer.skip_assignment,
        ..JoinGroupResponse::default()
    }
}
