//! WriteShareGroupStateRequest: API key 85, versions 0-1.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytestring::ByteString;
use uuid::Uuid;

use crate::ApiKey;
use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, Request, UnknownTags};

/// WriteShareGroupStateRequest: API key 85, versions 0-1, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct WriteShareGroupStateRequest {
    /// `string`.
    pub group_id: ByteString,
    /// `[]WriteStateData`.
    pub topics: Vec<WriteStateData>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Message for WriteShareGroupStateRequest {
    const NAME: &'static str = "WriteShareGroupStateRequest";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 1;
    const FLEXIBLE_VERSION: i16 = 0;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        Ok(Self {
            group_id: d.string(true)?,
            topics: d
                .array(true, WriteStateData::min_size(version), |d| WriteStateData::decode(d, version))?,
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

impl Request for WriteShareGroupStateRequest {
    type Response = super::WriteShareGroupStateResponse;
    const API_KEY: ApiKey = ApiKey::WriteShareGroupState;
}

/// `WriteStateData` in [`WriteShareGroupStateRequest`], versions 0-1.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct WriteStateData {
    /// `uuid`.
    pub topic_id: Uuid,
    /// `[]PartitionData`.
    pub partitions: Vec<PartitionData>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl WriteStateData {
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

/// `PartitionData` in [`WriteShareGroupStateRequest`], versions 0-1.
#[derive(Debug, Clone, PartialEq)]
pub struct PartitionData {
    /// `int32`.
    pub partition: i32,
    /// `int32`.
    pub state_epoch: i32,
    /// `int32`.
    pub leader_epoch: i32,
    /// `int64`.
    pub start_offset: i64,
    /// `int32`, versions 1+, default -1; dropped elsewhere.
    pub delivery_complete_count: i32,
    /// `[]StateBatch`.
    pub state_batches: Vec<StateBatch>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for PartitionData {
    fn default() -> Self {
        Self {
            partition: 0,
            state_epoch: 0,
            leader_epoch: 0,
            start_offset: 0,
            delivery_complete_count: -1,
            state_batches: Vec::new(),
            unknown_tagged_fields: UnknownTags::new(),
        }
    }
}

impl PartitionData {
    /// The least number of bytes it takes.
    const fn min_size(version: i16) -> usize {
        match version {
            ..1 => 22,
            _ => 26,
        }
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            partition: d.i32()?,
            state_epoch: d.i32()?,
            leader_epoch: d.i32()?,
            start_offset: d.i64()?,
            delivery_complete_count: if version == 1 { d.i32()? } else { -1 },
            state_batches: d
                .array(true, StateBatch::min_size(version), |d| StateBatch::decode(d, version))?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.i32(self.partition);
        e.i32(self.state_epoch);
        e.i32(self.leader_epoch);
        e.i64(self.start_offset);
        if version == 1 {
            e.i32(self.delivery_complete_count);
        }
        e.array_length(Some(self.state_batches.len()), true)?;
        for item in &self.state_batches {
            item.encode(e, version)?;
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}

/// `StateBatch` in [`WriteShareGroupStateRequest`], versions 0-1.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StateBatch {
    /// `int64`.
    pub first_offset: i64,
    /// `int64`.
    pub last_offset: i64,
    /// `int8`.
    pub delivery_state: i8,
    /// `int16`.
    pub delivery_count: i16,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl StateBatch {
    /// The least number of bytes it takes.
    const fn min_size(_version: i16) -> usize {
        20
    }

    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            first_offset: d.i64()?,
            last_offset: d.i64()?,
            delivery_state: d.i8()?,
            delivery_count: d.i16()?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.i64(self.first_offset);
        e.i64(self.last_offset);
        e.i8(self.delivery_state);
        e.i16(self.delivery_count);
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}
