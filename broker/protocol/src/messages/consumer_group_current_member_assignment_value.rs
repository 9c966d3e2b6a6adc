//! ConsumerGroupCurrentMemberAssignmentValue: record type 8, versions 0.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use uuid::Uuid;

use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, UnknownTags};

/// ConsumerGroupCurrentMemberAssignmentValue: record type 8, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ConsumerGroupCurrentMemberAssignmentValue {
    /// `int32`.
    pub member_epoch: i32,
    /// `int32`.
    pub previous_member_epoch: i32,
    /// `int8`.
    pub state: i8,
    /// `[]TopicPartitions`.
    pub assigned_partitions: Vec<TopicPartitions>,
    /// `[]TopicPartitions`.
    pub partitions_pending_revocation: Vec<TopicPartitions>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Message for ConsumerGroupCurrentMemberAssignmentValue {
    const NAME: &'static str = "ConsumerGroupCurrentMemberAssignmentValue";
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
            partitions_pending_revocation: d
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
        e.array_length(Some(self.partitions_pending_revocation.len()), true)?;
        for item in &self.partitions_pending_revocation {
            item.encode(e, version)?;
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}

/// `TopicPartitions` in [`ConsumerGroupCurrentMemberAssignmentValue`], versions 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopicPartitions {
    /// `uuid`.
    pub topic_id: Uuid,
    /// `[]int32`.
    pub partitions: Vec<i32>,
    /// `[]int32`, tag 0, nullable, default null.
    pub assignment_epochs: Option<Vec<i32>>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl TopicPartitions {
    /// The least number of bytes it takes.
    const fn min_size(_version: i16) -> usize {
        18
    }

    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        let mut value = Self {
            topic_id: d.uuid()?,
            partitions: d.array(true, 4, Decoder::i32)?,
            assignment_epochs: None,
            unknown_tagged_fields: UnknownTags::new(),
        };
        for _ in 0..d.tag_count()? {
            let (tag, outer) = d.begin_tag()?;
            match tag {
                0 => value.assignment_epochs = d.nullable_array(true, 4, Decoder::i32)?,
                _ => d.unknown_tag(tag, &mut value.unknown_tagged_fields)?,
            }
            d.end_tag(tag, outer)?;
        }
        Ok(value)
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.uuid(self.topic_id);
        e.array_length(Some(self.partitions.len()), true)?;
        for item in &self.partitions {
            e.i32(*item);
        }
        let has_assignment_epochs = self.assignment_epochs.is_some();
        let mut unknown = self.unknown_tagged_fields.as_slice();
        e.unsigned_varint((usize::from(has_assignment_epochs) + unknown.len()) as u32);
        if has_assignment_epochs {
            unknown = e.unknown_tags_before(unknown, 0)?;
            let mark = e.begin_tag(0);
            e.array_length(self.assignment_epochs.as_ref().map(Vec::len), true)?;
            for item in self.assignment_epochs.iter().flatten() {
                e.i32(*item);
            }
            e.end_tag(mark)?;
        }
        e.unknown_tags(unknown)?;
        Ok(())
    }
}
