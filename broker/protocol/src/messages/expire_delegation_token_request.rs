//! ExpireDelegationTokenRequest: API key 40, versions 1-2.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytes::Bytes;

use crate::ApiKey;
use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, Request, UnknownTags};

/// ExpireDelegationTokenRequest: API key 40, versions 1-2, flexible 2+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ExpireDelegationTokenRequest {
    /// `bytes`.
    pub hmac: Bytes,
    /// `int64`.
    pub expiry_time_period_ms: i64,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Message for ExpireDelegationTokenRequest {
    const NAME: &'static str = "ExpireDelegationTokenRequest";
    const MIN_VERSION: i16 = 1;
    const MAX_VERSION: i16 = 2;
    const FLEXIBLE_VERSION: i16 = 2;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version == 2;
        Ok(Self {
            hmac: d.bytes(flexible)?,
            expiry_time_period_ms: d.i64()?,
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version == 2;
        e.bytes(&self.hmac, flexible)?;
        e.i64(self.expiry_time_period_ms);
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }
}

impl Request for ExpireDelegationTokenRequest {
    type Response = super::ExpireDelegationTokenResponse;
    const API_KEY: ApiKey = ApiKey::ExpireDelegationToken;
}
