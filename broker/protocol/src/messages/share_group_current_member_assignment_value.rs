//! ShareGroupCurrentMemberAssignmentValue: record type 14, versions 0.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use uuid::Uuid;

use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, UnknownTags};

/// ShareGroupCurrentMemberAssignmentValue: record type 14, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ShareGroupCurrentMemberAssignmentValue {
    /// `int32`.
    pub member_epoch: i32,
    /// `int32`.
    pub previous_member_epoch: i32,
    /// `int8`.
    pub state: i8,
    /// `[]TopicPartitions`.
    pub assigned_partitions: Vec<TopicPartitions>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Message for ShareGroupCurrentMemberAssignmentValue {
    const NAME: &'static str = "ShareGroupCurrentMemberAssignmentValue";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 0;
    const FLEXIBLE_VERSION: i16 = 0;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        Ok(Self {
            member_epoch: d.i32()?,
            previous_member_epoch: d.i32()?,
            state: d.i8()?,
            assigned_partitions: d
                .array(true, TopicPartitions::min_size(version), |d| TopicPartitions::decode(d, version))?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        e.i32(self.member_epoch);
        e.i32(self.previous_member_epoch);
        e.i8(self.state);
        e.array_length(Some(self.assigned_partitions.len()), true)?;
        for item in &self.assigned_partitions {
            item.encode(e, version)?;
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}

/// `TopicPartitions` in [`ShareGroupCurrentMemberAssignmentValue`], versions 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopicPartitions {
    /// `uuid`.
    pub topic_id: Uuid,
    /// `[]int32`.
    pub partitions: Vec<i32>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl TopicPartitions {
    /// The least number of bytes it takes.
    const fn min_size(_version: i16) -> usize {
        18
    }

    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            topic_id: d.uuid()?,
            partitions: d.array(true, 4, Decoder::i32)?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.uuid(self.topic_id);
        e.array_length(Some(self.partitions.len()), true)?;
        for item in &self.partitions {
            e.i32(*item);
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}
