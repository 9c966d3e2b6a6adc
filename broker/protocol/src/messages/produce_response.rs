//! ProduceResponse: API key 0, versions 3-13.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytestring::ByteString;
use uuid::Uuid;

use crate::ApiKey;
use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, Response, UnknownTags};

/// ProduceResponse: API key 0, versions 3-13, flexible 9+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ProduceResponse {
    /// `[]TopicProduceResponse`.
    pub responses: Vec<TopicProduceResponse>,
    /// `int32`.
    pub throttle_time_ms: i32,
    /// `[]NodeEndpoint`, tag 0, versions 10+.
    pub node_endpoints: Vec<NodeEndpoint>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Message for ProduceResponse {
    const NAME: &'static str = "ProduceResponse";
    const MIN_VERSION: i16 = 3;
    const MAX_VERSION: i16 = 13;
    const FLEXIBLE_VERSION: i16 = 9;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version >= 9;
        let mut value = Self {
            responses: d.array(flexible, TopicProduceResponse::min_size(version), |d| {
                TopicProduceResponse::decode(d, version)
            })?,
            throttle_time_ms: d.i32()?,
            node_endpoints: Vec::new(),
            unknown_tagged_fields: UnknownTags::new(),
        };
        if flexible {
            for _ in 0..d.tag_count()? {
                let (tag, outer) = d.begin_tag()?;
                match tag {
                    0 if version >= 10 => {
                        value.node_endpoints = d.array(true, NodeEndpoint::min_size(version), |d| {
                            NodeEndpoint::decode(d, version)
                        })?
                    }
                    _ => d.unknown_tag(tag, &mut value.unknown_tagged_fields)?,
                }
                d.end_tag(tag, outer)?;
            }
        }
        Ok(value)
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version >= 9;
        e.array_length(Some(self.responses.len()), flexible)?;
        for item in &self.responses {
            item.encode(e, version)?;
        }
        e.i32(self.throttle_time_ms);
        if version < 10 && !self.node_endpoints.is_empty() {
            return Err(EncodeError::FieldNotInVersion { field: "ProduceResponse.NodeEndpoints", version });
        }
        if flexible {
            let has_node_endpoints = version >= 10 && !self.node_endpoints.is_empty();
            let mut unknown = self.unknown_tagged_fields.as_slice();
            e.unsigned_varint((usize::from(has_node_endpoints) + unknown.len()) as u32);
            if has_node_endpoints {
                unknown = e.unknown_tags_before(unknown, 0)?;
                let mark = e.begin_tag(0);
                e.array_length(Some(self.node_endpoints.len()), true)?;
                for item in &self.node_endpoints {
                    item.encode(e, version)?;
                }
                e.end_tag(mark)?;
            }
            e.unknown_tags(unknown)?;
        } else {
            e.only_unknown_tags(&self.unknown_tagged_fields, false)?;
        }
        Ok(())
    }
}

impl Response for ProduceResponse {
    const API_KEY: ApiKey = ApiKey::Produce;

    fn each_error_code(&self, version: i16, see: &mut dyn FnMut(i16)) {
        for item in &self.responses {
            item.each_error_code(version, see);
        }
    }
}

