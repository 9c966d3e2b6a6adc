//! ProduceRequest: API key 0, versions 3-13.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytes::Bytes;
use bytestring::ByteString;
use uuid::Uuid;

use crate::ApiKey;
use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, Request, UnknownTags};

/// ProduceRequest: API key 0, versions 3-13, flexible 9+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ProduceRequest {
    /// `string`, nullable, default null.
    pub transactional_id: Option<ByteString>,
    /// `int16`.
    pub acks: i16,
    /// `int32`.
    pub timeout_ms: i32,
    /// `[]TopicProduceData`.
    pub topic_data: Vec<TopicProduceData>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Message for ProduceRequest {
    const NAME: &'static str = "ProduceRequest";
    const MIN_VERSION: i16 = 3;
    const MAX_VERSION: i16 = 13;
    const FLEXIBLE_VERSION: i16 = 9;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version >= 9;
        Ok(Self {
            transactional_id: d.nullable_string(flexible)?,
            acks: d.i16()?,
            timeout_ms: d.i32()?,
            topic_data: d.array(flexible, TopicProduceData::min_size(version), |d| {
                TopicProduceData::decode(d, version)
            })?,
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version >= 9;
        e.nullable_string(self.transactional_id.as_ref(), flexible)?;
        e.i16(self.acks);
        e.i32(self.timeout_ms);
        e.array_length(Some(self.topic_data.len()), flexible)?;
        for item in &self.topic_data {
            item.encode(e, version)?;
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }
}

impl Request for ProduceRequest {
    type Response = super::ProduceResponse;
    const API_KEY: ApiKey = ApiKey::Produce;
}

/// `TopicProduceData` in [`ProduceRequest`], versions 3-13.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopicProduceData {
    /// `string`, versions 3-12; dropped elsewhere.
    pub name: ByteString,
    /// `uuid`, versions 13+; dropped elsewhere.
    pub topic_id: Uuid,
    /// `[]PartitionProduceData`.
    pub partition_data: Vec<PartitionProduceData>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl TopicProduceData {
    /// The least number of bytes it takes.
    const fn min_size(version: i16) -> usize {
        match version {
            ..9 => 6,
            9..13 => 3,
            _ => 18,
        }
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 9;
        Ok(Self {
            name: if version <= 12 { d.string(flexible)? } else { ByteString::new() },
            topic_id: if version == 13 { d.uuid()? } else { Uuid::nil() },
            partition_data: d.array(flexible, PartitionProduceData::min_size(version), |d| {
                PartitionProduceData::decode(d, version)
            })?,
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 9;
        if version <= 12 {
            e.string(&self.name, flexible)?;
        }
        if version == 13 {
            e.uuid(self.topic_id);
        }
        e.array_length(Some(self.partition_data.len()), flexible)?;
        for item in &self.partition_data {
            item.encode(e, version)?;
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }
}

/// `PartitionProduceData` in [`ProduceRequest`], versions 3-13.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PartitionProduceData {
    /// `int32`.
    pub index: i32,
    /// `records`, nullable.
    pub records: Option<Bytes>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl PartitionProduceData {
    /// The least number of bytes it takes.
    const fn min_size(version: i16) -> usize {
        match version {
            ..9 => 8,
            _ => 6,
        }
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 9;
        Ok(Self {
            index: d.i32()?,
            records: d.nullable_bytes(flexible)?,
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 9;
        e.i32(self.index);
        e.nullable_bytes(self.records.as_ref(), flexible)?;
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }
}
