//! Why a group refuses a request.

use aqueduct_protocol::ErrorCode;

/// A refusal, one for each code a group answers with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum GroupError {
    /// The group id is empty or null.
    #[error("the group id is not valid")]
    InvalidGroupId,
    /// The session time-out is out of the broker's bounds.
    #[error("the session time-out is out of bounds")]
    InvalidSessionTimeout,
    /// The member is not in the group.
    #[error("the member is not in the group")]
    UnknownMember,
    /// The request is of another generation.
    #[error("the generation is not the group's")]
    IllegalGeneration,
    /// The protocols are not those of the other members.
    #[error("the protocols do not fit those of the group")]
    InconsistentProtocol,
    /// Another member has this instance id now.
    #[error("another member has this instance id")]
    FencedInstanceId,
    /// The group is rebalancing: join again.
    #[error("the group is rebalancing")]
    RebalanceInProgress,
    /// The first join told the member its id: join again with it.
    #[error("join again with the member id given")]
    MemberIdRequired,
    /// Too many members, or too many bytes of theirs.
    #[error("the group is full")]
    GroupMaxSizeReached,
    /// The group has members.
    #[error("the group is not empty")]
    NonEmptyGroup,
    /// There is no such group.
    #[error("there is no such group")]
    GroupIdNotFound,
    /// Members of the group read the topic.
    #[error("the group is subscribed to the topic")]
    SubscribedToTopic,
    /// The text beside an offset is too long.
    #[error("the offset's metadata is too long")]
    OffsetMetadataTooLarge,
    /// The group's partition of `__consumer_offsets` is being read.
    #[error("the group is being loaded")]
    Loading,
    /// The group's partition of `__consumer_offsets` cannot be written or read.
    #[error("the group's log is not available")]
    NotAvailable,
    /// The commit did not get durable in time; it may yet.
    #[error("the commit was not durable in time")]
    TimedOut,
}

impl GroupError {
    /// The protocol's code.
    pub fn code(self) -> ErrorCode {
        match self {
            Self::InvalidGroupId => ErrorCode::InvalidGroupId,
            Self::InvalidSessionTimeout => ErrorCode::InvalidSessionTimeout,
            Self::UnknownMember => ErrorCode::UnknownMemberId,
            Self::IllegalGeneration => ErrorCode::IllegalGeneration,
            Self::InconsistentProtocol => ErrorCode::InconsistentGroupProtocol,
            Self::FencedInstanceId => ErrorCode::FencedInstanceId,
            Self::RebalanceInProgress => ErrorCode::RebalanceInProgress,
            Self::MemberIdRequired => ErrorCode::MemberIdRequired,
            Self::GroupMaxSizeReached => ErrorCode::GroupMaxSizeReached,
            Self::NonEmptyGroup => ErrorCode::NonEmptyGroup,
            Self::GroupIdNotFound => ErrorCode::GroupIdNotFound,
            Self::SubscribedToTopic => ErrorCode::GroupSubscribedToTopic,
            Self::OffsetMetadataTooLarge => ErrorCode::OffsetMetadataTooLarge,
            Self::Loading => ErrorCode::CoordinatorLoadInProgress,
            Self::NotAvailable => ErrorCode::CoordinatorNotAvailable,
            Self::TimedOut => ErrorCode::RequestTimedOut,
        }
    }

    /// The number on the wire for an outcome; 0 for success.
    pub fn wire<T>(outcome: &Result<T, Self>) -> i16 {
        outcome.as_ref().err().map_or(0, |error| error.code().code())
    }
}
