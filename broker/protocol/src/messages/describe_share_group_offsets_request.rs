//! DescribeShareGroupOffsetsRequest: API key 90, versions 0-1.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytestring::ByteString;

use crate::ApiKey;
use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, Request, UnknownTags};

/// DescribeShareGroupOffsetsRequest: API key 90, versions 0-1, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribeShareGroupOffsetsRequest {
    /// `[]DescribeShareGroupOffsetsRequestGroup`.
    pub groups: Vec<DescribeShareGroupOffsetsRequestGroup>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Message for DescribeShareGroupOffsetsRequest {
    const NAME: &'static str = "DescribeShareGroupOffsetsRequest";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 1;
    const FLEXIBLE_VERSION: i16 = 0;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        Ok(Self {
            groups: d.array(true, DescribeShareGroupOffsetsRequestGroup::min_size(version), |d| {
                DescribeShareGroupOffsetsRequestGroup::decode(d, version)
            })?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        e.array_length(Some(self.groups.len()), true)?;
        for item in &self.groups {
            item.encode(e, version)?;
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}

impl Request for DescribeShareGroupOffsetsRequest {
    type Response = super::DescribeShareGroupOffsetsResponse;
    const API_KEY: ApiKey = ApiKey::DescribeShareGroupOffsets;
}

/// `DescribeShareGroupOffsetsRequestGroup` in [`DescribeShareGroupOffsetsRequest`], versions 0-1.
#[derive(Debug, Clone, PartialEq)]
pub struct DescribeShareGroupOffsetsRequestGroup {
    /// `string`.
    pub group_id: ByteString,
    /// `[]DescribeShareGroupOffsetsRequestTopic`, nullable.
    pub topics: Option<Vec<DescribeShareGroupOffsetsRequestTopic>>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for DescribeShareGroupOffsetsRequestGroup {
    fn default() -> Self {
        Self {
            group_id: ByteString::new(),
            topics: Some(Vec::new()),
            unknown_tagged_fields: UnknownTags::new(),
        }
    }
}

impl DescribeShareGroupOffsetsRequestGroup {
    /// The least number of bytes it takes.
    const fn min_size(_version: i16) -> usize {
        3
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            group_id: d.string(true)?,
            topics: d.nullable_array(
                true,
                DescribeShareGroupOffsetsRequestTopic::min_size(version),
                |d| DescribeShareGroupOffsetsRequestTopic::decode(d, version),
            )?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.string(&self.group_id, true)?;
        e.array_length(self.topics.as_ref().map(Vec::len), true)?;
        for item in self.topics.iter().flatten() {
            item.encode(e, version)?;
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}

/// `DescribeShareGroupOffsetsRequestTopic` in [`DescribeShareGroupOffsetsRequest`], versions 0-1.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribeShareGroupOffsetsRequestTopic {
    /// `string`.
    pub topic_name: ByteString,
    /// `[]int32`.
    pub partitions: Vec<i32>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl DescribeShareGroupOffsetsRequestTopic {
    /// The least number of bytes it takes.
    const fn min_size(_version: i16) -> usize {
        3
    }

    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            topic_name: d.string(true)?,
            partitions: d.array(true, 4, Decoder::i32)?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.string(&self.topic_name, true)?;
        e.array_length(Some(self.partitions.len()), true)?;
        for item in &self.partitions {
            e.i32(*item);
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}
