//! BrokerRegistrationChangeRecord: record type 17, versions 0-3.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use uuid::Uuid;

use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, UnknownTags};

/// BrokerRegistrationChangeRecord: record type 17, versions 0-3, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct BrokerRegistrationChangeRecord {
    /// `int32`.
    pub broker_id: i32,
    /// `int64`.
    pub broker_epoch: i64,
    /// `int8`, tag 0.
    pub fenced: i8,
    /// `int8`, tag 1, versions 1+.
    pub in_controlled_shutdown: i8,
    /// `[]uuid`, tag 2, versions 2+.
    pub log_dirs: Vec<Uuid>,
    /// `[]uuid`, tag 3, versions 3+, nullable, default null.
    pub cordoned_log_dirs: Option<Vec<Uuid>>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Message for BrokerRegistrationChangeRecord {
    const NAME: &'static str = "BrokerRegistrationChangeRecord";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 3;
    const FLEXIBLE_VERSION: i16 = 0;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let mut value = Self {
            broker_id: d.i32()?,
            broker_epoch: d.i64()?,
            fenced: 0,
            in_controlled_shutdown: 0,
            log_dirs: Vec::new(),
            cordoned_log_dirs: None,
            unknown_tagged_fields: UnknownTags::new(),
        };
        for _ in 0..d.tag_count()? {
            let (tag, outer) = d.begin_tag()?;
            match tag {
                0 => value.fenced = d.i8()?,
                1 if version >= 1 => value.in_controlled_shutdown = d.i8()?,
                2 if version >= 2 => value.log_dirs = d.array(true, 16, Decoder::uuid)?,
                3 if version == 3 => value.cordoned_log_dirs = d.nullable_array(true, 16, Decoder::uuid)?,
                _ => d.unknown_tag(tag, &mut value.unknown_tagged_fields)?,
            }
            d.end_tag(tag, outer)?;
        }
        Ok(value)
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        e.i32(self.broker_id);
        e.i64(self.broker_epoch);
        if version < 1 && self.in_controlled_shutdown != 0 {
            return Err(EncodeError::FieldNotInVersion {
                field: "BrokerRegistrationChangeRecord.InControlledShutdown",
                version,
            });
        }
        if version < 2 && !self.log_dirs.is_empty() {
            return Err(EncodeError::FieldNotInVersion {
                field: "BrokerRegistrationChangeRecord.LogDirs",
                version,
            });
        }
        if version != 3 && self.cordoned_log_dirs.is_some() {
            return Err(EncodeError::FieldNotInVersion {
                field: "BrokerRegistrationChangeRecord.CordonedLogDirs",
                version,
            });
        }
        let has_fenced = self.fenced != 0;
        let has_in_controlled_shutdown = version >= 1 && self.in_controlled_shutdown != 0;
        let has_log_dirs = version >= 2 && !self.log_dirs.is_empty();
        let has_cordoned_log_dirs = version == 3 && self.cordoned_log_dirs.is_some();
        let mut unknown = self.unknown_tagged_fields.as_slice();
        e.unsigned_varint(
            (usize::from(has_fenced)
                + usize::from(has_in_controlled_shutdown)
                + usize::from(has_log_dirs)
                + usize::from(has_cordoned_log_dirs)
                + unknown.len()) as u32,
        );
        if has_fenced {
            unknown = e.unknown_tags_before(unknown, 0)?;
            let mark = e.begin_tag(0);
            e.i8(self.fenced);
            e.end_tag(mark)?;
        }
        if has_in_controlled_shutdown {
            unknown = e.unknown_tags_before(unknown, 1)?;
            let mark = e.begin_tag(1);
            e.i8(self.in_controlled_shutdown);
            e.end_tag(mark)?;
        }
        if has_log_dirs {
            unknown = e.unknown_tags_before(unknown, 2)?;
            let mark = e.begin_tag(2);
            e.array_length(Some(self.log_dirs.len()), true)?;
            for item in &self.log_dirs {
                e.uuid(*item);
            }
            e.end_tag(mark)?;
        }
        if has_cordoned_log_dirs {
            unknown = e.unknown_tags_before(unknown, 3)?;
            let mark = e.begin_tag(3);
            e.array_length(self.cordoned_log_dirs.as_ref().map(Vec::len), true)?;
            for item in self.cordoned_log_dirs.iter().flatten() {
                e.uuid(*item);
            }
            e.end_tag(mark)?;
        }
        e.unknown_tags(unknown)?;
        Ok(())
    }
}
