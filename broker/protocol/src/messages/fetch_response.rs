//! FetchResponse: API key 1, versions 4-18.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytes::Bytes;
use bytestring::ByteString;
use uuid::Uuid;

use crate::ApiKey;
use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, Response, UnknownTags};

/// FetchResponse: API key 1, versions 4-18, flexible 12+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FetchResponse {
    /// `int32`.
    pub throttle_time_ms: i32,
    /// `int16`, versions 7+; dropped elsewhere.
    pub error_code: i16,
    /// `int32`, versions 7+.
    pub session_id: i32,
    /// `[]FetchableTopicResponse`.
    pub responses: Vec<FetchableTopicResponse>,
    /// `[]NodeEndpoint`, tag 0, versions 16+.
    pub node_endpoints: Vec<NodeEndpoint>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Message for FetchResponse {
    const NAME: &'static str = "FetchResponse";
    const MIN_VERSION: i16 = 4;
    const MAX_VERSION: i16 = 18;
    const FLEXIBLE_VERSION: i16 = 12;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version >= 12;
        let mut value = Self {
            throttle_time_ms: d.i32()?,
            error_code: if version >= 7 { d.i16()? } else { 0 },
            session_id: if version >= 7 { d.i32()? } else { 0 },
            responses: d.array(flexible, FetchableTopicResponse::min_size(version), |d| {
                FetchableTopicResponse::decode(d, version)
            })?,
            node_endpoints: Vec::new(),
            unknown_tagged_fields: UnknownTags::new(),
        };
        if flexible {
            for _ in 0..d.tag_count()? {
                let (tag, outer) = d.begin_tag()?;
                match tag {
                    0 if version >= 16 => {
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
        let flexible = version >= 12;
        e.i32(self.throttle_time_ms);
        if version >= 7 {
            e.i16(self.error_code);
        }
        if version >= 7 {
            e.i32(self.session_id);
        } else if self.session_id != 0 {
            return Err(EncodeError::FieldNotInVersion { field: "FetchResponse.SessionId", version });
        }
        e.array_length(Some(self.responses.len()), flexible)?;
        for item in &self.responses {
            item.encode(e, version)?;
        }
        if version < 16 && !self.node_endpoints.is_empty() {
            return Err(EncodeError::FieldNotInVersion { field: "FetchResponse.NodeEndpoints", version });
        }
        if flexible {
            let has_node_endpoints = version >= 16 && !self.node_endpoints.is_empty();
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

impl Response for FetchResponse {
    const API_KEY: ApiKey = ApiKey::Fetch;

    fn each_error_code(&self, version: i16, see: &mut dyn FnMut(i16)) {
        if version >= 7 {
            see(self.error_code);
        }
        for item in &self.responses {
            item.each_error_code(version, see);
        }
    }
}

/// `FetchableTopicResponse` in [`FetchResponse`], versions 4-18.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FetchableTopicResponse {
    /// `string`, versions 4-12; dropped elsewhere.
    pub topic: ByteString,
    /// `uuid`, versions 13+; dropped elsewhere.
    pub topic_id: Uuid,
    /// `[]PartitionData`.
    pub partitions: Vec<PartitionData>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl FetchableTopicResponse {
    /// The least number of bytes it takes.
    const fn min_size(version: i16) -> usize {
        match version {
            ..12 => 6,
            12..13 => 3,
            _ => 18,
        }
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 12;
        Ok(Self {
            topic: if version <= 12 { d.string(flexible)? } else { ByteString::new() },
            topic_id: if version >= 13 { d.uuid()? } else { Uuid::nil() },
            partitions: d
                .array(flexible, PartitionData::min_size(version), |d| PartitionData::decode(d, version))?,
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 12;
        if version <= 12 {
            e.string(&self.topic, flexible)?;
        }
        if version >= 13 {
            e.uuid(self.topic_id);
        }
        e.array_length(Some(self.partitions.len()), flexible)?;
        for item in &self.partitions {
            item.encode(e, version)?;
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }

    fn each_error_code(&self, version: i16, see: &mut dyn FnMut(i16)) {
        for item in &self.partitions {
            item.each_error_code(version, see);
        }
    }
}

/// `PartitionData` in [`FetchResponse`], versions 4-18.
#[derive(Debug, Clone, PartialEq)]
pub struct PartitionData {
    /// `int32`.
    pub partition_index: i32,
    /// `int16`.
    pub error_code: i16,
    /// `int64`.
    pub high_watermark: i64,
    /// `int64`, default -1.
    pub last_stable_offset: i64,
    /// `int64`, versions 5+, default -1; dropped elsewhere.
    pub log_start_offset: i64,
    /// `EpochEndOffset`, tag 0, versions 12+.
    pub diverging_epoch: EpochEndOffset,
    /// `LeaderIdAndEpoch`, tag 1, versions 12+.
    pub current_leader: LeaderIdAndEpoch,
    /// `SnapshotId`, tag 2, versions 12+.
    pub snapshot_id: SnapshotId,
    /// `[]AbortedTransaction`, nullable.
    pub aborted_transactions: Option<Vec<AbortedTransaction>>,
    /// `int32`, versions 11+, default -1.
    pub preferred_read_replica: i32,
    /// `records`, nullable.
    pub records: Option<Bytes>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for PartitionData {
    fn default() -> Self {
        Self {
            partition_index: 0,
            error_code: 0,
            high_watermark: 0,
            last_stable_offset: -1,
            log_start_offset: -1,
            diverging_epoch: EpochEndOffset::default(),
            current_leader: LeaderIdAndEpoch::default(),
            snapshot_id: SnapshotId::default(),
            aborted_transactions: Some(Vec::new()),
            preferred_read_replica: -1,
            records: None,
            unknown_tagged_fields: UnknownTags::new(),
        }
    }
}

impl PartitionData {
    /// The least number of bytes it takes.
    const fn min_size(version: i16) -> usize {
        match version {
            ..5 => 30,
            5..11 => 38,
            11..12 => 42,
            _ => 37,
        }
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 12;
        let mut value = Self {
            partition_index: d.i32()?,
            error_code: d.i16()?,
            high_watermark: d.i64()?,
            last_stable_offset: d.i64()?,
            log_start_offset: if version >= 5 { d.i64()? } else { -1 },
            diverging_epoch: EpochEndOffset::default(),
            current_leader: LeaderIdAndEpoch::default(),
            snapshot_id: SnapshotId::default(),
            aborted_transactions: d.nullable_array(flexible, AbortedTransaction::min_size(version), |d| {
                AbortedTransaction::decode(d, version)
            })?,
            preferred_read_replica: if version >= 11 { d.i32()? } else { -1 },
            records: d.nullable_bytes(flexible)?,
            unknown_tagged_fields: UnknownTags::new(),
        };
        if flexible {
            for _ in 0..d.tag_count()? {
                let (tag, outer) = d.begin_tag()?;
                match tag {
                    0 if version >= 12 => value.diverging_epoch = EpochEndOffset::decode(d, version)?,
                    1 if version >= 12 => value.current_leader = LeaderIdAndEpoch::decode(d, version)?,
                    2 if version >= 12 => value.snapshot_id = SnapshotId::decode(d, version)?,
                    _ => d.unknown_tag(tag, &mut value.unknown_tagged_fields)?,
                }
                d.end_tag(tag, outer)?;
            }
        }
        Ok(value)
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 12;
        e.i32(self.partition_index);
        e.i16(self.error_code);
        e.i64(self.high_watermark);
        e.i64(self.last_stable_offset);
        if version >= 5 {
            e.i64(self.log_start_offset);
        }
        e.array_length(self.aborted_transactions.as_ref().map(Vec::len), flexible)?;
        for item in self.aborted_transactions.iter().flatten() {
            item.encode(e, version)?;
        }
        if version >= 11 {
            e.i32(self.preferred_read_replica);
        } else if self.preferred_read_replica != -1 {
            return Err(EncodeError::FieldNotInVersion {
                field: "PartitionData.PreferredReadReplica",
                version,
            });
        }
        e.nullable_bytes(self.records.as_ref(), flexible)?;
        if version < 12 && self.diverging_epoch != EpochEndOffset::default() {
            return Err(EncodeError::FieldNotInVersion { field: "PartitionData.DivergingEpoch", version });
        }
        if version < 12 && self.current_leader != LeaderIdAndEpoch::default() {
            return Err(EncodeError::FieldNotInVersion { field: "PartitionData.CurrentLeader", version });
        }
        if version < 12 && self.snapshot_id != SnapshotId::default() {
            return Err(EncodeError::FieldNotInVersion { field: "PartitionData.SnapshotId", version });
        }
        if flexible {
            let has_diverging_epoch = version >= 12 && self.diverging_epoch != EpochEndOffset::default();
            let has_current_leader = version >= 12 && self.current_leader != LeaderIdAndEpoch::default();
            let has_snapshot_id = version >= 12 && self.snapshot_id != SnapshotId::default();
            let mut unknown = self.unknown_tagged_fields.as_slice();
            e.unsigned_varint(
                (usize::from(has_diverging_epoch)
                    + usize::from(has_current_leader)
                    + usize::from(has_snapshot_id)
                    + unknown.len()) as u32,
            );
            if has_diverging_epoch {
                unknown = e.unknown_tags_before(unknown, 0)?;
                let mark = e.begin_tag(0);
                self.diverging_epoch.encode(e, version)?;
                e.end_tag(mark)?;
            }
            if has_current_leader {
                unknown = e.unknown_tags_before(unknown, 1)?;
                let mark = e.begin_tag(1);
                self.current_leader.encode(e, version)?;
                e.end_tag(mark)?;
            }
            if has_snapshot_id {
                unknown = e.unknown_tags_before(unknown, 2)?;
                let mark = e.begin_tag(2);
                self.snapshot_id.encode(e, version)?;
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

/// `EpochEndOffset` in [`FetchResponse`], versions 12-18.
#[derive(Debug, Clone, PartialEq)]
pub struct EpochEndOffset {
    /// `int32`, default -1.
    pub epoch: i32,
    /// `int64`, default -1.
    pub end_offset: i64,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for EpochEndOffset {
    fn default() -> Self {
        Self { epoch: -1, end_offset: -1, unknown_tagged_fields: UnknownTags::new() }
    }
}

impl EpochEndOffset {
    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self { epoch: d.i32()?, end_offset: d.i64()?, unknown_tagged_fields: d.unknown_tags(true)? })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.i32(self.epoch);
        e.i64(self.end_offset);
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}

/// `LeaderIdAndEpoch` in [`FetchResponse`], versions 12-18.
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

/// `SnapshotId` in [`FetchResponse`], versions 12-18.
#[derive(Debug, Clone, PartialEq)]
pub struct SnapshotId {
    /// `int64`, default -1.
    pub end_offset: i64,
    /// `int32`, default -1.
    pub epoch: i32,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for SnapshotId {
    fn default() -> Self {
        Self { end_offset: -1, epoch: -1, unknown_tagged_fields: UnknownTags::new() }
    }
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

/// `AbortedTransaction` in [`FetchResponse`], versions 4-18.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AbortedTransaction {
    /// `int64`.
    pub producer_id: i64,
    /// `int64`.
    pub first_offset: i64,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl AbortedTransaction {
    /// The least number of bytes it takes.
    const fn min_size(version: i16) -> usize {
        match version {
            ..12 => 16,
            _ => 17,
        }
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 12;
        Ok(Self {
            producer_id: d.i64()?,
            first_offset: d.i64()?,
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 12;
        e.i64(self.producer_id);
        e.i64(self.first_offset);
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }
}

/// `NodeEndpoint` in [`FetchResponse`], versions 16-18.
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
