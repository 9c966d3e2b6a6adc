//! DescribeDelegationTokenRequest: API key 41, versions 1-3.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytestring::ByteString;

use crate::ApiKey;
use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, Request, UnknownTags};

/// DescribeDelegationTokenRequest: API key 41, versions 1-3, flexible 2+.
#[derive(Debug, Clone, PartialEq)]
pub struct DescribeDelegationTokenRequest {
    /// `[]DescribeDelegationTokenOwner`, nullable.
    pub owners: Option<Vec<DescribeDelegationTokenOwner>>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for DescribeDelegationTokenRequest {
    fn default() -> Self {
        Self { owners: Some(Vec::new()), unknown_tagged_fields: UnknownTags::new() }
    }
}

impl Message for DescribeDelegationTokenRequest {
    const NAME: &'static str = "DescribeDelegationTokenRequest";
    const MIN_VERSION: i16 = 1;
    const MAX_VERSION: i16 = 3;
    const FLEXIBLE_VERSION: i16 = 2;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version >= 2;
        Ok(Self {
            owners: d.nullable_array(flexible, DescribeDelegationTokenOwner::min_size(version), |d| {
                DescribeDelegationTokenOwner::decode(d, version)
            })?,
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version >= 2;
        e.array_length(self.owners.as_ref().map(Vec::len), flexible)?;
        for item in self.owners.iter().flatten() {
            item.encode(e, version)?;
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }
}

impl Request for DescribeDelegationTokenRequest {
    type Response = super::DescribeDelegationTokenResponse;
    const API_KEY: ApiKey = ApiKey::DescribeDelegationToken;
}

/// `DescribeDelegationTokenOwner` in [`DescribeDelegationTokenRequest`], versions 1-3.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribeDelegationTokenOwner {
    /// `string`.
    pub principal_type: ByteString,
    /// `string`.
    pub principal_name: ByteString,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl DescribeDelegationTokenOwner {
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
