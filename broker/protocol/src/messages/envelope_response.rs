//! EnvelopeResponse: API key 58, versions 0.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytes::Bytes;

use crate::ApiKey;
use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, Response, UnknownTags};

/// EnvelopeResponse: API key 58, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct EnvelopeResponse {
    /// `bytes`, nullable, default null.
    pub response_data: Option<Bytes>,
    /// `int16`.
    pub error_code: i16,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Message for EnvelopeResponse {
    const NAME: &'static str = "EnvelopeResponse";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 0;
    const FLEXIBLE_VERSION: i16 = 0;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        Ok(Self {
            response_data: d.nullable_bytes(true)?,
            error_code: d.i16()?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        e.nullable_bytes(self.response_data.as_ref(), true)?;
        e.i16(self.error_code);
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}

impl Response for EnvelopeResponse {
    const API_KEY: ApiKey = ApiKey::Envelope;

    fn each_error_code(&self, _version: i16, see: &mut dyn FnMut(i16)) {
        see(self.error_code);
    }
}
