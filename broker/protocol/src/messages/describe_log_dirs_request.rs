//! DescribeLogDirsRequest: API key 35, versions 1-5.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytestring::ByteString;

use crate::ApiKey;
use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, Request, UnknownTags};

/// DescribeLogDirsRequest: API key 35, versions 1-5, flexible 2+.
#[derive(Debug, Clone, PartialEq)]
pub struct DescribeLogDirsRequest {
    /// `[]DescribableLogDirTopic`, nullable.
    pub topics: Option<Vec<DescribableLogDirTopic>>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for DescribeLogDirsRequest {
    fn default() -> Self {
        Self { topics: Some(Vec::new()), unknown_tagged_fields: UnknownTags::new() }
    }
}

impl Message for DescribeLogDirsRequest {
    const NAME: &'static str = "DescribeLogDirsRequest";
    const MIN_VERSION: i16 = 1;
    const MAX_VERSION: i16 = 5;
    const FLEXIBLE_VERSION: i16 = 2;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version >= 2;
        Ok(Self {
            topics: d.nullable_array(flexible, DescribableLogDirTopic::min_size(version), |d| {
                DescribableLogDirTopic::decode(d, version)
            })?,
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version >= 2;
        e.array_length(self.topics.as_ref().map(Vec::len), flexible)?;
        for item in self.topics.iter().flatten() {
            item.encode(e, version)?;
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }
}

impl Request for DescribeLogDirsRequest {
    type Response = super::DescribeLogDirsResponse;
    const API_KEY: ApiKey = ApiKey::DescribeLogDirs;
}

/// `DescribableLogDirTopic` in [`DescribeLogDirsRequest`], versions 1-5.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribableLogDirTopic {
    /// `string`.
    pub topic: ByteString,
    /// `[]int32`.
    pub partitions: Vec<i32>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl DescribableLogDirTopic {
    /// The least number of bytes it takes.
    const fn min_size(version: i16) -> usize {
        match version {
            ..2 => 6,
            _ => 3,
        }
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        Ok(Self {
            topic: d.string(flexible)?,
            partitions: d.array(flexible, 4, Decoder::i32)?,
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
        e.string(&self.topic, flexible)?;
        e.array_length(Some(self.partitions.len()), flexible)?;
        for item in &self.partitions {
            e.i32(*item);
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }
}
