//! UserScramCredentialRecord: record type 11, versions 0.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytes::Bytes;
use bytestring::ByteString;

use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, UnknownTags};

/// UserScramCredentialRecord: record type 11, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct UserScramCredentialRecord {
    /// `string`.
    pub name: ByteString,
    /// `int8`.
    pub mechanism: i8,
    /// `bytes`.
    pub salt: Bytes,
    /// `bytes`.
    pub stored_key: Bytes,
    /// `bytes`.
    pub server_key: Bytes,
    /// `int32`.
    pub iterations: i32,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Message for UserScramCredentialRecord {
    const NAME: &'static str = "UserScramCredentialRecord";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 0;
    const FLEXIBLE_VERSION: i16 = 0;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        Ok(Self {
            name: d.string(true)?,
            mechanism: d.i8()?,
            salt: d.bytes(true)?,
            stored_key: d.bytes(true)?,
            server_key: d.bytes(true)?,
            iterations: d.i32()?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        e.string(&self.name, true)?;
        e.i8(self.mechanism);
        e.bytes(&self.salt, true)?;
        e.bytes(&self.stored_key, true)?;
        e.bytes(&self.server_key, true)?;
        e.i32(self.iterations);
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}
