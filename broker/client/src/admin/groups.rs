//! Groups and their committed offsets.

use bytes::Bytes;
use bytestring::ByteString;

use super::{Admin, PerItem};
use crate::consumer::CommittedOffset;
use crate::{ClientError, TopicPartition};

/// A group in a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupListing {
    /// Its id.
    pub group_id: ByteString,
    /// `consumer`, `connect` and so on; empty for a group that has offsets only.
    pub protocol_type: ByteString,
    /// Kafka's name of the state, such as `Stable` or `Empty`; empty if the broker is too old to tell.
    pub state: ByteString,
    /// `Classic`, `Consumer` and so on; empty if the broker is too old to tell.
    pub group_type: ByteString,
}

/// A group in detail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupDescription {
    /// Its id.
    pub group_id: ByteString,
    /// Kafka's name of the state.
    pub state: ByteString,
    /// `consumer`, `connect` and so on.
    pub protocol_type: ByteString,
    /// The protocol in use.
    pub protocol: ByteString,
    /// Its members.
    pub members: Vec<GroupMemberDescription>,
}

/// A member of a described group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupMemberDescription {
    /// Its id.
    pub member_id: ByteString,
    /// Its static name.
    pub group_instance_id: Option<ByteString>,
    /// Its client's name.
    pub client_id: ByteString,
    /// Its address.
    pub client_host: ByteString,
    /// Its metadata for the protocol in use.
    pub metadata: Bytes,
    /// What it was assigned.
    pub assignment: Bytes,
}

impl Admin {
    /// All groups, of all brokers.
    pub async fn list_groups(&self) -> Result<Vec<GroupListing>, ClientError> {
        todo!()
    }

    /// Describes groups. One that does not exist is `Dead`, or `GROUP_ID_NOT_FOUND` on newer brokers.
    pub async fn describe_groups(
        &self,
        groups: Vec<ByteString>,
    ) -> Result<PerItem<ByteString, GroupDescription>, ClientError> {
        let _ = groups;
        todo!()
    }

    /// Deletes groups without members, with their offsets.
    pub async fn delete_groups(
        &self,
        groups: Vec<ByteString>,
    ) -> Result<PerItem<ByteString, ()>, ClientError> {
        let _ = groups;
        todo!()
    }

    /// A group's committed offsets, of all partitions or of these; partitions without one are left out.
    pub async fn list_group_offsets(
        &self,
        group: &ByteString,
        partitions: Option<&[TopicPartition]>,
    ) -> Result<Vec<(TopicPartition, CommittedOffset)>, ClientError> {
        let _ = (group, partitions);
        todo!()
    }

    /// Commits offsets for a group that has no members: sets where it will go on.
    pub async fn alter_group_offsets(
        &self,
        group: &ByteString,
        offsets: Vec<(TopicPartition, CommittedOffset)>,
    ) -> Result<PerItem<TopicPartition, ()>, ClientError> {
        let _ = (group, offsets);
        todo!()
    }

    /// Forgets a group's offsets of partitions that no member is subscribed to.
    pub async fn delete_group_offsets(
        &self,
        group: &ByteString,
        partitions: Vec<TopicPartition>,
    ) -> Result<PerItem<TopicPartition, ()>, ClientError> {
        let _ = (group, partitions);
        todo!()
    }
}
