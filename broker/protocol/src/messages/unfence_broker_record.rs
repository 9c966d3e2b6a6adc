//! UnfenceBrokerRecord: record type 8, versions 0.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, UnknownTags};

/// UnfenceBrokerRecord: record type 8, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct UnfenceBrokerRecord {
    /// `int32`.
    pub id: i32,
    /// `int64`.
    pub epoch: i64,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Message for UnfenceBrokerRecord {
    const NAME: &'static str = "UnfenceBrokerRecord";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 0;
    const FLEXIBLE_VERSION: i16 = 0;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        Ok(Self { id: d.i32()?, epoch: d.i64()?, unknown_tagged_fields: d.unknown_tags(true)? })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        e.i32(self.id);
        e.i64(self.epoch);
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}
