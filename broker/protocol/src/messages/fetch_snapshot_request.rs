//! FetchSnapshotRequest: API key 59, versions 0-1.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytestring::ByteString;
use uuid::Uuid;

use crate::ApiKey;
use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, Request, UnknownTags};

/// FetchSnapshotRequest: API key 59, versions 0-1, flexible 0+.
#[derive(Debug, Clone, PartialEq)]
pub struct FetchSnapshotRequest {
    /// `string`, tag 0, nullable, default null.
    pub cluster_id: Option<ByteString>,
    /// `int32`, default -1.
    pub replica_id: i32,
    /// `int32`, default 2147483647.
    pub max_bytes: i32,
    /// `[]TopicSnapshot`.
    pub topics: Vec<TopicSnapshot>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for FetchSnapshotRequest {
    fn default() -> Self {
        Self {
            cluster_id: None,
            replica_id: -1,
            max_bytes: i32::MAX,
            topics: Vec::new(),
            unknown_tagged_fields: UnknownTags::new(),
        }
    }
}

impl Message for FetchSnapshotRequest {
    const NAME: &'static str = "FetchSnapshotRequest";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 1;
    const FLEXIBLE_VERSION: i16 = 0;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let mut value = Self {
            cluster_id: None,
            replica_id: d.i32()?,
            max_bytes: d.i32()?,
            topics: d.array(true, TopicSnapshot::min_size(version), |d| TopicSnapshot::decode(d, version))?,
            unknown_tagged_fields: UnknownTags::new(),
        };
        for _ in 0..d.tag_count()? {
            let (tag, outer) = d.begin_tag()?;
            match tag {
                0 => value.cluster_id = d.nullable_string(true)?,
                _ => d.unknown_tag(tag, &mut value.unknown_tagged_fields)?,
            }
            d.end_tag(tag, outer)?;
        }
        Ok(value)
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        e.i32(self.replica_id);
        e.i32(self.max_bytes);
        e.array_length(Some(self.topics.len()), true)?;
        for item in &self.topics {
            item.encode(e, version)?;
        }
        let has_cluster_id = self.cluster_id.is_some();
        let mut unknown = self.unknown_tagged_fields.as_slice();
        e.unsigned_varint((usize::from(has_cluster_id) + unknown.len()) as u32);
        if has_cluster_id {
            unknown = e.unknown_tags_before(unknown, 0)?;
            let mark = e.begin_tag(0);
            e.nullable_string(self.cluster_id.as_ref(), true)?;
            e.end_tag(mark)?;
        }
        e.unknown_tags(unknown)?;
        Ok(())
    }
}

impl Request for FetchSnapshotRequest {
    type Response = super::FetchSnapshotResponse;
    const API_KEY: ApiKey = ApiKey::FetchSnapshot;
}

/// `TopicSnapshot` in [`FetchSnapshotRequest`], versions 0-1.
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
}

/// `PartitionSnapshot` in [`FetchSnapshotRequest`], versions 0-1.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PartitionSnapshot {
    /// `int32`.
    pub partition: i32,
    /// `int32`.
    pub current_leader_epoch: i32,
    /// `SnapshotId`.
    pub snapshot_id: SnapshotId,
    /// `int64`.
    pub position: i64,
    /// `uuid`, tag 0, versions 1+; dropped elsewhere.
    pub replica_directory_id: Uuid,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl PartitionSnapshot {
    /// The least number of bytes it takes.
    const fn min_size(_version: i16) -> usize {
        30
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let mut value = Self {
            partition: d.i32()?,
            current_leader_epoch: d.i32()?,
            snapshot_id: SnapshotId::decode(d, version)?,
            position: d.i64()?,
            replica_directory_id: Uuid::nil(),
            unknown_tagged_fields: UnknownTags::new(),
        };
        for _ in 0..d.tag_count()? {
            let (tag, outer) = d.begin_tag()?;
            match tag {
                0 if version == 1 => value.replica_directory_id = d.uuid()?,
                _ => d.unknown_tag(tag, &mut value.unknown_tagged_fields)?,
            }
            d.end_tag(tag, outer)?;
        }
        Ok(value)
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.i32(self.partition);
        e.i32(self.current_leader_epoch);
        self.snapshot_id.encode(e, version)?;
        e.i64(self.position);
        let has_replica_directory_id = version == 1 && !self.replica_directory_id.is_nil();
        let mut unknown = self.unknown_tagged_fields.as_slice();
        e.unsigned_varint((usize::from(has_replica_directory_id) + unknown.len()) as u32);
        if has_replica_directory_id {
            unknown = e.unknown_tags_before(unknown, 0)?;
            let mark = e.begin_tag(0);
            e.uuid(self.replica_directory_id);
            e.end_tag(mark)?;
        }
        e.unknown_tags(unknown)?;
        Ok(())
    }
}

/// `SnapshotId` in [`FetchSnapshotRequest`], versions 0-1.
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
