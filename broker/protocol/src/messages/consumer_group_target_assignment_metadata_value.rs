//! ConsumerGroupTargetAssignmentMetadataValue: record type 6, versions 0.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, UnknownTags};

/// ConsumerGroupTargetAssignmentMetadataValue: record type 6, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ConsumerGroupTargetAssignmentMetadataValue {
    /// `int32`.
    pub assignment_epoch: i32,
    /// `int64`, tag 0.
    pub assignment_timestamp: i64,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Message for ConsumerGroupTargetAssignmentMetadataValue {
    const NAME: &'static str = "ConsumerGroupTargetAssignmentMetadataValue";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 0;
    const FLEXIBLE_VERSION: i16 = 0;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let mut value = Self {
            assignment_epoch: d.i32()?,
            assignment_timestamp: 0,
            unknown_tagged_fields: UnknownTags::new(),
        };
        for _ in 0..d.tag_count()? {
            let (tag, outer) = d.begin_tag()?;
            match tag {
                0 => value.assignment_timestamp = d.i64()?,
                _ => d.unknown_tag(tag, &mut value.unknown_tagged_fields)?,
            }
            d.end_tag(tag, outer)?;
        }
        Ok(value)
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        e.i32(self.assignment_epoch);
        let has_assignment_timestamp = self.assignment_timestamp != 0;
        let mut unknown = self.unknown_tagged_fields.as_slice();
        e.unsigned_varint((usize::from(has_assignment_timestamp) + unknown.len()) as u32);
        if has_assignment_timestamp {
            unknown = e.unknown_tags_before(unknown, 0)?;
            let mark = e.begin_tag(0);
            e.i64(self.assignment_timestamp);
            e.end_tag(mark)?;
        }
        e.unknown_tags(unknown)?;
        Ok(())
    }
}
