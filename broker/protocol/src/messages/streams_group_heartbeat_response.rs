//! StreamsGroupHeartbeatResponse: API key 88, versions 0-1.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytestring::ByteString;

use crate::ApiKey;
use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, Response, UnknownTags};

/// StreamsGroupHeartbeatResponse: API key 88, versions 0-1, flexible 0+.
#[derive(Debug, Clone, PartialEq)]
pub struct StreamsGroupHeartbeatResponse {
    /// `int32`.
    pub throttle_time_ms: i32,
    /// `int16`.
    pub error_code: i16,
    /// `string`, nullable, default null.
    pub error_message: Option<ByteString>,
    /// `string`.
    pub member_id: ByteString,
    /// `int32`.
    pub member_epoch: i32,
    /// `int32`.
    pub heartbeat_interval_ms: i32,
    /// `int32`, versions 0.
    pub acceptable_recovery_lag_legacy: i32,
    /// `int32`.
    pub task_offset_interval_ms: i32,
    /// `int64`, versions 1+, default -1; dropped elsewhere.
    pub acceptable_recovery_lag: i64,
    /// `[]Status`, nullable.
    pub status: Option<Vec<Status>>,
    /// `[]TaskIds`, nullable, default null.
    pub active_tasks: Option<Vec<TaskIds>>,
    /// `[]TaskIds`, nullable, default null.
    pub standby_tasks: Option<Vec<TaskIds>>,
    /// `[]TaskIds`, nullable, default null.
    pub warmup_tasks: Option<Vec<TaskIds>>,
    /// `bool`, versions 1+.
    pub topology_description_required: bool,
    /// `int32`.
    pub endpoint_information_epoch: i32,
    /// `[]EndpointToPartitions`, nullable, default null.
    pub partitions_by_user_endpoint: Option<Vec<EndpointToPartitions>>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for StreamsGroupHeartbeatResponse {
    fn default() -> Self {
        Self {
            throttle_time_ms: 0,
            error_code: 0,
            error_message: None,
            member_id: ByteString::new(),
            member_epoch: 0,
            heartbeat_interval_ms: 0,
            acceptable_recovery_lag_legacy: 0,
            task_offset_interval_ms: 0,
            acceptable_recovery_lag: -1,
            status: Some(Vec::new()),
            active_tasks: None,
            standby_tasks: None,
            warmup_tasks: None,
            topology_description_required: false,
            endpoint_information_epoch: 0,
            partitions_by_user_endpoint: None,
            unknown_tagged_fields: UnknownTags::new(),
        }
    }
}

impl Message for StreamsGroupHeartbeatResponse {
    const NAME: &'static str = "StreamsGroupHeartbeatResponse";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 1;
    const FLEXIBLE_VERSION: i16 = 0;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        Ok(Self {
            throttle_time_ms: d.i32()?,
            error_code: d.i16()?,
            error_message: d.nullable_string(true)?,
            member_id: d.string(true)?,
            member_epoch: d.i32()?,
            heartbeat_interval_ms: d.i32()?,
            acceptable_recovery_lag_legacy: if version == 0 { d.i32()? } else { 0 },
            task_offset_interval_ms: d.i32()?,
            acceptable_recovery_lag: if version == 1 { d.i64()? } else { -1 },
            status: d.nullable_array(true, Status::min_size(version), |d| Status::decode(d, version))?,
            active_tasks: d
                .nullable_array(true, TaskIds::min_size(version), |d| TaskIds::decode(d, version))?,
            standby_tasks: d
                .nullable_array(true, TaskIds::min_size(version), |d| TaskIds::decode(d, version))?,
            warmup_tasks: d
                .nullable_array(true, TaskIds::min_size(version), |d| TaskIds::decode(d, version))?,
            topology_description_required: if version == 1 { d.bool()? } else { false },
            endpoint_information_epoch: d.i32()?,
            partitions_by_user_endpoint: d.nullable_array(
                true,
                EndpointToPartitions::min_size(version),
                |d| EndpointToPartitions::decode(d, version),
            )?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        e.i32(self.throttle_time_ms);
        e.i16(self.error_code);
        e.nullable_string(self.error_message.as_ref(), true)?;
        e.string(&self.member_id, true)?;
        e.i32(self.member_epoch);
        e.i32(self.heartbeat_interval_ms);
        if version == 0 {
            e.i32(self.acceptable_recovery_lag_legacy);
        } else if self.acceptable_recovery_lag_legacy != 0 {
            return Err(EncodeError::FieldNotInVersion {
                field: "StreamsGroupHeartbeatResponse.AcceptableRecoveryLagLegacy",
                version,
            });
        }
        e.i32(self.task_offset_interval_ms);
        if version == 1 {
            e.i64(self.acceptable_recovery_lag);
        }
        e.array_length(self.status.as_ref().map(Vec::len), true)?;
        for item in self.status.iter().flatten() {
            item.encode(e, version)?;
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
        if version == 1 {
            e.bool(self.topology_description_required);
        } else if self.topology_description_required {
            return Err(EncodeError::FieldNotInVersion {
                field: "StreamsGroupHeartbeatResponse.TopologyDescriptionRequired",
                version,
            });
        }
        e.i32(self.endpoint_information_epoch);
        e.array_length(self.partitions_by_user_endpoint.as_ref().map(Vec::len), true)?;
        for item in self.partitions_by_user_endpoint.iter().flatten() {
            item.encode(e, version)?;
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}

impl Response for StreamsGroupHeartbeatResponse {
    const API_KEY: ApiKey = ApiKey::StreamsGroupHeartbeat;

    fn each_error_code(&self, _version: i16, see: &mut dyn FnMut(i16)) {
        see(self.error_code);
    }
}

/// `EndpointToPartitions` in [`StreamsGroupHeartbeatResponse`], versions 0-1.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct EndpointToPartitions {
    /// `Endpoint`.
    pub user_endpoint: Endpoint,
    /// `[]TopicPartition`.
    pub active_partitions: Vec<TopicPartition>,
    /// `[]TopicPartition`.
    pub standby_partitions: Vec<TopicPartition>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl EndpointToPartitions {
    /// The least number of bytes it takes.
    const fn min_size(_version: i16) -> usize {
        7
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            user_endpoint: Endpoint::decode(d, version)?,
            active_partitions: d
                .array(true, TopicPartition::min_size(version), |d| TopicPartition::decode(d, version))?,
            standby_partitions: d
                .array(true, TopicPartition::min_size(version), |d| TopicPartition::decode(d, version))?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        self.user_endpoint.encode(e, version)?;
        e.array_length(Some(self.active_partitions.len()), true)?;
        for item in &self.active_partitions {
            item.encode(e, version)?;
        }
        e.array_length(Some(self.standby_partitions.len()), true)?;
        for item in &self.standby_partitions {
            item.encode(e, version)?;
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}

/// `Status` in [`StreamsGroupHeartbeatResponse`], versions 0-1.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Status {
    /// `int8`.
    pub status_code: i8,
    /// `string`.
    pub status_detail: ByteString,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Status {
    /// The least number of bytes it takes.
    const fn min_size(_version: i16) -> usize {
        3
    }

    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            status_code: d.i8()?,
            status_detail: d.string(true)?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.i8(self.status_code);
        e.string(&self.status_detail, true)?;
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}

/// `TopicPartition` in [`StreamsGroupHeartbeatResponse`], versions 0-1.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopicPartition {
    /// `string`.
    pub topic: ByteString,
    /// `[]int32`.
    pub partitions: Vec<i32>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl TopicPartition {
    /// The least number of bytes it takes.
    const fn min_size(_version: i16) -> usize {
        3
    }

    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            topic: d.string(true)?,
            partitions: d.array(true, 4, Decoder::i32)?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.string(&self.topic, true)?;
        e.array_length(Some(self.partitions.len()), true)?;
        for item in &self.partitions {
            e.i32(*item);
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}

/// `TaskIds` in [`StreamsGroupHeartbeatResponse`], versions 0-1.
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

/// `Endpoint` in [`StreamsGroupHeartbeatResponse`], versions 0-1.
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
