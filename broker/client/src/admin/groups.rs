//! Groups and their committed offsets.

use aqueduct_protocol::ErrorCode;
use aqueduct_protocol::messages::describe_groups_response::DescribedGroup;
use aqueduct_protocol::messages::offset_delete_request::{
    OffsetDeleteRequestPartition, OffsetDeleteRequestTopic,
};
use aqueduct_protocol::messages::{
    DeleteGroupsRequest, DeleteGroupsResponse, DescribeGroupsRequest, DescribeGroupsResponse,
    ListGroupsRequest, OffsetDeleteRequest,
};
use bytes::Bytes;
use bytestring::ByteString;

use super::offsets::{by_topic, missing};
use super::{Admin, PerItem};
use crate::consumer::CommittedOffset;
use crate::group_offsets::{CommitAs, commit_offsets, fetch_offsets};
use crate::{ClientError, Target, TopicPartition};

/// A group in a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupListing {
    /// Its id.
    pub group_id: ByteString,
    /// `consumer`, `connect` and so on; empty for a group that has offsets only.
    pub protocol_type: ByteString,
    /// Kafka's name of the state, such as `Stable` or `Empty`; empty if the broker is too old to tell.
    pub state: ByteString,
    /// `classic`, `consumer` and so on; empty if the broker is too old to tell.
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
        let mut groups = Vec::new();
        let brokers: Vec<i32> = self.client.metadata().brokers.keys().copied().collect();
        for broker in brokers {
            let request = ListGroupsRequest::default();
            let judge = |answer: &aqueduct_protocol::messages::ListGroupsResponse| {
                ErrorCode::from_code(answer.error_code)
            };
            let answer = self.client.request(Target::Node(broker), request, judge).await?;
            ClientError::check(answer.error_code, None, || format!("ListGroups of broker {broker}"))?;
            groups.extend(answer.groups.into_iter().map(|group| GroupListing {
                group_id: group.group_id,
                protocol_type: group.protocol_type,
                state: group.group_state,
                group_type: group.group_type,
            }));
        }
        Ok(groups)
    }

    /// Describes groups. One that does not exist is `Dead`, or `GROUP_ID_NOT_FOUND` on newer brokers.
    pub async fn describe_groups(
        &self,
        groups: Vec<ByteString>,
    ) -> Result<PerItem<ByteString, GroupDescription>, ClientError> {
        let mut results = Vec::new();
        for group in groups {
            let request =
                DescribeGroupsRequest { groups: vec![group.clone()], ..DescribeGroupsRequest::default() };
            let judge =
                |answer: &DescribeGroupsResponse| first_code(answer.groups.iter().map(|g| g.error_code));
            let answer = self.client.request(Target::Group(group.clone()), request, judge).await;
            let described = answer.and_then(|answer| {
                let found = answer.groups.into_iter().next().ok_or_else(|| unnamed(&group))?;
                let what = || format!("DescribeGroups {group}");
                ClientError::check(found.error_code, found.error_message.as_ref(), what)?;
                Ok(found.into())
            });
            results.push((group, described));
        }
        Ok(results)
    }

    /// Deletes groups without members, with their offsets.
    pub async fn delete_groups(
        &self,
        groups: Vec<ByteString>,
    ) -> Result<PerItem<ByteString, ()>, ClientError> {
        let mut results = Vec::new();
        for group in groups {
            let request =
                DeleteGroupsRequest { groups_names: vec![group.clone()], ..DeleteGroupsRequest::default() };
            let judge =
                |answer: &DeleteGroupsResponse| first_code(answer.results.iter().map(|g| g.error_code));
            let answer = self.client.request(Target::Group(group.clone()), request, judge).await;
            let deleted = answer.and_then(|answer| {
                let found = answer.results.into_iter().next().ok_or_else(|| unnamed(&group))?;
                let what = || format!("DeleteGroups {group}");
                ClientError::check(found.error_code, found.error_message.as_ref(), what)
            });
            results.push((group, deleted));
        }
        Ok(results)
    }

    /// A group's committed offsets, of all partitions or of these; partitions without one are left out.
    pub async fn list_group_offsets(
        &self,
        group: &ByteString,
        partitions: Option<&[TopicPartition]>,
    ) -> Result<Vec<(TopicPartition, CommittedOffset)>, ClientError> {
        fetch_offsets(&self.client, group, partitions).await
    }

    /// Commits offsets for a group that has no members: sets where it will go on.
    pub async fn alter_group_offsets(
        &self,
        group: &ByteString,
        offsets: Vec<(TopicPartition, CommittedOffset)>,
    ) -> Result<PerItem<TopicPartition, ()>, ClientError> {
        commit_offsets(&self.client, group, CommitAs::NoMember, offsets).await
    }

    /// Forgets a group's offsets of partitions that no member is subscribed to.
    pub async fn delete_group_offsets(
        &self,
        group: &ByteString,
        partitions: Vec<TopicPartition>,
    ) -> Result<PerItem<TopicPartition, ()>, ClientError> {
        let topics = by_topic(
            &partitions,
            |partition| partition,
            |partition| OffsetDeleteRequestPartition { partition_index: partition.partition },
        );
        let topics =
            topics.into_iter().map(|(name, partitions)| OffsetDeleteRequestTopic { name, partitions });
        let request = OffsetDeleteRequest { group_id: group.clone(), topics: topics.collect() };
        let judge = |answer: &aqueduct_protocol::messages::OffsetDeleteResponse| {
            ErrorCode::from_code(answer.error_code)
        };
        let answer = self.client.request(Target::Group(group.clone()), request, judge).await?;
        ClientError::check(answer.error_code, None, || format!("OffsetDelete of group {group}"))?;
        let result = |partition: TopicPartition| {
            let topic = answer.topics.iter().find(|topic| topic.name == partition.topic);
            let found = topic.and_then(|topic| {
                topic.partitions.iter().find(|found| found.partition_index == partition.partition)
            });
            let checked = found.ok_or_else(|| missing(&partition)).and_then(|found| {
                ClientError::check(found.error_code, None, || format!("OffsetDelete {partition}"))
            });
            (partition, checked)
        };
        Ok(partitions.into_iter().map(result).collect())
    }
}

impl From<DescribedGroup> for GroupDescription {
    fn from(group: DescribedGroup) -> GroupDescription {
        let members = group.members.into_iter().map(|member| GroupMemberDescription {
            member_id: member.member_id,
            group_instance_id: member.group_instance_id,
            client_id: member.client_id,
            client_host: member.client_host,
            metadata: member.member_metadata,
            assignment: member.member_assignment,
        });
        GroupDescription {
            group_id: group.group_id,
            state: group.group_state,
            protocol_type: group.protocol_type,
            protocol: group.protocol_data,
            members: members.collect(),
        }
    }
}

/// The error of an answer that is about one group.
fn first_code(mut codes: impl Iterator<Item = i16>) -> ErrorCode {
    codes.next().map_or(ErrorCode::None, ErrorCode::from_code)
}

fn unnamed(group: &ByteString) -> ClientError {
    let code = ErrorCode::UnknownServerError;
    let message = Some("the broker's answer does not name the group".into());
    ClientError::Broker { what: format!("group {group}"), code, message }
}
