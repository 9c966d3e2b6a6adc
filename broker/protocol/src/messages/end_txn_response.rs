//! EndTxnResponse: API key 26, versions 0-5.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use crate::ApiKey;
use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, Response, UnknownTags};

/// EndTxnResponse: API key 26, versions 0-5, flexible 3+.
#[derive(Debug, Clone, PartialEq)]
pub struct EndTxnResponse {
    /// `int32`.
    pub throttle_time_ms: i32,
    /// `int16`.
    pub error_code: i16,
    /// `int64`, versions 5+, default -1; dropped elsewhere.
    pub producer_id: i64,
    /// `int16`, versions 5+, default -1; dropped elsewhere.
    pub producer_epoch: i16,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for EndTxnResponse {
    fn default() -> Self {
        Self {
            throttle_time_ms: 0,
            error_code: 0,
            producer_id: -1,
            producer_epoch: -1,
            unknown_tagged_fields: UnknownTags::new(),
        }
    }
}

impl Message for EndTxnResponse {
    const NAME: &'static str = "EndTxnResponse";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 5;
    const FLEXIBLE_VERSION: i16 = 3;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version >= 3;
        Ok(Self {
            throttle_time_ms: d.i32()?,
            error_code: d.i16()?,
            producer_id: if version == 5 { d.i64()? } else { -1 },
            producer_epoch: if version == 5 { d.i16()? } else { -1 },
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version >= 3;
        e.i32(self.throttle_time_ms);
        e.i16(self.error_code);
        if version == 5 {
            e.i64(self.producer_id);
        }
        if version == 5 {
            e.i16(self.producer_epoch);
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }
}

impl Response for EndTxnResponse {
    const API_KEY: ApiKey = ApiKey::EndTxn;

    fn each_error_code(&self, _version: i16, see: &mut dyn FnMut(i16)) {
        see(self.error_code);
    }
}
