//! AlterConfigsRequest: API key 33, versions 0-2.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytestring::ByteString;

use crate::ApiKey;
use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, Request, UnknownTags};

/// AlterConfigsRequest: API key 33, versions 0-2, flexible 2+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AlterConfigsRequest {
    /// `[]AlterConfigsResource`.
    pub resources: Vec<AlterConfigsResource>,
    /// `bool`.
    pub validate_only: bool,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Message for AlterConfigsRequest {
    const NAME: &'static str = "AlterConfigsRequest";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 2;
    const FLEXIBLE_VERSION: i16 = 2;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version == 2;
        Ok(Self {
            resources: d.array(flexible, AlterConfigsResource::min_size(version), |d| {
                AlterConfigsResource::decode(d, version)
            })?,
            validate_only: d.bool()?,
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version == 2;
        e.array_length(Some(self.resources.len()), flexible)?;
        for item in &self.resources {
            item.encode(e, version)?;
        }
        e.bool(self.validate_only);
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }
}

impl Request for AlterConfigsRequest {
    type Response = super::AlterConfigsResponse;
    const API_KEY: ApiKey = ApiKey::AlterConfigs;
}

/// `AlterConfigsResource` in [`AlterConfigsRequest`], versions 0-2.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AlterConfigsResource {
    /// `int8`.
    pub resource_type: i8,
    /// `string`.
    pub resource_name: ByteString,
    /// `[]AlterableConfig`.
    pub configs: Vec<AlterableConfig>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl AlterConfigsResource {
    /// The least number of bytes it takes.
    const fn min_size(version: i16) -> usize {
        match version {
            ..2 => 7,
            _ => 4,
        }
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let flexible = version == 2;
        Ok(Self {
            resource_type: d.i8()?,
            resource_name: d.string(flexible)?,
            configs: d.array(flexible, AlterableConfig::min_size(version), |d| {
                AlterableConfig::decode(d, version)
            })?,
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let flexible = version == 2;
        e.i8(self.resource_type);
        e.string(&self.resource_name, flexible)?;
        e.array_length(Some(self.configs.len()), flexible)?;
        for item in &self.configs {
            item.encode(e, version)?;
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }
}

/// `AlterableConfig` in [`AlterConfigsRequest`], versions 0-2.
#[derive(Debug, Clone, PartialEq)]
pub struct AlterableConfig {
    /// `string`.
    pub name: ByteString,
    /// `string`, nullable.
    pub value: Option<ByteString>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for AlterableConfig {
    fn default() -> Self {
        Self {
            name: ByteString::new(),
            value: Some(ByteString::new()),
            unknown_tagged_fields: UnknownTags::new(),
        }
    }
}

impl AlterableConfig {
    /// The least number of bytes it takes.
    const fn min_size(version: i16) -> usize {
        match version {
            ..2 => 4,
            _ => 3,
        }
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let flexible = version == 2;
        Ok(Self {
            name: d.string(flexible)?,
            value: d.nullable_string(flexible)?,
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let flexible = version == 2;
        e.string(&self.name, flexible)?;
        e.nullable_string(self.value.as_ref(), flexible)?;
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }
}
