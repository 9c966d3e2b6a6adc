//! Committing a consumer's positions, in the name of the generation that consumed them.

use aqueduct_protocol::ErrorCode;
use bytestring::ByteString;

use super::{CommittedOffset, ConsumeError};
use crate::group_offsets::{CommitAs, commit_offsets};
use crate::{Client, ClientError, TopicPartition};

/// Commits all of these or fails.
pub(super) async fn commit(
    client: Client,
    group: Option<String>,
    who: CommitAs,
    offsets: Vec<(TopicPartition, CommittedOffset)>,
) -> Result<(), ConsumeError> {
    let Some(group) = group else {
        let text = "To use the group management or offset commit APIs, you must provide a valid group.id in the consumer configuration.";
        return Err(ClientError::Invalid(text.to_owned()).into());
    };
    if offsets.is_empty() {
        return Ok(());
    }
    let results = commit_offsets(&client, &ByteString::from(group), who, offsets).await?;
    for (_, result) in results {
        result.map_err(|error| match error.code() {
            // The generation is over, or is ending.
            Some(
                ErrorCode::IllegalGeneration
                | ErrorCode::UnknownMemberId
                | ErrorCode::RebalanceInProgress
                | ErrorCode::StaleMemberEpoch,
            ) => ConsumeError::CommitFailed,
            _ => ConsumeError::Client(error),
        })?;
    }
    Ok(())
}
