//! InitializeShareGroupStateRequest: API key 83, versions 0.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytestring::ByteString;
use uuid::Uuid;

use crate::ApiKey;
use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, Request, UnknownTags};

/// InitializeShareGroupStateRequest: API key 83, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct InitializeShareGroupStateRequest {
    /// `string`.
    pub group_id: ByteString,
    /// `[]InitializeStateData`.
    pub topics: Vec<InitializeStateData>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Message for InitializeShareGroupStateRequest {
    const NAME: &'static str = "InitializeShareGroupStateRequest";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 0;
    const FLEXIBLE_VERSION: i16 = 0;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        Ok(Self {
            group_id: d.string(true)?,
            topics: d.array(true, InitializeStateData::min_size(version), |d| {
                InitializeStateData::decode(d, version)
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

impl Request for InitializeShareGroupStateRequest {
    type Response = super::InitializeShareGroupStateResponse;
    const API_KEY: ApiKey = ApiKey::InitializeShareGroupState;
}

/// `InitializeStateData` in [`InitializeShareGroupStateRequest`], versions 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct InitializeStateData {
    /// `uuid`.
    pub topic_id: Uuid,
    /// `[]PartitionData`.
    pub partitions: Vec<PartitionData>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl InitializeStateData {
    /// The least number of bytes it takes.
    const fn min_size(_version: i16) -> usize {
        18
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            topic_id: d.uuid()?,
            partitions: d
                .array(true, PartitionData::min_size(version), |d| PartitionData::decode(d, version))?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.uuid(self.topic_id);
        e.array_length(Some(self.partitions.len()), true)?;
        for item in &self.partitions {
            item.encode(e, version)?;
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}

/// `PartitionData` in [`InitializeShareGroupStateRequest`], versions 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PartitionData {
    /// `int32`.
    pub partition: i32,
    /// `int32`.
    pub state_epoch: i32,
    /// `int64`.
    pub start_offset: i64,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl PartitionData {
    /// The least number of bytes it takes.
    const fn min_size(_version: i16) -> usize {
        17
    }

    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            partition: d.i32()?,
            state_epoch: d.i32()?,
            start_offset: d.i64()?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.i32(self.partition);
        e.i32(self.state_epoch);
        e.i64(self.start_offset);
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}
