//! RegisterControllerRecord: record type 27, versions 0.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytestring::ByteString;
use uuid::Uuid;

use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, UnknownTags};

/// RegisterControllerRecord: record type 27, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RegisterControllerRecord {
    /// `int32`.
    pub controller_id: i32,
    /// `uuid`.
    pub incarnation_id: Uuid,
    /// `bool`.
    pub zk_migration_ready: bool,
    /// `[]ControllerEndpoint`.
    pub end_points: Vec<ControllerEndpoint>,
    /// `[]ControllerFeature`.
    pub features: Vec<ControllerFeature>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Message for RegisterControllerRecord {
    const NAME: &'static str = "RegisterControllerRecord";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 0;
    const FLEXIBLE_VERSION: i16 = 0;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        Ok(Self {
            controller_id: d.i32()?,
            incarnation_id: d.uuid()?,
            zk_migration_ready: d.bool()?,
            end_points: d.array(true, ControllerEndpoint::min_size(version), |d| {
                ControllerEndpoint::decode(d, version)
            })?,
            features: d.array(true, ControllerFeature::min_size(version), |d| {
                ControllerFeature::decode(d, version)
            })?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        e.i32(self.controller_id);
        e.uuid(self.incarnation_id);
        e.bool(self.zk_migration_ready);
        e.array_length(Some(self.end_points.len()), true)?;
        for item in &self.end_points {
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

/// `ControllerEndpoint` in [`RegisterControllerRecord`], versions 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ControllerEndpoint {
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

impl ControllerEndpoint {
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

/// `ControllerFeature` in [`RegisterControllerRecord`], versions 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ControllerFeature {
    /// `string`.
    pub name: ByteString,
    /// `int16`.
    pub min_supported_version: i16,
    /// `int16`.
    pub max_supported_version: i16,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl ControllerFeature {
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
