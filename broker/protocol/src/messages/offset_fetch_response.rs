//! OffsetFetchResponse: API key 9, versions 1-10.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytestring::ByteString;
use uuid::Uuid;

use crate::ApiKey;
use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, Response, UnknownTags};

/// OffsetFetchResponse: API key 9, versions 1-10, flexible 6+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OffsetFetchResponse {
    /// `int32`, versions 3+; dropped elsewhere.
    pub throttle_time_ms: i32,
    /// `[]OffsetFetchResponseTopic`, versions 1-7.
    pub topics: Vec<OffsetFetchResponseTopic>,
    /// `int16`, versions 2-7; dropped elsewhere.
    pub error_code: i16,
    /// `[]OffsetFetchResponseGroup`, versions 8+.
    pub groups: Vec<OffsetFetchResponseGroup>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Message for OffsetFetchResponse {
    const NAME: &'static str = "OffsetFetchResponse";
    const MIN_VERSION: i16 = 1;
    const MAX_VERSION: i16 = 10;
    const FLEXIBLE_VERSION: i16 = 6;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version >= 6;
        Ok(Self {
            throttle_time_ms: if version >= 3 { d.i32()? } else { 0 },
            topics: if version <= 7 {
                d.array(flexible, OffsetFetchResponseTopic::min_size(version), |d| {
                    OffsetFetchResponseTopic::decode(d, version)
                })?
            } else {
                Vec::new()
            },
            error_code: if (2..=7).contains(&version) { d.i16()? } else { 0 },
            groups: if version >= 8 {
                d.array(flexible, OffsetFetchResponseGroup::min_size(version), |d| {
                    OffsetFetchResponseGroup::decode(d, version)
                })?
            } else {
                Vec::new()
            },
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version >= 6;
        if version >= 3 {
            e.i32(self.throttle_time_ms);
        }
        if version <= 7 {
            e.array_length(Some(self.topics.len()), flexible)?;
            for item in &self.topics {
                item.encode(e, version)?;
            }
        } else if !self.topics.is_empty() {
            return Err(EncodeError::FieldNotInVersion { field: "OffsetFetchResponse.Topics", version });
        }
        if (2..=7).contains(&version) {
            e.i16(self.error_code);
        }
        if version >= 8 {
            e.array_length(Some(self.groups.len()), flexible)?;
            for item in &self.groups {
                item.encode(e, version)?;
            }
        } else if !self.groups.is_empty() {
            return Err(EncodeError::FieldNotInVersion { field: "OffsetFetchResponse.Groups", version });
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }
}

impl Response for OffsetFetchResponse {
    const API_KEY: ApiKey = ApiKey::OffsetFetch;

    fn each_error_code(&self, version: i16, see: &mut dyn FnMut(i16)) {
        if version <= 7 {
            for item in &self.topics {
                item.each_error_code(version, see);
            }
        }
        if (2..=7).contains(&version) {
            see(self.error_code);
        }
        if version >= 8 {
            for item in &self.groups {
                item.each_error_code(version, see);
            }
        }
    }
}

/// `OffsetFetchResponseTopic` in [`OffsetFetchResponse`], versions 1-7.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OffsetFetchResponseTopic {
    /// `string`.
    pub name: ByteString,
    /// `[]OffsetFetchResponsePartition`.
    pub partitions: Vec<OffsetFetchResponsePartition>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl OffsetFetchResponseTopic {
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
            partitions: d.array(flexible, OffsetFetchResponsePartition::min_size(version), |d| {
                OffsetFetchResponsePartition::decode(d, version)
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

    fn each_error_code(&self, version: i16, see: &mut dyn FnMut(i16)) {
        for item in &self.partitions {
            item.each_error_code(version, see);
        }
    }
}

/// `OffsetFetchResponsePartition` in [`OffsetFetchResponse`], versions 1-7.
#[derive(Debug, Clone, PartialEq)]
pub struct OffsetFetchResponsePartition {
    /// `int32`.
    pub partition_index: i32,
    /// `int64`.
    pub committed_offset: i64,
    /// `int32`, versions 5+, default -1; dropped elsewhere.
    pub committed_leader_epoch: i32,
    /// `string`, nullable.
    pub metadata: Option<ByteString>,
    /// `int16`.
    pub error_code: i16,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for OffsetFetchResponsePartition {
    fn default() -> Self {
        Self {
            partition_index: 0,
            committed_offset: 0,
            committed_leader_epoch: -1,
            metadata: Some(ByteString::new()),
            error_code: 0,
            unknown_tagged_fields: UnknownTags::new(),
        }
    }
}

impl OffsetFetchResponsePartition {
    /// The least number of bytes it takes.
    const fn min_size(version: i16) -> usize {
        match version {
            ..5 => 16,
            _ => 20,
        }
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 6;
        Ok(Self {
            partition_index: d.i32()?,
            committed_offset: d.i64()?,
            committed_leader_epoch: if version >= 5 { d.i32()? } else { -1 },
            metadata: d.nullable_string(flexible)?,
            error_code: d.i16()?,
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 6;
        e.i32(self.partition_index);
        e.i64(self.committed_offset);
        if version >= 5 {
            e.i32(self.committed_leader_epoch);
        }
        e.nullable_string(self.metadata.as_ref(), flexible)?;
        e.i16(self.error_code);
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }

    fn each_error_code(&self, _version: i16, see: &mut dyn FnMut(i16)) {
        see(self.error_code);
    }
}

/// `OffsetFetchResponseGroup` in [`OffsetFetchResponse`], versions 8-10.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OffsetFetchResponseGroup {
    /// `string`.
    pub group_id: ByteString,
    /// `[]OffsetFetchResponseTopics`.
    pub topics: Vec<OffsetFetchResponseTopics>,
    /// `int16`.
    pub error_code: i16,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl OffsetFetchResponseGroup {
    /// The least number of bytes it takes.
    const fn min_size(_version: i16) -> usize {
        5
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            group_id: d.string(true)?,
            topics: d.array(true, OffsetFetchResponseTopics::min_size(version), |d| {
                OffsetFetchResponseTopics::decode(d, version)
            })?,
            error_code: d.i16()?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.string(&self.group_id, true)?;
        e.array_length(Some(self.topics.len()), true)?;
        for item in &self.topics {
            item.encode(e, version)?;
        }
        e.i16(self.error_code);
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }

    fn each_error_code(&self, version: i16, see: &mut dyn FnMut(i16)) {
        for item in &self.topics {
            item.each_error_code(version, see);
        }

        see(self.error_code);
    }
}

/// `OffsetFetchResponseTopics` in [`OffsetFetchResponse`], versions 8-10.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OffsetFetchResponseTopics {
    /// `string`, versions 8-9; dropped elsewhere.
    pub name: ByteString,
    /// `uuid`, versions 10+; dropped elsewhere.
    pub topic_id: Uuid,
    /// `[]OffsetFetchResponsePartitions`.
    pub partitions: Vec<OffsetFetchResponsePartitions>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl OffsetFetchResponseTopics {
    /// The least number of bytes it takes.
    const fn min_size(version: i16) -> usize {
        match version {
            ..10 => 3,
            _ => 18,
        }
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            name: if version <= 9 { d.string(true)? } else { ByteString::new() },
            topic_id: if version == 10 { d.uuid()? } else { Uuid::nil() },
            partitions: d.array(true, OffsetFetchResponsePartitions::min_size(version), |d| {
                OffsetFetchResponsePartitions::decode(d, version)
            })?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        if version <= 9 {
            e.string(&self.name, true)?;
        }
        if version == 10 {
            e.uuid(self.topic_id);
        }
        e.array_length(Some(self.partitions.len()), true)?;
        for item in &self.partitions {
            item.encode(e, version)?;
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }

    fn each_error_code(&self, version: i16, see: &mut dyn FnMut(i16)) {
        for item in &self.partitions {
            item.each_error_code(version, see);
        }
    }
}

/// `OffsetFetchResponsePartitions` in [`OffsetFetchResponse`], versions 8-10.
#[derive(Debug, Clone, PartialEq)]
pub struct OffsetFetchResponsePartitions {
    /// `int32`.
    pub partition_index: i32,
    /// `int64`.
    pub committed_offset: i64,
    /// `int32`, default -1.
    pub committed_leader_epoch: i32,
    /// `string`, nullable.
    pub metadata: Option<ByteString>,
    /// `int16`.
    pub error_code: i16,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for OffsetFetchResponsePartitions {
    fn default() -> Self {
        Self {
            partition_index: 0,
            committed_offset: 0,
            committed_leader_epoch: -1,
            metadata: Some(ByteString::new()),
            error_code: 0,
            unknown_tagged_fields: UnknownTags::new(),
        }
    }
}

impl OffsetFetchResponsePartitions {
    /// The least number of bytes it takes.
    const fn min_size(_version: i16) -> usize {
        20
    }

    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            partition_index: d.i32()?,
            committed_offset: d.i64()?,
            committed_leader_epoch: d.i32()?,
            metadata: d.nullable_string(true)?,
            error_code: d.i16()?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.i32(self.partition_index);
        e.i64(self.committed_offset);
        e.i32(self.committed_leader_epoch);
        e.nullable_string(self.metadata.as_ref(), true)?;
        e.i16(self.error_code);
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }

    fn each_error_code(&self, _version: i16, see: &mut dyn FnMut(i16)) {
        see(self.error_code);
    }
}
