//! A group as its record in `__consumer_offsets`, and back.

use aqueduct_protocol::messages::GroupMetadataValue;
use aqueduct_protocol::messages::group_metadata_value::MemberMetadata;
use bytestring::ByteString;

use super::group::{Group, GroupState};
use super::member::{Member, Protocol};

/// The record's value for the group as it is.
pub(super) fn value(group: &Group) -> GroupMetadataValue {
    let protocol = group.protocol.clone().unwrap_or_default();
    let member = |member: &Member| MemberMetadata {
        member_id: member.id.clone(),
        group_instance_id: member.instance_id.clone(),
        client_id: member.client_id.clone(),
        client_host: member.client_host.clone(),
        rebalance_timeout: member.rebalance_timeout_ms,
        session_timeout: member.session_timeout_ms,
        subscription: member.metadata(&protocol),
        assignment: member.assignment.clone(),
        ..MemberMetadata::default()
    };
    GroupMetadataValue {
        protocol_type: group.protocol_type.clone().unwrap_or_default(),
        generation: group.generation,
        protocol: group.protocol.clone(),
        leader: group.leader.clone(),
        current_state_timestamp: group.state_since,
        members: group.members.values().map(member).collect(),
        ..GroupMetadataValue::default()
    }
}

impl Group {
    /// The value to persist for the group as it is now.
    pub fn to_record(&self) -> GroupMetadataValue {
        value(self)
    }

    /// A group from its record. Members get a whole session time-out to be heard of again.
    pub fn from_record(id: ByteString, record: GroupMetadataValue, now_ms: i64) -> Self {
        let mut group = Self::new(id, now_ms);
        group.generation = record.generation;
        group.protocol_type = Some(record.protocol_type).filter(|name| !name.is_empty());
        group.state_since =
            if record.current_state_timestamp > 0 { record.current_state_timestamp } else { now_ms };
        if record.members.is_empty() {
            return group;
        }
        group.state = GroupState::Stable;
        group.protocol = record.protocol;
        group.leader = record.leader;
        let protocol_name = group.protocol.clone().unwrap_or_default();
        for member in record.members {
            if let Some(instance_id) = &member.group_instance_id {
                group.static_members.insert(instance_id.clone(), member.member_id.clone());
            }
            let rebalance_timeout =
                if member.rebalance_timeout >= 0 { member.rebalance_timeout } else { member.session_timeout };
            let loaded = Member {
                id: member.member_id.clone(),
                instance_id: member.group_instance_id,
                client_id: member.client_id,
                client_host: member.client_host,
                session_timeout_ms: member.session_timeout,
                rebalance_timeout_ms: rebalance_timeout,
                protocols: vec![Protocol { name: protocol_name.clone(), metadata: member.subscription }],
                assignment: member.assignment,
                joining: None,
                syncing: None,
                session_deadline: now_ms + i64::from(member.session_timeout),
                is_new: false,
            };
            group.members.insert(member.member_id, loaded);
        }
        group
    }
}
