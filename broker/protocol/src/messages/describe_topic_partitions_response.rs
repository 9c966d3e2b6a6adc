//! DescribeTopicPartitionsResponse: API key 75, versions 0.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytestring::ByteString;
use uuid::Uuid;

use crate::ApiKey;
use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, Response, UnknownTags};

/// DescribeTopicPartitionsResponse: API key 75, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribeTopicPartitionsResponse {
    /// `int32`.
    pub throttle_time_ms: i32,
    /// `[]DescribeTopicPartitionsResponseTopic`.
    pub topics: Vec<DescribeTopicPartitionsResponseTopic>,
    /// `Cursor`, nullable, default null.
    pub next_cursor: Option<Cursor>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Message for DescribeTopicPartitionsResponse {
    const NAME: &'static str = "DescribeTopicPartitionsResponse";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 0;
    const FLEXIBLE_VERSION: i16 = 0;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        Ok(Self {
            throttle_time_ms: d.i32()?,
            topics: d.array(true, DescribeTopicPartitionsResponseTopic::min_size(version), |d| {
                DescribeTopicPartitionsResponseTopic::decode(d, version)
            })?,
            next_cursor: if d.struct_present()? { Some(Cursor::decode(d, version)?) } else { None },
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        e.i32(self.throttle_time_ms);
        e.array_length(Some(self.topics.len()), true)?;
        for item in &self.topics {
            item.encode(e, version)?;
        }
        match &self.next_cursor {
            Some(value) => {
                e.i8(1);
                value.encode(e, version)?;
            }
            None => e.i8(-1),
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}

impl Response for DescribeTopicPartitionsResponse {
    const API_KEY: ApiKey = ApiKey::DescribeTopicPartitions;

    fn each_error_code(&self, version: i16, see: &mut dyn FnMut(i16)) {
        for item in &self.topics {
            item.each_error_code(version, see);
        }
    }
}

/// `DescribeTopicPartitionsResponseTopic` in [`DescribeTopicPartitionsResponse`], versions 0.
#[derive(Debug, Clone, PartialEq)]
pub struct DescribeTopicPartitionsResponseTopic {
    /// `int16`.
    pub error_code: i16,
    /// `string`, nullable.
    pub name: Option<ByteString>,
    /// `uuid`.
    pub topic_id: Uuid,
    /// `bool`.
    pub is_internal: bool,
    /// `[]DescribeTopicPartitionsResponsePartition`.
    pub partitions: Vec<DescribeTopicPartitionsResponsePartition>,
    /// `int32`, default -2147483648.
    pub topic_authorized_operations: i32,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for DescribeTopicPartitionsResponseTopic {
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

impl DescribeTopicPartitionsResponseTopic {
    /// The least number of bytes it takes.
    const fn min_size(_version: i16) -> usize {
        26
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            error_code: d.i16()?,
            name: d.nullable_string(true)?,
            topic_id: d.uuid()?,
            is_internal: d.bool()?,
            partitions: d.array(true, DescribeTopicPartitionsResponsePartition::min_size(version), |d| {
                DescribeTopicPartitionsResponsePartition::decode(d, version)
            })?,
            topic_authorized_operations: d.i32()?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.i16(self.error_code);
        e.nullable_string(self.name.as_ref(), true)?;
        e.uuid(self.topic_id);
        e.bool(self.is_internal);
        e.array_length(Some(self.partitions.len()), true)?;
        for item in &self.partitions {
            item.encode(e, version)?;
        }
        e.i32(self.topic_authorized_operations);
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }

    fn each_error_code(&self, version: i16, see: &mut dyn FnMut(i16)) {
        see(self.error_code);

        for item in &self.partitions {
            item.each_error_code(version, see);
        }
    }
}

/// `DescribeTopicPartitionsResponsePartition` in [`DescribeTopicPartitionsResponse`], versions 0.
#[derive(Debug, Clone, PartialEq)]
pub struct DescribeTopicPartitionsResponsePartition {
    /// `int16`.
    pub error_code: i16,
    /// `int32`.
    pub partition_index: i32,
    /// `int32`.
    pub leader_id: i32,
    /// `int32`, default -1.
    pub leader_epoch: i32,
    /// `[]int32`.
    pub replica_nodes: Vec<i32>,
    /// `[]int32`.
    pub isr_nodes: Vec<i32>,
    /// `[]int32`, nullable, default null.
    pub eligible_leader_replicas: Option<Vec<i32>>,
    /// `[]int32`, nullable, default null.
    pub last_known_elr: Option<Vec<i32>>,
    /// `[]int32`.
    pub offline_replicas: Vec<i32>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for DescribeTopicPartitionsResponsePartition {
    fn default() -> Self {
        Self {
            error_code: 0,
            partition_index: 0,
            leader_id: 0,
            leader_epoch: -1,
            replica_nodes: Vec::new(),
            isr_nodes: Vec::new(),
            eligible_leader_replicas: None,
            last_known_elr: None,
            offline_replicas: Vec::new(),
            unknown_tagged_fields: UnknownTags::new(),
        }
    }
}

impl DescribeTopicPartitionsResponsePartition {
    /// The least number of bytes it takes.
    const fn min_size(_version: i16) -> usize {
        20
    }

    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            error_code: d.i16()?,
            partition_index: d.i32()?,
            leader_id: d.i32()?,
            leader_epoch: d.i32()?,
            replica_nodes: d.array(true, 4, Decoder::i32)?,
            isr_nodes: d.array(true, 4, Decoder::i32)?,
            eligible_leader_replicas: d.nullable_array(true, 4, Decoder::i32)?,
            last_known_elr: d.nullable_array(true, 4, Decoder::i32)?,
            offline_replicas: d.array(true, 4, Decoder::i32)?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.i16(self.error_code);
        e.i32(self.partition_index);
        e.i32(self.leader_id);
        e.i32(self.leader_epoch);
        e.array_length(Some(self.replica_nodes.len()), true)?;
        for item in &self.replica_nodes {
            e.i32(*item);
        }
        e.array_length(Some(self.isr_nodes.len()), true)?;
        for item in &self.isr_nodes {
            e.i32(*item);
        }
        e.array_length(self.eligible_leader_replicas.as_ref().map(Vec::len), true)?;
        for item in self.eligible_leader_replicas.iter().flatten() {
            e.i32(*item);
        }
        e.array_length(self.last_known_elr.as_ref().map(Vec::len), true)?;
        for item in self.last_known_elr.iter().flatten() {
            e.i32(*item);
        }
        e.array_length(Some(self.offline_replicas.len()), true)?;
        for item in &self.offline_replicas {
            e.i32(*item);
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }

    fn each_error_code(&self, _version: i16, see: &mut dyn FnMut(i16)) {
        see(self.error_code);
    }
}

/// `Cursor` in [`DescribeTopicPartitionsResponse`], versions 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Cursor {
    /// `string`.
    pub topic_name: ByteString,
    /// `int32`.
    pub partition_index: i32,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Cursor {
    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            topic_name: d.string(true)?,
            partition_index: d.i32()?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.string(&self.topic_name, true)?;
        e.i32(self.partition_index);
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}
