//! TxnOffsetCommitRequest: API key 28, versions 0-6.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytestring::ByteString;
use uuid::Uuid;

use crate::ApiKey;
use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, Request, UnknownTags};

/// TxnOffsetCommitRequest: API key 28, versions 0-6, flexible 3+.
#[derive(Debug, Clone, PartialEq)]
pub struct TxnOffsetCommitRequest {
    /// `string`.
    pub transactional_id: ByteString,
    /// `string`.
    pub group_id: ByteString,
    /// `int64`.
    pub producer_id: i64,
    /// `int16`.
    pub producer_epoch: i16,
    /// `int32`, versions 3+, default -1.
    pub generation_id_or_member_epoch: i32,
    /// `string`, versions 3+.
    pub member_id: ByteString,
    /// `string`, versions 3+, nullable, default null.
    pub group_instance_id: Option<ByteString>,
    /// `[]TxnOffsetCommitRequestTopic`.
    pub topics: Vec<TxnOffsetCommitRequestTopic>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for TxnOffsetCommitRequest {
    fn default() -> Self {
        Self {
            transactional_id: ByteString::new(),
            group_id: ByteString::new(),
            producer_id: 0,
            producer_epoch: 0,
            generation_id_or_member_epoch: -1,
            member_id: ByteString::new(),
            group_instance_id: None,
            topics: Vec::new(),
            unknown_tagged_fields: UnknownTags::new(),
        }
    }
}

impl Message for TxnOffsetCommitRequest {
    const NAME: &'static str = "TxnOffsetCommitRequest";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 6;
    const FLEXIBLE_VERSION: i16 = 3;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version >= 3;
        Ok(Self {
            transactional_id: d.string(flexible)?,
            group_id: d.string(flexible)?,
            producer_id: d.i64()?,
            producer_epoch: d.i16()?,
            generation_id_or_member_epoch: if version >= 3 { d.i32()? } else { -1 },
            member_id: if version >= 3 { d.string(flexible)? } else { ByteString::new() },
            group_instance_id: if version >= 3 { d.nullable_string(flexible)? } else { None },
            topics: d.array(flexible, TxnOffsetCommitRequestTopic::min_size(version), |d| {
                TxnOffsetCommitRequestTopic::decode(d, version)
            })?,
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version >= 3;
        e.string(&self.transactional_id, flexible)?;
        e.string(&self.group_id, flexible)?;
        e.i64(self.producer_id);
        e.i16(self.producer_epoch);
        if version >= 3 {
            e.i32(self.generation_id_or_member_epoch);
        } else if self.generation_id_or_member_epoch != -1 {
            return Err(EncodeError::FieldNotInVersion {
                field: "TxnOffsetCommitRequest.GenerationIdOrMemberEpoch",
                version,
            });
        }
        if version >= 3 {
            e.string(&self.member_id, flexible)?;
        } else if !self.member_id.is_empty() {
            return Err(EncodeError::FieldNotInVersion { field: "TxnOffsetCommitRequest.MemberId", version });
        }
        if version >= 3 {
            e.nullable_string(self.group_instance_id.as_ref(), flexible)?;
        } else if self.group_instance_id.is_some() {
            return Err(EncodeError::FieldNotInVersion {
                field: "TxnOffsetCommitRequest.GroupInstanceId",
                version,
            });
        }
        e.array_length(Some(self.topics.len()), flexible)?;
        for item in &self.topics {
            item.encode(e, version)?;
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }
}

impl Request for TxnOffsetCommitRequest {
    type Response = super::TxnOffsetCommitResponse;
    const API_KEY: ApiKey = ApiKey::TxnOffsetCommit;
}

/// `TxnOffsetCommitRequestTopic` in [`TxnOffsetCommitRequest`], versions 0-6.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TxnOffsetCommitRequestTopic {
    /// `string`, versions 0-5; dropped elsewhere.
    pub name: ByteString,
    /// `uuid`, versions 6+; dropped elsewhere.
    pub topic_id: Uuid,
    /// `[]TxnOffsetCommitRequestPartition`.
    pub partitions: Vec<TxnOffsetCommitRequestPartition>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl TxnOffsetCommitRequestTopic {
    /// The least number of bytes it takes.
    const fn min_size(version: i16) -> usize {
        match version {
            ..3 => 6,
            3..6 => 3,
            _ => 18,
        }
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 3;
        Ok(Self {
            name: if version <= 5 { d.string(flexible)? } else { ByteString::new() },
            topic_id: if version == 6 { d.uuid()? } else { Uuid::nil() },
            partitions: d.array(flexible, TxnOffsetCommitRequestPartition::min_size(version), |d| {
                TxnOffsetCommitRequestPartition::decode(d, version)
            })?,
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 3;
        if version <= 5 {
            e.string(&self.name, flexible)?;
        }
        if version == 6 {
            e.uuid(self.topic_id);
        }
        e.array_length(Some(self.partitions.len()), flexible)?;
        for item in &self.partitions {
            item.encode(e, version)?;
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }
}

/// `TxnOffsetCommitRequestPartition` in [`TxnOffsetCommitRequest`], versions 0-6.
#[derive(Debug, Clone, PartialEq)]
pub struct TxnOffsetCommitRequestPartition {
    /// `int32`.
    pub partition_index: i32,
    /// `int64`.
    pub committed_offset: i64,
    /// `int32`, versions 2+, default -1; dropped elsewhere.
    pub committed_leader_epoch: i32,
    /// `string`, nullable.
    pub committed_metadata: Option<ByteString>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for TxnOffsetCommitRequestPartition {
    fn default() -> Self {
        Self {
            partition_index: 0,
            committed_offset: 0,
            committed_leader_epoch: -1,
            committed_metadata: Some(ByteString::new()),
            unknown_tagged_fields: UnknownTags::new(),
        }
    }
}

impl TxnOffsetCommitRequestPartition {
    /// The least number of bytes it takes.
    const fn min_size(version: i16) -> usize {
        match version {
            ..2 => 14,
            _ => 18,
        }
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 3;
        Ok(Self {
            partition_index: d.i32()?,
            committed_offset: d.i64()?,
            committed_leader_epoch: if version >= 2 { d.i32()? } else { -1 },
            committed_metadata: d.nullable_string(flexible)?,
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 3;
        e.i32(self.partition_index);
        e.i64(self.committed_offset);
        if version >= 2 {
            e.i32(self.committed_leader_epoch);
        }
        e.nullable_string(self.committed_metadata.as_ref(), flexible)?;
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }
}
