//! CreatePartitionsRequest: API key 37, versions 0-3.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytestring::ByteString;

use crate::ApiKey;
use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, Request, UnknownTags};

/// CreatePartitionsRequest: API key 37, versions 0-3, flexible 2+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CreatePartitionsRequest {
    /// `[]CreatePartitionsTopic`.
    pub topics: Vec<CreatePartitionsTopic>,
    /// `int32`.
    pub timeout_ms: i32,
    /// `bool`.
    pub validate_only: bool,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Message for CreatePartitionsRequest {
    const NAME: &'static str = "CreatePartitionsRequest";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 3;
    const FLEXIBLE_VERSION: i16 = 2;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version >= 2;
        Ok(Self {
            topics: d.array(flexible, CreatePartitionsTopic::min_size(version), |d| {
                CreatePartitionsTopic::decode(d, version)
            })?,
            timeout_ms: d.i32()?,
            validate_only: d.bool()?,
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version >= 2;
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

impl Request for CreatePartitionsRequest {
    type Response = super::CreatePartitionsResponse;
    const API_KEY: ApiKey = ApiKey::CreatePartitions;
}

/// `CreatePartitionsTopic` in [`CreatePartitionsRequest`], versions 0-3.
#[derive(Debug, Clone, PartialEq)]
pub struct CreatePartitionsTopic {
    /// `string`.
    pub name: ByteString,
    /// `int32`.
    pub count: i32,
    /// `[]CreatePartitionsAssignment`, nullable.
    pub assignments: Option<Vec<CreatePartitionsAssignment>>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for CreatePartitionsTopic {
    fn default() -> Self {
        Self {
            name: ByteString::new(),
            count: 0,
            assignments: Some(Vec::new()),
            unknown_tagged_fields: UnknownTags::new(),
        }
    }
}

impl CreatePartitionsTopic {
    /// The least number of bytes it takes.
    const fn min_size(version: i16) -> usize {
        match version {
            ..2 => 10,
            _ => 7,
        }
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        Ok(Self {
            name: d.string(flexible)?,
            count: d.i32()?,
            assignments: d.nullable_array(flexible, CreatePartitionsAssignment::min_size(version), |d| {
                CreatePartitionsAssignment::decode(d, version)
            })?,
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
        e.string(&self.name, flexible)?;
        e.i32(self.count);
        e.array_length(self.assignments.as_ref().map(Vec::len), flexible)?;
        for item in self.assignments.iter().flatten() {
            item.encode(e, version)?;
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }
}

/// `CreatePartitionsAssignment` in [`CreatePartitionsRequest`], versions 0-3.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CreatePartitionsAssignment {
    /// `[]int32`.
    pub broker_ids: Vec<i32>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl CreatePartitionsAssignment {
    /// The least number of bytes it takes.
    const fn min_size(version: i16) -> usize {
        match version {
            ..2 => 4,
            _ => 2,
        }
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        Ok(Self {
            broker_ids: d.array(flexible, 4, Decoder::i32)?,
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
        e.array_length(Some(self.broker_ids.len()), flexible)?;
        for item in &self.broker_ids {
            e.i32(*item);
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }
}
