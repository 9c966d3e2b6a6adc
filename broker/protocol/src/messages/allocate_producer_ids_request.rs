//! AllocateProducerIdsRequest: API key 67, versions 0.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use crate::ApiKey;
use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, Request, UnknownTags};

/// AllocateProducerIdsRequest: API key 67, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq)]
pub struct AllocateProducerIdsRequest {
    /// `int32`.
    pub broker_id: i32,
    /// `int64`, default -1.
    pub broker_epoch: i64,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for AllocateProducerIdsRequest {
    fn default() -> Self {
        Self { broker_id: 0, broker_epoch: -1, unknown_tagged_fields: UnknownTags::new() }
    }
}

impl Message for AllocateProducerIdsRequest {
    const NAME: &'static str = "AllocateProducerIdsRequest";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 0;
    const FLEXIBLE_VERSION: i16 = 0;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        Ok(Self { broker_id: d.i32()?, broker_epoch: d.i64()?, unknown_tagged_fields: d.unknown_tags(true)? })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        e.i32(self.broker_id);
        e.i64(self.broker_epoch);
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}

impl Request for AllocateProducerIdsRequest {
    type Response = super::AllocateProducerIdsResponse;
    const API_KEY: ApiKey = ApiKey::AllocateProducerIds;
}
