//! ElectLeadersRequest: API key 43, versions 0-2.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytestring::ByteString;

use crate::ApiKey;
use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, Request, UnknownTags};

/// ElectLeadersRequest: API key 43, versions 0-2, flexible 2+.
#[derive(Debug, Clone, PartialEq)]
pub struct ElectLeadersRequest {
    /// `int8`, versions 1+.
    pub election_type: i8,
    /// `[]TopicPartitions`, nullable.
    pub topic_partitions: Option<Vec<TopicPartitions>>,
    /// `int32`, default 60000.
    pub timeout_ms: i32,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for ElectLeadersRequest {
    fn default() -> Self {
        Self {
            election_type: 0,
            topic_partitions: Some(Vec::new()),
            timeout_ms: 60000,
            unknown_tagged_fields: UnknownTags::new(),
        }
    }
}

impl Message for ElectLeadersRequest {
    const NAME: &'static str = "ElectLeadersRequest";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 2;
    const FLEXIBLE_VERSION: i16 = 2;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version == 2;
        Ok(Self {
            election_type: if version >= 1 { d.i8()? } else { 0 },
            topic_partitions: d.nullable_array(flexible, TopicPartitions::min_size(version), |d| {
                TopicPartitions::decode(d, version)
            })?,
            timeout_ms: d.i32()?,
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version == 2;
        if version >= 1 {
            e.i8(self.election_type);
        } else if self.election_type != 0 {
            return Err(EncodeError::FieldNotInVersion {
                field: "ElectLeadersRequest.ElectionType",
                version,
            });
        }
        e.array_length(self.topic_partitions.as_ref().map(Vec::len), flexible)?;
        for item in self.topic_partitions.iter().flatten() {
            item.encode(e, version)?;
        }
        e.i32(self.timeout_ms);
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }
}

impl Request for ElectLeadersRequest {
    type Response = super::ElectLeadersResponse;
    const API_KEY: ApiKey = ApiKey::ElectLeaders;
}

/// `TopicPartitions` in [`ElectLeadersRequest`], versions 0-2.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopicPartitions {
    /// `string`.
    pub topic: ByteString,
    /// `[]int32`.
    pub partitions: Vec<i32>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl TopicPartitions {
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
            topic: d.string(flexible)?,
            partitions: d.array(flexible, 4, Decoder::i32)?,
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let flexible = version == 2;
        e.string(&self.topic, flexible)?;
        e.array_length(Some(self.partitions.len()), flexible)?;
        for item in &self.partitions {
            e.i32(*item);
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }
}
