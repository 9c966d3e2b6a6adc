//! BeginQuorumEpochRequest: API key 53, versions 0-1.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytestring::ByteString;
use uuid::Uuid;

use crate::ApiKey;
use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, Request, UnknownTags};

/// BeginQuorumEpochRequest: API key 53, versions 0-1, flexible 1+.
#[derive(Debug, Clone, PartialEq)]
pub struct BeginQuorumEpochRequest {
    /// `string`, nullable, default null.
    pub cluster_id: Option<ByteString>,
    /// `int32`, versions 1+, default -1; dropped elsewhere.
    pub voter_id: i32,
    /// `[]TopicData`.
    pub topics: Vec<TopicData>,
    /// `[]LeaderEndpoint`, versions 1+; dropped elsewhere.
    pub leader_endpoints: Vec<LeaderEndpoint>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for BeginQuorumEpochRequest {
    fn default() -> Self {
        Self {
            cluster_id: None,
            voter_id: -1,
            topics: Vec::new(),
            leader_endpoints: Vec::new(),
            unknown_tagged_fields: UnknownTags::new(),
        }
    }
}

impl Message for BeginQuorumEpochRequest {
    const NAME: &'static str = "BeginQuorumEpochRequest";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 1;
    const FLEXIBLE_VERSION: i16 = 1;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version == 1;
        Ok(Self {
            cluster_id: d.nullable_string(flexible)?,
            voter_id: if version == 1 { d.i32()? } else { -1 },
            topics: d.array(flexible, TopicData::min_size(version), |d| TopicData::decode(d, version))?,
            leader_endpoints: if version == 1 {
                d.array(flexible, LeaderEndpoint::min_size(version), |d| LeaderEndpoint::decode(d, version))?
            } else {
                Vec::new()
            },
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version == 1;
        e.nullable_string(self.cluster_id.as_ref(), flexible)?;
        if version == 1 {
            e.i32(self.voter_id);
        }
        e.array_length(Some(self.topics.len()), flexible)?;
        for item in &self.topics {
            item.encode(e, version)?;
        }
        if version == 1 {
            e.array_length(Some(self.leader_endpoints.len()), flexible)?;
            for item in &self.leader_endpoints {
                item.encode(e, version)?;
            }
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }
}

impl Request for BeginQuorumEpochRequest {
    type Response = super::BeginQuorumEpochResponse;
    const API_KEY: ApiKey = ApiKey::BeginQuorumEpoch;
}

/// `TopicData` in [`BeginQuorumEpochRequest`], versions 0-1.
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
    const fn min_size(version: i16) -> usize {
        match version {
            ..1 => 6,
            _ => 3,
        }
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let flexible = version == 1;
        Ok(Self {
            topic_name: d.string(flexible)?,
            partitions: d
                .array(flexible, PartitionData::min_size(version), |d| PartitionData::decode(d, version))?,
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let flexible = version == 1;
        e.string(&self.topic_name, flexible)?;
        e.array_length(Some(self.partitions.len()), flexible)?;
        for item in &self.partitions {
            item.encode(e, version)?;
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }
}

/// `PartitionData` in [`BeginQuorumEpochRequest`], versions 0-1.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PartitionData {
    /// `int32`.
    pub partition_index: i32,
    /// `uuid`, versions 1+; dropped elsewhere.
    pub voter_directory_id: Uuid,
    /// `int32`.
    pub leader_id: i32,
    /// `int32`.
    pub leader_epoch: i32,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl PartitionData {
    /// The least number of bytes it takes.
    const fn min_size(version: i16) -> usize {
        match version {
            ..1 => 12,
            _ => 29,
        }
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let flexible = version == 1;
        Ok(Self {
            partition_index: d.i32()?,
            voter_directory_id: if version == 1 { d.uuid()? } else { Uuid::nil() },
            leader_id: d.i32()?,
            leader_epoch: d.i32()?,
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let flexible = version == 1;
        e.i32(self.partition_index);
        if version == 1 {
            e.uuid(self.voter_directory_id);
        }
        e.i32(self.leader_id);
        e.i32(self.leader_epoch);
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }
}

/// `LeaderEndpoint` in [`BeginQuorumEpochRequest`], versions 1.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LeaderEndpoint {
    /// `string`.
    pub name: ByteString,
    /// `string`.
    pub host: ByteString,
    /// `uint16`.
    pub port: u16,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl LeaderEndpoint {
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
