//! LegacyOffsetCommitValue: record type 0, versions 0.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytestring::ByteString;

use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message};

/// LegacyOffsetCommitValue: record type 0, versions 0, flexible none.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LegacyOffsetCommitValue {
    /// `int64`.
    pub offset: i64,
    /// `string`.
    pub metadata: ByteString,
    /// `int64`.
    pub commit_timestamp: i64,
}

impl Message for LegacyOffsetCommitValue {
    const NAME: &'static str = "LegacyOffsetCommitValue";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 0;
    const FLEXIBLE_VERSION: i16 = i16::MAX;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        Ok(Self { offset: d.i64()?, metadata: d.string(false)?, commit_timestamp: d.i64()? })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        e.i64(self.offset);
        e.string(&self.metadata, false)?;
        e.i64(self.commit_timestamp);
        Ok(())
    }
}
