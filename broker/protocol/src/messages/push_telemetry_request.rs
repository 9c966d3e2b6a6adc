//! PushTelemetryRequest: API key 72, versions 0.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytes::Bytes;
use uuid::Uuid;

use crate::ApiKey;
use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, Request, UnknownTags};

/// PushTelemetryRequest: API key 72, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PushTelemetryRequest {
    /// `uuid`.
    pub client_instance_id: Uuid,
    /// `int32`.
    pub subscription_id: i32,
    /// `bool`.
    pub terminating: bool,
    /// `int8`.
    pub compression_type: i8,
    /// `bytes`.
    pub metrics: Bytes,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Message for PushTelemetryRequest {
    const NAME: &'static str = "PushTelemetryRequest";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 0;
    const FLEXIBLE_VERSION: i16 = 0;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        Ok(Self {
            client_instance_id: d.uuid()?,
            subscription_id: d.i32()?,
            terminating: d.bool()?,
            compression_type: d.i8()?,
            metrics: d.bytes(true)?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        e.uuid(self.client_instance_id);
        e.i32(self.subscription_id);
        e.bool(self.terminating);
        e.i8(self.compression_type);
        e.bytes(&self.metrics, true)?;
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}

impl Request for PushTelemetryRequest {
    type Response = super::PushTelemetryResponse;
    const API_KEY: ApiKey = ApiKey::PushTelemetry;
}
