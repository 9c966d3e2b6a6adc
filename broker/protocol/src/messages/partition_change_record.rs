//! PartitionChangeRecord: record type 5, versions 0-2.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use uuid::Uuid;

use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, UnknownTags};

/// PartitionChangeRecord: record type 5, versions 0-2, flexible 0+.
#[derive(Debug, Clone, PartialEq)]
pub struct PartitionChangeRecord {
    /// `int32`, default -1.
    pub partition_id: i32,
    /// `uuid`.
    pub topic_id: Uuid,
    /// `[]int32`, tag 0, nullable, default null.
    pub isr: Option<Vec<i32>>,
    /// `int32`, tag 1, default -2.
    pub leader: i32,
    /// `[]int32`, tag 2, nullable, default null.
    pub replicas: Option<Vec<i32>>,
    /// `[]int32`, tag 3, nullable, default null.
    pub removing_replicas: Option<Vec<i32>>,
    /// `[]int32`, tag 4, nullable, default null.
    pub adding_replicas: Option<Vec<i32>>,
    /// `int8`, tag 5, default -1.
    pub leader_recovery_state: i8,
    /// `[]uuid`, tag 8, versions 1+, nullable, default null.
    pub directories: Option<Vec<Uuid>>,
    /// `[]int32`, tag 6, versions 2+, nullable, default null.
    pub eligible_leader_replicas: Option<Vec<i32>>,
    /// `[]int32`, tag 7, versions 2+, nullable, default null.
    pub last_known_elr: Option<Vec<i32>>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for PartitionChangeRecord {
    fn default() -> Self {
        Self {
            partition_id: -1,
            topic_id: Uuid::nil(),
            isr: None,
            leader: -2,
            replicas: None,
            removing_replicas: None,
            adding_replicas: None,
            leader_recovery_state: -1,
            directories: None,
            eligible_leader_replicas: None,
            last_known_elr: None,
            unknown_tagged_fields: UnknownTags::new(),
        }
    }
}

impl Message for PartitionChangeRecord {
    const NAME: &'static str = "PartitionChangeRecord";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 2;
    const FLEXIBLE_VERSION: i16 = 0;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let mut value = Self {
            partition_id: d.i32()?,
            topic_id: d.uuid()?,
            isr: None,
            leader: -2,
            replicas: None,
            removing_replicas: None,
            adding_replicas: None,
            leader_recovery_state: -1,
            directories: None,
            eligible_leader_replicas: None,
            last_known_elr: None,
            unknown_tagged_fields: UnknownTags::new(),
        };
        for _ in 0..d.tag_count()? {
            let (tag, outer) = d.begin_tag()?;
            match tag {
                0 => value.isr = d.nullable_array(true, 4, Decoder::i32)?,
                1 => value.leader = d.i32()?,
                2 => value.replicas = d.nullable_array(true, 4, Decoder::i32)?,
                3 => value.removing_replicas = d.nullable_array(true, 4, Decoder::i32)?,
                4 => value.adding_replicas = d.nullable_array(true, 4, Decoder::i32)?,
                5 => value.leader_recovery_state = d.i8()?,
                8 if version >= 1 => value.directories = d.nullable_array(true, 16, Decoder::uuid)?,
                6 if version == 2 => {
                    value.eligible_leader_replicas = d.nullable_array(true, 4, Decoder::i32)?
                }
                7 if version == 2 => value.last_known_elr = d.nullable_array(true, 4, Decoder::i32)?,
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
        if version < 1 && self.directories.is_some() {
            return Err(EncodeError::FieldNotInVersion {
                field: "PartitionChangeRecord.Directories",
                version,
            });
        }
        if version != 2 && self.eligible_leader_replicas.is_some() {
            return Err(EncodeError::FieldNotInVersion {
                field: "PartitionChangeRecord.EligibleLeaderReplicas",
                version,
            });
        }
        if version != 2 && self.last_known_elr.is_some() {
            return Err(EncodeError::FieldNotInVersion {
                field: "PartitionChangeRecord.LastKnownElr",
                version,
            });
        }
        let has_isr = self.isr.is_some();
        let has_leader = self.leader != -2;
        let has_replicas = self.replicas.is_some();
        let has_removing_replicas = self.removing_replicas.is_some();
        let has_adding_replicas = self.adding_replicas.is_some();
        let has_leader_recovery_state = self.leader_recovery_state != -1;
        let has_eligible_leader_replicas = version == 2 && self.eligible_leader_replicas.is_some();
        let has_last_known_elr = version == 2 && self.last_known_elr.is_some();
        let has_directories = version >= 1 && self.directories.is_some();
        let mut unknown = self.unknown_tagged_fields.as_slice();
        e.unsigned_varint(
            (usize::from(has_isr)
                + usize::from(has_leader)
                + usize::from(has_replicas)
                + usize::from(has_removing_replicas)
                + usize::from(has_adding_replicas)
                + usize::from(has_leader_recovery_state)
                + usize::from(has_eligible_leader_replicas)
                + usize::from(has_last_known_elr)
                + usize::from(has_directories)
                + unknown.len()) as u32,
        );
        if has_isr {
            unknown = e.unknown_tags_before(unknown, 0)?;
            let mark = e.begin_tag(0);
            e.array_length(self.isr.as_ref().map(Vec::len), true)?;
            for item in self.isr.iter().flatten() {
                e.i32(*item);
            }
            e.end_tag(mark)?;
        }
        if has_leader {
            unknown = e.unknown_tags_before(unknown, 1)?;
            let mark = e.begin_tag(1);
            e.i32(self.leader);
            e.end_tag(mark)?;
        }
        if has_replicas {
            unknown = e.unknown_tags_before(unknown, 2)?;
            let mark = e.begin_tag(2);
            e.array_length(self.replicas.as_ref().map(Vec::len), true)?;
            for item in self.replicas.iter().flatten() {
                e.i32(*item);
            }
            e.end_tag(mark)?;
        }
        if has_removing_replicas {
            unknown = e.unknown_tags_before(unknown, 3)?;
            let mark = e.begin_tag(3);
            e.array_length(self.removing_replicas.as_ref().map(Vec::len), true)?;
            for item in self.removing_replicas.iter().flatten() {
                e.i32(*item);
            }
            e.end_tag(mark)?;
        }
        if has_adding_replicas {
            unknown = e.unknown_tags_before(unknown, 4)?;
            let mark = e.begin_tag(4);
            e.array_length(self.adding_replicas.as_ref().map(Vec::len), true)?;
            for item in self.adding_replicas.iter().flatten() {
                e.i32(*item);
            }
            e.end_tag(mark)?;
        }
        if has_leader_recovery_state {
            unknown = e.unknown_tags_before(unknown, 5)?;
            let mark = e.begin_tag(5);
            e.i8(self.leader_recovery_state);
            e.end_tag(mark)?;
        }
        if has_eligible_leader_replicas {
            unknown = e.unknown_tags_before(unknown, 6)?;
            let mark = e.begin_tag(6);
            e.array_length(self.eligible_leader_replicas.as_ref().map(Vec::len), true)?;
            for item in self.eligible_leader_replicas.iter().flatten() {
                e.i32(*item);
            }
            e.end_tag(mark)?;
        }
        if has_last_known_elr {
            unknown = e.unknown_tags_before(unknown, 7)?;
            let mark = e.begin_tag(7);
            e.array_length(self.last_known_elr.as_ref().map(Vec::len), true)?;
            for item in self.last_known_elr.iter().flatten() {
                e.i32(*item);
            }
            e.end_tag(mark)?;
        }
        if has_directories {
            unknown = e.unknown_tags_before(unknown, 8)?;
            let mark = e.begin_tag(8);
            e.array_length(self.directories.as_ref().map(Vec::len), true)?;
            for item in self.directories.iter().flatten() {
                e.uuid(*item);
            }
            e.end_tag(mark)?;
        }
        e.unknown_tags(unknown)?;
        Ok(())
    }
}
