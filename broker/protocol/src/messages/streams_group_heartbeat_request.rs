//! StreamsGroupHeartbeatRequest: API key 88, versions 0-1.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytestring::ByteString;

use crate::ApiKey;
use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, Request, UnknownTags};

/// StreamsGroupHeartbeatRequest: API key 88, versions 0-1, flexible 0+.
#[derive(Debug, Clone, PartialEq)]
pub struct StreamsGroupHeartbeatRequest {
    /// `string`.
    pub group_id: ByteString,
    /// `string`.
    pub member_id: ByteString,
    /// `int32`.
    pub member_epoch: i32,
    /// `int32`.
    pub endpoint_information_epoch: i32,
    /// `string`, nullable, default null.
    pub instance_id: Option<ByteString>,
    /// `string`, nullable, default null.
    pub rack_id: Option<ByteString>,
    /// `int32`, default -1.
    pub rebalance_timeout_ms: i32,
    /// `Topology`, nullable, default null.
    pub topology: Option<Topology>,
    /// `[]TaskIds`, nullable, default null.
    pub active_tasks: Option<Vec<TaskIds>>,
    /// `[]TaskIds`, nullable, default null.
    pub standby_tasks: Option<Vec<TaskIds>>,
    /// `[]TaskIds`, nullable, default null.
    pub warmup_tasks: Option<Vec<TaskIds>>,
    /// `string`, nullable, default null.
    pub process_id: Option<ByteString>,
    /// `Endpoint`, nullable, default null.
    pub user_endpoint: Option<Endpoint>,
    /// `[]KeyValue`, nullable, default null.
    pub client_tags: Option<Vec<KeyValue>>,
    /// `[]TaskOffset`, nullable, default null.
    pub task_offsets: Option<Vec<TaskOffset>>,
    /// `[]TaskOffset`, nullable, default null.
    pub task_end_offsets: Option<Vec<TaskOffset>>,
    /// `bool`.
    pub shutdown_application: bool,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for StreamsGroupHeartbeatRequest {
    fn default() -> Self {
        Self {
            group_id: ByteString::new(),
            member_id: ByteString::new(),
            member_epoch: 0,
            endpoint_information_epoch: 0,
            instance_id: None,
            rack_id: None,
            rebalance_timeout_ms: -1,
            topology: None,
            active_tasks: None,
            standby_tasks: None,
            warmup_tasks: None,
            process_id: None,
            user_endpoint: None,
            client_tags: None,
            task_offsets: None,
            task_end_offsets: None,
            shutdown_application: false,
            unknown_tagged_fields: UnknownTags::new(),
        }
    }
}

impl Message for StreamsGroupHeartbeatRequest {
    const NAME: &'static str = "StreamsGroupHeartbeatRequest";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 1;
    const FLEXIBLE_VERSION: i16 = 0;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        Ok(Self {
            group_id: d.string(true)?,
            member_id: d.string(true)?,
            member_epoch: d.i32()?,
            endpoint_information_epoch: d.i32()?,
            instance_id: d.nullable_string(true)?,
            rack_id: d.nullable_string(true)?,
            rebalance_timeout_ms: d.i32()?,
            topology: if d.struct_present()? { Some(Topology::decode(d, version)?) } else { None },
            active_tasks: d
                .nullable_array(true, TaskIds::min_size(version), |d| TaskIds::decode(d, version))?,
            standby_tasks: d
                .nullable_array(true, TaskIds::min_size(version), |d| TaskIds::decode(d, version))?,
            warmup_tasks: d
                .nullable_array(true, TaskIds::min_size(version), |d| TaskIds::decode(d, version))?,
            process_id: d.nullable_string(true)?,
            user_endpoint: if d.struct_present()? { Some(Endpoint::decode(d, version)?) } else { None },
            client_tags: d
                .nullable_array(true, KeyValue::min_size(version), |d| KeyValue::decode(d, version))?,
            task_offsets: d
                .nullable_array(true, TaskOffset::min_size(version), |d| TaskOffset::decode(d, version))?,
            task_end_offsets: d
                .nullable_array(true, TaskOffset::min_size(version), |d| TaskOffset::decode(d, version))?,
            shutdown_application: d.bool()?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        e.string(&self.group_id, true)?;
        e.string(&self.member_id, true)?;
        e.i32(self.member_epoch);
        e.i32(self.endpoint_information_epoch);
        e.nullable_string(self.instance_id.as_ref(), true)?;
        e.nullable_string(self.rack_id.as_ref(), true)?;
        e.i32(self.rebalance_timeout_ms);
        match &self.topology {
            Some(value) => {
                e.i8(1);
                value.encode(e, version)?;
            }
            None => e.i8(-1),
        }
        e.array_length(self.active_tasks.as_ref().map(Vec::len), true)?;
        for item in self.active_tasks.iter().flatten() {
            item.encode(e, version)?;
        }
        e.array_length(self.standby_tasks.as_ref().map(Vec::len), true)?;
        for item in self.standby_tasks.iter().flatten() {
            item.encode(e, version)?;
        }
        e.array_length(self.warmup_tasks.as_ref().map(Vec::len), true)?;
        for item in self.warmup_tasks.iter().flatten() {
            item.encode(e, version)?;
        }
        e.nullable_string(self.process_id.as_ref(), true)?;
        match &self.user_endpoint {
            Some(value) => {
                e.i8(1);
                value.encode(e, version)?;
            }
            None => e.i8(-1),
        }
        e.array_length(self.client_tags.as_ref().map(Vec::len), true)?;
        for item in self.client_tags.iter().flatten() {
            item.encode(e, version)?;
        }
        e.array_length(self.task_offsets.as_ref().map(Vec::len), true)?;
        for item in self.task_offsets.iter().flatten() {
            item.encode(e, version)?;
        }
        e.array_length(self.task_end_offsets.as_ref().map(Vec::len), true)?;
        for item in self.task_end_offsets.iter().flatten() {
            item.encode(e, version)?;
        }
        e.bool(self.shutdown_application);
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}

impl Request for StreamsGroupHeartbeatRequest {
    type Response = super::StreamsGroupHeartbeatResponse;
    const API_KEY: ApiKey = ApiKey::StreamsGroupHeartbeat;
}

/// `Topology` in [`StreamsGroupHeartbeatRequest`], versions 0-1.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Topology {
    /// `int32`.
    pub epoch: i32,
    /// `[]Subtopology`.
    pub subtopologies: Vec<Subtopology>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Topology {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            epoch: d.i32()?,
            subtopologies: d
                .array(true, Subtopology::min_size(version), |d| Subtopology::decode(d, version))?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.i32(self.epoch);
        e.array_length(Some(self.subtopologies.len()), true)?;
        for item in &self.subtopologies {
            item.encode(e, version)?;
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}

/// `Subtopology` in [`StreamsGroupHeartbeatRequest`], versions 0-1.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Subtopology {
    /// `string`.
    pub subtopology_id: ByteString,
    /// `[]string`.
    pub source_topics: Vec<ByteString>,
    /// `[]string`.
    pub source_topic_regex: Vec<ByteString>,
    /// `[]TopicInfo`.
    pub state_changelog_topics: Vec<TopicInfo>,
    /// `[]string`.
    pub repartition_sink_topics: Vec<ByteString>,
    /// `[]TopicInfo`.
    pub repartition_source_topics: Vec<TopicInfo>,
    /// `[]CopartitionGroup`.
    pub copartition_groups: Vec<CopartitionGroup>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Subtopology {
    /// The least number of bytes it takes.
    const fn min_size(_version: i16) -> usize {
        8
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            subtopology_id: d.string(true)?,
            source_topics: d.array(true, 1, |d| d.string(true))?,
            source_topic_regex: d.array(true, 1, |d| d.string(true))?,
            state_changelog_topics: d
                .array(true, TopicInfo::min_size(version), |d| TopicInfo::decode(d, version))?,
            repartition_sink_topics: d.array(true, 1, |d| d.string(true))?,
            repartition_source_topics: d
                .array(true, TopicInfo::min_size(version), |d| TopicInfo::decode(d, version))?,
            copartition_groups: d
                .array(true, CopartitionGroup::min_size(version), |d| CopartitionGroup::decode(d, version))?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.string(&self.subtopology_id, true)?;
        e.array_length(Some(self.source_topics.len()), true)?;
        for item in &self.source_topics {
            e.string(item, true)?;
        }
        e.array_length(Some(self.source_topic_regex.len()), true)?;
        for item in &self.source_topic_regex {
            e.string(item, true)?;
        }
        e.array_length(Some(self.state_changelog_topics.len()), true)?;
        for item in &self.state_changelog_topics {
            item.encode(e, version)?;
        }
        e.array_length(Some(self.repartition_sink_topics.len()), true)?;
        for item in &self.repartition_sink_topics {
            e.string(item, true)?;
        }
        e.array_length(Some(self.repartition_source_topics.len()), true)?;
        for item in &self.repartition_source_topics {
            item.encode(e, version)?;
        }
        e.array_length(Some(self.copartition_groups.len()), true)?;
        for item in &self.copartition_groups {
            item.encode(e, version)?;
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}

/// `CopartitionGroup` in [`StreamsGroupHeartbeatRequest`], versions 0-1.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CopartitionGroup {
    /// `[]int16`.
    pub source_topics: Vec<i16>,
    /// `[]int16`.
    pub source_topic_regex: Vec<i16>,
    /// `[]int16`.
    pub repartition_source_topics: Vec<i16>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl CopartitionGroup {
    /// The least number of bytes it takes.
    const fn min_size(_version: i16) -> usize {
        4
    }

    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            source_topics: d.array(true, 2, Decoder::i16)?,
            source_topic_regex: d.array(true, 2, Decoder::i16)?,
            repartition_source_topics: d.array(true, 2, Decoder::i16)?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.array_length(Some(self.source_topics.len()), true)?;
        for item in &self.source_topics {
            e.i16(*item);
        }
        e.array_length(Some(self.source_topic_regex.len()), true)?;
        for item in &self.source_topic_regex {
            e.i16(*item);
        }
        e.array_length(Some(self.repartition_source_topics.len()), true)?;
        for item in &self.repartition_source_topics {
            e.i16(*item);
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}

/// `KeyValue` in [`StreamsGroupHeartbeatRequest`], versions 0-1.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct KeyValue {
    /// `string`.
    pub key: ByteString,
    /// `string`.
    pub value: ByteString,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl KeyValue {
    /// The least number of bytes it takes.
    const fn min_size(_version: i16) -> usize {
        3
    }

    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            key: d.string(true)?,
            value: d.string(true)?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.string(&self.key, true)?;
        e.string(&self.value, true)?;
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}

/// `TopicInfo` in [`StreamsGroupHeartbeatRequest`], versions 0-1.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopicInfo {
    /// `string`.
    pub name: ByteString,
    /// `int32`.
    pub partitions: i32,
    /// `int16`.
    pub replication_factor: i16,
    /// `[]KeyValue`.
    pub topic_configs: Vec<KeyValue>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl TopicInfo {
    /// The least number of bytes it takes.
    const fn min_size(_version: i16) -> usize {
        9
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            name: d.string(true)?,
            partitions: d.i32()?,
            replication_factor: d.i16()?,
            topic_configs: d.array(true, KeyValue::min_size(version), |d| KeyValue::decode(d, version))?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.string(&self.name, true)?;
        e.i32(self.partitions);
        e.i16(self.replication_factor);
        e.array_length(Some(self.topic_configs.len()), true)?;
        for item in &self.topic_configs {
            item.encode(e, version)?;
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}

/// `Endpoint` in [`StreamsGroupHeartbeatRequest`], versions 0-1.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Endpoint {
    /// `string`.
    pub host: ByteString,
    /// `uint16`.
    pub port: u16,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Endpoint {
    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self { host: d.string(true)?, port: d.u16()?, unknown_tagged_fields: d.unknown_tags(true)? })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.string(&self.host, true)?;
        e.u16(self.port);
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}

/// `TaskOffset` in [`StreamsGroupHeartbeatRequest`], versions 0-1.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TaskOffset {
    /// `string`.
    pub subtopology_id: ByteString,
    /// `int32`.
    pub partition: i32,
    /// `int64`.
    pub offset: i64,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl TaskOffset {
    /// The least number of bytes it takes.
    const fn min_size(_version: i16) -> usize {
        14
    }

    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            subtopology_id: d.string(true)?,
            partition: d.i32()?,
            offset: d.i64()?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.string(&self.subtopology_id, true)?;
        e.i32(self.partition);
        e.i64(self.offset);
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}

/// `TaskIds` in [`StreamsGroupHeartbeatRequest`], versions 0-1.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TaskIds {
    /// `string`.
    pub subtopology_id: ByteString,
    /// `[]int32`.
    pub partitions: Vec<i32>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl TaskIds {
    /// The least number of bytes it takes.
    const fn min_size(_version: i16) -> usize {
        3
    }

    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            subtopology_id: d.string(true)?,
            partitions: d.array(true, 4, Decoder::i32)?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.string(&self.subtopology_id, true)?;
        e.array_length(Some(self.partitions.len()), true)?;
        for item in &self.partitions {
            e.i32(*item);
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}
