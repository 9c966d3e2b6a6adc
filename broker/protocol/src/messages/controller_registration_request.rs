//! ControllerRegistrationRequest: API key 70, versions 0.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytestring::ByteString;
use uuid::Uuid;

use crate::ApiKey;
use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, Request, UnknownTags};

/// ControllerRegistrationRequest: API key 70, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ControllerRegistrationRequest {
    /// `int32`.
    pub controller_id: i32,
    /// `uuid`.
    pub incarnation_id: Uuid,
    /// `bool`.
    pub zk_migration_ready: bool,
    /// `[]Listener`.
    pub listeners: Vec<Listener>,
    /// `[]Feature`.
    pub features: Vec<Feature>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Message for ControllerRegistrationRequest {
    const NAME: &'static str = "ControllerRegistrationRequest";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 0;
    const FLEXIBLE_VERSION: i16 = 0;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        Ok(Self {
            controller_id: d.i32()?,
            incarnation_id: d.uuid()?,
            zk_migration_ready: d.bool()?,
            listeners: d.array(true, Listener::min_size(version), |d| Listener::decode(d, version))?,
            features: d.array(true, Feature::min_size(version), |d| Feature::decode(d, version))?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        e.i32(self.controller_id);
        e.uuid(self.incarnation_id);
        e.bool(self.zk_migration_ready);
        e.array_length(Some(self.listeners.len()), true)?;
        for item in &self.listeners {
            item.encode(e, version)?;
        }
        e.array_length(Some(self.features.len()), true)?;
        for item in &self.features {
            item.encode(e, version)?;
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}

impl Request for ControllerRegistrationRequest {
    type Response = super::ControllerRegistrationResponse;
    const API_KEY: ApiKey = ApiKey::ControllerRegistration;
}

/// `Listener` in [`ControllerRegistrationRequest`], versions 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Listener {
    /// `string`.
    pub name: ByteString,
    /// `string`.
    pub host: ByteString,
    /// `uint16`.
    pub port: u16,
    /// `int16`.
    pub security_protocol: i16,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Listener {
    /// The least number of bytes it takes.
    const fn min_size(_version: i16) -> usize {
        7
    }

    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            name: d.string(true)?,
            host: d.string(true)?,
            port: d.u16()?,
            security_protocol: d.i16()?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.string(&self.name, true)?;
        e.string(&self.host, true)?;
        e.u16(self.port);
        e.i16(self.security_protocol);
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}

/// `Feature` in [`ControllerRegistrationRequest`], versions 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Feature {
    /// `string`.
    pub name: ByteString,
    /// `int16`.
    pub min_supported_version: i16,
    /// `int16`.
    pub max_supported_version: i16,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Feature {
    /// The least number of bytes it takes.
    const fn min_size(_version: i16) -> usize {
        6
    }

    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            name: d.string(true)?,
            min_supported_version: d.i16()?,
            max_supported_version: d.i16()?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.string(&self.name, true)?;
        e.i16(self.min_supported_version);
        e.i16(self.max_supported_version);
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}
