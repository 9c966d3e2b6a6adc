//! EnvelopeRequest: API key 58, versions 0.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytes::Bytes;

use crate::ApiKey;
use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, Request, UnknownTags};

/// EnvelopeRequest: API key 58, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq)]
pub struct EnvelopeRequest {
    /// `bytes`.
    pub request_data: Bytes,
    /// `bytes`, nullable.
    pub request_principal: Option<Bytes>,
    /// `bytes`.
    pub client_host_address: Bytes,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for EnvelopeRequest {
    fn default() -> Self {
        Self {
            request_data: Bytes::new(),
            request_principal: Some(Bytes::new()),
            client_host_address: Bytes::new(),
            unknown_tagged_fields: UnknownTags::new(),
        }
    }
}

impl Message for EnvelopeRequest {
    const NAME: &'static str = "EnvelopeRequest";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 0;
    const FLEXIBLE_VERSION: i16 = 0;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        Ok(Self {
            request_data: d.bytes(true)?,
            request_principal: d.nullable_bytes(true)?,
            client_host_address: d.bytes(true)?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        e.bytes(&self.request_data, true)?;
        e.nullable_bytes(self.request_principal.as_ref(), true)?;
        e.bytes(&self.client_host_address, true)?;
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}

impl Request for EnvelopeRequest {
    type Response = super::EnvelopeResponse;
    const API_KEY: ApiKey = ApiKey::Envelope;
}
