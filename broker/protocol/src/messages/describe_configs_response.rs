//! DescribeConfigsResponse: API key 32, versions 1-4.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytestring::ByteString;

use crate::ApiKey;
use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, Response, UnknownTags};

/// DescribeConfigsResponse: API key 32, versions 1-4, flexible 4+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribeConfigsResponse {
    /// `int32`.
    pub throttle_time_ms: i32,
    /// `[]DescribeConfigsResult`.
    pub results: Vec<DescribeConfigsResult>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Message for DescribeConfigsResponse {
    const NAME: &'static str = "DescribeConfigsResponse";
    const MIN_VERSION: i16 = 1;
    const MAX_VERSION: i16 = 4;
    const FLEXIBLE_VERSION: i16 = 4;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version == 4;
        Ok(Self {
            throttle_time_ms: d.i32()?,
            results: d.array(flexible, DescribeConfigsResult::min_size(version), |d| {
                DescribeConfigsResult::decode(d, version)
            })?,
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version == 4;
        e.i32(self.throttle_time_ms);
        e.array_length(Some(self.results.len()), flexible)?;
        for item in &self.results {
            item.encode(e, version)?;
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }
}

impl Response for DescribeConfigsResponse {
    const API_KEY: ApiKey = ApiKey::DescribeConfigs;

    fn each_error_code(&self, version: i16, see: &mut dyn FnMut(i16)) {
        for item in &self.results {
            item.each_error_code(version, see);
        }
    }
}

/// `DescribeConfigsResult` in [`DescribeConfigsResponse`], versions 1-4.
#[derive(Debug, Clone, PartialEq)]
pub struct DescribeConfigsResult {
    /// `int16`.
    pub error_code: i16,
    /// `string`, nullable.
    pub error_message: Option<ByteString>,
    /// `int8`.
    pub resource_type: i8,
    /// `string`.
    pub resource_name: ByteString,
    /// `[]DescribeConfigsResourceResult`.
    pub configs: Vec<DescribeConfigsResourceResult>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for DescribeConfigsResult {
    fn default() -> Self {
        Self {
            error_code: 0,
            error_message: Some(ByteString::new()),
            resource_type: 0,
            resource_name: ByteString::new(),
            configs: Vec::new(),
            unknown_tagged_fields: UnknownTags::new(),
        }
    }
}

impl DescribeConfigsResult {
    /// The least number of bytes it takes.
    const fn min_size(version: i16) -> usize {
        match version {
            ..4 => 11,
            _ => 7,
        }
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let flexible = version == 4;
        Ok(Self {
            error_code: d.i16()?,
            error_message: d.nullable_string(flexible)?,
            resource_type: d.i8()?,
            resource_name: d.string(flexible)?,
            configs: d.array(flexible, DescribeConfigsResourceResult::min_size(version), |d| {
                DescribeConfigsResourceResult::decode(d, version)
            })?,
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let flexible = version == 4;
        e.i16(self.error_code);
        e.nullable_string(self.error_message.as_ref(), flexible)?;
        e.i8(self.resource_type);
        e.string(&self.resource_name, flexible)?;
        e.array_length(Some(self.configs.len()), flexible)?;
        for item in &self.configs {
            item.encode(e, version)?;
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }

    fn each_error_code(&self, _version: i16, see: &mut dyn FnMut(i16)) {
        see(self.error_code);
    }
}

/// `DescribeConfigsResourceResult` in [`DescribeConfigsResponse`], versions 1-4.
#[derive(Debug, Clone, PartialEq)]
pub struct DescribeConfigsResourceResult {
    /// `string`.
    pub name: ByteString,
    /// `string`, nullable.
    pub value: Option<ByteString>,
    /// `bool`.
    pub read_only: bool,
    /// `int8`, default -1.
    pub config_source: i8,
    /// `bool`.
    pub is_sensitive: bool,
    /// `[]DescribeConfigsSynonym`.
    pub synonyms: Vec<DescribeConfigsSynonym>,
    /// `int8`, versions 3+; dropped elsewhere.
    pub config_type: i8,
    /// `string`, versions 3+, nullable; dropped elsewhere.
    pub documentation: Option<ByteString>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for DescribeConfigsResourceResult {
    fn default() -> Self {
        Self {
            name: ByteString::new(),
            value: Some(ByteString::new()),
            read_only: false,
            config_source: -1,
            is_sensitive: false,
            synonyms: Vec::new(),
            config_type: 0,
            documentation: Some(ByteString::new()),
            unknown_tagged_fields: UnknownTags::new(),
        }
    }
}

impl DescribeConfigsResourceResult {
    /// The least number of bytes it takes.
    const fn min_size(version: i16) -> usize {
        match version {
            ..3 => 11,
            3..4 => 14,
            _ => 9,
        }
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let flexible = version == 4;
        Ok(Self {
            name: d.string(flexible)?,
            value: d.nullable_string(flexible)?,
            read_only: d.bool()?,
            config_source: d.i8()?,
            is_sensitive: d.bool()?,
            synonyms: d.array(flexible, DescribeConfigsSynonym::min_size(version), |d| {
                DescribeConfigsSynonym::decode(d, version)
            })?,
            config_type: if version >= 3 { d.i8()? } else { 0 },
            documentation: if version >= 3 { d.nullable_string(flexible)? } else { Some(ByteString::new()) },
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let flexible = version == 4;
        e.string(&self.name, flexible)?;
        e.nullable_string(self.value.as_ref(), flexible)?;
        e.bool(self.read_only);
        e.i8(self.config_source);
        e.bool(self.is_sensitive);
        e.array_length(Some(self.synonyms.len()), flexible)?;
        for item in &self.synonyms {
            item.encode(e, version)?;
        }
        if version >= 3 {
            e.i8(self.config_type);
        }
        if version >= 3 {
            e.nullable_string(self.documentation.as_ref(), flexible)?;
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }
}

/// `DescribeConfigsSynonym` in [`DescribeConfigsResponse`], versions 1-4.
#[derive(Debug, Clone, PartialEq)]
pub struct DescribeConfigsSynonym {
    /// `string`.
    pub name: ByteString,
    /// `string`, nullable.
    pub value: Option<ByteString>,
    /// `int8`.
    pub source: i8,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for DescribeConfigsSynonym {
    fn default() -> Self {
        Self {
            name: ByteString::new(),
            value: Some(ByteString::new()),
            source: 0,
            unknown_tagged_fields: UnknownTags::new(),
        }
    }
}

impl DescribeConfigsSynonym {
    /// The least number of bytes it takes.
    const fn min_size(version: i16) -> usize {
        match version {
            ..4 => 5,
            _ => 4,
        }
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let flexible = version == 4;
        Ok(Self {
            name: d.string(flexible)?,
            value: d.nullable_string(flexible)?,
            source: d.i8()?,
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let flexible = version == 4;
        e.string(&self.name, flexible)?;
        e.nullable_string(self.value.as_ref(), flexible)?;
        e.i8(self.source);
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }
}
