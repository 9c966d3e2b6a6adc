//! DeleteGroups (key 42), versions 0 to 2 (KIP-229).
//!
//! Groups with members are NON_EMPTY_GROUP, unknown ones GROUP_ID_NOT_FOUND. Answered when the deletion is durable.

use aqueduct_protocol::messages::delete_groups_response::DeletableGroupResult;
use aqueduct_protocol::messages::{DeleteGroupsRequest, DeleteGroupsResponse};

use super::handler::{Answer, Handler, RequestContext};
use crate::group::GroupError;

/// The handler.
#[derive(Debug)]
pub(super) struct DeleteGroupsHandler;

impl Handler for DeleteGroupsHandler {
    type Request = DeleteGroupsRequest;

    const VERSIONS: std::ops::RangeInclusive<i16> = 0..=2;

    fn handle(context: &RequestContext, request: DeleteGroupsRequest) -> Answer<DeleteGroupsResponse> {
        let groups = &context.broker.groups;
        let deletions: Vec<_> = request
            .groups_names
            .into_iter()
            .map(|id| {
                let deletion = groups.delete(&id);
                (id, deletion)
            })
            .collect();
        Answer::later(async move {
            let mut results = Vec::with_capacity(deletions.len());
            for (group_id, deletion) in deletions {
                let outcome = match deletion {
                    Ok(durable) => durable.await,
                    // A cluster without __consumer_offsets has no groups.
                    Err(GroupError::NotAvailable) => Err(GroupError::GroupIdNotFound),
                    Err(error) => Err(error),
                };
                results.push(DeletableGroupResult {
                    group_id,
                    error_code: GroupError::wire(&outcome),
                    ..DeletableGroupResult::default()
                });
            }
            DeleteGroupsResponse { results, ..DeleteGroupsResponse::default() }
        })
    }
}
