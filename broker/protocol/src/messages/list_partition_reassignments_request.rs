//! ListPartitionReassignmentsRequest: API key 46, versions 0.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytestring::ByteString;

use crate::ApiKey;
use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, Request, UnknownTags};

/// ListPartitionReassignmentsRequest: API key 46, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq)]
pub struct ListPartitionReassignmentsRequest {
    /// `int32`, default 60000.
    pub timeout_ms: i32,
    /// `[]ListPartitionReassignmentsTopics`, nullable, default null.
    pub topics: Option<Vec<ListPartitionReassignmentsTopics>>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for ListPartitionReassignmentsRequest {
    fn default() -> Self {
        Self { timeout_ms: 60000, topics: None, unknown_tagged_fields: UnknownTags::new() }
    }
}

impl Message for ListPartitionReassignmentsRequest {
    const NAME: &'static str = "ListPartitionReassignmentsRequest";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 0;
    const FLEXIBLE_VERSION: i16 = 0;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        Ok(Self {
            timeout_ms: d.i32()?,
            topics: d.nullable_array(true, ListPartitionReassignmentsTopics::min_size(version), |d| {
                ListPartitionReassignmentsTopics::decode(d, version)
            })?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        e.i32(self.timeout_ms);
        e.array_length(self.topics.as_ref().map(Vec::len), true)?;
        for item in self.topics.iter().flatten() {
            item.encode(e, version)?;
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}

impl Request for ListPartitionReassignmentsRequest {
    type Response = super::ListPartitionReassignmentsResponse;
    const API_KEY: ApiKey = ApiKey::ListPartitionReassignments;
}

/// `ListPartitionReassignmentsTopics` in [`ListPartitionReassignmentsRequest`], versions 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ListPartitionReassignmentsTopics {
    /// `string`.
    pub name: ByteString,
    /// `[]int32`.
    pub partition_indexes: Vec<i32>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl ListPartitionReassignmentsTopics {
    /// The least number of bytes it takes.
    const fn min_size(_version: i16) -> usize {
        3
    }

    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            name: d.string(true)?,
            partition_indexes: d.array(true, 4, Decoder::i32)?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.string(&self.name, true)?;
        e.array_length(Some(self.partition_indexes.len()), true)?;
        for item in &self.partition_indexes {
            e.i32(*item);
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}
