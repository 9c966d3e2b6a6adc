//! Keys: records of the group coordinator in __consumer_offsets.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytes::Bytes;

use crate::codec::{
    DecodeError, EncodeError, Message, decode_record_key, encode_record_key, peek_record_type,
};

/// Any key of the records of the group coordinator in __consumer_offsets.
#[derive(Debug, Clone, PartialEq)]
pub enum GroupRecordKey {
    /// LegacyOffsetCommit, type 0.
    LegacyOffsetCommit(super::LegacyOffsetCommitKey),
    /// OffsetCommit, type 1.
    OffsetCommit(super::OffsetCommitKey),
    /// GroupMetadata, type 2.
    GroupMetadata(super::GroupMetadataKey),
    /// ConsumerGroupMetadata, type 3.
    ConsumerGroupMetadata(super::ConsumerGroupMetadataKey),
    /// ConsumerGroupPartitionMetadata, type 4.
    ConsumerGroupPartitionMetadata(super::ConsumerGroupPartitionMetadataKey),
    /// ConsumerGroupMemberMetadata, type 5.
    ConsumerGroupMemberMetadata(super::ConsumerGroupMemberMetadataKey),
    /// ConsumerGroupTargetAssignmentMetadata, type 6.
    ConsumerGroupTargetAssignmentMetadata(super::ConsumerGroupTargetAssignmentMetadataKey),
    /// ConsumerGroupTargetAssignmentMember, type 7.
    ConsumerGroupTargetAssignmentMember(super::ConsumerGroupTargetAssignmentMemberKey),
    /// ConsumerGroupCurrentMemberAssignment, type 8.
    ConsumerGroupCurrentMemberAssignment(super::ConsumerGroupCurrentMemberAssignmentKey),
    /// ShareGroupMemberMetadata, type 10.
    ShareGroupMemberMetadata(super::ShareGroupMemberMetadataKey),
    /// ShareGroupMetadata, type 11.
    ShareGroupMetadata(super::ShareGroupMetadataKey),
    /// ShareGroupTargetAssignmentMetadata, type 12.
    ShareGroupTargetAssignmentMetadata(super::ShareGroupTargetAssignmentMetadataKey),
    /// ShareGroupTargetAssignmentMember, type 13.
    ShareGroupTargetAssignmentMember(super::ShareGroupTargetAssignmentMemberKey),
    /// ShareGroupCurrentMemberAssignment, type 14.
    ShareGroupCurrentMemberAssignment(super::ShareGroupCurrentMemberAssignmentKey),
    /// ShareGroupStatePartitionMetadata, type 15.
    ShareGroupStatePartitionMetadata(super::ShareGroupStatePartitionMetadataKey),
    /// ConsumerGroupRegularExpression, type 16.
    ConsumerGroupRegularExpression(super::ConsumerGroupRegularExpressionKey),
    /// StreamsGroupMetadata, type 17.
    StreamsGroupMetadata(super::StreamsGroupMetadataKey),
    /// StreamsGroupMemberMetadata, type 19.
    StreamsGroupMemberMetadata(super::StreamsGroupMemberMetadataKey),
    /// StreamsGroupTargetAssignmentMetadata, type 20.
    StreamsGroupTargetAssignmentMetadata(super::StreamsGroupTargetAssignmentMetadataKey),
    /// StreamsGroupTargetAssignmentMember, type 21.
    StreamsGroupTargetAssignmentMember(super::StreamsGroupTargetAssignmentMemberKey),
    /// StreamsGroupCurrentMemberAssignment, type 22.
    StreamsGroupCurrentMemberAssignment(super::StreamsGroupCurrentMemberAssignmentKey),
    /// StreamsGroupTopology, type 23.
    StreamsGroupTopology(super::StreamsGroupTopologyKey),
}

impl GroupRecordKey {
    /// Reads a key with its type number in front. Types of a newer version are [`DecodeError::UnknownRecordType`].
    pub fn decode(bytes: Bytes) -> Result<Self, DecodeError> {
        Ok(match peek_record_type(&bytes)? {
            0 => Self::LegacyOffsetCommit(decode_record_key(bytes)?),
            1 => Self::OffsetCommit(decode_record_key(bytes)?),
            2 => Self::GroupMetadata(decode_record_key(bytes)?),
            3 => Self::ConsumerGroupMetadata(decode_record_key(bytes)?),
            4 => Self::ConsumerGroupPartitionMetadata(decode_record_key(bytes)?),
            5 => Self::ConsumerGroupMemberMetadata(decode_record_key(bytes)?),
            6 => Self::ConsumerGroupTargetAssignmentMetadata(decode_record_key(bytes)?),
            7 => Self::ConsumerGroupTargetAssignmentMember(decode_record_key(bytes)?),
            8 => Self::ConsumerGroupCurrentMemberAssignment(decode_record_key(bytes)?),
            10 => Self::ShareGroupMemberMetadata(decode_record_key(bytes)?),
            11 => Self::ShareGroupMetadata(decode_record_key(bytes)?),
            12 => Self::ShareGroupTargetAssignmentMetadata(decode_record_key(bytes)?),
            13 => Self::ShareGroupTargetAssignmentMember(decode_record_key(bytes)?),
            14 => Self::ShareGroupCurrentMemberAssignment(decode_record_key(bytes)?),
            15 => Self::ShareGroupStatePartitionMetadata(decode_record_key(bytes)?),
            16 => Self::ConsumerGroupRegularExpression(decode_record_key(bytes)?),
            17 => Self::StreamsGroupMetadata(decode_record_key(bytes)?),
            19 => Self::StreamsGroupMemberMetadata(decode_record_key(bytes)?),
            20 => Self::StreamsGroupTargetAssignmentMetadata(decode_record_key(bytes)?),
            21 => Self::StreamsGroupTargetAssignmentMember(decode_record_key(bytes)?),
            22 => Self::StreamsGroupCurrentMemberAssignment(decode_record_key(bytes)?),
            23 => Self::StreamsGroupTopology(decode_record_key(bytes)?),
            other => return Err(DecodeError::UnknownRecordType(other)),
        })
    }

