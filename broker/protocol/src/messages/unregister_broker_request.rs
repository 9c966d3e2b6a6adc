//! UnregisterBrokerRequest: API key 64, versions 0.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use crate::ApiKey;
use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, Request, UnknownTags};

/// UnregisterBrokerRequest: API key 64, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct UnregisterBrokerRequest {
    /// `int32`.
    pub broker_id: i32,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Message for UnregisterBrokerRequest {
    const NAME: &'static str = "UnregisterBrokerRequest";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 0;
    const FLEXIBLE_VERSION: i16 = 0;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        Ok(Self { broker_id: d.i32()?, unknown_tagged_fields: d.unknown_tags(true)? })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        e.i32(self.broker_id);
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}

impl Request for UnregisterBrokerRequest {
    type Response = super::UnregisterBrokerResponse;
    const API_KEY: ApiKey = ApiKey::UnregisterBroker;
}