/// `TopicProduceResponse` in [`ProduceResponse`], versions 3-13.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopicProduceResponse {
    /// `string`, versions 3-12; dropped elsewhere.
    pub name: ByteString,
    /// `uuid`, versions 13+; dropped elsewhere.
    pub topic_id: Uuid,
    /// `[]PartitionProduceResponse`.
    pub partition_responses: Vec<PartitionProduceResponse>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl TopicProduceResponse {
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
            partition_responses: d.array(flexible, PartitionProduceResponse::min_size(version), |d| {
                PartitionProduceResponse::decode(d, version)
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
        e.array_length(Some(self.partition_responses.len()), flexible)?;
        for item in &self.partition_responses {
            item.encode(e, version)?;
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }

    fn each_error_code(&self, version: i16, see: &mut dyn FnMut(i16)) {
        for item in &self.partition_responses {
            item.each_error_code(version, see);
        }
    }
}

/// `PartitionProduceResponse` in [`ProduceResponse`], versions 3-13.
#[derive(Debug, Clone, PartialEq)]
pub struct PartitionProduceResponse {
    /// `int32`.
    pub index: i32,
    /// `int16`.
    pub error_code: i16,
    /// `int64`.
    pub base_offset: i64,
    /// `int64`, default -1.
    pub log_append_time_ms: i64,
    /// `int64`, versions 5+, default -1; dropped elsewhere.
    pub log_start_offset: i64,
    /// `[]BatchIndexAndErrorMessage`, versions 8+; dropped elsewhere.
    pub record_errors: Vec<BatchIndexAndErrorMessage>,
    /// `string`, versions 8+, nullable, default null; dropped elsewhere.
    pub error_message: Option<ByteString>,
    /// `LeaderIdAndEpoch`, tag 0, versions 10+.
    pub current_leader: LeaderIdAndEpoch,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for PartitionProduceResponse {
    fn default() -> Self {
        Self {
            index: 0,
            error_code: 0,
            base_offset: 0,
            log_append_time_ms: -1,
            log_start_offset: -1,
            record_errors: Vec::new(),
            error_message: None,
            current_leader: LeaderIdAndEpoch::default(),
            unknown_tagged_fields: UnknownTags::new(),
        }
    }
}

impl PartitionProduceResponse {
    /// The least number of bytes it takes.
    const fn min_size(version: i16) -> usize {
        match version {
            ..5 => 22,
            5..8 => 30,
            8..9 => 36,
            _ => 33,
        }
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 9;
        let mut value = Self {
            index: d.i32()?,
            error_code: d.i16()?,
            base_offset: d.i64()?,
            log_append_time_ms: d.i64()?,
            log_start_offset: if version >= 5 { d.i64()? } else { -1 },
            record_errors: if version >= 8 {
                d.array(flexible, BatchIndexAndErrorMessage::min_size(version), |d| {
                    BatchIndexAndErrorMessage::decode(d, version)
                })?
            } else {
                Vec::new()
            },
            error_message: if version >= 8 { d.nullable_string(flexible)? } else { None },
            current_leader: LeaderIdAndEpoch::default(),
            unknown_tagged_fields: UnknownTags::new(),
        };
        if flexible {
            for _ in 0..d.tag_count()? {
                let (tag, outer) = d.begin_tag()?;
                match tag {
                    0 if version >= 10 => value.current_leader = LeaderIdAndEpoch::decode(d, version)?,
                    _ => d.unknown_tag(tag, &mut value.unknown_tagged_fields)?,
                }
                d.end_tag(tag, outer)?;
            }
        }
        Ok(value)
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 9;
        e.i32(self.index);
        e.i16(self.error_code);
        e.i64(self.base_offset);
        e.i64(self.log_append_time_ms);
        if version >= 5 {
            e.i64(self.log_start_offset);
        }
        if version >= 8 {
            e.array_length(Some(self.record_errors.len()), flexible)?;
            for item in &self.record_errors {
                item.encode(e, version)?;
            }
        }
        if version >= 8 {
            e.nullable_string(self.error_message.as_ref(), flexible)?;
        }
        if version < 10 && self.current_leader != LeaderIdAndEpoch::default() {
            return Err(EncodeError::FieldNotInVersion {
                field: "PartitionProduceResponse.CurrentLeader",
                version,
            });
        }
        if flexible {
            let has_current_leader = version >= 10 && self.current_leader != LeaderIdAndEpoch::default();
            let mut unknown = self.unknown_tagged_fields.as_slice();
            e.unsigned_varint((usize::from(has_current_leader) + unknown.len()) as u32);
            if has_current_leader {
                unknown = e.unknown_tags_before(unknown, 0)?;
                let mark = e.begin_tag(0);
                self.current_leader.encode(e, version)?;
                e.end_tag(mark)?;
            }
            e.unknown_tags(unknown)?;
        } else {
            e.only_unknown_tags(&self.unknown_tagged_fields, false)?;
        }
        Ok(())
    }

    fn each_error_code(&self, _version: i16, see: &mut dyn FnMut(i16)) {
        see(self.error_code);
    }
}

/// `BatchIndexAndErrorMessage` in [`ProduceResponse`], versions 8-13.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct BatchIndexAndErrorMessage {
    /// `int32`.
    pub batch_index: i32,
    /// `string`, nullable, default null.
    pub batch_index_error_message: Option<ByteString>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl BatchIndexAndErrorMessage {
    /// The least number of bytes it takes.
    const fn min_size(_version: i16) -> usize {
        6
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 9;
        Ok(Self {
            batch_index: d.i32()?,
            batch_index_error_message: d.nullable_string(flexible)?,
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 9;
        e.i32(self.batch_index);
        e.nullable_string(self.batch_index_error_message.as_ref(), flexible)?;
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }
}

/// `LeaderIdAndEpoch` in [`ProduceResponse`], versions 10-13.
#[derive(Debug, Clone, PartialEq)]
pub struct LeaderIdAndEpoch {
    /// `int32`, default -1.
    pub leader_id: i32,
    /// `int32`, default -1.
    pub leader_epoch: i32,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for LeaderIdAndEpoch {
    fn default() -> Self {
        Self { leader_id: -1, leader_epoch: -1, unknown_tagged_fields: UnknownTags::new() }
    }
}

impl LeaderIdAndEpoch {
    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self { leader_id: d.i32()?, leader_epoch: d.i32()?, unknown_tagged_fields: d.unknown_tags(true)? })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.i32(self.leader_id);
        e.i32(self.leader_epoch);
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}

/// `NodeEndpoint` in [`ProduceResponse`], versions 10-13.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct NodeEndpoint {
    /// `int32`.
    pub node_id: i32,
    /// `string`.
    pub host: ByteString,
    /// `int32`.
    pub port: i32,
    /// `string`, nullable, default null.
    pub rack: Option<ByteString>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl NodeEndpoint {
    /// The least number of bytes it takes.
    const fn min_size(_version: i16) -> usize {
        11
    }

    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            node_id: d.i32()?,
            host: d.string(true)?,
            port: d.i32()?,
            rack: d.nullable_string(true)?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.i32(self.node_id);
        e.string(&self.host, true)?;
        e.i32(self.port);
        e.nullable_string(self.rack.as_ref(), true)?;
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}
