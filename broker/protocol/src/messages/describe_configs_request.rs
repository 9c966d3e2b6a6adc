//! DescribeConfigsRequest: API key 32, versions 1-4.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytestring::ByteString;

use crate::ApiKey;
use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, Request, UnknownTags};

/// DescribeConfigsRequest: API key 32, versions 1-4, flexible 4+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribeConfigsRequest {
    /// `[]DescribeConfigsResource`.
    pub resources: Vec<DescribeConfigsResource>,
    /// `bool`.
    pub include_synonyms: bool,
    /// `bool`, versions 3+.
    pub include_documentation: bool,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Message for DescribeConfigsRequest {
    const NAME: &'static str = "DescribeConfigsRequest";
    const MIN_VERSION: i16 = 1;
    const MAX_VERSION: i16 = 4;
    const FLEXIBLE_VERSION: i16 = 4;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version == 4;
        Ok(Self {
            resources: d.array(flexible, DescribeConfigsResource::min_size(version), |d| {
                DescribeConfigsResource::decode(d, version)
            })?,
            include_synonyms: d.bool()?,
            include_documentation: if version >= 3 { d.bool()? } else { false },
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version == 4;
        e.array_length(Some(self.resources.len()), flexible)?;
        for item in &self.resources {
            item.encode(e, version)?;
        }
        e.bool(self.include_synonyms);
        if version >= 3 {
            e.bool(self.include_documentation);
        } else if self.include_documentation {
            return Err(EncodeError::FieldNotInVersion {
                field: "DescribeConfigsRequest.IncludeDocumentation",
                version,
            });
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }
}

impl Request for DescribeConfigsRequest {
    type Response = super::DescribeConfigsResponse;
    const API_KEY: ApiKey = ApiKey::DescribeConfigs;
}

/// `DescribeConfigsResource` in [`DescribeConfigsRequest`], versions 1-4.
#[derive(Debug, Clone, PartialEq)]
pub struct DescribeConfigsResource {
    /// `int8`.
    pub resource_type: i8,
    /// `string`.
    pub resource_name: ByteString,
    /// `[]string`, nullable.
    pub configuration_keys: Option<Vec<ByteString>>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for DescribeConfigsResource {
    fn default() -> Self {
        Self {
            resource_type: 0,
            resource_name: ByteString::new(),
            configuration_keys: Some(Vec::new()),
            unknown_tagged_fields: UnknownTags::new(),
        }
    }
}

impl DescribeConfigsResource {
    /// The least number of bytes it takes.
    const fn min_size(version: i16) -> usize {
        match version {
            ..4 => 7,
            _ => 4,
        }
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let flexible = version == 4;
        Ok(Self {
            resource_type: d.i8()?,
            resource_name: d.string(flexible)?,
            configuration_keys: d
                .nullable_array(flexible, if flexible { 1 } else { 2 }, |d| d.string(flexible))?,
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let flexible = version == 4;
        e.i8(self.resource_type);
        e.string(&self.resource_name, flexible)?;
        e.array_length(self.configuration_keys.as_ref().map(Vec::len), flexible)?;
        for item in self.configuration_keys.iter().flatten() {
            e.string(item, flexible)?;
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }
}
