//! DescribeUserScramCredentialsResponse: API key 50, versions 0.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytestring::ByteString;

use crate::ApiKey;
use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, Response, UnknownTags};

/// DescribeUserScramCredentialsResponse: API key 50, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq)]
pub struct DescribeUserScramCredentialsResponse {
    /// `int32`.
    pub throttle_time_ms: i32,
    /// `int16`.
    pub error_code: i16,
    /// `string`, nullable.
    pub error_message: Option<ByteString>,
    /// `[]DescribeUserScramCredentialsResult`.
    pub results: Vec<DescribeUserScramCredentialsResult>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for DescribeUserScramCredentialsResponse {
    fn default() -> Self {
        Self {
            throttle_time_ms: 0,
            error_code: 0,
            error_message: Some(ByteString::new()),
            results: Vec::new(),
            unknown_tagged_fields: UnknownTags::new(),
        }
    }
}

impl Message for DescribeUserScramCredentialsResponse {
    const NAME: &'static str = "DescribeUserScramCredentialsResponse";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 0;
    const FLEXIBLE_VERSION: i16 = 0;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        Ok(Self {
            throttle_time_ms: d.i32()?,
            error_code: d.i16()?,
            error_message: d.nullable_string(true)?,
            results: d.array(true, DescribeUserScramCredentialsResult::min_size(version), |d| {
                DescribeUserScramCredentialsResult::decode(d, version)
            })?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        e.i32(self.throttle_time_ms);
        e.i16(self.error_code);
        e.nullable_string(self.error_message.as_ref(), true)?;
        e.array_length(Some(self.results.len()), true)?;
        for item in &self.results {
            item.encode(e, version)?;
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}

impl Response for DescribeUserScramCredentialsResponse {
    const API_KEY: ApiKey = ApiKey::DescribeUserScramCredentials;

    fn each_error_code(&self, version: i16, see: &mut dyn FnMut(i16)) {
        see(self.error_code);

        for item in &self.results {
            item.each_error_code(version, see);
        }
    }
}

/// `DescribeUserScramCredentialsResult` in [`DescribeUserScramCredentialsResponse`], versions 0.
#[derive(Debug, Clone, PartialEq)]
pub struct DescribeUserScramCredentialsResult {
    /// `string`.
    pub user: ByteString,
    /// `int16`.
    pub error_code: i16,
    /// `string`, nullable.
    pub error_message: Option<ByteString>,
    /// `[]CredentialInfo`.
    pub credential_infos: Vec<CredentialInfo>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for DescribeUserScramCredentialsResult {
    fn default() -> Self {
        Self {
            user: ByteString::new(),
            error_code: 0,
            error_message: Some(ByteString::new()),
            credential_infos: Vec::new(),
            unknown_tagged_fields: UnknownTags::new(),
        }
    }
}

impl DescribeUserScramCredentialsResult {
    /// The least number of bytes it takes.
    const fn min_size(_version: i16) -> usize {
        6
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            user: d.string(true)?,
            error_code: d.i16()?,
            error_message: d.nullable_string(true)?,
            credential_infos: d
                .array(true, CredentialInfo::min_size(version), |d| CredentialInfo::decode(d, version))?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.string(&self.user, true)?;
        e.i16(self.error_code);
        e.nullable_string(self.error_message.as_ref(), true)?;
        e.array_length(Some(self.credential_infos.len()), true)?;
        for item in &self.credential_infos {
            item.encode(e, version)?;
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }

    fn each_error_code(&self, _version: i16, see: &mut dyn FnMut(i16)) {
        see(self.error_code);
    }
}

/// `CredentialInfo` in [`DescribeUserScramCredentialsResponse`], versions 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CredentialInfo {
    /// `int8`.
    pub mechanism: i8,
    /// `int32`.
    pub iterations: i32,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl CredentialInfo {
    /// The least number of bytes it takes.
    const fn min_size(_version: i16) -> usize {
        6
    }

    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self { mechanism: d.i8()?, iterations: d.i32()?, unknown_tagged_fields: d.unknown_tags(true)? })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.i8(self.mechanism);
        e.i32(self.iterations);
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}
