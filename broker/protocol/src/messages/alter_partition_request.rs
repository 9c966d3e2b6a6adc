//! AlterPartitionRequest: API key 56, versions 2-3.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use uuid::Uuid;

use crate::ApiKey;
use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, Request, UnknownTags};

/// AlterPartitionRequest: API key 56, versions 2-3, flexible 0+.
#[derive(Debug, Clone, PartialEq)]
pub struct AlterPartitionRequest {
    /// `int32`.
    pub broker_id: i32,
    /// `int64`, default -1.
    pub broker_epoch: i64,
    /// `[]TopicData`.
    pub topics: Vec<TopicData>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for AlterPartitionRequest {
    fn default() -> Self {
        Self { broker_id: 0, broker_epoch: -1, topics: Vec::new(), unknown_tagged_fields: UnknownTags::new() }
    }
}

impl Message for AlterPartitionRequest {
    const NAME: &'static str = "AlterPartitionRequest";
    const MIN_VERSION: i16 = 2;
    const MAX_VERSION: i16 = 3;
    const FLEXIBLE_VERSION: i16 = 2;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        Ok(Self {
            broker_id: d.i32()?,
            broker_epoch: d.i64()?,
            topics: d.array(true, TopicData::min_size(version), |d| TopicData::decode(d, version))?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        e.i32(self.broker_id);
        e.i64(self.broker_epoch);
        e.array_length(Some(self.topics.len()), true)?;
        for item in &self.topics {
            item.encode(e, version)?;
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}

impl Request for AlterPartitionRequest {
    type Response = super::AlterPartitionResponse;
    const API_KEY: ApiKey = ApiKey::AlterPartition;
}

/// `TopicData` in [`AlterPartitionRequest`], versions 2-3.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopicData {
    /// `uuid`.
    pub topic_id: Uuid,
    /// `[]PartitionData`.
    pub partitions: Vec<PartitionData>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl TopicData {
    /// The least number of bytes it takes.
    const fn min_size(_version: i16) -> usize {
        18
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            topic_id: d.uuid()?,
            partitions: d
                .array(true, PartitionData::min_size(version), |d| PartitionData::decode(d, version))?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.uuid(self.topic_id);
        e.array_length(Some(self.partitions.len()), true)?;
        for item in &self.partitions {
            item.encode(e, version)?;
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}

/// `PartitionData` in [`AlterPartitionRequest`], versions 2-3.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PartitionData {
    /// `int32`.
    pub partition_index: i32,
    /// `int32`.
    pub leader_epoch: i32,
    /// `[]int32`, versions 2.
    pub new_isr: Vec<i32>,
    /// `[]BrokerState`, versions 3+.
    pub new_isr_with_epochs: Vec<BrokerState>,
    /// `int8`.
    pub leader_recovery_state: i8,
    /// `int32`.
    pub partition_epoch: i32,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl PartitionData {
    /// The least number of bytes it takes.
    const fn min_size(_version: i16) -> usize {
        15
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            partition_index: d.i32()?,
            leader_epoch: d.i32()?,
            new_isr: if version == 2 { d.array(true, 4, Decoder::i32)? } else { Vec::new() },
            new_isr_with_epochs: if version == 3 {
                d.array(true, BrokerState::min_size(version), |d| BrokerState::decode(d, version))?
            } else {
                Vec::new()
            },
            leader_recovery_state: d.i8()?,
            partition_epoch: d.i32()?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.i32(self.partition_index);
        e.i32(self.leader_epoch);
        if version == 2 {
            e.array_length(Some(self.new_isr.len()), true)?;
            for item in &self.new_isr {
                e.i32(*item);
            }
        } else if !self.new_isr.is_empty() {
            return Err(EncodeError::FieldNotInVersion { field: "PartitionData.NewIsr", version });
        }
        if version == 3 {
            e.array_length(Some(self.new_isr_with_epochs.len()), true)?;
            for item in &self.new_isr_with_epochs {
                item.encode(e, version)?;
            }
        } else if !self.new_isr_with_epochs.is_empty() {
            return Err(EncodeError::FieldNotInVersion { field: "PartitionData.NewIsrWithEpochs", version });
        }
        e.i8(self.leader_recovery_state);
        e.i32(self.partition_epoch);
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}

/// `BrokerState` in [`AlterPartitionRequest`], versions 3.
#[derive(Debug, Clone, PartialEq)]
pub struct BrokerState {
    /// `int32`.
    pub broker_id: i32,
    /// `int64`, default -1.
    pub broker_epoch: i64,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for BrokerState {
    fn default() -> Self {
        Self { broker_id: 0, broker_epoch: -1, unknown_tagged_fields: UnknownTags::new() }
    }
}

impl BrokerState {
    /// The least number of bytes it takes.
    const fn min_size(_version: i16) -> usize {
        13
    }

    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self { broker_id: d.i32()?, broker_epoch: d.i64()?, unknown_tagged_fields: d.unknown_tags(true)? })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.i32(self.broker_id);
        e.i64(self.broker_epoch);
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}
