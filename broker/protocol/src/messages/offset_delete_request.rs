//! OffsetDeleteRequest: API key 47, versions 0.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytestring::ByteString;

use crate::ApiKey;
use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, Request};

/// OffsetDeleteRequest: API key 47, versions 0, flexible none.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OffsetDeleteRequest {
    /// `string`.
    pub group_id: ByteString,
    /// `[]OffsetDeleteRequestTopic`.
    pub topics: Vec<OffsetDeleteRequestTopic>,
}

impl Message for OffsetDeleteRequest {
    const NAME: &'static str = "OffsetDeleteRequest";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 0;
    const FLEXIBLE_VERSION: i16 = i16::MAX;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        Ok(Self {
            group_id: d.string(false)?,
            topics: d.array(false, OffsetDeleteRequestTopic::min_size(version), |d| {
                OffsetDeleteRequestTopic::decode(d, version)
            })?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        e.string(&self.group_id, false)?;
        e.array_length(Some(self.topics.len()), false)?;
        for item in &self.topics {
            item.encode(e, version)?;
        }
        Ok(())
    }
}

impl Request for OffsetDeleteRequest {
    type Response = super::OffsetDeleteResponse;
    const API_KEY: ApiKey = ApiKey::OffsetDelete;
}

/// `OffsetDeleteRequestTopic` in [`OffsetDeleteRequest`], versions 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OffsetDeleteRequestTopic {
    /// `string`.
    pub name: ByteString,
    /// `[]OffsetDeleteRequestPartition`.
    pub partitions: Vec<OffsetDeleteRequestPartition>,
}

impl OffsetDeleteRequestTopic {
    /// The least number of bytes it takes.
    const fn min_size(_version: i16) -> usize {
        6
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            name: d.string(false)?,
            partitions: d.array(false, OffsetDeleteRequestPartition::min_size(version), |d| {
                OffsetDeleteRequestPartition::decode(d, version)
            })?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.string(&self.name, false)?;
        e.array_length(Some(self.partitions.len()), false)?;
        for item in &self.partitions {
            item.encode(e, version)?;
        }
        Ok(())
    }
}

/// `OffsetDeleteRequestPartition` in [`OffsetDeleteRequest`], versions 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OffsetDeleteRequestPartition {
    /// `int32`.
    pub partition_index: i32,
}

impl OffsetDeleteRequestPartition {
    /// The least number of bytes it takes.
    const fn min_size(_version: i16) -> usize {
        4
    }

    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self { partition_index: d.i32()? })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.i32(self.partition_index);
        Ok(())
    }
}
