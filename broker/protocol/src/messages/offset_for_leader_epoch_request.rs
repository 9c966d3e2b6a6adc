//! OffsetForLeaderEpochRequest: API key 23, versions 2-4.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytestring::ByteString;

use crate::ApiKey;
use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, Request, UnknownTags};

/// OffsetForLeaderEpochRequest: API key 23, versions 2-4, flexible 4+.
#[derive(Debug, Clone, PartialEq)]
pub struct OffsetForLeaderEpochRequest {
    /// `int32`, versions 3+, default -2; dropped elsewhere.
    pub replica_id: i32,
    /// `[]OffsetForLeaderTopic`.
    pub topics: Vec<OffsetForLeaderTopic>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for OffsetForLeaderEpochRequest {
    fn default() -> Self {
        Self { replica_id: -2, topics: Vec::new(), unknown_tagged_fields: UnknownTags::new() }
    }
}

impl Message for OffsetForLeaderEpochRequest {
    const NAME: &'static str = "OffsetForLeaderEpochRequest";
    const MIN_VERSION: i16 = 2;
    const MAX_VERSION: i16 = 4;
    const FLEXIBLE_VERSION: i16 = 4;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version == 4;
        Ok(Self {
            replica_id: if version >= 3 { d.i32()? } else { -2 },
            topics: d.array(flexible, OffsetForLeaderTopic::min_size(version), |d| {
                OffsetForLeaderTopic::decode(d, version)
            })?,
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version == 4;
        if version >= 3 {
            e.i32(self.replica_id);
        }
        e.array_length(Some(self.topics.len()), flexible)?;
        for item in &self.topics {
            item.encode(e, version)?;
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }
}

impl Request for OffsetForLeaderEpochRequest {
    type Response = super::OffsetForLeaderEpochResponse;
    const API_KEY: ApiKey = ApiKey::OffsetForLeaderEpoch;
}

/// `OffsetForLeaderTopic` in [`OffsetForLeaderEpochRequest`], versions 2-4.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OffsetForLeaderTopic {
    /// `string`.
    pub topic: ByteString,
    /// `[]OffsetForLeaderPartition`.
    pub partitions: Vec<OffsetForLeaderPartition>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl OffsetForLeaderTopic {
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
            partitions: d.array(flexible, OffsetForLeaderPartition::min_size(version), |d| {
                OffsetForLeaderPartition::decode(d, version)
            })?,
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
}

/// `OffsetForLeaderPartition` in [`OffsetForLeaderEpochRequest`], versions 2-4.
#[derive(Debug, Clone, PartialEq)]
pub struct OffsetForLeaderPartition {
    /// `int32`.
    pub partition: i32,
    /// `int32`, default -1.
    pub current_leader_epoch: i32,
    /// `int32`.
    pub leader_epoch: i32,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for OffsetForLeaderPartition {
    fn default() -> Self {
        Self {
            partition: 0,
            current_leader_epoch: -1,
            leader_epoch: 0,
            unknown_tagged_fields: UnknownTags::new(),
        }
    }
}

impl OffsetForLeaderPartition {
    /// The least number of bytes it takes.
    const fn min_size(version: i16) -> usize {
        match version {
            ..4 => 12,
            _ => 13,
        }
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let flexible = version == 4;
        Ok(Self {
            partition: d.i32()?,
            current_leader_epoch: d.i32()?,
            leader_epoch: d.i32()?,
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let flexible = version == 4;
        e.i32(self.partition);
        e.i32(self.current_leader_epoch);
        e.i32(self.leader_epoch);
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }
}
