//! ListGroups (key 16), versions 0 to 5.
//!
//! Version 4 filters by state (KIP-518), version 5 by type (KIP-848); both in any case. Every group here is of type
//! `classic`. While groups are still being read the answer has COORDINATOR_LOAD_IN_PROGRESS and those that are known.

use aqueduct_protocol::messages::list_groups_response::ListedGroup;
use aqueduct_protocol::messages::{ListGroupsRequest, ListGroupsResponse};
use bytestring::ByteString;

use super::handler::{Answer, Handler, RequestContext};

const GROUP_TYPE: &str = "classic";

/// The handler.
#[derive(Debug)]
pub(super) struct ListGroupsHandler;

impl Handler for ListGroupsHandler {
    type Request = ListGroupsRequest;

    fn handle(context: &RequestContext, request: ListGroupsRequest) -> Answer<ListGroupsResponse> {
        let (groups, missing) = context.broker.groups.list();
        let wanted = |filter: &[ByteString], is: &str| {
            filter.is_empty() || filter.iter().any(|wanted| wanted.eq_ignore_ascii_case(is))
        };
        let groups = groups
            .into_iter()
            .filter(|group| {
                wanted(&request.states_filter, group.state.name())
                    && wanted(&request.types_filter, GROUP_TYPE)
            })
            .map(|group| ListedGroup {
                group_id: group.id,
                protocol_type: group.protocol_type,
                group_state: group.state.name().into(),
                group_type: GROUP_TYPE.into(),
                ..ListedGroup::default()
            });
        Answer::Now(ListGroupsResponse {
            error_code: missing.map_or(0, |error| error.code().code()),
            groups: groups.collect(),
            ..ListGroupsResponse::default()
        })
    }
}
