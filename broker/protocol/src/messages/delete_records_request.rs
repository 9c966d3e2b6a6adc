//! DeleteRecordsRequest: API key 21, versions 0-2.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytestring::ByteString;

use crate::ApiKey;
use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, Request, UnknownTags};

/// DeleteRecordsRequest: API key 21, versions 0-2, flexible 2+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DeleteRecordsRequest {
    /// `[]DeleteRecordsTopic`.
    pub topics: Vec<DeleteRecordsTopic>,
    /// `int32`.
    pub timeout_ms: i32,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Message for DeleteRecordsRequest {
    const NAME: &'static str = "DeleteRecordsRequest";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 2;
    const FLEXIBLE_VERSION: i16 = 2;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version == 2;
        Ok(Self {
            topics: d.array(flexible, DeleteRecordsTopic::min_size(version), |d| {
                DeleteRecordsTopic::decode(d, version)
            })?,
            timeout_ms: d.i32()?,
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version == 2;
        e.array_length(Some(self.topics.len()), flexible)?;
        for item in &self.topics {
            item.encode(e, version)?;
        }
        e.i32(self.timeout_ms);
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }
}

impl Request for DeleteRecordsRequest {
    type Response = super::DeleteRecordsResponse;
    const API_KEY: ApiKey = ApiKey::DeleteRecords;
}

/// `DeleteRecordsTopic` in [`DeleteRecordsRequest`], versions 0-2.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DeleteRecordsTopic {
    /// `string`.
    pub name: ByteString,
    /// `[]DeleteRecordsPartition`.
    pub partitions: Vec<DeleteRecordsPartition>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl DeleteRecordsTopic {
    /// The least number of bytes it takes.
    const fn min_size(version: i16) -> usize {
        match version {
            ..2 => 6,
            _ => 3,
        }
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let flexible = version == 2;
        Ok(Self {
            name: d.string(flexible)?,
            partitions: d.array(flexible, DeleteRecordsPartition::min_size(version), |d| {
                DeleteRecordsPartition::decode(d, version)
            })?,
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let flexible = version == 2;
        e.string(&self.name, flexible)?;
        e.array_length(Some(self.partitions.len()), flexible)?;
        for item in &self.partitions {
            item.encode(e, version)?;
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }
}

/// `DeleteRecordsPartition` in [`DeleteRecordsRequest`], versions 0-2.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DeleteRecordsPartition {
    /// `int32`.
    pub partition_index: i32,
    /// `int64`.
    pub offset: i64,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl DeleteRecordsPartition {
    /// The least number of bytes it takes.
    const fn min_size(version: i16) -> usize {
        match version {
            ..2 => 12,
            _ => 13,
        }
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let flexible = version == 2;
        Ok(Self {
            partition_index: d.i32()?,
            offset: d.i64()?,
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let flexible = version == 2;
        e.i32(self.partition_index);
        e.i64(self.offset);
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }
}
