//! ClientQuotaRecord: record type 14, versions 0.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytestring::ByteString;

use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, UnknownTags};

/// ClientQuotaRecord: record type 14, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ClientQuotaRecord {
    /// `[]EntityData`.
    pub entity: Vec<EntityData>,
    /// `string`.
    pub key: ByteString,
    /// `float64`.
    pub value: f64,
    /// `bool`.
    pub remove: bool,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Message for ClientQuotaRecord {
    const NAME: &'static str = "ClientQuotaRecord";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 0;
    const FLEXIBLE_VERSION: i16 = 0;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        Ok(Self {
            entity: d.array(true, EntityData::min_size(version), |d| EntityData::decode(d, version))?,
            key: d.string(true)?,
            value: d.f64()?,
            remove: d.bool()?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        e.array_length(Some(self.entity.len()), true)?;
        for item in &self.entity {
            item.encode(e, version)?;
        }
        e.string(&self.key, true)?;
        e.f64(self.value);
        e.bool(self.remove);
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}

/// `EntityData` in [`ClientQuotaRecord`], versions 0.
#[derive(Debug, Clone, PartialEq)]
pub struct EntityData {
    /// `string`.
    pub entity_type: ByteString,
    /// `string`, nullable.
    pub entity_name: Option<ByteString>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for EntityData {
    fn default() -> Self {
        Self {
            entity_type: ByteString::new(),
            entity_name: Some(ByteString::new()),
            unknown_tagged_fields: UnknownTags::new(),
        }
    }
}

impl EntityData {
    /// The least number of bytes it takes.
    const fn min_size(_version: i16) -> usize {
        3
    }

    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            entity_type: d.string(true)?,
            entity_name: d.nullable_string(true)?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.string(&self.entity_type, true)?;
        e.nullable_string(self.entity_name.as_ref(), true)?;
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}
