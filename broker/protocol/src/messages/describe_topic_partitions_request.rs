//! DescribeTopicPartitionsRequest: API key 75, versions 0.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytestring::ByteString;

use crate::ApiKey;
use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, Request, UnknownTags};

/// DescribeTopicPartitionsRequest: API key 75, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq)]
pub struct DescribeTopicPartitionsRequest {
    /// `[]TopicRequest`.
    pub topics: Vec<TopicRequest>,
    /// `int32`, default 2000.
    pub response_partition_limit: i32,
    /// `Cursor`, nullable, default null.
    pub cursor: Option<Cursor>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for DescribeTopicPartitionsRequest {
    fn default() -> Self {
        Self {
            topics: Vec::new(),
            response_partition_limit: 2000,
            cursor: None,
            unknown_tagged_fields: UnknownTags::new(),
        }
    }
}

impl Message for DescribeTopicPartitionsRequest {
    const NAME: &'static str = "DescribeTopicPartitionsRequest";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 0;
    const FLEXIBLE_VERSION: i16 = 0;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        Ok(Self {
            topics: d.array(true, TopicRequest::min_size(version), |d| TopicRequest::decode(d, version))?,
            response_partition_limit: d.i32()?,
            cursor: if d.struct_present()? { Some(Cursor::decode(d, version)?) } else { None },
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        e.array_length(Some(self.topics.len()), true)?;
        for item in &self.topics {
            item.encode(e, version)?;
        }
        e.i32(self.response_partition_limit);
        match &self.cursor {
            Some(value) => {
                e.i8(1);
                value.encode(e, version)?;
            }
            None => e.i8(-1),
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}

impl Request for DescribeTopicPartitionsRequest {
    type Response = super::DescribeTopicPartitionsResponse;
    const API_KEY: ApiKey = ApiKey::DescribeTopicPartitions;
}

/// `TopicRequest` in [`DescribeTopicPartitionsRequest`], versions 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopicRequest {
    /// `string`.
    pub name: ByteString,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl TopicRequest {
    /// The least number of bytes it takes.
    const fn min_size(_version: i16) -> usize {
        2
    }

    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self { name: d.string(true)?, unknown_tagged_fields: d.unknown_tags(true)? })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.string(&self.name, true)?;
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}

/// `Cursor` in [`DescribeTopicPartitionsRequest`], versions 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Cursor {
    /// `string`.
    pub topic_name: ByteString,
    /// `int32`.
    pub partition_index: i32,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Cursor {
    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            topic_name: d.string(true)?,
            partition_index: d.i32()?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.string(&self.topic_name, true)?;
        e.i32(self.partition_index);
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}
