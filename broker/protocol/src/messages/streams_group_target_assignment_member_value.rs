//! StreamsGroupTargetAssignmentMemberValue: record type 21, versions 0.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytestring::ByteString;

use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, UnknownTags};

/// StreamsGroupTargetAssignmentMemberValue: record type 21, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StreamsGroupTargetAssignmentMemberValue {
    /// `[]TaskIds`.
    pub active_tasks: Vec<TaskIds>,
    /// `[]TaskIds`.
    pub standby_tasks: Vec<TaskIds>,
    /// `[]TaskIds`.
    pub warmup_tasks: Vec<TaskIds>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Message for StreamsGroupTargetAssignmentMemberValue {
    const NAME: &'static str = "StreamsGroupTargetAssignmentMemberValue";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 0;
    const FLEXIBLE_VERSION: i16 = 0;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        Ok(Self {
            active_tasks: d.array(true, TaskIds::min_size(version), |d| TaskIds::decode(d, version))?,
            standby_tasks: d.array(true, TaskIds::min_size(version), |d| TaskIds::decode(d, version))?,
            warmup_tasks: d.array(true, TaskIds::min_size(version), |d| TaskIds::decode(d, version))?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
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

/// `TaskIds` in [`StreamsGroupTargetAssignmentMemberValue`], versions 0.
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
