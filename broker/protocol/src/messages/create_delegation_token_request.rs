//! CreateDelegationTokenRequest: API key 38, versions 1-3.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytestring::ByteString;

use crate::ApiKey;
use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, Request, UnknownTags};

/// CreateDelegationTokenRequest: API key 38, versions 1-3, flexible 2+.
#[derive(Debug, Clone, PartialEq)]
pub struct CreateDelegationTokenRequest {
    /// `string`, versions 3+, nullable.
    pub owner_principal_type: Option<ByteString>,
    /// `string`, versions 3+, nullable.
    pub owner_principal_name: Option<ByteString>,
    /// `[]CreatableRenewers`.
    pub renewers: Vec<CreatableRenewers>,
    /// `int64`.
    pub max_lifetime_ms: i64,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for CreateDelegationTokenRequest {
    fn default() -> Self {
        Self {
            owner_principal_type: Some(ByteString::new()),
            owner_principal_name: Some(ByteString::new()),
            renewers: Vec::new(),
            max_lifetime_ms: 0,
            unknown_tagged_fields: UnknownTags::new(),
        }
    }
}

impl Message for CreateDelegationTokenRequest {
    const NAME: &'static str = "CreateDelegationTokenRequest";
    const MIN_VERSION: i16 = 1;
    const MAX_VERSION: i16 = 3;
    const FLEXIBLE_VERSION: i16 = 2;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version >= 2;
        Ok(Self {
            owner_principal_type: if version == 3 {
                d.nullable_string(flexible)?
            } else {
                Some(ByteString::new())
            },
            owner_principal_name: if version == 3 {
                d.nullable_string(flexible)?
            } else {
                Some(ByteString::new())
            },
            renewers: d.array(flexible, CreatableRenewers::min_size(version), |d| {
                CreatableRenewers::decode(d, version)
            })?,
            max_lifetime_ms: d.i64()?,
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version >= 2;
        if version == 3 {
            e.nullable_string(self.owner_principal_type.as_ref(), flexible)?;
        } else if self.owner_principal_type.as_ref().is_none_or(|value| !value.is_empty()) {
            return Err(EncodeError::FieldNotInVersion {
                field: "CreateDelegationTokenRequest.OwnerPrincipalType",
                version,
            });
        }
        if version == 3 {
            e.nullable_string(self.owner_principal_name.as_ref(), flexible)?;
        } else if self.owner_principal_name.as_ref().is_none_or(|value| !value.is_empty()) {
            return Err(EncodeError::FieldNotInVersion {
                field: "CreateDelegationTokenRequest.OwnerPrincipalName",
                version,
            });
        }
        e.array_length(Some(self.renewers.len()), flexible)?;
        for item in &self.renewers {
            item.encode(e, version)?;
        }
        e.i64(self.max_lifetime_ms);
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }
}

impl Request for CreateDelegationTokenRequest {
    type Response = super::CreateDelegationTokenResponse;
    const API_KEY: ApiKey = ApiKey::CreateDelegationToken;
}

/// `CreatableRenewers` in [`CreateDelegationTokenRequest`], versions 1-3.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CreatableRenewers {
    /// `string`.
    pub principal_type: ByteString,
    /// `string`.
    pub principal_name: ByteString,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl CreatableRenewers {
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
