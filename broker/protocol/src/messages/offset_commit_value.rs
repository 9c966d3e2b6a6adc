//! OffsetCommitValue: record type 1, versions 0-4.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytestring::ByteString;
use uuid::Uuid;

use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, UnknownTags};

/// OffsetCommitValue: record type 1, versions 0-4, flexible 4+.
#[derive(Debug, Clone, PartialEq)]
pub struct OffsetCommitValue {
    /// `int64`.
    pub offset: i64,
    /// `int32`, versions 3+, default -1; dropped elsewhere.
    pub leader_epoch: i32,
    /// `string`.
    pub metadata: ByteString,
    /// `int64`.
    pub commit_timestamp: i64,
    /// `int64`, versions 1, default -1; dropped elsewhere.
    pub expire_timestamp: i64,
    /// `uuid`, tag 0, versions 4+; dropped elsewhere.
    pub topic_id: Uuid,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for OffsetCommitValue {
    fn default() -> Self {
        Self {
            offset: 0,
            leader_epoch: -1,
            metadata: ByteString::new(),
            commit_timestamp: 0,
            expire_timestamp: -1,
            topic_id: Uuid::nil(),
            unknown_tagged_fields: UnknownTags::new(),
        }
    }
}

impl Message for OffsetCommitValue {
    const NAME: &'static str = "OffsetCommitValue";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 4;
    const FLEXIBLE_VERSION: i16 = 4;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version == 4;
        let mut value = Self {
            offset: d.i64()?,
            leader_epoch: if version >= 3 { d.i32()? } else { -1 },
            metadata: d.string(flexible)?,
            commit_timestamp: d.i64()?,
            expire_timestamp: if version == 1 { d.i64()? } else { -1 },
            topic_id: Uuid::nil(),
            unknown_tagged_fields: UnknownTags::new(),
        };
        if flexible {
            for _ in 0..d.tag_count()? {
                let (tag, outer) = d.begin_tag()?;
                match tag {
                    0 if version == 4 => value.topic_id = d.uuid()?,
                    _ => d.unknown_tag(tag, &mut value.unknown_tagged_fields)?,
                }
                d.end_tag(tag, outer)?;
            }
        }
        Ok(value)
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version == 4;
        e.i64(self.offset);
        if version >= 3 {
            e.i32(self.leader_epoch);
        }
        e.string(&self.metadata, flexible)?;
        e.i64(self.commit_timestamp);
        if version == 1 {
            e.i64(self.expire_timestamp);
        }
        if flexible {
            let has_topic_id = version == 4 && !self.topic_id.is_nil();
            let mut unknown = self.unknown_tagged_fields.as_slice();
            e.unsigned_varint((usize::from(has_topic_id) + unknown.len()) as u32);
            if has_topic_id {
                unknown = e.unknown_tags_before(unknown, 0)?;
                let mark = e.begin_tag(0);
                e.uuid(self.topic_id);
                e.end_tag(mark)?;
            }
            e.unknown_tags(unknown)?;
        } else {
            e.only_unknown_tags(&self.unknown_tagged_fields, false)?;
        }
        Ok(())
    }
}
