//! OffsetCommitRequest: API key 8, versions 2-10.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytestring::ByteString;
use uuid::Uuid;

use crate::ApiKey;
use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, Request, UnknownTags};

/// OffsetCommitRequest: API key 8, versions 2-10, flexible 8+.
#[derive(Debug, Clone, PartialEq)]
pub struct OffsetCommitRequest {
    /// `string`.
    pub group_id: ByteString,
    /// `int32`, default -1.
    pub generation_id_or_member_epoch: i32,
    /// `string`.
    pub member_id: ByteString,
    /// `string`, versions 7+, nullable, default null.
    pub group_instance_id: Option<ByteString>,
    /// `int64`, versions 2-4, default -1; dropped elsewhere.
    pub retention_time_ms: i64,
    /// `[]OffsetCommitRequestTopic`.
    pub topics: Vec<OffsetCommitRequestTopic>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for OffsetCommitRequest {
    fn default() -> Self {
        Self {
            group_id: ByteString::new(),
            generation_id_or_member_epoch: -1,
            member_id: ByteString::new(),
            group_instance_id: None,
            retention_time_ms: -1,
            topics: Vec::new(),
            unknown_tagged_fields: UnknownTags::new(),
        }
    }
}

impl Message for OffsetCommitRequest {
    const NAME: &'static str = "OffsetCommitRequest";
    const MIN_VERSION: i16 = 2;
    const MAX_VERSION: i16 = 10;
    const FLEXIBLE_VERSION: i16 = 8;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version >= 8;
        Ok(Self {
            group_id: d.string(flexible)?,
            generation_id_or_member_epoch: d.i32()?,
            member_id: d.string(flexible)?,
            group_instance_id: if version >= 7 { d.nullable_string(flexible)? } else { None },
            retention_time_ms: if version <= 4 { d.i64()? } else { -1 },
            topics: d.array(flexible, OffsetCommitRequestTopic::min_size(version), |d| {
                OffsetCommitRequestTopic::decode(d, version)
            })?,
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version >= 8;
        e.string(&self.group_id, flexible)?;
        e.i32(self.generation_id_or_member_epoch);
        e.string(&self.member_id, flexible)?;
        if version >= 7 {
            e.nullable_string(self.group_instance_id.as_ref(), flexible)?;
        } else if self.group_instance_id.is_some() {
            return Err(EncodeError::FieldNotInVersion {
                field: "OffsetCommitRequest.GroupInstanceId",
                version,
            });
        }
        if version <= 4 {
            e.i64(self.retention_time_ms);
        }
        e.array_length(Some(self.topics.len()), flexible)?;
        for item in &self.topics {
            item.encode(e, version)?;
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }
}

impl Request for OffsetCommitRequest {
    type Response = super::OffsetCommitResponse;
    const API_KEY: ApiKey = ApiKey::OffsetCommit;
}

/// `OffsetCommitRequestTopic` in [`OffsetCommitRequest`], versions 2-10.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OffsetCommitRequestTopic {
    /// `string`, versions 2-9; dropped elsewhere.
    pub name: ByteString,
    /// `uuid`, versions 10+; dropped elsewhere.
    pub topic_id: Uuid,
    /// `[]OffsetCommitRequestPartition`.
    pub partitions: Vec<OffsetCommitRequestPartition>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl OffsetCommitRequestTopic {
    /// The least number of bytes it takes.
    const fn min_size(version: i16) -> usize {
        match version {
            ..8 => 6,
            8..10 => 3,
            _ => 18,
        }
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 8;
        Ok(Self {
            name: if version <= 9 { d.string(flexible)? } else { ByteString::new() },
            topic_id: if version == 10 { d.uuid()? } else { Uuid::nil() },
            partitions: d.array(flexible, OffsetCommitRequestPartition::min_size(version), |d| {
                OffsetCommitRequestPartition::decode(d, version)
            })?,
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 8;
        if version <= 9 {
            e.string(&self.name, flexible)?;
        }
        if version == 10 {
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

/// `OffsetCommitRequestPartition` in [`OffsetCommitRequest`], versions 2-10.
#[derive(Debug, Clone, PartialEq)]
pub struct OffsetCommitRequestPartition {
    /// `int32`.
    pub partition_index: i32,
    /// `int64`.
    pub committed_offset: i64,
    /// `int32`, versions 6+, default -1; dropped elsewhere.
    pub committed_leader_epoch: i32,
    /// `string`, nullable.
    pub committed_metadata: Option<ByteString>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for OffsetCommitRequestPartition {
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

impl OffsetCommitRequestPartition {
    /// The least number of bytes it takes.
    const fn min_size(version: i16) -> usize {
        match version {
            ..6 => 14,
            _ => 18,
        }
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 8;
        Ok(Self {
            partition_index: d.i32()?,
            committed_offset: d.i64()?,
            committed_leader_epoch: if version >= 6 { d.i32()? } else { -1 },
            committed_metadata: d.nullable_string(flexible)?,
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 8;
        e.i32(self.partition_index);
        e.i64(self.committed_offset);
        if version >= 6 {
            e.i32(self.committed_leader_epoch);
        }
        e.nullable_string(self.committed_metadata.as_ref(), flexible)?;
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }
}
