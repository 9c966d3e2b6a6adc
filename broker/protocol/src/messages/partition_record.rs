//! PartitionRecord: record type 3, versions 0-2.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use uuid::Uuid;

use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, UnknownTags};

/// PartitionRecord: record type 3, versions 0-2, flexible 0+.
#[derive(Debug, Clone, PartialEq)]
pub struct PartitionRecord {
    /// `int32`, default -1.
    pub partition_id: i32,
    /// `uuid`.
    pub topic_id: Uuid,
    /// `[]int32`.
    pub replicas: Vec<i32>,
    /// `[]int32`.
    pub isr: Vec<i32>,
    /// `[]int32`.
    pub removing_replicas: Vec<i32>,
    /// `[]int32`.
    pub adding_replicas: Vec<i32>,
    /// `int32`, default -1.
    pub leader: i32,
    /// `int8`, tag 0.
    pub leader_recovery_state: i8,
    /// `int32`, default -1.
    pub leader_epoch: i32,
    /// `int32`, default -1.
    pub partition_epoch: i32,
    /// `[]uuid`, versions 1+.
    pub directories: Vec<Uuid>,
    /// `[]int32`, tag 1, versions 2+, nullable, default null.
    pub eligible_leader_replicas: Option<Vec<i32>>,
    /// `[]int32`, tag 2, versions 2+, nullable, default null.
    pub last_known_elr: Option<Vec<i32>>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for PartitionRecord {
    fn default() -> Self {
        Self {
            partition_id: -1,
            topic_id: Uuid::nil(),
            replicas: Vec::new(),
            isr: Vec::new(),
            removing_replicas: Vec::new(),
            adding_replicas: Vec::new(),
            leader: -1,
            leader_recovery_state: 0,
            leader_epoch: -1,
            partition_epoch: -1,
            directories: Vec::new(),
            eligible_leader_replicas: None,
            last_known_elr: None,
            unknown_tagged_fields: UnknownTags::new(),
        }
    }
}

impl Message for PartitionRecord {
    const NAME: &'static str = "PartitionRecord";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 2;
    const FLEXIBLE_VERSION: i16 = 0;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let mut value = Self {
            partition_id: d.i32()?,
            topic_id: d.uuid()?,
            replicas: d.array(true, 4, Decoder::i32)?,
            isr: d.array(true, 4, Decoder::i32)?,
            removing_replicas: d.array(true, 4, Decoder::i32)?,
            adding_replicas: d.array(true, 4, Decoder::i32)?,
            leader: d.i32()?,
            leader_recovery_state: 0,
            leader_epoch: d.i32()?,
            partition_epoch: d.i32()?,
            directories: if version >= 1 { d.array(true, 16, Decoder::uuid)? } else { Vec::new() },
            eligible_leader_replicas: None,
            last_known_elr: None,
            unknown_tagged_fields: UnknownTags::new(),
        };
        for _ in 0..d.tag_count()? {
            let (tag, outer) = d.begin_tag()?;
            match tag {
                0 => value.leader_recovery_state = d.i8()?,
                1 if version == 2 => {
                    value.eligible_leader_replicas = d.nullable_array(true, 4, Decoder::i32)?
                }
                2 if version == 2 => value.last_known_elr = d.nullable_array(true, 4, Decoder::i32)?,
                _ => d.unknown_tag(tag, &mut value.unknown_tagged_fields)?,
            }
            d.end_tag(tag, outer)?;
        }
        Ok(value)
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        e.i32(self.partition_id);
        e.uuid(self.topic_id);
        e.array_length(Some(self.replicas.len()), true)?;
        for item in &self.replicas {
            e.i32(*item);
        }
        e.array_length(Some(self.isr.len()), true)?;
        for item in &self.isr {
            e.i32(*item);
        }
        e.array_length(Some(self.removing_replicas.len()), true)?;
        for item in &self.removing_replicas {
            e.i32(*item);
        }
        e.array_length(Some(self.adding_replicas.len()), true)?;
        for item in &self.adding_replicas {
            e.i32(*item);
        }
        e.i32(self.leader);
        e.i32(self.leader_epoch);
        e.i32(self.partition_epoch);
        if version >= 1 {
            e.array_length(Some(self.directories.len()), true)?;
            for item in &self.directories {
                e.uuid(*item);
            }
        } else if !self.directories.is_empty() {
            return Err(EncodeError::FieldNotInVersion { field: "PartitionRecord.Directories", version });
        }
        if version != 2 && self.eligible_leader_replicas.is_some() {
            return Err(EncodeError::FieldNotInVersion {
                field: "PartitionRecord.EligibleLeaderReplicas",
                version,
            });
        }
        if version != 2 && self.last_known_elr.is_some() {
            return Err(EncodeError::FieldNotInVersion { field: "PartitionRecord.LastKnownElr", version });
        }
        let has_leader_recovery_state = self.leader_recovery_state != 0;
        let has_eligible_leader_replicas = version == 2 && self.eligible_leader_replicas.is_some();
        let has_last_known_elr = version == 2 && self.last_known_elr.is_some();
        let mut unknown = self.unknown_tagged_fields.as_slice();
        e.unsigned_varint(
            (usize::from(has_leader_recovery_state)
                + usize::from(has_eligible_leader_replicas)
                + usize::from(has_last_known_elr)
                + unknown.len()) as u32,
        );
        if has_leader_recovery_state {
            unknown = e.unknown_tags_before(unknown, 0)?;
            let mark = e.begin_tag(0);
            e.i8(self.leader_recovery_state);
            e.end_tag(mark)?;
        }
        if has_eligible_leader_replicas {
            unknown = e.unknown_tags_before(unknown, 1)?;
            let mark = e.begin_tag(1);
            e.array_length(self.eligible_leader_replicas.as_ref().map(Vec::len), true)?;
            for item in self.eligible_leader_replicas.iter().flatten() {
                e.i32(*item);
            }
            e.end_tag(mark)?;
        }
        if has_last_known_elr {
            unknown = e.unknown_tags_before(unknown, 2)?;
            let mark = e.begin_tag(2);
            e.array_length(self.last_known_elr.as_ref().map(Vec::len), true)?;
            for item in self.last_known_elr.iter().flatten() {
                e.i32(*item);
            }
            e.end_tag(mark)?;
        }
        e.unknown_tags(unknown)?;
        Ok(())
    }
}
