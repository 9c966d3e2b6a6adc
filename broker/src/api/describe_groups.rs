//! DescribeGroups (key 15), versions 0 to 6.
//!
//! A group that does not exist is in state Dead without an error; from version 6 it is GROUP_ID_NOT_FOUND with a text
//! (KIP-1043). Metadata and assignments are shown while the group is stable.

use aqueduct_protocol::ErrorCode;
use aqueduct_protocol::messages::describe_groups_response::{DescribedGroup, DescribedGroupMember};
use aqueduct_protocol::messages::{DescribeGroupsRequest, DescribeGroupsResponse};
use bytes::Bytes;
use bytestring::ByteString;

use super::handler::{Answer, Handler, RequestContext};
use crate::group::GroupError;
use crate::group::classic::{GroupState, Member};

/// Operations on a group that an authoriser would judge, as bits by their codes: READ, DELETE, DESCRIBE,
/// DESCRIBE_CONFIGS, ALTER_CONFIGS.
const GROUP_OPERATIONS: i32 = 0b1101_0100_1000;

/// The handler.
#[derive(Debug)]
pub(super) struct DescribeGroupsHandler;

impl Handler for DescribeGroupsHandler {
    type Request = DescribeGroupsRequest;

    fn handle(context: &RequestContext, request: DescribeGroupsRequest) -> Answer<DescribeGroupsResponse> {
        let operations = if request.include_authorized_operations { GROUP_OPERATIONS } else { i32::MIN };
        let groups = request.groups.into_iter().map(|id| describe(context, id, operations)).collect();
        Answer::Now(DescribeGroupsResponse { groups, ..DescribeGroupsResponse::default() })
    }
}

fn describe(context: &RequestContext, group_id: ByteString, authorized_operations: i32) -> DescribedGroup {
    let absent = |code: ErrorCode, message: Option<ByteString>| DescribedGroup {
        error_code: code.code(),
        error_message: message,
        group_id: group_id.clone(),
        group_state: GroupState::Dead.name().into(),
        authorized_operations,
        ..DescribedGroup::default()
    };
    match context.broker.groups.describe(&group_id) {
        Ok(group) => {
            let stable = group.state == GroupState::Stable;
            let members = group.members.iter().map(|member| describe_member(member, &group.protocol, stable));
            DescribedGroup {
                group_state: group.state.name().into(),
                protocol_type: group.protocol_type.clone(),
                protocol_data: group.protocol.clone(),
                members: members.collect(),
                ..absent(ErrorCode::None, None)
            }
        }
        // A cluster without __consumer_offsets has no groups.
        Err(GroupError::GroupIdNotFound | GroupError::NotAvailable) if context.version < 6 => {
            absent(ErrorCode::None, None)
        }
        Err(GroupError::GroupIdNotFound | GroupError::NotAvailable) => DescribedGroup {
            authorized_operations: i32::MIN,
            ..absent(ErrorCode::GroupIdNotFound, Some(format!("Group {group_id} not found.").into()))
        },
        Err(error) => DescribedGroup { group_state: ByteString::new(), ..absent(error.code(), None) },
    }
}

fn describe_member(member: &Member, protocol: &str, stable: bool) -> DescribedGroupMember {
    DescribedGroupMember {
        member_id: member.id.clone(),
        group_instance_id: member.instance_id.clone(),
        client_id: member.client_id.clone(),
        client_host: member.client_host.clone(),
        member_metadata: if stable { member.metadata(protocol) } else { Bytes::new() },
        member_assignment: if stable { member.assignment.clone() } else { Bytes::new() },
        ..DescribedGroupMember::default()
    }
}
