//! CreateTopicsRequest: API key 19, versions 2-7.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytestring::ByteString;

use crate::ApiKey;
use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, Request, UnknownTags};

/// CreateTopicsRequest: API key 19, versions 2-7, flexible 5+.
#[derive(Debug, Clone, PartialEq)]
pub struct CreateTopicsRequest {
    /// `[]CreatableTopic`.
    pub topics: Vec<CreatableTopic>,
    /// `int32`, default 60000.
    pub timeout_ms: i32,
    /// `bool`.
    pub validate_only: bool,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for CreateTopicsRequest {
    fn default() -> Self {
        Self {
            topics: Vec::new(),
            timeout_ms: 60000,
            validate_only: false,
            unknown_tagged_fields: UnknownTags::new(),
        }
    }
}

impl Message for CreateTopicsRequest {
    const NAME: &'static str = "CreateTopicsRequest";
    const MIN_VERSION: i16 = 2;
    const MAX_VERSION: i16 = 7;
    const FLEXIBLE_VERSION: i16 = 5;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version >= 5;
        Ok(Self {
            topics: d
                .array(flexible, CreatableTopic::min_size(version), |d| CreatableTopic::decode(d, version))?,
            timeout_ms: d.i32()?,
            validate_only: d.bool()?,
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version >= 5;
        e.array_length(Some(self.topics.len()), flexible)?;
        for item in &self.topics {
            item.encode(e, version)?;
        }
        e.i32(self.timeout_ms);
        e.bool(self.validate_only);
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }
}

impl Request for CreateTopicsRequest {
    type Response = super::CreateTopicsResponse;
    const API_KEY: ApiKey = ApiKey::CreateTopics;
}

/// `CreatableTopic` in [`CreateTopicsRequest`], versions 2-7.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CreatableTopic {
    /// `string`.
    pub name: ByteString,
    /// `int32`.
    pub num_partitions: i32,
    /// `int16`.
    pub replication_factor: i16,
    /// `[]CreatableReplicaAssignment`.
    pub assignments: Vec<CreatableReplicaAssignment>,
    /// `[]CreatableTopicConfig`.
    pub configs: Vec<CreatableTopicConfig>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl CreatableTopic {
    /// The least number of bytes it takes.
    const fn min_size(version: i16) -> usize {
        match version {
            ..5 => 16,
            _ => 10,
        }
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 5;
        Ok(Self {
            name: d.string(flexible)?,
            num_partitions: d.i32()?,
            replication_factor: d.i16()?,
            assignments: d.array(flexible, CreatableReplicaAssignment::min_size(version), |d| {
                CreatableReplicaAssignment::decode(d, version)
            })?,
            configs: d.array(flexible, CreatableTopicConfig::min_size(version), |d| {
                CreatableTopicConfig::decode(d, version)
            })?,
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 5;
        e.string(&self.name, flexible)?;
        e.i32(self.num_partitions);
        e.i16(self.replication_factor);
        e.array_length(Some(self.assignments.len()), flexible)?;
        for item in &self.assignments {
            item.encode(e, version)?;
        }
        e.array_length(Some(self.configs.len()), flexible)?;
        for item in &self.configs {
            item.encode(e, version)?;
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }
}

/// `CreatableReplicaAssignment` in [`CreateTopicsRequest`], versions 2-7.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CreatableReplicaAssignment {
    /// `int32`.
    pub partition_index: i32,
    /// `[]int32`.
    pub broker_ids: Vec<i32>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl CreatableReplicaAssignment {
    /// The least number of bytes it takes.
    const fn min_size(version: i16) -> usize {
        match version {
            ..5 => 8,
            _ => 6,
        }
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 5;
        Ok(Self {
            partition_index: d.i32()?,
            broker_ids: d.array(flexible, 4, Decoder::i32)?,
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 5;
        e.i32(self.partition_index);
        e.array_length(Some(self.broker_ids.len()), flexible)?;
        for item in &self.broker_ids {
            e.i32(*item);
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }
}

/// `CreatableTopicConfig` in [`CreateTopicsRequest`], versions 2-7.
#[derive(Debug, Clone, PartialEq)]
pub struct CreatableTopicConfig {
    /// `string`.
    pub name: ByteString,
    /// `string`, nullable.
    pub value: Option<ByteString>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for CreatableTopicConfig {
    fn default() -> Self {
        Self {
            name: ByteString::new(),
            value: Some(ByteString::new()),
            unknown_tagged_fields: UnknownTags::new(),
        }
    }
}

impl CreatableTopicConfig {
    /// The least number of bytes it takes.
    const fn min_size(version: i16) -> usize {
        match version {
            ..5 => 4,
            _ => 3,
        }
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 5;
        Ok(Self {
            name: d.string(flexible)?,
            value: d.nullable_string(flexible)?,
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 5;
        e.string(&self.name, flexible)?;
        e.nullable_string(self.value.as_ref(), flexible)?;
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }
}
