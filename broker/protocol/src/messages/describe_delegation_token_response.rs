//! DescribeDelegationTokenResponse: API key 41, versions 1-3.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytes::Bytes;
use bytestring::ByteString;

use crate::ApiKey;
use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, Response, UnknownTags};

/// DescribeDelegationTokenResponse: API key 41, versions 1-3, flexible 2+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribeDelegationTokenResponse {
    /// `int16`.
    pub error_code: i16,
    /// `[]DescribedDelegationToken`.
    pub tokens: Vec<DescribedDelegationToken>,
    /// `int32`.
    pub throttle_time_ms: i32,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Message for DescribeDelegationTokenResponse {
    const NAME: &'static str = "DescribeDelegationTokenResponse";
    const MIN_VERSION: i16 = 1;
    const MAX_VERSION: i16 = 3;
    const FLEXIBLE_VERSION: i16 = 2;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version >= 2;
        Ok(Self {
            error_code: d.i16()?,
            tokens: d.array(flexible, DescribedDelegationToken::min_size(version), |d| {
                DescribedDelegationToken::decode(d, version)
            })?,
            throttle_time_ms: d.i32()?,
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version >= 2;
        e.i16(self.error_code);
        e.array_length(Some(self.tokens.len()), flexible)?;
        for item in &self.tokens {
            item.encode(e, version)?;
        }
        e.i32(self.throttle_time_ms);
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }
}

impl Response for DescribeDelegationTokenResponse {
    const API_KEY: ApiKey = ApiKey::DescribeDelegationToken;

    fn each_error_code(&self, _version: i16, see: &mut dyn FnMut(i16)) {
        see(self.error_code);
    }
}

/// `DescribedDelegationToken` in [`DescribeDelegationTokenResponse`], versions 1-3.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribedDelegationToken {
    /// `string`.
    pub principal_type: ByteString,
    /// `string`.
    pub principal_name: ByteString,
    /// `string`, versions 3+.
    pub token_requester_principal_type: ByteString,
    /// `string`, versions 3+.
    pub token_requester_principal_name: ByteString,
    /// `int64`.
    pub issue_timestamp: i64,
    /// `int64`.
    pub expiry_timestamp: i64,
    /// `int64`.
    pub max_timestamp: i64,
    /// `string`.
    pub token_id: ByteString,
    /// `bytes`.
    pub hmac: Bytes,
    /// `[]DescribedDelegationTokenRenewer`.
    pub renewers: Vec<DescribedDelegationTokenRenewer>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl DescribedDelegationToken {
    /// The least number of bytes it takes.
    const fn min_size(version: i16) -> usize {
        match version {
            ..2 => 38,
            2..3 => 30,
            _ => 32,
        }
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        Ok(Self {
            principal_type: d.string(flexible)?,
            principal_name: d.string(flexible)?,
            token_requester_principal_type: if version == 3 {
                d.string(flexible)?
            } else {
                ByteString::new()
            },
            token_requester_principal_name: if version == 3 {
                d.string(flexible)?
            } else {
                ByteString::new()
            },
            issue_timestamp: d.i64()?,
            expiry_timestamp: d.i64()?,
            max_timestamp: d.i64()?,
            token_id: d.string(flexible)?,
            hmac: d.bytes(flexible)?,
            renewers: d.array(flexible, DescribedDelegationTokenRenewer::min_size(version), |d| {
                DescribedDelegationTokenRenewer::decode(d, version)
            })?,
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
        e.string(&self.principal_type, flexible)?;
        e.string(&self.principal_name, flexible)?;
        if version == 3 {
            e.string(&self.token_requester_principal_type, flexible)?;
        } else if !self.token_requester_principal_type.is_empty() {
            return Err(EncodeError::FieldNotInVersion {
                field: "DescribedDelegationToken.TokenRequesterPrincipalType",
                version,
            });
        }
        if version == 3 {
            e.string(&self.token_requester_principal_name, flexible)?;
        } else if !self.token_requester_principal_name.is_empty() {
            return Err(EncodeError::FieldNotInVersion {
                field: "DescribedDelegationToken.TokenRequesterPrincipalName",
                version,
            });
        }
        e.i64(self.issue_timestamp);
        e.i64(self.expiry_timestamp);
        e.i64(self.max_timestamp);
        e.string(&self.token_id, flexible)?;
        e.bytes(&self.hmac, flexible)?;
        e.array_length(Some(self.renewers.len()), flexible)?;
        for item in &self.renewers {
            item.encode(e, version)?;
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }
}

/// `DescribedDelegationTokenRenewer` in [`DescribeDelegationTokenResponse`], versions 1-3.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribedDelegationTokenRenewer {
    /// `string`.
    pub principal_type: ByteString,
    /// `string`.
    pub principal_name: ByteString,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl DescribedDelegationTokenRenewer {
    /// The least number of bytes it takes.
    const fn min_size(version: i16) -> usize {
        match version {
            ..2 => 4,
            _ => 3,
        }
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        Ok(Self {
            principal_type: d.string(flexible)?,
            principal_name: d.string(flexible)?,
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
        e.string(&self.principal_type, flexible)?;
        e.string(&self.principal_name, flexible)?;
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }
}
