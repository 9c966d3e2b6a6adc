//! StreamsGroupDescribeResponse: API key 89, versions 0-1.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytestring::ByteString;

use crate::ApiKey;
use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, Response, UnknownTags};

/// StreamsGroupDescribeResponse: API key 89, versions 0-1, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StreamsGroupDescribeResponse {
    /// `int32`.
    pub throttle_time_ms: i32,
    /// `[]DescribedGroup`.
    pub groups: Vec<DescribedGroup>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Message for StreamsGroupDescribeResponse {
    const NAME: &'static str = "StreamsGroupDescribeResponse";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 1;
    const FLEXIBLE_VERSION: i16 = 0;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        Ok(Self {
            throttle_time_ms: d.i32()?,
            groups: d
                .array(true, DescribedGroup::min_size(version), |d| DescribedGroup::decode(d, version))?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        e.i32(self.throttle_time_ms);
        e.array_length(Some(self.groups.len()), true)?;
        for item in &self.groups {
            item.encode(e, version)?;
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}

impl Response for StreamsGroupDescribeResponse {
    const API_KEY: ApiKey = ApiKey::StreamsGroupDescribe;

    fn each_error_code(&self, version: i16, see: &mut dyn FnMut(i16)) {
        for item in &self.groups {
            item.each_error_code(version, see);
        }
    }
}

/// `DescribedGroup` in [`StreamsGroupDescribeResponse`], versions 0-1.
#[derive(Debug, Clone, PartialEq)]
pub struct DescribedGroup {
    /// `int16`.
    pub error_code: i16,
    /// `string`, nullable, default null.
    pub error_message: Option<ByteString>,
    /// `string`.
    pub group_id: ByteString,
    /// `string`.
    pub group_state: ByteString,
    /// `int32`.
    pub group_epoch: i32,
    /// `int32`.
    pub assignment_epoch: i32,
    /// `Topology`, nullable, default null.
    pub topology: Option<Topology>,
    /// `[]Member`.
    pub members: Vec<Member>,
    /// `int32`, default -2147483648.
    pub authorized_operations: i32,
    /// `TopologyDescription`, versions 1+, nullable, default null.
    pub topology_description: Option<TopologyDescription>,
    /// `int8`, versions 1+.
    pub topology_description_status: i8,
    /// `string`, versions 1+, nullable, default null; dropped elsewhere.
    pub assignor_name: Option<ByteString>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for DescribedGroup {
    fn default() -> Self {
        Self {
            error_code: 0,
            error_message: None,
            group_id: ByteString::new(),
            group_state: ByteString::new(),
            group_epoch: 0,
            assignment_epoch: 0,
            topology: None,
            members: Vec::new(),
            authorized_operations: i32::MIN,
            topology_description: None,
            topology_description_status: 0,
            assignor_name: None,
            unknown_tagged_fields: UnknownTags::new(),
        }
    }
}

impl DescribedGroup {
    /// The least number of bytes it takes.
    const fn min_size(version: i16) -> usize {
        match version {
            ..1 => 20,
            _ => 23,
        }
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            error_code: d.i16()?,
            error_message: d.nullable_string(true)?,
            group_id: d.string(true)?,
            group_state: d.string(true)?,
            group_epoch: d.i32()?,
            assignment_epoch: d.i32()?,
            topology: if d.struct_present()? { Some(Topology::decode(d, version)?) } else { None },
            members: d.array(true, Member::min_size(version), |d| Member::decode(d, version))?,
            authorized_operations: d.i32()?,
            topology_description: if version == 1 {
                if d.struct_present()? { Some(TopologyDescription::decode(d, version)?) } else { None }
            } else {
                None
            },
            topology_description_status: if version == 1 { d.i8()? } else { 0 },
            assignor_name: if version == 1 { d.nullable_string(true)? } else { None },
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.i16(self.error_code);
        e.nullable_string(self.error_message.as_ref(), true)?;
        e.string(&self.group_id, true)?;
        e.string(&self.group_state, true)?;
        e.i32(self.group_epoch);
        e.i32(self.assignment_epoch);
        match &self.topology {
            Some(value) => {
                e.i8(1);
                value.encode(e, version)?;
            }
            None => e.i8(-1),
        }
        e.array_length(Some(self.members.len()), true)?;
        for item in &self.members {
            item.encode(e, version)?;
        }
        e.i32(self.authorized_operations);
        if version == 1 {
            match &self.topology_description {
                Some(value) => {
                    e.i8(1);
                    value.encode(e, version)?;
                }
                None => e.i8(-1),
            }
        } else if self.topology_description.is_some() {
            return Err(EncodeError::FieldNotInVersion {
                field: "DescribedGroup.TopologyDescription",
                version,
            });
        }
        if version == 1 {
            e.i8(self.topology_description_status);
        } else if self.topology_description_status != 0 {
            return Err(EncodeError::FieldNotInVersion {
                field: "DescribedGroup.TopologyDescriptionStatus",
                version,
            });
        }
        if version == 1 {
            e.nullable_string(self.assignor_name.as_ref(), true)?;
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }

    fn each_error_code(&self, _version: i16, see: &mut dyn FnMut(i16)) {
        see(self.error_code);
    }
}

/// `Topology` in [`StreamsGroupDescribeResponse`], versions 0-1.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Topology {
    /// `int32`.
    pub epoch: i32,
    /// `[]Subtopology`, nullable, default null.
    pub subtopologies: Option<Vec<Subtopology>>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Topology {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            epoch: d.i32()?,
            subtopologies: d
                .nullable_array(true, Subtopology::min_size(version), |d| Subtopology::decode(d, version))?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.i32(self.epoch);
        e.array_length(self.subtopologies.as_ref().map(Vec::len), true)?;
        for item in self.subtopologies.iter().flatten() {
            item.encode(e, version)?;
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}

/// `Subtopology` in [`StreamsGroupDescribeResponse`], versions 0-1.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Subtopology {
    /// `string`.
    pub subtopology_id: ByteString,
    /// `[]string`.
    pub source_topics: Vec<ByteString>,
    /// `[]string`.
    pub repartition_sink_topics: Vec<ByteString>,
    /// `[]TopicInfo`.
    pub state_changelog_topics: Vec<TopicInfo>,
    /// `[]TopicInfo`.
    pub repartition_source_topics: Vec<TopicInfo>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Subtopology {
    /// The least number of bytes it takes.
    const fn min_size(_version: i16) -> usize {
        6
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            subtopology_id: d.string(true)?,
            source_topics: d.array(true, 1, |d| d.string(true))?,
            repartition_sink_topics: d.array(true, 1, |d| d.string(true))?,
            state_changelog_topics: d
                .array(true, TopicInfo::min_size(version), |d| TopicInfo::decode(d, version))?,
            repartition_source_topics: d
                .array(true, TopicInfo::min_size(version), |d| TopicInfo::decode(d, version))?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.string(&self.subtopology_id, true)?;
        e.array_length(Some(self.source_topics.len()), true)?;
        for item in &self.source_topics {
            e.string(item, true)?;
        }
        e.array_length(Some(self.repartition_sink_topics.len()), true)?;
        for item in &self.repartition_sink_topics {
            e.string(item, true)?;
        }
        e.array_length(Some(self.state_changelog_topics.len()), true)?;
        for item in &self.state_changelog_topics {
            item.encode(e, version)?;
        }
        e.array_length(Some(self.repartition_source_topics.len()), true)?;
        for item in &self.repartition_source_topics {
            item.encode(e, version)?;
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}

/// `Member` in [`StreamsGroupDescribeResponse`], versions 0-1.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Member {
    /// `string`.
    pub member_id: ByteString,
    /// `int32`.
    pub member_epoch: i32,
    /// `string`, nullable, default null.
    pub instance_id: Option<ByteString>,
    /// `string`, nullable, default null.
    pub rack_id: Option<ByteString>,
    /// `string`.
    pub client_id: ByteString,
    /// `string`.
    pub client_host: ByteString,
    /// `int32`.
    pub topology_epoch: i32,
    /// `string`.
    pub process_id: ByteString,
    /// `Endpoint`, nullable, default null.
    pub user_endpoint: Option<Endpoint>,
    /// `[]KeyValue`.
    pub client_tags: Vec<KeyValue>,
    /// `[]TaskOffset`.
    pub task_offsets: Vec<TaskOffset>,
    /// `[]TaskOffset`.
    pub task_end_offsets: Vec<TaskOffset>,
    /// `Assignment`.
    pub assignment: Assignment,
    /// `Assignment`.
    pub target_assignment: Assignment,
    /// `bool`.
    pub is_classic: bool,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Member {
    /// The least number of bytes it takes.
    const fn min_size(_version: i16) -> usize {
        28
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            member_id: d.string(true)?,
            member_epoch: d.i32()?,
            instance_id: d.nullable_string(true)?,
            rack_id: d.nullable_string(true)?,
            client_id: d.string(true)?,
            client_host: d.string(true)?,
            topology_epoch: d.i32()?,
            process_id: d.string(true)?,
            user_endpoint: if d.struct_present()? { Some(Endpoint::decode(d, version)?) } else { None },
            client_tags: d.array(true, KeyValue::min_size(version), |d| KeyValue::decode(d, version))?,
            task_offsets: d.array(true, TaskOffset::min_size(version), |d| TaskOffset::decode(d, version))?,
            task_end_offsets: d
                .array(true, TaskOffset::min_size(version), |d| TaskOffset::decode(d, version))?,
            assignment: Assignment::decode(d, version)?,
            target_assignment: Assignment::decode(d, version)?,
            is_classic: d.bool()?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.string(&self.member_id, true)?;
        e.i32(self.member_epoch);
        e.nullable_string(self.instance_id.as_ref(), true)?;
        e.nullable_string(self.rack_id.as_ref(), true)?;
        e.string(&self.client_id, true)?;
        e.string(&self.client_host, true)?;
        e.i32(self.topology_epoch);
        e.string(&self.process_id, true)?;
        match &self.user_endpoint {
            Some(value) => {
                e.i8(1);
                value.encode(e, version)?;
            }
            None => e.i8(-1),
        }
        e.array_length(Some(self.client_tags.len()), true)?;
        for item in &self.client_tags {
            item.encode(e, version)?;
        }
        e.array_length(Some(self.task_offsets.len()), true)?;
        for item in &self.task_offsets {
            item.encode(e, version)?;
        }
        e.array_length(Some(self.task_end_offsets.len()), true)?;
        for item in &self.task_end_offsets {
            item.encode(e, version)?;
        }
        self.assignment.encode(e, version)?;
        self.target_assignment.encode(e, version)?;
        e.bool(self.is_classic);
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}

/// `Endpoint` in [`StreamsGroupDescribeResponse`], versions 0-1.
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

/// `TaskOffset` in [`StreamsGroupDescribeResponse`], versions 0-1.
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

/// `Assignment` in [`StreamsGroupDescribeResponse`], versions 0-1.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Assignment {
    /// `[]TaskIds`.
    pub active_tasks: Vec<TaskIds>,
    /// `[]TaskIds`.
    pub standby_tasks: Vec<TaskIds>,
    /// `[]TaskIds`.
    pub warmup_tasks: Vec<TaskIds>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Assignment {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            active_tasks: d.array(true, TaskIds::min_size(version), |d| TaskIds::decode(d, version))?,
            standby_tasks: d.array(true, TaskIds::min_size(version), |d| TaskIds::decode(d, version))?,
            warmup_tasks: d.array(true, TaskIds::min_size(version), |d| TaskIds::decode(d, version))?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.array_length(Some(self.active_tasks.len()), true)?;
        for item in &self.active_tasks {
            item.encode(e, version)?;
        }
        e.array_length(Some(self.standby_tasks.len()), true)?;
        for item in &self.standby_tasks {
            item.encode(e, version)?;
        }
        e.array_length(Some(self.warmup_tasks.len()), true)?;
        for item in &self.warmup_tasks {
            item.encode(e, version)?;
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}

/// `TaskIds` in [`StreamsGroupDescribeResponse`], versions 0-1.
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

/// `KeyValue` in [`StreamsGroupDescribeResponse`], versions 0-1.
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

/// `TopicInfo` in [`StreamsGroupDescribeResponse`], versions 0-1.
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

/// `TopologyDescription` in [`StreamsGroupDescribeResponse`], versions 0-1.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopologyDescription {
    /// `[]TopologyDescriptionSubtopology`, versions 1+.
    pub subtopologies: Vec<TopologyDescriptionSubtopology>,
    /// `[]TopologyDescriptionGlobalStore`, versions 1+.
    pub global_stores: Vec<TopologyDescriptionGlobalStore>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl TopologyDescription {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            subtopologies: if version == 1 {
                d.array(true, TopologyDescriptionSubtopology::min_size(version), |d| {
                    TopologyDescriptionSubtopology::decode(d, version)
                })?
            } else {
                Vec::new()
            },
            global_stores: if version == 1 {
                d.array(true, TopologyDescriptionGlobalStore::min_size(version), |d| {
                    TopologyDescriptionGlobalStore::decode(d, version)
                })?
            } else {
                Vec::new()
            },
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        if version == 1 {
            e.array_length(Some(self.subtopologies.len()), true)?;
            for item in &self.subtopologies {
                item.encode(e, version)?;
            }
        } else if !self.subtopologies.is_empty() {
            return Err(EncodeError::FieldNotInVersion {
                field: "TopologyDescription.Subtopologies",
                version,
            });
        }
        if version == 1 {
            e.array_length(Some(self.global_stores.len()), true)?;
            for item in &self.global_stores {
                item.encode(e, version)?;
            }
        } else if !self.global_stores.is_empty() {
            return Err(EncodeError::FieldNotInVersion {
                field: "TopologyDescription.GlobalStores",
                version,
            });
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}

/// `TopologyDescriptionSubtopology` in [`StreamsGroupDescribeResponse`], versions 0-1.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopologyDescriptionSubtopology {
    /// `string`, versions 1+.
    pub subtopology_id: ByteString,
    /// `[]TopologyDescriptionNode`, versions 1+.
    pub nodes: Vec<TopologyDescriptionNode>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl TopologyDescriptionSubtopology {
    /// The least number of bytes it takes.
    const fn min_size(version: i16) -> usize {
        match version {
            ..1 => 1,
            _ => 3,
        }
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            subtopology_id: if version == 1 { d.string(true)? } else { ByteString::new() },
            nodes: if version == 1 {
                d.array(true, TopologyDescriptionNode::min_size(version), |d| {
                    TopologyDescriptionNode::decode(d, version)
                })?
            } else {
                Vec::new()
            },
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        if version == 1 {
            e.string(&self.subtopology_id, true)?;
        } else if !self.subtopology_id.is_empty() {
            return Err(EncodeError::FieldNotInVersion {
                field: "TopologyDescriptionSubtopology.SubtopologyId",
                version,
            });
        }
        if version == 1 {
            e.array_length(Some(self.nodes.len()), true)?;
            for item in &self.nodes {
                item.encode(e, version)?;
            }
        } else if !self.nodes.is_empty() {
            return Err(EncodeError::FieldNotInVersion {
                field: "TopologyDescriptionSubtopology.Nodes",
                version,
            });
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}

/// `TopologyDescriptionNode` in [`StreamsGroupDescribeResponse`], versions 0-1.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopologyDescriptionNode {
    /// `string`, versions 1+.
    pub name: ByteString,
    /// `int8`, versions 1+.
    pub node_type: i8,
    /// `[]string`, versions 1+.
    pub source_topics: Vec<ByteString>,
    /// `string`, versions 1+, nullable, default null.
    pub sink_topic: Option<ByteString>,
    /// `[]string`, versions 1+.
    pub stores: Vec<ByteString>,
    /// `[]string`, versions 1+.
    pub successors: Vec<ByteString>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl TopologyDescriptionNode {
    /// The least number of bytes it takes.
    const fn min_size(version: i16) -> usize {
        match version {
            ..1 => 1,
            _ => 7,
        }
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            name: if version == 1 { d.string(true)? } else { ByteString::new() },
            node_type: if version == 1 { d.i8()? } else { 0 },
            source_topics: if version == 1 { d.array(true, 1, |d| d.string(true))? } else { Vec::new() },
            sink_topic: if version == 1 { d.nullable_string(true)? } else { None },
            stores: if version == 1 { d.array(true, 1, |d| d.string(true))? } else { Vec::new() },
            successors: if version == 1 { d.array(true, 1, |d| d.string(true))? } else { Vec::new() },
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        if version == 1 {
            e.string(&self.name, true)?;
        } else if !self.name.is_empty() {
            return Err(EncodeError::FieldNotInVersion { field: "TopologyDescriptionNode.Name", version });
        }
        if version == 1 {
            e.i8(self.node_type);
        } else if self.node_type != 0 {
            return Err(EncodeError::FieldNotInVersion {
                field: "TopologyDescriptionNode.NodeType",
                version,
            });
        }
        if version == 1 {
            e.array_length(Some(self.source_topics.len()), true)?;
            for item in &self.source_topics {
                e.string(item, true)?;
            }
        } else if !self.source_topics.is_empty() {
            return Err(EncodeError::FieldNotInVersion {
                field: "TopologyDescriptionNode.SourceTopics",
                version,
            });
        }
        if version == 1 {
            e.nullable_string(self.sink_topic.as_ref(), true)?;
        } else if self.sink_topic.is_some() {
            return Err(EncodeError::FieldNotInVersion {
                field: "TopologyDescriptionNode.SinkTopic",
                version,
            });
        }
        if version == 1 {
            e.array_length(Some(self.stores.len()), true)?;
            for item in &self.stores {
                e.string(item, true)?;
            }
        } else if !self.stores.is_empty() {
            return Err(EncodeError::FieldNotInVersion { field: "TopologyDescriptionNode.Stores", version });
        }
        if version == 1 {
            e.array_length(Some(self.successors.len()), true)?;
            for item in &self.successors {
                e.string(item, true)?;
            }
        } else if !self.successors.is_empty() {
            return Err(EncodeError::FieldNotInVersion {
                field: "TopologyDescriptionNode.Successors",
                version,
            });
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}

/// `TopologyDescriptionGlobalStore` in [`StreamsGroupDescribeResponse`], versions 0-1.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopologyDescriptionGlobalStore {
    /// `TopologyDescriptionNode`, versions 1+.
    pub source: TopologyDescriptionNode,
    /// `TopologyDescriptionNode`, versions 1+.
    pub processor: TopologyDescriptionNode,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl TopologyDescriptionGlobalStore {
    /// The least number of bytes it takes.
    const fn min_size(version: i16) -> usize {
        match version {
            ..1 => 1,
            _ => 15,
        }
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            source: if version == 1 {
                TopologyDescriptionNode::decode(d, version)?
            } else {
                TopologyDescriptionNode::default()
            },
            processor: if version == 1 {
                TopologyDescriptionNode::decode(d, version)?
            } else {
                TopologyDescriptionNode::default()
            },
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        if version == 1 {
            self.source.encode(e, version)?;
        } else if self.source != TopologyDescriptionNode::default() {
            return Err(EncodeError::FieldNotInVersion {
                field: "TopologyDescriptionGlobalStore.Source",
                version,
            });
        }
        if version == 1 {
            self.processor.encode(e, version)?;
        } else if self.processor != TopologyDescriptionNode::default() {
            return Err(EncodeError::FieldNotInVersion {
                field: "TopologyDescriptionGlobalStore.Processor",
                version,
            });
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}
