//! AlterPartitionReassignmentsRequest: API key 45, versions 0-1.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytestring::ByteString;

use crate::ApiKey;
use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, Request, UnknownTags};

/// AlterPartitionReassignmentsRequest: API key 45, versions 0-1, flexible 0+.
#[derive(Debug, Clone, PartialEq)]
pub struct AlterPartitionReassignmentsRequest {
    /// `int32`, default 60000.
    pub timeout_ms: i32,
    /// `bool`, versions 1+, default true.
    pub allow_replication_factor_change: bool,
    /// `[]ReassignableTopic`.
    pub topics: Vec<ReassignableTopic>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for AlterPartitionReassignmentsRequest {
    fn default() -> Self {
        Self {
            timeout_ms: 60000,
            allow_replication_factor_change: true,
            topics: Vec::new(),
            unknown_tagged_fields: UnknownTags::new(),
        }
    }
}

impl Message for AlterPartitionReassignmentsRequest {
    const NAME: &'static str = "AlterPartitionReassignmentsRequest";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 1;
    const FLEXIBLE_VERSION: i16 = 0;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        Ok(Self {
            timeout_ms: d.i32()?,
            allow_replication_factor_change: if version == 1 { d.bool()? } else { true },
            topics: d.array(true, ReassignableTopic::min_size(version), |d| {
                ReassignableTopic::decode(d, version)
            })?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        e.i32(self.timeout_ms);
        if version == 1 {
            e.bool(self.allow_replication_factor_change);
        } else if !self.allow_replication_factor_change {
            return Err(EncodeError::FieldNotInVersion {
                field: "AlterPartitionReassignmentsRequest.AllowReplicationFactorChange",
                version,
            });
        }
        e.array_length(Some(self.topics.len()), true)?;
        for item in &self.topics {
            item.encode(e, version)?;
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}

impl Request for AlterPartitionReassignmentsRequest {
    type Response = super::AlterPartitionReassignmentsResponse;
    const API_KEY: ApiKey = ApiKey::AlterPartitionReassignments;
}

/// `ReassignableTopic` in [`AlterPartitionReassignmentsRequest`], versions 0-1.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ReassignableTopic {
    /// `string`.
    pub name: ByteString,
    /// `[]ReassignablePartition`.
    pub partitions: Vec<ReassignablePartition>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl ReassignableTopic {
    /// The least number of bytes it takes.
    const fn min_size(_version: i16) -> usize {
        3
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            name: d.string(true)?,
            partitions: d.array(true, ReassignablePartition::min_size(version), |d| {
                ReassignablePartition::decode(d, version)
            })?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.string(&self.name, true)?;
        e.array_length(Some(self.partitions.len()), true)?;
        for item in &self.partitions {
            item.encode(e, version)?;
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}

/// `ReassignablePartition` in [`AlterPartitionReassignmentsRequest`], versions 0-1.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ReassignablePartition {
    /// `int32`.
    pub partition_index: i32,
    /// `[]int32`, nullable, default null.
    pub replicas: Option<Vec<i32>>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl ReassignablePartition {
    /// The least number of bytes it takes.
    const fn min_size(_version: i16) -> usize {
        6
    }

    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            partition_index: d.i32()?,
            replicas: d.nullable_array(true, 4, Decoder::i32)?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.i32(self.partition_index);
        e.array_length(self.replicas.as_ref().map(Vec::len), true)?;
        for item in self.replicas.iter().flatten() {
            e.i32(*item);
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}
