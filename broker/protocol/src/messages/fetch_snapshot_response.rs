//! FetchSnapshotResponse: API key 59, versions 0-1.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytes::Bytes;
use bytestring::ByteString;

use crate::ApiKey;
use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, Response, UnknownTags};

/// FetchSnapshotResponse: API key 59, versions 0-1, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FetchSnapshotResponse {
    /// `int32`.
    pub throttle_time_ms: i32,
    /// `int16`.
    pub error_code: i16,
    /// `[]TopicSnapshot`.
    pub topics: Vec<TopicSnapshot>,
    /// `[]NodeEndpoint`, tag 0, versions 1+.
    pub node_endpoints: Vec<NodeEndpoint>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Message for FetchSnapshotResponse {
    const NAME: &'static str = "FetchSnapshotResponse";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 1;
    const FLEXIBLE_VERSION: i16 = 0;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let mut value = Self {
            throttle_time_ms: d.i32()?,
            error_code: d.i16()?,
            topics: d.array(true, TopicSnapshot::min_size(version), |d| TopicSnapshot::decode(d, version))?,
            node_endpoints: Vec::new(),
            unknown_tagged_fields: UnknownTags::new(),
        };
        for _ in 0..d.tag_count()? {
            let (tag, outer) = d.begin_tag()?;
            match tag {
                0 if version == 1 => {
                    value.node_endpoints =
                        d.array(true, NodeEndpoint::min_size(version), |d| NodeEndpoint::decode(d, version))?
                }
                _ => d.unknown_tag(tag, &mut value.unknown_tagged_fields)?,
            }
            d.end_tag(tag, outer)?;
        }
        Ok(value)
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        e.i32(self.throttle_time_ms);
        e.i16(self.error_code);
        e.array_length(Some(self.topics.len()), true)?;
        for item in &self.topics {
            item.encode(e, version)?;
        }
        if version != 1 && !self.node_endpoints.is_empty() {
            return Err(EncodeError::FieldNotInVersion {
                field: "FetchSnapshotResponse.NodeEndpoints",
                version,
            });
        }
        let has_node_endpoints = version == 1 && !self.node_endpoints.is_empty();
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
        Ok(())
    }
}

impl Response for FetchSnapshotResponse {
    const API_KEY: ApiKey = ApiKey::FetchSnapshot;

    fn each_error_code(&self, version: i16, see: &mut dyn FnMut(i16)) {
        see(self.error_code);

        for item in &self.topics {
            item.each_error_code(version, see);
        }
    }
}

/// `TopicSnapshot` in [`FetchSnapshotResponse`], versions 0-1.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopicSnapshot {
    /// `string`.
    pub name: ByteString,
    /// `[]PartitionSnapshot`.
    pub partitions: Vec<PartitionSnapshot>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl TopicSnapshot {
    /// The least number of bytes it takes.
    const fn min_size(_version: i16) -> usize {
        3
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            name: d.string(true)?,
            partitions: d.array(true, PartitionSnapshot::min_size(version), |d| {
                PartitionSnapshot::decode(d, version)
            })?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.string(&self.name, true)?;
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

/// `PartitionSnapshot` in [`FetchSnapshotResponse`], versions 0-1.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PartitionSnapshot {
    /// `int32`.
    pub index: i32,
    /// `int16`.
    pub error_code: i16,
    /// `SnapshotId`.
    pub snapshot_id: SnapshotId,
    /// `LeaderIdAndEpoch`, tag 0.
    pub current_leader: LeaderIdAndEpoch,
    /// `int64`.
    pub size: i64,
    /// `int64`.
    pub position: i64,
    /// `records`.
    pub unaligned_records: Bytes,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl PartitionSnapshot {
    /// The least number of bytes it takes.
    const fn min_size(_version: i16) -> usize {
        37
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let mut value = Self {
            index: d.i32()?,
            error_code: d.i16()?,
            snapshot_id: SnapshotId::decode(d, version)?,
            current_leader: LeaderIdAndEpoch::default(),
            size: d.i64()?,
            position: d.i64()?,
            unaligned_records: d.bytes(true)?,
            unknown_tagged_fields: UnknownTags::new(),
        };
        for _ in 0..d.tag_count()? {
            let (tag, outer) = d.begin_tag()?;
            match tag {
                0 => value.current_leader = LeaderIdAndEpoch::decode(d, version)?,
                _ => d.unknown_tag(tag, &mut value.unknown_tagged_fields)?,
            }
            d.end_tag(tag, outer)?;
        }
        Ok(value)
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.i32(self.index);
        e.i16(self.error_code);
        self.snapshot_id.encode(e, version)?;
        e.i64(self.size);
        e.i64(self.position);
        e.bytes(&self.unaligned_records, true)?;
        let has_current_leader = self.current_leader != LeaderIdAndEpoch::default();
        let mut unknown = self.unknown_tagged_fields.as_slice();
        e.unsigned_varint((usize::from(has_current_leader) + unknown.len()) as u32);
        if has_current_leader {
            unknown = e.unknown_tags_before(unknown, 0)?;
            let mark = e.begin_tag(0);
            self.current_leader.encode(e, version)?;
            e.end_tag(mark)?;
        }
        e.unknown_tags(unknown)?;
        Ok(())
    }

    fn each_error_code(&self, _version: i16, see: &mut dyn FnMut(i16)) {
        see(self.error_code);
    }
}

/// `SnapshotId` in [`FetchSnapshotResponse`], versions 0-1.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SnapshotId {
    /// `int64`.
    pub end_offset: i64,
    /// `int32`.
    pub epoch: i32,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl SnapshotId {
    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self { end_offset: d.i64()?, epoch: d.i32()?, unknown_tagged_fields: d.unknown_tags(true)? })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.i64(self.end_offset);
        e.i32(self.epoch);
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}

/// `LeaderIdAndEpoch` in [`FetchSnapshotResponse`], versions 0-1.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LeaderIdAndEpoch {
    /// `int32`.
    pub leader_id: i32,
    /// `int32`.
    pub leader_epoch: i32,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
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

/// `NodeEndpoint` in [`FetchSnapshotResponse`], versions 1.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct NodeEndpoint {
    /// `int32`.
    pub node_id: i32,
    /// `string`.
    pub host: ByteString,
    /// `uint16`.
    pub port: u16,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl NodeEndpoint {
    /// The least number of bytes it takes.
    const fn min_size(_version: i16) -> usize {
        8
    }

    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            node_id: d.i32()?,
            host: d.string(true)?,
            port: d.u16()?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.i32(self.node_id);
        e.string(&self.host, true)?;
        e.u16(self.port);
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}
