//! IncrementalAlterConfigsRequest: API key 44, versions 0-1.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytestring::ByteString;

use crate::ApiKey;
use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, Request, UnknownTags};

/// IncrementalAlterConfigsRequest: API key 44, versions 0-1, flexible 1+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct IncrementalAlterConfigsRequest {
    /// `[]AlterConfigsResource`.
    pub resources: Vec<AlterConfigsResource>,
    /// `bool`.
    pub validate_only: bool,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Message for IncrementalAlterConfigsRequest {
    const NAME: &'static str = "IncrementalAlterConfigsRequest";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 1;
    const FLEXIBLE_VERSION: i16 = 1;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version == 1;
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
        let flexible = version == 1;
        e.array_length(Some(self.resources.len()), flexible)?;
        for item in &self.resources {
            item.encode(e, version)?;
        }
        e.bool(self.validate_only);
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }
}

impl Request for IncrementalAlterConfigsRequest {
    type Response = super::IncrementalAlterConfigsResponse;
    const API_KEY: ApiKey = ApiKey::IncrementalAlterConfigs;
}

/// `AlterConfigsResource` in [`IncrementalAlterConfigsRequest`], versions 0-1.
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
            ..1 => 7,
            _ => 4,
        }
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let flexible = version == 1;
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
        let flexible = version == 1;
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

/// `AlterableConfig` in [`IncrementalAlterConfigsRequest`], versions 0-1.
#[derive(Debug, Clone, PartialEq)]
pub struct AlterableConfig {
    /// `string`.
    pub name: ByteString,
    /// `int8`.
    pub config_operation: i8,
    /// `string`, nullable.
    pub value: Option<ByteString>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for AlterableConfig {
    fn default() -> Self {
        Self {
            name: ByteString::new(),
            config_operation: 0,
            value: Some(ByteString::new()),
            unknown_tagged_fields: UnknownTags::new(),
        }
    }
}

impl AlterableConfig {
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
            name: d.string(flexible)?,
            config_operation: d.i8()?,
            value: d.nullable_string(flexible)?,
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let flexible = version == 1;
        e.string(&self.name, flexible)?;
        e.i8(self.config_operation);
        e.nullable_string(self.value.as_ref(), flexible)?;
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }
}
