//! FetchRequest: API key 1, versions 4-18.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytestring::ByteString;
use uuid::Uuid;

use crate::ApiKey;
use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, Request, UnknownTags};

/// FetchRequest: API key 1, versions 4-18, flexible 12+.
#[derive(Debug, Clone, PartialEq)]
pub struct FetchRequest {
    /// `string`, tag 0, versions 12+, nullable, default null; dropped elsewhere.
    pub cluster_id: Option<ByteString>,
    /// `int32`, versions 4-14, default -1.
    pub replica_id: i32,
    /// `ReplicaState`, tag 1, versions 15+.
    pub replica_state: ReplicaState,
    /// `int32`.
    pub max_wait_ms: i32,
    /// `int32`.
    pub min_bytes: i32,
    /// `int32`, default 2147483647.
    pub max_bytes: i32,
    /// `int8`.
    pub isolation_level: i8,
    /// `int32`, versions 7+; dropped elsewhere.
    pub session_id: i32,
    /// `int32`, versions 7+, default -1; dropped elsewhere.
    pub session_epoch: i32,
    /// `[]FetchTopic`.
    pub topics: Vec<FetchTopic>,
    /// `[]ForgottenTopic`, versions 7+.
    pub forgotten_topics_data: Vec<ForgottenTopic>,
    /// `string`, versions 11+; dropped elsewhere.
    pub rack_id: ByteString,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for FetchRequest {
    fn default() -> Self {
        Self {
            cluster_id: None,
            replica_id: -1,
            replica_state: ReplicaState::default(),
            max_wait_ms: 0,
            min_bytes: 0,
            max_bytes: i32::MAX,
            isolation_level: 0,
            session_id: 0,
            session_epoch: -1,
            topics: Vec::new(),
            forgotten_topics_data: Vec::new(),
            rack_id: ByteString::new(),
            unknown_tagged_fields: UnknownTags::new(),
        }
    }
}

impl Message for FetchRequest {
    const NAME: &'static str = "FetchRequest";
    const MIN_VERSION: i16 = 4;
    const MAX_VERSION: i16 = 18;
    const FLEXIBLE_VERSION: i16 = 12;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version >= 12;
        let mut value = Self {
            cluster_id: None,
            replica_id: if version <= 14 { d.i32()? } else { -1 },
            replica_state: ReplicaState::default(),
            max_wait_ms: d.i32()?,
            min_bytes: d.i32()?,
            max_bytes: d.i32()?,
            isolation_level: d.i8()?,
            session_id: if version >= 7 { d.i32()? } else { 0 },
            session_epoch: if version >= 7 { d.i32()? } else { -1 },
            topics: d.array(flexible, FetchTopic::min_size(version), |d| FetchTopic::decode(d, version))?,
            forgotten_topics_data: if version >= 7 {
                d.array(flexible, ForgottenTopic::min_size(version), |d| ForgottenTopic::decode(d, version))?
            } else {
                Vec::new()
            },
            rack_id: if version >= 11 { d.string(flexible)? } else { ByteString::new() },
            unknown_tagged_fields: UnknownTags::new(),
        };
        if flexible {
            for _ in 0..d.tag_count()? {
                let (tag, outer) = d.begin_tag()?;
                match tag {
                    0 if version >= 12 => value.cluster_id = d.nullable_string(true)?,
                    1 if version >= 15 => value.replica_state = ReplicaState::decode(d, version)?,
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
        if version <= 14 {
            e.i32(self.replica_id);
        } else if self.replica_id != -1 {
            return Err(EncodeError::FieldNotInVersion { field: "FetchRequest.ReplicaId", version });
        }
        e.i32(self.max_wait_ms);
        e.i32(self.min_bytes);
        e.i32(self.max_bytes);
        e.i8(self.isolation_level);
        if version >= 7 {
            e.i32(self.session_id);
        }
        if version >= 7 {
            e.i32(self.session_epoch);
        }
        e.array_length(Some(self.topics.len()), flexible)?;
        for item in &self.topics {
            item.encode(e, version)?;
        }
        if version >= 7 {
            e.array_length(Some(self.forgotten_topics_data.len()), flexible)?;
            for item in &self.forgotten_topics_data {
                item.encode(e, version)?;
            }
        } else if !self.forgotten_topics_data.is_empty() {
            return Err(EncodeError::FieldNotInVersion {
                field: "FetchRequest.ForgottenTopicsData",
                version,
            });
        }
        if version >= 11 {
            e.string(&self.rack_id, flexible)?;
        }
        if version < 15 && self.replica_state != ReplicaState::default() {
            return Err(EncodeError::FieldNotInVersion { field: "FetchRequest.ReplicaState", version });
        }
        if flexible {
            let has_cluster_id = version >= 12 && self.cluster_id.is_some();
            let has_replica_state = version >= 15 && self.replica_state != ReplicaState::default();
            let mut unknown = self.unknown_tagged_fields.as_slice();
            e.unsigned_varint(
                (usize::from(has_cluster_id) + usize::from(has_replica_state) + unknown.len()) as u32,
            );
            if has_cluster_id {
                unknown = e.unknown_tags_before(unknown, 0)?;
                let mark = e.begin_tag(0);
                e.nullable_string(self.cluster_id.as_ref(), true)?;
                e.end_tag(mark)?;
            }
            if has_replica_state {
                unknown = e.unknown_tags_before(unknown, 1)?;
                let mark = e.begin_tag(1);
                self.replica_state.encode(e, version)?;
                e.end_tag(mark)?;
            }
            e.unknown_tags(unknown)?;
        } else {
            e.only_unknown_tags(&self.unknown_tagged_fields, false)?;
        }
        Ok(())
    }
}

impl Request for FetchRequest {
    type Response = super::FetchResponse;
    const API_KEY: ApiKey = ApiKey::Fetch;
}

/// `ReplicaState` in [`FetchRequest`], versions 15-18.
#[derive(Debug, Clone, PartialEq)]
pub struct ReplicaState {
    /// `int32`, default -1.
    pub replica_id: i32,
    /// `int64`, default -1.
    pub replica_epoch: i64,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for ReplicaState {
    fn default() -> Self {
        Self { replica_id: -1, replica_epoch: -1, unknown_tagged_fields: UnknownTags::new() }
    }
}

impl ReplicaState {
    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            replica_id: d.i32()?,
            replica_epoch: d.i64()?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.i32(self.replica_id);
        e.i64(self.replica_epoch);
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}

/// `FetchTopic` in [`FetchRequest`], versions 4-18.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FetchTopic {
    /// `string`, versions 4-12; dropped elsewhere.
    pub topic: ByteString,
    /// `uuid`, versions 13+; dropped elsewhere.
    pub topic_id: Uuid,
    /// `[]FetchPartition`.
    pub partitions: Vec<FetchPartition>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl FetchTopic {
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
                .array(flexible, FetchPartition::min_size(version), |d| FetchPartition::decode(d, version))?,
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
}

/// `FetchPartition` in [`FetchRequest`], versions 4-18.
#[derive(Debug, Clone, PartialEq)]
pub struct FetchPartition {
    /// `int32`.
    pub partition: i32,
    /// `int32`, versions 9+, default -1; dropped elsewhere.
    pub current_leader_epoch: i32,
    /// `int64`.
    pub fetch_offset: i64,
    /// `int32`, versions 12+, default -1.
    pub last_fetched_epoch: i32,
    /// `int64`, versions 5+, default -1; dropped elsewhere.
    pub log_start_offset: i64,
    /// `int32`.
    pub partition_max_bytes: i32,
    /// `uuid`, tag 0, versions 17+; dropped elsewhere.
    pub replica_directory_id: Uuid,
    /// `int64`, tag 1, versions 18+, default 9223372036854775807; dropped elsewhere.
    pub high_watermark: i64,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for FetchPartition {
    fn default() -> Self {
        Self {
            partition: 0,
            current_leader_epoch: -1,
            fetch_offset: 0,
            last_fetched_epoch: -1,
            log_start_offset: -1,
            partition_max_bytes: 0,
            replica_directory_id: Uuid::nil(),
            high_watermark: i64::MAX,
            unknown_tagged_fields: UnknownTags::new(),
        }
    }
}

impl FetchPartition {
    /// The least number of bytes it takes.
    const fn min_size(version: i16) -> usize {
        match version {
            ..5 => 16,
            5..9 => 24,
            9..12 => 28,
            _ => 33,
        }
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 12;
        let mut value = Self {
            partition: d.i32()?,
            current_leader_epoch: if version >= 9 { d.i32()? } else { -1 },
            fetch_offset: d.i64()?,
            last_fetched_epoch: if version >= 12 { d.i32()? } else { -1 },
            log_start_offset: if version >= 5 { d.i64()? } else { -1 },
            partition_max_bytes: d.i32()?,
            replica_directory_id: Uuid::nil(),
            high_watermark: i64::MAX,
            unknown_tagged_fields: UnknownTags::new(),
        };
        if flexible {
            for _ in 0..d.tag_count()? {
                let (tag, outer) = d.begin_tag()?;
                match tag {
                    0 if version >= 17 => value.replica_directory_id = d.uuid()?,
                    1 if version == 18 => value.high_watermark = d.i64()?,
                    _ => d.unknown_tag(tag, &mut value.unknown_tagged_fields)?,
                }
                d.end_tag(tag, outer)?;
            }
        }
        Ok(value)
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 12;
        e.i32(self.partition);
        if version >= 9 {
            e.i32(self.current_leader_epoch);
        }
        e.i64(self.fetch_offset);
        if version >= 12 {
            e.i32(self.last_fetched_epoch);
        } else if self.last_fetched_epoch != -1 {
            return Err(EncodeError::FieldNotInVersion { field: "FetchPartition.LastFetchedEpoch", version });
        }
        if version >= 5 {
            e.i64(self.log_start_offset);
        }
        e.i32(self.partition_max_bytes);
        if flexible {
            let has_replica_directory_id = version >= 17 && !self.replica_directory_id.is_nil();
            let has_high_watermark = version == 18 && self.high_watermark != i64::MAX;
            let mut unknown = self.unknown_tagged_fields.as_slice();
            e.unsigned_varint(
                (usize::from(has_replica_directory_id) + usize::from(has_high_watermark) + unknown.len())
                    as u32,
            );
            if has_replica_directory_id {
                unknown = e.unknown_tags_before(unknown, 0)?;
                let mark = e.begin_tag(0);
                e.uuid(self.replica_directory_id);
                e.end_tag(mark)?;
            }
            if has_high_watermark {
                unknown = e.unknown_tags_before(unknown, 1)?;
                let mark = e.begin_tag(1);
                e.i64(self.high_watermark);
                e.end_tag(mark)?;
            }
            e.unknown_tags(unknown)?;
        } else {
            e.only_unknown_tags(&self.unknown_tagged_fields, false)?;
        }
        Ok(())
    }
}

/// `ForgottenTopic` in [`FetchRequest`], versions 7-18.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ForgottenTopic {
    /// `string`, versions 7-12; dropped elsewhere.
    pub topic: ByteString,
    /// `uuid`, versions 13+; dropped elsewhere.
    pub topic_id: Uuid,
    /// `[]int32`.
    pub partitions: Vec<i32>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl ForgottenTopic {
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
            partitions: d.array(flexible, 4, Decoder::i32)?,
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
            e.i32(*item);
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }
}
