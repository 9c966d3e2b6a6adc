//! VoteRequest: API key 52, versions 0-2.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytestring::ByteString;
use uuid::Uuid;

use crate::ApiKey;
use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, Request, UnknownTags};

/// VoteRequest: API key 52, versions 0-2, flexible 0+.
#[derive(Debug, Clone, PartialEq)]
pub struct VoteRequest {
    /// `string`, nullable, default null.
    pub cluster_id: Option<ByteString>,
    /// `int32`, versions 1+, default -1; dropped elsewhere.
    pub voter_id: i32,
    /// `[]TopicData`.
    pub topics: Vec<TopicData>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for VoteRequest {
    fn default() -> Self {
        Self { cluster_id: None, voter_id: -1, topics: Vec::new(), unknown_tagged_fields: UnknownTags::new() }
    }
}

impl Message for VoteRequest {
    const NAME: &'static str = "VoteRequest";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 2;
    const FLEXIBLE_VERSION: i16 = 0;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        Ok(Self {
            cluster_id: d.nullable_string(true)?,
            voter_id: if version >= 1 { d.i32()? } else { -1 },
            topics: d.array(true, TopicData::min_size(version), |d| TopicData::decode(d, version))?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        e.nullable_string(self.cluster_id.as_ref(), true)?;
        if version >= 1 {
            e.i32(self.voter_id);
        }
        e.array_length(Some(self.topics.len()), true)?;
        for item in &self.topics {
            item.encode(e, version)?;
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}

impl Request for VoteRequest {
    type Response = super::VoteResponse;
    const API_KEY: ApiKey = ApiKey::Vote;
}

/// `TopicData` in [`VoteRequest`], versions 0-2.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopicData {
    /// `string`.
    pub topic_name: ByteString,
    /// `[]PartitionData`.
    pub partitions: Vec<PartitionData>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl TopicData {
    /// The least number of bytes it takes.
    const fn min_size(_version: i16) -> usize {
        3
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            topic_name: d.string(true)?,
            partitions: d
                .array(true, PartitionData::min_size(version), |d| PartitionData::decode(d, version))?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.string(&self.topic_name, true)?;
        e.array_length(Some(self.partitions.len()), true)?;
        for item in &self.partitions {
            item.encode(e, version)?;
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}

/// `PartitionData` in [`VoteRequest`], versions 0-2.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PartitionData {
    /// `int32`.
    pub partition_index: i32,
    /// `int32`.
    pub replica_epoch: i32,
    /// `int32`.
    pub replica_id: i32,
    /// `uuid`, versions 1+; dropped elsewhere.
    pub replica_directory_id: Uuid,
    /// `uuid`, versions 1+; dropped elsewhere.
    pub voter_directory_id: Uuid,
    /// `int32`.
    pub last_offset_epoch: i32,
    /// `int64`.
    pub last_offset: i64,
    /// `bool`, versions 2+.
    pub pre_vote: bool,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl PartitionData {
    /// The least number of bytes it takes.
    const fn min_size(version: i16) -> usize {
        match version {
            ..1 => 25,
            1..2 => 57,
            _ => 58,
        }
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            partition_index: d.i32()?,
            replica_epoch: d.i32()?,
            replica_id: d.i32()?,
            replica_directory_id: if version >= 1 { d.uuid()? } else { Uuid::nil() },
            voter_directory_id: if version >= 1 { d.uuid()? } else { Uuid::nil() },
            last_offset_epoch: d.i32()?,
            last_offset: d.i64()?,
            pre_vote: if version == 2 { d.bool()? } else { false },
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.i32(self.partition_index);
        e.i32(self.replica_epoch);
        e.i32(self.replica_id);
        if version >= 1 {
            e.uuid(self.replica_directory_id);
        }
        if version >= 1 {
            e.uuid(self.voter_directory_id);
        }
        e.i32(self.last_offset_epoch);
        e.i64(self.last_offset);
        if version == 2 {
            e.bool(self.pre_vote);
        } else if self.pre_vote {
            return Err(EncodeError::FieldNotInVersion { field: "PartitionData.PreVote", version });
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}
