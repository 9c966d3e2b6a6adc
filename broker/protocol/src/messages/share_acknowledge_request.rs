//! ShareAcknowledgeRequest: API key 79, versions 1-2.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytestring::ByteString;
use uuid::Uuid;

use crate::ApiKey;
use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, Request, UnknownTags};

/// ShareAcknowledgeRequest: API key 79, versions 1-2, flexible 0+.
#[derive(Debug, Clone, PartialEq)]
pub struct ShareAcknowledgeRequest {
    /// `string`, nullable, default null.
    pub group_id: Option<ByteString>,
    /// `string`, nullable.
    pub member_id: Option<ByteString>,
    /// `int32`.
    pub share_session_epoch: i32,
    /// `bool`, versions 2+.
    pub is_renew_ack: bool,
    /// `[]AcknowledgeTopic`.
    pub topics: Vec<AcknowledgeTopic>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for ShareAcknowledgeRequest {
    fn default() -> Self {
        Self {
            group_id: None,
            member_id: Some(ByteString::new()),
            share_session_epoch: 0,
            is_renew_ack: false,
            topics: Vec::new(),
            unknown_tagged_fields: UnknownTags::new(),
        }
    }
}

impl Message for ShareAcknowledgeRequest {
    const NAME: &'static str = "ShareAcknowledgeRequest";
    const MIN_VERSION: i16 = 1;
    const MAX_VERSION: i16 = 2;
    const FLEXIBLE_VERSION: i16 = 1;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        Ok(Self {
            group_id: d.nullable_string(true)?,
            member_id: d.nullable_string(true)?,
            share_session_epoch: d.i32()?,
            is_renew_ack: if version == 2 { d.bool()? } else { false },
            topics: d
                .array(true, AcknowledgeTopic::min_size(version), |d| AcknowledgeTopic::decode(d, version))?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        e.nullable_string(self.group_id.as_ref(), true)?;
        e.nullable_string(self.member_id.as_ref(), true)?;
        e.i32(self.share_session_epoch);
        if version == 2 {
            e.bool(self.is_renew_ack);
        } else if self.is_renew_ack {
            return Err(EncodeError::FieldNotInVersion {
                field: "ShareAcknowledgeRequest.IsRenewAck",
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

impl Request for ShareAcknowledgeRequest {
    type Response = super::ShareAcknowledgeResponse;
    const API_KEY: ApiKey = ApiKey::ShareAcknowledge;
}

/// `AcknowledgeTopic` in [`ShareAcknowledgeRequest`], versions 1-2.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AcknowledgeTopic {
    /// `uuid`.
    pub topic_id: Uuid,
    /// `[]AcknowledgePartition`.
    pub partitions: Vec<AcknowledgePartition>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl AcknowledgeTopic {
    /// The least number of bytes it takes.
    const fn min_size(_version: i16) -> usize {
        18
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            topic_id: d.uuid()?,
            partitions: d.array(true, AcknowledgePartition::min_size(version), |d| {
                AcknowledgePartition::decode(d, version)
            })?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.uuid(self.topic_id);
        e.array_length(Some(self.partitions.len()), true)?;
        for item in &self.partitions {
            item.encode(e, version)?;
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}

/// `AcknowledgePartition` in [`ShareAcknowledgeRequest`], versions 1-2.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AcknowledgePartition {
    /// `int32`.
    pub partition_index: i32,
    /// `[]AcknowledgementBatch`.
    pub acknowledgement_batches: Vec<AcknowledgementBatch>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl AcknowledgePartition {
    /// The least number of bytes it takes.
    const fn min_size(_version: i16) -> usize {
        6
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            partition_index: d.i32()?,
            acknowledgement_batches: d.array(true, AcknowledgementBatch::min_size(version), |d| {
                AcknowledgementBatch::decode(d, version)
            })?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.i32(self.partition_index);
        e.array_length(Some(self.acknowledgement_batches.len()), true)?;
        for item in &self.acknowledgement_batches {
            item.encode(e, version)?;
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}

/// `AcknowledgementBatch` in [`ShareAcknowledgeRequest`], versions 1-2.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AcknowledgementBatch {
    /// `int64`.
    pub first_offset: i64,
    /// `int64`.
    pub last_offset: i64,
    /// `[]int8`.
    pub acknowledge_types: Vec<i8>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl AcknowledgementBatch {
    /// The least number of bytes it takes.
    const fn min_size(_version: i16) -> usize {
        18
    }

    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            first_offset: d.i64()?,
            last_offset: d.i64()?,
            acknowledge_types: d.array(true, 1, Decoder::i8)?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.i64(self.first_offset);
        e.i64(self.last_offset);
        e.array_length(Some(self.acknowledge_types.len()), true)?;
        for item in &self.acknowledge_types {
            e.i8(*item);
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}
