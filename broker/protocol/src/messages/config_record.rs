//! ConfigRecord: record type 4, versions 0.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytestring::ByteString;

use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, UnknownTags};

/// ConfigRecord: record type 4, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq)]
pub struct ConfigRecord {
    /// `int8`.
    pub resource_type: i8,
    /// `string`.
    pub resource_name: ByteString,
    /// `string`.
    pub name: ByteString,
    /// `string`, nullable.
    pub value: Option<ByteString>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for ConfigRecord {
    fn default() -> Self {
        Self {
            resource_type: 0,
            resource_name: ByteString::new(),
            name: ByteString::new(),
            value: Some(ByteString::new()),
            unknown_tagged_fields: UnknownTags::new(),
        }
    }
}

impl Message for ConfigRecord {
    const NAME: &'static str = "ConfigRecord";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 0;
    const FLEXIBLE_VERSION: i16 = 0;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        Ok(Self {
            resource_type: d.i8()?,
            resource_name: d.string(true)?,
            name: d.string(true)?,
            value: d.nullable_string(true)?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        e.i8(self.resource_type);
        e.string(&self.resource_name, true)?;
        e.string(&self.name, true)?;
        e.nullable_string(self.value.as_ref(), true)?;
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}
