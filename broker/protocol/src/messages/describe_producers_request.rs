//! DescribeProducersRequest: API key 61, versions 0.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytestring::ByteString;

use crate::ApiKey;
use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, Request, UnknownTags};

/// DescribeProducersRequest: API key 61, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribeProducersRequest {
    /// `[]TopicRequest`.
    pub topics: Vec<TopicRequest>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Message for DescribeProducersRequest {
    const NAME: &'static str = "DescribeProducersRequest";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 0;
    const FLEXIBLE_VERSION: i16 = 0;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        Ok(Self {
            topics: d.array(true, TopicRequest::min_size(version), |d| TopicRequest::decode(d, version))?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        e.array_length(Some(self.topics.len()), true)?;
        for item in &self.topics {
            item.encode(e, version)?;
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}

impl Request for DescribeProducersRequest {
    type Response = super::DescribeProducersResponse;
    const API_KEY: ApiKey = ApiKey::DescribeProducers;
}

/// `TopicRequest` in [`DescribeProducersRequest`], versions 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopicRequest {
    /// `string`.
    pub name: ByteString,
    /// `[]int32`.
    pub partition_indexes: Vec<i32>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl TopicRequest {
    /// The least number of bytes it takes.
    const fn min_size(_version: i16) -> usize {
        3
    }

    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            name: d.string(true)?,
            partition_indexes: d.array(true, 4, Decoder::i32)?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.string(&self.name, true)?;
        e.array_length(Some(self.partition_indexes.len()), true)?;
        for item in &self.partition_indexes {
            e.i32(*item);
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}
