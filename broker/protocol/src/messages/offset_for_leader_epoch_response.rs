//! OffsetForLeaderEpochResponse: API key 23, versions 2-4.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytestring::ByteString;

use crate::ApiKey;
use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, Response, UnknownTags};

/// OffsetForLeaderEpochResponse: API key 23, versions 2-4, flexible 4+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OffsetForLeaderEpochResponse {
    /// `int32`.
    pub throttle_time_ms: i32,
    /// `[]OffsetForLeaderTopicResult`.
    pub topics: Vec<OffsetForLeaderTopicResult>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Message for OffsetForLeaderEpochResponse {
    const NAME: &'static str = "OffsetForLeaderEpochResponse";
    const MIN_VERSION: i16 = 2;
    const MAX_VERSION: i16 = 4;
    const FLEXIBLE_VERSION: i16 = 4;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version == 4;
        Ok(Self {
            throttle_time_ms: d.i32()?,
            topics: d.array(flexible, OffsetForLeaderTopicResult::min_size(version), |d| {
                OffsetForLeaderTopicResult::decode(d, version)
            })?,
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version == 4;
        e.i32(self.throttle_time_ms);
        e.array_length(Some(self.topics.len()), flexible)?;
        for item in &self.topics {
            item.encode(e, version)?;
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }
}

impl Response for OffsetForLeaderEpochResponse {
    const API_KEY: ApiKey = ApiKey::OffsetForLeaderEpoch;

    fn each_error_code(&self, version: i16, see: &mut dyn FnMut(i16)) {
        for item in &self.topics {
            item.each_error_code(version, see);
        }
    }
}

/// `OffsetForLeaderTopicResult` in [`OffsetForLeaderEpochResponse`], versions 2-4.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OffsetForLeaderTopicResult {
    /// `string`.
    pub topic: ByteString,
    /// `[]EpochEndOffset`.
    pub partitions: Vec<EpochEndOffset>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl OffsetForLeaderTopicResult {
    /// The least number of bytes it takes.
    const fn min_size(version: i16) -> usize {
        match version {
            ..4 => 6,
            _ => 3,
        }
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let flexible = version == 4;
        Ok(Self {
            topic: d.string(flexible)?,
            partitions: d
                .array(flexible, EpochEndOffset::min_size(version), |d| EpochEndOffset::decode(d, version))?,
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let flexible = version == 4;
        e.string(&self.topic, flexible)?;
        e.array_length(Some(self.partitions.len()), flexible)?;
        for item in &self.partitions {
            item.encode(e, version)?;
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }

    fn each_error_code(&self, version: i16, see: &mut dyn FnMut(i16)) {
        for item in &self.partitions {
            item.each_error_code(version, see);
        }
    }
}

/// `EpochEndOffset` in [`OffsetForLeaderEpochResponse`], versions 2-4.
#[derive(Debug, Clone, PartialEq)]
pub struct EpochEndOffset {
    /// `int16`.
    pub error_code: i16,
    /// `int32`.
    pub partition: i32,
    /// `int32`, default -1.
    pub leader_epoch: i32,
    /// `int64`, default -1.
    pub end_offset: i64,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for EpochEndOffset {
    fn default() -> Self {
        Self {
            error_code: 0,
            partition: 0,
            leader_epoch: -1,
            end_offset: -1,
            unknown_tagged_fields: UnknownTags::new(),
        }
    }
}

impl EpochEndOffset {
    /// The least number of bytes it takes.
    const fn min_size(version: i16) -> usize {
        match version {
            ..4 => 18,
            _ => 19,
        }
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let flexible = version == 4;
        Ok(Self {
            error_code: d.i16()?,
            partition: d.i32()?,
            leader_epoch: d.i32()?,
            end_offset: d.i64()?,
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let flexible = version == 4;
        e.i16(self.error_code);
        e.i32(self.partition);
        e.i32(self.leader_epoch);
        e.i64(self.end_offset);
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }

    fn each_error_code(&self, _version: i16, see: &mut dyn FnMut(i16)) {
        see(self.error_code);
    }
}
