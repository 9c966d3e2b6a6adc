//! MetadataResponse: API key 3, versions 0-13.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytestring::ByteString;
use uuid::Uuid;

use crate::ApiKey;
use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, Response, UnknownTags};

/// MetadataResponse: API key 3, versions 0-13, flexible 9+.
#[derive(Debug, Clone, PartialEq)]
pub struct MetadataResponse {
    /// `int32`, versions 3+; dropped elsewhere.
    pub throttle_time_ms: i32,
    /// `[]MetadataResponseBroker`.
    pub brokers: Vec<MetadataResponseBroker>,
    /// `string`, versions 2+, nullable, default null; dropped elsewhere.
    pub cluster_id: Option<ByteString>,
    /// `int32`, versions 1+, default -1; dropped elsewhere.
    pub controller_id: i32,
    /// `[]MetadataResponseTopic`.
    pub topics: Vec<MetadataResponseTopic>,
    /// `int32`, versions 8-10, default -2147483648.
    pub cluster_authorized_operations: i32,
    /// `int16`, versions 13+; dropped elsewhere.
    pub error_code: i16,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for MetadataResponse {
    fn default() -> Self {
        Self {
            throttle_time_ms: 0,
            brokers: Vec::new(),
            cluster_id: None,
            controller_id: -1,
            topics: Vec::new(),
            cluster_authorized_operations: i32::MIN,
            error_code: 0,
            unknown_tagged_fields: UnknownTags::new(),
        }
    }
}

impl Message for MetadataResponse {
    const NAME: &'static str = "MetadataResponse";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 13;
    const FLEXIBLE_VERSION: i16 = 9;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version >= 9;
        Ok(Self {
            throttle_time_ms: if version >= 3 { d.i32()? } else { 0 },
            brokers: d.array(flexible, MetadataResponseBroker::min_size(version), |d| {
                MetadataResponseBroker::decode(d, version)
            })?,
            cluster_id: if version >= 2 { d.nullable_string(flexible)? } else { None },
            controller_id: if version >= 1 { d.i32()? } else { -1 },
            topics: d.array(flexible, MetadataResponseTopic::min_size(version), |d| {
                MetadataResponseTopic::decode(d, version)
            })?,
            cluster_authorized_operations: if (8..=10).contains(&version) { d.i32()? } else { i32::MIN },
            error_code: if version == 13 { d.i16()? } else { 0 },
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version >= 9;
        if version >= 3 {
            e.i32(self.throttle_time_ms);
        }
        e.array_length(Some(self.brokers.len()), flexible)?;
        for item in &self.brokers {
            item.encode(e, version)?;
        }
        if version >= 2 {
            e.nullable_string(self.cluster_id.as_ref(), flexible)?;
        }
        if version >= 1 {
            e.i32(self.controller_id);
        }
        e.array_length(Some(self.topics.len()), flexible)?;
        for item in &self.topics {
            item.encode(e, version)?;
        }
        if (8..=10).contains(&version) {
            e.i32(self.cluster_authorized_operations);
        } else if self.cluster_authorized_operations != i32::MIN {
            return Err(EncodeError::FieldNotInVersion {
                field: "MetadataResponse.ClusterAuthorizedOperations",
                version,
            });
        }
        if version == 13 {
            e.i16(self.error_code);
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }
}

impl Response for MetadataResponse {
    const API_KEY: ApiKey = ApiKey::Metadata;

    fn each_error_code(&self, version: i16, see: &mut dyn FnMut(i16)) {
        for item in &self.topics {
            item.each_error_code(version, see);
        }

        if version == 13 {
            see(self.error_code);
        }
    }
}

/// `MetadataResponseBroker` in [`MetadataResponse`], versions 0-13.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MetadataResponseBroker {
    /// `int32`.
    pub node_id: i32,
    /// `string`.
    pub host: ByteString,
    /// `int32`.
    pub port: i32,
    /// `string`, versions 1+, nullable, default null; dropped elsewhere.
    pub rack: Option<ByteString>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl MetadataResponseBroker {
    /// The least number of bytes it takes.
    const fn min_size(version: i16) -> usize {
        match version {
            ..1 => 10,
            1..9 => 12,
            _ => 11,
        }
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 9;
        Ok(Self {
            node_id: d.i32()?,
            host: d.string(flexible)?,
            port: d.i32()?,
            rack: if version >= 1 { d.nullable_string(flexible)? } else { None },
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 9;
        e.i32(self.node_id);
        e.string(&self.host, flexible)?;
        e.i32(self.port);
        if version >= 1 {
            e.nullable_string(self.rack.as_ref(), flexible)?;
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }
}

/// `MetadataResponseTopic` in [`MetadataResponse`], versions 0-13.
#[derive(Debug, Clone, PartialEq)]
pub struct MetadataResponseTopic {
    /// `int16`.
    pub error_code: i16,
    /// `string`, nullable in 12+.
    pub name: Option<ByteString>,
    /// `uuid`, versions 10+; dropped elsewhere.
    pub topic_id: Uuid,
    /// `bool`, versions 1+; dropped elsewhere.
    pub is_internal: bool,
    /// `[]MetadataResponsePartition`.
    pub partitions: Vec<MetadataResponsePartition>,
    /// `int32`, versions 8+, default -2147483648.
    pub topic_authorized_operations: i32,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for MetadataResponseTopic {
    fn default() -> Self {
        Self {
            error_code: 0,
            name: Some(ByteString::new()),
            topic_id: Uuid::nil(),
            is_internal: false,
            partitions: Vec::new(),
            topic_authorized_operations: i32::MIN,
            unknown_tagged_fields: UnknownTags::new(),
        }
    }
}

impl MetadataResponseTopic {
    /// The least number of bytes it takes.
    const fn min_size(version: i16) -> usize {
        match version {
            ..1 => 8,
            1..8 => 9,
            8..9 => 13,
            9..10 => 10,
            _ => 26,
        }
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 9;
        Ok(Self {
            error_code: d.i16()?,
            name: if version >= 12 { d.nullable_string(flexible)? } else { Some(d.string(flexible)?) },
            topic_id: if version >= 10 { d.uuid()? } else { Uuid::nil() },
            is_internal: if version >= 1 { d.bool()? } else { false },
            partitions: d.array(flexible, MetadataResponsePartition::min_size(version), |d| {
                MetadataResponsePartition::decode(d, version)
            })?,
            topic_authorized_operations: if version >= 8 { d.i32()? } else { i32::MIN },
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 9;
        e.i16(self.error_code);
        if version < 12 && self.name.is_none() {
            return Err(EncodeError::UnexpectedNull { field: "MetadataResponseTopic.Name", version });
        }
        e.nullable_string(self.name.as_ref(), flexible)?;
        if version >= 10 {
            e.uuid(self.topic_id);
        }
        if version >= 1 {
            e.bool(self.is_internal);
        }
        e.array_length(Some(self.partitions.len()), flexible)?;
        for item in &self.partitions {
            item.encode(e, version)?;
        }
        if version >= 8 {
            e.i32(self.topic_authorized_operations);
        } else if self.topic_authorized_operations != i32::MIN {
            return Err(EncodeError::FieldNotInVersion {
                field: "MetadataResponseTopic.TopicAuthorizedOperations",
                version,
            });
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }

    fn each_error_code(&self, version: i16, see: &mut dyn FnMut(i16)) {
        see(self.error_code);

        for item in &self.partitions {
            item.each_error_code(version, see);
        }
    }
}

/// `MetadataResponsePartition` in [`MetadataResponse`], versions 0-13.
#[derive(Debug, Clone, PartialEq)]
pub struct MetadataResponsePartition {
    /// `int16`.
    pub error_code: i16,
    /// `int32`.
    pub partition_index: i32,
    /// `int32`.
    pub leader_id: i32,
    /// `int32`, versions 7+, default -1; dropped elsewhere.
    pub leader_epoch: i32,
    /// `[]int32`.
    pub replica_nodes: Vec<i32>,
    /// `[]int32`.
    pub isr_nodes: Vec<i32>,
    /// `[]int32`, versions 5+; dropped elsewhere.
    pub offline_replicas: Vec<i32>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for MetadataResponsePartition {
    fn default() -> Self {
        Self {
            error_code: 0,
            partition_index: 0,
            leader_id: 0,
            leader_epoch: -1,
            replica_nodes: Vec::new(),
            isr_nodes: Vec::new(),
            offline_replicas: Vec::new(),
            unknown_tagged_fields: UnknownTags::new(),
        }
    }
}

impl MetadataResponsePartition {
    /// The least number of bytes it takes.
    const fn min_size(version: i16) -> usize {
        match version {
            ..5 => 18,
            5..7 => 22,
            7..9 => 26,
            _ => 18,
        }
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 9;
        Ok(Self {
            error_code: d.i16()?,
            partition_index: d.i32()?,
            leader_id: d.i32()?,
            leader_epoch: if version >= 7 { d.i32()? } else { -1 },
            replica_nodes: d.array(flexible, 4, Decoder::i32)?,
            isr_nodes: d.array(flexible, 4, Decoder::i32)?,
            offline_replicas: if version >= 5 { d.array(flexible, 4, Decoder::i32)? } else { Vec::new() },
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 9;
        e.i16(self.error_code);
        e.i32(self.partition_index);
        e.i32(self.leader_id);
        if version >= 7 {
            e.i32(self.leader_epoch);
        }
        e.array_length(Some(self.replica_nodes.len()), flexible)?;
        for item in &self.replica_nodes {
            e.i32(*item);
        }
        e.array_length(Some(self.isr_nodes.len()), flexible)?;
        for item in &self.isr_nodes {
            e.i32(*item);
        }
        if version >= 5 {
            e.array_length(Some(self.offline_replicas.len()), flexible)?;
            for item in &self.offline_replicas {
                e.i32(*item);
            }
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }

    fn each_error_code(&self, _version: i16, see: &mut dyn FnMut(i16)) {
        see(self.error_code);
    }
}
