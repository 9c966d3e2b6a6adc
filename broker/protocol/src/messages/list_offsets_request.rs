//! ListOffsetsRequest: API key 2, versions 1-11.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytestring::ByteString;

use crate::ApiKey;
use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, Request, UnknownTags};

/// ListOffsetsRequest: API key 2, versions 1-11, flexible 6+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ListOffsetsRequest {
    /// `int32`.
    pub replica_id: i32,
    /// `int8`, versions 2+.
    pub isolation_level: i8,
    /// `[]ListOffsetsTopic`.
    pub topics: Vec<ListOffsetsTopic>,
    /// `int32`, versions 10+; dropped elsewhere.
    pub timeout_ms: i32,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Message for ListOffsetsRequest {
    const NAME: &'static str = "ListOffsetsRequest";
    const MIN_VERSION: i16 = 1;
    const MAX_VERSION: i16 = 11;
    const FLEXIBLE_VERSION: i16 = 6;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version >= 6;
        Ok(Self {
            replica_id: d.i32()?,
            isolation_level: if version >= 2 { d.i8()? } else { 0 },
            topics: d.array(flexible, ListOffsetsTopic::min_size(version), |d| {
                ListOffsetsTopic::decode(d, version)
            })?,
            timeout_ms: if version >= 10 { d.i32()? } else { 0 },
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version >= 6;
        e.i32(self.replica_id);
        if version >= 2 {
            e.i8(self.isolation_level);
        } else if self.isolation_level != 0 {
            return Err(EncodeError::FieldNotInVersion {
                field: "ListOffsetsRequest.IsolationLevel",
                version,
            });
        }
        e.array_length(Some(self.topics.len()), flexible)?;
        for item in &self.topics {
            item.encode(e, version)?;
        }
        if version >= 10 {
            e.i32(self.timeout_ms);
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }
}

impl Request for ListOffsetsRequest {
    type Response = super::ListOffsetsResponse;
    const API_KEY: ApiKey = ApiKey::ListOffsets;
}

/// `ListOffsetsTopic` in [`ListOffsetsRequest`], versions 1-11.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ListOffsetsTopic {
    /// `string`.
    pub name: ByteString,
    /// `[]ListOffsetsPartition`.
    pub partitions: Vec<ListOffsetsPartition>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl ListOffsetsTopic {
    /// The least number of bytes it takes.
    const fn min_size(version: i16) -> usize {
        match version {
            ..6 => 6,
            _ => 3,
        }
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 6;
        Ok(Self {
            name: d.string(flexible)?,
            partitions: d.array(flexible, ListOffsetsPartition::min_size(version), |d| {
                ListOffsetsPartition::decode(d, version)
            })?,
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 6;
        e.string(&self.name, flexible)?;
        e.array_length(Some(self.partitions.len()), flexible)?;
        for item in &self.partitions {
            item.encode(e, version)?;
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }
}

/// `ListOffsetsPartition` in [`ListOffsetsRequest`], versions 1-11.
#[derive(Debug, Clone, PartialEq)]
pub struct ListOffsetsPartition {
    /// `int32`.
    pub partition_index: i32,
    /// `int32`, versions 4+, default -1; dropped elsewhere.
    pub current_leader_epoch: i32,
    /// `int64`.
    pub timestamp: i64,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for ListOffsetsPartition {
    fn default() -> Self {
        Self {
            partition_index: 0,
            current_leader_epoch: -1,
            timestamp: 0,
            unknown_tagged_fields: UnknownTags::new(),
        }
    }
}

impl ListOffsetsPartition {
    /// The least number of bytes it takes.
    const fn min_size(version: i16) -> usize {
        match version {
            ..4 => 12,
            4..6 => 16,
            _ => 17,
        }
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 6;
        Ok(Self {
            partition_index: d.i32()?,
            current_leader_epoch: if version >= 4 { d.i32()? } else { -1 },
            timestamp: d.i64()?,
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 6;
        e.i32(self.partition_index);
        if version >= 4 {
            e.i32(self.current_leader_epoch);
        }
        e.i64(self.timestamp);
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }
}
