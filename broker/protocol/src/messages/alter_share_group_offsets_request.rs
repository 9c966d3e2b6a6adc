//! AlterShareGroupOffsetsRequest: API key 91, versions 0.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytestring::ByteString;

use crate::ApiKey;
use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, Request, UnknownTags};

/// AlterShareGroupOffsetsRequest: API key 91, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AlterShareGroupOffsetsRequest {
    /// `string`.
    pub group_id: ByteString,
    /// `[]AlterShareGroupOffsetsRequestTopic`.
    pub topics: Vec<AlterShareGroupOffsetsRequestTopic>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Message for AlterShareGroupOffsetsRequest {
    const NAME: &'static str = "AlterShareGroupOffsetsRequest";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 0;
    const FLEXIBLE_VERSION: i16 = 0;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        Ok(Self {
            group_id: d.string(true)?,
            topics: d.array(true, AlterShareGroupOffsetsRequestTopic::min_size(version), |d| {
                AlterShareGroupOffsetsRequestTopic::decode(d, version)
            })?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        e.string(&self.group_id, true)?;
        e.array_length(Some(self.topics.len()), true)?;
        for item in &self.topics {
            item.encode(e, version)?;
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}

impl Request for AlterShareGroupOffsetsRequest {
    type Response = super::AlterShareGroupOffsetsResponse;
    const API_KEY: ApiKey = ApiKey::AlterShareGroupOffsets;
}

/// `AlterShareGroupOffsetsRequestTopic` in [`AlterShareGroupOffsetsRequest`], versions 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AlterShareGroupOffsetsRequestTopic {
    /// `string`.
    pub topic_name: ByteString,
    /// `[]AlterShareGroupOffsetsRequestPartition`.
    pub partitions: Vec<AlterShareGroupOffsetsRequestPartition>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl AlterShareGroupOffsetsRequestTopic {
    /// The least number of bytes it takes.
    const fn min_size(_version: i16) -> usize {
        3
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            topic_name: d.string(true)?,
            partitions: d.array(true, AlterShareGroupOffsetsRequestPartition::min_size(version), |d| {
                AlterShareGroupOffsetsRequestPartition::decode(d, version)
            })?,
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

/// `AlterShareGroupOffsetsRequestPartition` in [`AlterShareGroupOffsetsRequest`], versions 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AlterShareGroupOffsetsRequestPartition {
    /// `int32`.
    pub partition_index: i32,
    /// `int64`.
    pub start_offset: i64,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl AlterShareGroupOffsetsRequestPartition {
    /// The least number of bytes it takes.
    const fn min_size(_version: i16) -> usize {
        13
    }

    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            partition_index: d.i32()?,
            start_offset: d.i64()?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.i32(self.partition_index);
        e.i64(self.start_offset);
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}
