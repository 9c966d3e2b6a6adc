//! BrokerRegistrationRequest: API key 62, versions 0-4.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytestring::ByteString;
use uuid::Uuid;

use crate::ApiKey;
use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, Request, UnknownTags};

/// BrokerRegistrationRequest: API key 62, versions 0-4, flexible 0+.
#[derive(Debug, Clone, PartialEq)]
pub struct BrokerRegistrationRequest {
    /// `int32`.
    pub broker_id: i32,
    /// `string`.
    pub cluster_id: ByteString,
    /// `uuid`.
    pub incarnation_id: Uuid,
    /// `[]Listener`.
    pub listeners: Vec<Listener>,
    /// `[]Feature`.
    pub features: Vec<Feature>,
    /// `string`, nullable.
    pub rack: Option<ByteString>,
    /// `bool`, versions 1+.
    pub is_migrating_zk_broker: bool,
    /// `[]uuid`, versions 2+; dropped elsewhere.
    pub log_dirs: Vec<Uuid>,
    /// `int64`, versions 3+, default -1; dropped elsewhere.
    pub previous_broker_epoch: i64,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for BrokerRegistrationRequest {
    fn default() -> Self {
        Self {
            broker_id: 0,
            cluster_id: ByteString::new(),
            incarnation_id: Uuid::nil(),
            listeners: Vec::new(),
            features: Vec::new(),
            rack: Some(ByteString::new()),
            is_migrating_zk_broker: false,
            log_dirs: Vec::new(),
            previous_broker_epoch: -1,
            unknown_tagged_fields: UnknownTags::new(),
        }
    }
}

impl Message for BrokerRegistrationRequest {
    const NAME: &'static str = "BrokerRegistrationRequest";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 4;
    const FLEXIBLE_VERSION: i16 = 0;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        Ok(Self {
            broker_id: d.i32()?,
            cluster_id: d.string(true)?,
            incarnation_id: d.uuid()?,
            listeners: d.array(true, Listener::min_size(version), |d| Listener::decode(d, version))?,
            features: d.array(true, Feature::min_size(version), |d| Feature::decode(d, version))?,
            rack: d.nullable_string(true)?,
            is_migrating_zk_broker: if version >= 1 { d.bool()? } else { false },
            log_dirs: if version >= 2 { d.array(true, 16, Decoder::uuid)? } else { Vec::new() },
            previous_broker_epoch: if version >= 3 { d.i64()? } else { -1 },
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        e.i32(self.broker_id);
        e.string(&self.cluster_id, true)?;
        e.uuid(self.incarnation_id);
        e.array_length(Some(self.listeners.len()), true)?;
        for item in &self.listeners {
            item.encode(e, version)?;
        }
        e.array_length(Some(self.features.len()), true)?;
        for item in &self.features {
            item.encode(e, version)?;
        }
        e.nullable_string(self.rack.as_ref(), true)?;
        if version >= 1 {
            e.bool(self.is_migrating_zk_broker);
        } else if self.is_migrating_zk_broker {
            return Err(EncodeError::FieldNotInVersion {
                field: "BrokerRegistrationRequest.IsMigratingZkBroker",
                version,
            });
        }
        if version >= 2 {
            e.array_length(Some(self.log_dirs.len()), true)?;
            for item in &self.log_dirs {
                e.uuid(*item);
            }
        }
        if version >= 3 {
            e.i64(self.previous_broker_epoch);
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}

impl Request for BrokerRegistrationRequest {
    type Response = super::BrokerRegistrationResponse;
    const API_KEY: ApiKey = ApiKey::BrokerRegistration;
}

/// `Listener` in [`BrokerRegistrationRequest`], versions 0-4.
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

/// `Feature` in [`BrokerRegistrationRequest`], versions 0-4.
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
