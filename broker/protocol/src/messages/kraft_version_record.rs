//! KRaftVersionRecord: versions 0.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, UnknownTags};

/// KRaftVersionRecord: versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct KRaftVersionRecord {
    /// `int16`.
    pub version: i16,
    /// `int16`.
    pub kraft_version: i16,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Message for KRaftVersionRecord {
    const NAME: &'static str = "KRaftVersionRecord";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 0;
    const FLEXIBLE_VERSION: i16 = 0;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        Ok(Self { version: d.i16()?, kraft_version: d.i16()?, unknown_tagged_fields: d.unknown_tags(true)? })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        e.i16(self.version);
        e.i16(self.kraft_version);
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}