    /// Writes the key with its type number in front.
    pub fn encode(&self) -> Result<Bytes, EncodeError> {
        match self {
            Self::LegacyOffsetCommit(key) => encode_record_key(key),
            Self::OffsetCommit(key) => encode_record_key(key),
            Self::GroupMetadata(key) => encode_record_key(key),
            Self::ConsumerGroupMetadata(key) => encode_record_key(key),
            Self::ConsumerGroupPartitionMetadata(key) => encode_record_key(key),
            Self::ConsumerGroupMemberMetadata(key) => encode_record_key(key),
            Self::ConsumerGroupTargetAssignmentMetadata(key) => encode_record_key(key),
            Self::ConsumerGroupTargetAssignmentMember(key) => encode_record_key(key),
            Self::ConsumerGroupCurrentMemberAssignment(key) => encode_record_key(key),
            Self::ShareGroupMemberMetadata(key) => encode_record_key(key),
            Self::ShareGroupMetadata(key) => encode_record_key(key),
            Self::ShareGroupTargetAssignmentMetadata(key) => encode_record_key(key),
            Self::ShareGroupTargetAssignmentMember(key) => encode_record_key(key),
            Self::ShareGroupCurrentMemberAssignment(key) => encode_record_key(key),
            Self::ShareGroupStatePartitionMetadata(key) => encode_record_key(key),
            Self::ConsumerGroupRegularExpression(key) => encode_record_key(key),
            Self::StreamsGroupMetadata(key) => encode_record_key(key),
            Self::StreamsGroupMemberMetadata(key) => encode_record_key(key),
            Self::StreamsGroupTargetAssignmentMetadata(key) => encode_record_key(key),
            Self::StreamsGroupTargetAssignmentMember(key) => encode_record_key(key),
            Self::StreamsGroupCurrentMemberAssignment(key) => encode_record_key(key),
            Self::StreamsGroupTopology(key) => encode_record_key(key),
        }
    }

    /// Kafka's name of the key's type.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::LegacyOffsetCommit(_) => super::LegacyOffsetCommitKey::NAME,
            Self::OffsetCommit(_) => super::OffsetCommitKey::NAME,
            Self::GroupMetadata(_) => super::GroupMetadataKey::NAME,
            Self::ConsumerGroupMetadata(_) => super::ConsumerGroupMetadataKey::NAME,
            Self::ConsumerGroupPartitionMetadata(_) => super::ConsumerGroupPartitionMetadataKey::NAME,
            Self::ConsumerGroupMemberMetadata(_) => super::ConsumerGroupMemberMetadataKey::NAME,
            Self::ConsumerGroupTargetAssignmentMetadata(_) => {
                super::ConsumerGroupTargetAssignmentMetadataKey::NAME
            }
            Self::ConsumerGroupTargetAssignmentMember(_) => {
                super::ConsumerGroupTargetAssignmentMemberKey::NAME
            }
            Self::ConsumerGroupCurrentMemberAssignment(_) => {
                super::ConsumerGroupCurrentMemberAssignmentKey::NAME
            }
            Self::ShareGroupMemberMetadata(_) => super::ShareGroupMemberMetadataKey::NAME,
            Self::ShareGroupMetadata(_) => super::ShareGroupMetadataKey::NAME,
            Self::ShareGroupTargetAssignmentMetadata(_) => super::ShareGroupTargetAssignmentMetadataKey::NAME,
            Self::ShareGroupTargetAssignmentMember(_) => super::ShareGroupTargetAssignmentMemberKey::NAME,
            Self::ShareGroupCurrentMemberAssignment(_) => super::ShareGroupCurrentMemberAssignmentKey::NAME,
            Self::ShareGroupStatePartitionMetadata(_) => super::ShareGroupStatePartitionMetadataKey::NAME,
            Self::ConsumerGroupRegularExpression(_) => super::ConsumerGroupRegularExpressionKey::NAME,
            Self::StreamsGroupMetadata(_) => super::StreamsGroupMetadataKey::NAME,
            Self::StreamsGroupMemberMetadata(_) => super::StreamsGroupMemberMetadataKey::NAME,
            Self::StreamsGroupTargetAssignmentMetadata(_) => {
                super::StreamsGroupTargetAssignmentMetadataKey::NAME
            }
            Self::StreamsGroupTargetAssignmentMember(_) => super::StreamsGroupTargetAssignmentMemberKey::NAME,
            Self::StreamsGroupCurrentMemberAssignment(_) => {
                super::StreamsGroupCurrentMemberAssignmentKey::NAME
            }
            Self::StreamsGroupTopology(_) => super::StreamsGroupTopologyKey::NAME,
        }
    }
}
