//! FindCoordinatorResponse: API key 10, versions 0-6.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytestring::ByteString;

use crate::ApiKey;
use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, Response, UnknownTags};

/// FindCoordinatorResponse: API key 10, versions 0-6, flexible 3+.
#[derive(Debug, Clone, PartialEq)]
pub struct FindCoordinatorResponse {
    /// `int32`, versions 1+; dropped elsewhere.
    pub throttle_time_ms: i32,
    /// `int16`, versions 0-3.
    pub error_code: i16,
    /// `string`, versions 1-3, nullable; dropped elsewhere.
    pub error_message: Option<ByteString>,
    /// `int32`, versions 0-3.
    pub node_id: i32,
    /// `string`, versions 0-3.
    pub host: ByteString,
    /// `int32`, versions 0-3.
    pub port: i32,
    /// `[]Coordinator`, versions 4+.
    pub coordinators: Vec<Coordinator>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for FindCoordinatorResponse {
    fn default() -> Self {
        Self {
            throttle_time_ms: 0,
            error_code: 0,
            error_message: Some(ByteString::new()),
            node_id: 0,
            host: ByteString::new(),
            port: 0,
            coordinators: Vec::new(),
            unknown_tagged_fields: UnknownTags::new(),
        }
    }
}

impl Message for FindCoordinatorResponse {
    const NAME: &'static str = "FindCoordinatorResponse";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 6;
    const FLEXIBLE_VERSION: i16 = 3;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version >= 3;
        Ok(Self {
            throttle_time_ms: if version >= 1 { d.i32()? } else { 0 },
            error_code: if version <= 3 { d.i16()? } else { 0 },
            error_message: if (1..=3).contains(&version) {
                d.nullable_string(flexible)?
            } else {
                Some(ByteString::new())
            },
            node_id: if version <= 3 { d.i32()? } else { 0 },
            host: if version <= 3 { d.string(flexible)? } else { ByteString::new() },
            port: if version <= 3 { d.i32()? } else { 0 },
            coordinators: if version >= 4 {
                d.array(flexible, Coordinator::min_size(version), |d| Coordinator::decode(d, version))?
            } else {
                Vec::new()
            },
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version >= 3;
        if version >= 1 {
            e.i32(self.throttle_time_ms);
        }
        if version <= 3 {
            e.i16(self.error_code);
        } else if self.error_code != 0 {
            return Err(EncodeError::FieldNotInVersion {
                field: "FindCoordinatorResponse.ErrorCode",
                version,
            });
        }
        if (1..=3).contains(&version) {
            e.nullable_string(self.error_message.as_ref(), flexible)?;
        }
        if version <= 3 {
            e.i32(self.node_id);
        } else if self.node_id != 0 {
            return Err(EncodeError::FieldNotInVersion { field: "FindCoordinatorResponse.NodeId", version });
        }
        if version <= 3 {
            e.string(&self.host, flexible)?;
        } else if !self.host.is_empty() {
            return Err(EncodeError::FieldNotInVersion { field: "FindCoordinatorResponse.Host", version });
        }
        if version <= 3 {
            e.i32(self.port);
        } else if self.port != 0 {
            return Err(EncodeError::FieldNotInVersion { field: "FindCoordinatorResponse.Port", version });
        }
        if version >= 4 {
            e.array_length(Some(self.coordinators.len()), flexible)?;
            for item in &self.coordinators {
                item.encode(e, version)?;
            }
        } else if !self.coordinators.is_empty() {
            return Err(EncodeError::FieldNotInVersion {
                field: "FindCoordinatorResponse.Coordinators",
                version,
            });
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }
}

impl Response for FindCoordinatorResponse {
    const API_KEY: ApiKey = ApiKey::FindCoordinator;

    fn each_error_code(&self, version: i16, see: &mut dyn FnMut(i16)) {
        if version <= 3 {
            see(self.error_code);
        }
        if version >= 4 {
            for item in &self.coordinators {
                item.each_error_code(version, see);
            }
        }
    }
}

/// `Coordinator` in [`FindCoordinatorResponse`], versions 4-6.
#[derive(Debug, Clone, PartialEq)]
pub struct Coordinator {
    /// `string`.
    pub key: ByteString,
    /// `int32`.
    pub node_id: i32,
    /// `string`.
    pub host: ByteString,
    /// `int32`.
    pub port: i32,
    /// `int16`.
    pub error_code: i16,
    /// `string`, nullable.
    pub error_message: Option<ByteString>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for Coordinator {
    fn default() -> Self {
        Self {
            key: ByteString::new(),
            node_id: 0,
            host: ByteString::new(),
            port: 0,
            error_code: 0,
            error_message: Some(ByteString::new()),
            unknown_tagged_fields: UnknownTags::new(),
        }
    }
}

impl Coordinator {
    /// The least number of bytes it takes.
    const fn min_size(_version: i16) -> usize {
        14
    }

    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            key: d.string(true)?,
            node_id: d.i32()?,
            host: d.string(true)?,
            port: d.i32()?,
            error_code: d.i16()?,
            error_message: d.nullable_string(true)?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.string(&self.key, true)?;
        e.i32(self.node_id);
        e.string(&self.host, true)?;
        e.i32(self.port);
        e.i16(self.error_code);
        e.nullable_string(self.error_message.as_ref(), true)?;
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }

    fn each_error_code(&self, _version: i16, see: &mut dyn FnMut(i16)) {
        see(self.error_code);
    }
}
