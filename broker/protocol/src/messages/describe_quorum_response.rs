//! DescribeQuorumResponse: API key 55, versions 0-2.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytestring::ByteString;
use uuid::Uuid;

use crate::ApiKey;
use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, Response, UnknownTags};

/// DescribeQuorumResponse: API key 55, versions 0-2, flexible 0+.
#[derive(Debug, Clone, PartialEq)]
pub struct DescribeQuorumResponse {
    /// `int16`.
    pub error_code: i16,
    /// `string`, versions 2+, nullable; dropped elsewhere.
    pub error_message: Option<ByteString>,
    /// `[]TopicData`.
    pub topics: Vec<TopicData>,
    /// `[]Node`, versions 2+.
    pub nodes: Vec<Node>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for DescribeQuorumResponse {
    fn default() -> Self {
        Self {
            error_code: 0,
            error_message: Some(ByteString::new()),
            topics: Vec::new(),
            nodes: Vec::new(),
            unknown_tagged_fields: UnknownTags::new(),
        }
    }
}

impl Message for DescribeQuorumResponse {
    const NAME: &'static str = "DescribeQuorumResponse";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 2;
    const FLEXIBLE_VERSION: i16 = 0;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        Ok(Self {
            error_code: d.i16()?,
            error_message: if version == 2 { d.nullable_string(true)? } else { Some(ByteString::new()) },
            topics: d.array(true, TopicData::min_size(version), |d| TopicData::decode(d, version))?,
            nodes: if version == 2 {
                d.array(true, Node::min_size(version), |d| Node::decode(d, version))?
            } else {
                Vec::new()
            },
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        e.i16(self.error_code);
        if version == 2 {
            e.nullable_string(self.error_message.as_ref(), true)?;
        }
        e.array_length(Some(self.topics.len()), true)?;
        for item in &self.topics {
            item.encode(e, version)?;
        }
        if version == 2 {
            e.array_length(Some(self.nodes.len()), true)?;
            for item in &self.nodes {
                item.encode(e, version)?;
            }
        } else if !self.nodes.is_empty() {
            return Err(EncodeError::FieldNotInVersion { field: "DescribeQuorumResponse.Nodes", version });
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}

impl Response for DescribeQuorumResponse {
    const API_KEY: ApiKey = ApiKey::DescribeQuorum;

    fn each_error_code(&self, version: i16, see: &mut dyn FnMut(i16)) {
        see(self.error_code);

        for item in &self.topics {
            item.each_error_code(version, see);
        }
    }
}

/// `TopicData` in [`DescribeQuorumResponse`], versions 0-2.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopicData {
    /// `string`.
    pub topic_name: ByteString,
    /// `[]PartitionData`.
    pub partitions: Vec<PartitionData>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl TopicData {
    /// The least number of bytes it takes.
    const fn min_size(_version: i16) -> usize {
        3
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            topic_name: d.string(true)?,
            partitions: d
                .array(true, PartitionData::min_size(version), |d| PartitionData::decode(d, version))?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.string(&self.topic_name, true)?;
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

/// `PartitionData` in [`DescribeQuorumResponse`], versions 0-2.
#[derive(Debug, Clone, PartialEq)]
pub struct PartitionData {
    /// `int32`.
    pub partition_index: i32,
    /// `int16`.
    pub error_code: i16,
    /// `string`, versions 2+, nullable; dropped elsewhere.
    pub error_message: Option<ByteString>,
    /// `int32`.
    pub leader_id: i32,
    /// `int32`.
    pub leader_epoch: i32,
    /// `int64`.
    pub high_watermark: i64,
    /// `[]ReplicaState`.
    pub current_voters: Vec<ReplicaState>,
    /// `[]ReplicaState`.
    pub observers: Vec<ReplicaState>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for PartitionData {
    fn default() -> Self {
        Self {
            partition_index: 0,
            error_code: 0,
            error_message: Some(ByteString::new()),
            leader_id: 0,
            leader_epoch: 0,
            high_watermark: 0,
            current_voters: Vec::new(),
            observers: Vec::new(),
            unknown_tagged_fields: UnknownTags::new(),
        }
    }
}

impl PartitionData {
    /// The least number of bytes it takes.
    const fn min_size(version: i16) -> usize {
        match version {
            ..2 => 25,
            _ => 26,
        }
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            partition_index: d.i32()?,
            error_code: d.i16()?,
            error_message: if version == 2 { d.nullable_string(true)? } else { Some(ByteString::new()) },
            leader_id: d.i32()?,
            leader_epoch: d.i32()?,
            high_watermark: d.i64()?,
            current_voters: d
                .array(true, ReplicaState::min_size(version), |d| ReplicaState::decode(d, version))?,
            observers: d
                .array(true, ReplicaState::min_size(version), |d| ReplicaState::decode(d, version))?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.i32(self.partition_index);
        e.i16(self.error_code);
        if version == 2 {
            e.nullable_string(self.error_message.as_ref(), true)?;
        }
        e.i32(self.leader_id);
        e.i32(self.leader_epoch);
        e.i64(self.high_watermark);
        e.array_length(Some(self.current_voters.len()), true)?;
        for item in &self.current_voters {
            item.encode(e, version)?;
        }
        e.array_length(Some(self.observers.len()), true)?;
        for item in &self.observers {
            item.encode(e, version)?;
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }

    fn each_error_code(&self, _version: i16, see: &mut dyn FnMut(i16)) {
        see(self.error_code);
    }
}

/// `Node` in [`DescribeQuorumResponse`], versions 2.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Node {
    /// `int32`.
    pub node_id: i32,
    /// `[]Listener`.
    pub listeners: Vec<Listener>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Node {
    /// The least number of bytes it takes.
    const fn min_size(_version: i16) -> usize {
        6
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            node_id: d.i32()?,
            listeners: d.array(true, Listener::min_size(version), |d| Listener::decode(d, version))?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.i32(self.node_id);
        e.array_length(Some(self.listeners.len()), true)?;
        for item in &self.listeners {
            item.encode(e, version)?;
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}

/// `Listener` in [`DescribeQuorumResponse`], versions 2.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Listener {
    /// `string`.
    pub name: ByteString,
    /// `string`.
    pub host: ByteString,
    /// `uint16`.
    pub port: u16,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Listener {
    /// The least number of bytes it takes.
    const fn min_size(_version: i16) -> usize {
        5
    }

    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            name: d.string(true)?,
            host: d.string(true)?,
            port: d.u16()?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.string(&self.name, true)?;
        e.string(&self.host, true)?;
        e.u16(self.port);
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}

/// `ReplicaState` in [`DescribeQuorumResponse`], versions 0-2.
#[derive(Debug, Clone, PartialEq)]
pub struct ReplicaState {
    /// `int32`.
    pub replica_id: i32,
    /// `uuid`, versions 2+.
    pub replica_directory_id: Uuid,
    /// `int64`.
    pub log_end_offset: i64,
    /// `int64`, versions 1+, default -1; dropped elsewhere.
    pub last_fetch_timestamp: i64,
    /// `int64`, versions 1+, default -1; dropped elsewhere.
    pub last_caught_up_timestamp: i64,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for ReplicaState {
    fn default() -> Self {
        Self {
            replica_id: 0,
            replica_directory_id: Uuid::nil(),
            log_end_offset: 0,
            last_fetch_timestamp: -1,
            last_caught_up_timestamp: -1,
            unknown_tagged_fields: UnknownTags::new(),
        }
    }
}

impl ReplicaState {
    /// The least number of bytes it takes.
    const fn min_size(version: i16) -> usize {
        match version {
            ..1 => 13,
            1..2 => 29,
            _ => 45,
        }
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            replica_id: d.i32()?,
            replica_directory_id: if version == 2 { d.uuid()? } else { Uuid::nil() },
            log_end_offset: d.i64()?,
            last_fetch_timestamp: if version >= 1 { d.i64()? } else { -1 },
            last_caught_up_timestamp: if version >= 1 { d.i64()? } else { -1 },
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.i32(self.replica_id);
        if version == 2 {
            e.uuid(self.replica_directory_id);
        } else if !self.replica_directory_id.is_nil() {
            return Err(EncodeError::FieldNotInVersion { field: "ReplicaState.ReplicaDirectoryId", version });
        }
        e.i64(self.log_end_offset);
        if version >= 1 {
            e.i64(self.last_fetch_timestamp);
        }
        if version >= 1 {
            e.i64(self.last_caught_up_timestamp);
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}
