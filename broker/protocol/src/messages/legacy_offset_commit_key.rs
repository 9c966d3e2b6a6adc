//! LegacyOffsetCommitKey: record type 0, versions 0.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytestring::ByteString;

use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, RecordKey};

/// LegacyOffsetCommitKey: record type 0, versions 0, flexible none.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LegacyOffsetCommitKey {
    /// `string`.
    pub group: ByteString,
    /// `string`.
    pub topic: ByteString,
    /// `int32`.
    pub partition: i32,
}

impl Message for LegacyOffsetCommitKey {
    const NAME: &'static str = "LegacyOffsetCommitKey";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 0;
    const FLEXIBLE_VERSION: i16 = i16::MAX;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        Ok(Self { group: d.string(false)?, topic: d.string(false)?, partition: d.i32()? })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        e.string(&self.group, false)?;
        e.string(&self.topic, false)?;
        e.i32(self.partition);
        Ok(())
    }
}

impl RecordKey for LegacyOffsetCommitKey {
    type Value = super::LegacyOffsetCommitValue;
    const RECORD_TYPE: i16 = 0;
}
