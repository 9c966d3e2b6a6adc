//! AccessControlEntryRecord: record type 18, versions 0.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytestring::ByteString;
use uuid::Uuid;

use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, UnknownTags};

/// AccessControlEntryRecord: record type 18, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AccessControlEntryRecord {
    /// `uuid`.
    pub id: Uuid,
    /// `int8`.
    pub resource_type: i8,
    /// `string`.
    pub resource_name: ByteString,
    /// `int8`.
    pub pattern_type: i8,
    /// `string`.
    pub principal: ByteString,
    /// `string`.
    pub host: ByteString,
    /// `int8`.
    pub operation: i8,
    /// `int8`.
    pub permission_type: i8,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Message for AccessControlEntryRecord {
    const NAME: &'static str = "AccessControlEntryRecord";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 0;
    const FLEXIBLE_VERSION: i16 = 0;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        Ok(Self {
            id: d.uuid()?,
            resource_type: d.i8()?,
            resource_name: d.string(true)?,
            pattern_type: d.i8()?,
            principal: d.string(true)?,
            host: d.string(true)?,
            operation: d.i8()?,
            permission_type: d.i8()?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        e.uuid(self.id);
        e.i8(self.resource_type);
        e.string(&self.resource_name, true)?;
        e.i8(self.pattern_type);
        e.string(&self.principal, true)?;
        e.string(&self.host, true)?;
        e.i8(self.operation);
        e.i8(self.permission_type);
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}
