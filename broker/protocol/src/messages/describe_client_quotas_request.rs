//! DescribeClientQuotasRequest: API key 48, versions 0-1.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytestring::ByteString;

use crate::ApiKey;
use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, Request, UnknownTags};

/// DescribeClientQuotasRequest: API key 48, versions 0-1, flexible 1+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribeClientQuotasRequest {
    /// `[]ComponentData`.
    pub components: Vec<ComponentData>,
    /// `bool`.
    pub strict: bool,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Message for DescribeClientQuotasRequest {
    const NAME: &'static str = "DescribeClientQuotasRequest";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 1;
    const FLEXIBLE_VERSION: i16 = 1;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version == 1;
        Ok(Self {
            components: d
                .array(flexible, ComponentData::min_size(version), |d| ComponentData::decode(d, version))?,
            strict: d.bool()?,
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version == 1;
        e.array_length(Some(self.components.len()), flexible)?;
        for item in &self.components {
            item.encode(e, version)?;
        }
        e.bool(self.strict);
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }
}

impl Request for DescribeClientQuotasRequest {
    type Response = super::DescribeClientQuotasResponse;
    const API_KEY: ApiKey = ApiKey::DescribeClientQuotas;
}

/// `ComponentData` in [`DescribeClientQuotasRequest`], versions 0-1.
#[derive(Debug, Clone, PartialEq)]
pub struct ComponentData {
    /// `string`.
    pub entity_type: ByteString,
    /// `int8`.
    pub match_type: i8,
    /// `string`, nullable.
    pub r#match: Option<ByteString>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for ComponentData {
    fn default() -> Self {
        Self {
            entity_type: ByteString::new(),
            match_type: 0,
            r#match: Some(ByteString::new()),
            unknown_tagged_fields: UnknownTags::new(),
        }
    }
}

impl ComponentData {
    /// The least number of bytes it takes.
    const fn min_size(version: i16) -> usize {
        match version {
            ..1 => 5,
            _ => 4,
        }
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let flexible = version == 1;
        Ok(Self {
            entity_type: d.string(flexible)?,
            match_type: d.i8()?,
            r#match: d.nullable_string(flexible)?,
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let flexible = version == 1;
        e.string(&self.entity_type, flexible)?;
        e.i8(self.match_type);
        e.nullable_string(self.r#match.as_ref(), flexible)?;
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }
}
