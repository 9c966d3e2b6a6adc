//! ClearElrRecord: record type 28, versions 0.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytestring::ByteString;

use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, UnknownTags};

/// ClearElrRecord: record type 28, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ClearElrRecord {
    /// `string`.
    pub topic_name: ByteString,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Message for ClearElrRecord {
    const NAME: &'static str = "ClearElrRecord";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 0;
    const FLEXIBLE_VERSION: i16 = 0;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        Ok(Self { topic_name: d.string(true)?, unknown_tagged_fields: d.unknown_tags(true)? })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        e.string(&self.topic_name, true)?;
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}
