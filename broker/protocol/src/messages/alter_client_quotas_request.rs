//! AlterClientQuotasRequest: API key 49, versions 0-1.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytestring::ByteString;

use crate::ApiKey;
use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, Request, UnknownTags};

/// AlterClientQuotasRequest: API key 49, versions 0-1, flexible 1+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AlterClientQuotasRequest {
    /// `[]EntryData`.
    pub entries: Vec<EntryData>,
    /// `bool`.
    pub validate_only: bool,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Message for AlterClientQuotasRequest {
    const NAME: &'static str = "AlterClientQuotasRequest";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 1;
    const FLEXIBLE_VERSION: i16 = 1;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version == 1;
        Ok(Self {
            entries: d.array(flexible, EntryData::min_size(version), |d| EntryData::decode(d, version))?,
            validate_only: d.bool()?,
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version == 1;
        e.array_length(Some(self.entries.len()), flexible)?;
        for item in &self.entries {
            item.encode(e, version)?;
        }
        e.bool(self.validate_only);
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }
}

impl Request for AlterClientQuotasRequest {
    type Response = super::AlterClientQuotasResponse;
    const API_KEY: ApiKey = ApiKey::AlterClientQuotas;
}

/// `EntryData` in [`AlterClientQuotasRequest`], versions 0-1.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct EntryData {
    /// `[]EntityData`.
    pub entity: Vec<EntityData>,
    /// `[]OpData`.
    pub ops: Vec<OpData>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl EntryData {
    /// The least number of bytes it takes.
    const fn min_size(version: i16) -> usize {
        match version {
            ..1 => 8,
            _ => 3,
        }
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let flexible = version == 1;
        Ok(Self {
            entity: d.array(flexible, EntityData::min_size(version), |d| EntityData::decode(d, version))?,
            ops: d.array(flexible, OpData::min_size(version), |d| OpData::decode(d, version))?,
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let flexible = version == 1;
        e.array_length(Some(self.entity.len()), flexible)?;
        for item in &self.entity {
            item.encode(e, version)?;
        }
        e.array_length(Some(self.ops.len()), flexible)?;
        for item in &self.ops {
            item.encode(e, version)?;
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }
}

/// `EntityData` in [`AlterClientQuotasRequest`], versions 0-1.
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
    const fn min_size(version: i16) -> usize {
        match version {
            ..1 => 4,
            _ => 3,
        }
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let flexible = version == 1;
        Ok(Self {
            entity_type: d.string(flexible)?,
            entity_name: d.nullable_string(flexible)?,
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let flexible = version == 1;
        e.string(&self.entity_type, flexible)?;
        e.nullable_string(self.entity_name.as_ref(), flexible)?;
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }
}

/// `OpData` in [`AlterClientQuotasRequest`], versions 0-1.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OpData {
    /// `string`.
    pub key: ByteString,
    /// `float64`.
    pub value: f64,
    /// `bool`.
    pub remove: bool,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl OpData {
    /// The least number of bytes it takes.
    const fn min_size(_version: i16) -> usize {
        11
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let flexible = version == 1;
        Ok(Self {
            key: d.string(flexible)?,
            value: d.f64()?,
            remove: d.bool()?,
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let flexible = version == 1;
        e.string(&self.key, flexible)?;
        e.f64(self.value);
        e.bool(self.remove);
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }
}
