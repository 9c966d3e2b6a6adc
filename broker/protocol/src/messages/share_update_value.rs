//! ShareUpdateValue: record type 1, versions 0.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, UnknownTags};

/// ShareUpdateValue: record type 1, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq)]
pub struct ShareUpdateValue {
    /// `int32`.
    pub snapshot_epoch: i32,
    /// `int32`.
    pub leader_epoch: i32,
    /// `int64`.
    pub start_offset: i64,
    /// `int32`, tag 0, default -1.
    pub delivery_complete_count: i32,
    /// `[]StateBatch`.
    pub state_batches: Vec<StateBatch>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for ShareUpdateValue {
    fn default() -> Self {
        Self {
            snapshot_epoch: 0,
            leader_epoch: 0,
            start_offset: 0,
            delivery_complete_count: -1,
            state_batches: Vec::new(),
            unknown_tagged_fields: UnknownTags::new(),
        }
    }
}

impl Message for ShareUpdateValue {
    const NAME: &'static str = "ShareUpdateValue";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 0;
    const FLEXIBLE_VERSION: i16 = 0;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let mut value = Self {
            snapshot_epoch: d.i32()?,
            leader_epoch: d.i32()?,
            start_offset: d.i64()?,
            delivery_complete_count: -1,
            state_batches: d
                .array(true, StateBatch::min_size(version), |d| StateBatch::decode(d, version))?,
            unknown_tagged_fields: UnknownTags::new(),
        };
        for _ in 0..d.tag_count()? {
            let (tag, outer) = d.begin_tag()?;
            match tag {
                0 => value.delivery_complete_count = d.i32()?,
                _ => d.unknown_tag(tag, &mut value.unknown_tagged_fields)?,
            }
            d.end_tag(tag, outer)?;
        }
        Ok(value)
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        e.i32(self.snapshot_epoch);
        e.i32(self.leader_epoch);
        e.i64(self.start_offset);
        e.array_length(Some(self.state_batches.len()), true)?;
        for item in &self.state_batches {
            item.encode(e, version)?;
        }
        let has_delivery_complete_count = self.delivery_complete_count != -1;
        let mut unknown = self.unknown_tagged_fields.as_slice();
        e.unsigned_varint((usize::from(has_delivery_complete_count) + unknown.len()) as u32);
        if has_delivery_complete_count {
            unknown = e.unknown_tags_before(unknown, 0)?;
            let mark = e.begin_tag(0);
            e.i32(self.delivery_complete_count);
            e.end_tag(mark)?;
        }
        e.unknown_tags(unknown)?;
        Ok(())
    }
}

/// `StateBatch` in [`ShareUpdateValue`], versions 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StateBatch {
    /// `int64`.
    pub first_offset: i64,
    /// `int64`.
    pub last_offset: i64,
    /// `int8`.
    pub delivery_state: i8,
    /// `int16`.
    pub delivery_count: i16,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl StateBatch {
    /// The least number of bytes it takes.
    const fn min_size(_version: i16) -> usize {
        20
    }

    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            first_offset: d.i64()?,
            last_offset: d.i64()?,
            delivery_state: d.i8()?,
            delivery_count: d.i16()?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.i64(self.first_offset);
        e.i64(self.last_offset);
        e.i8(self.delivery_state);
        e.i16(self.delivery_count);
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}
