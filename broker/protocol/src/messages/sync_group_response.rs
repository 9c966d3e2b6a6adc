//! SyncGroupResponse: API key 14, versions 0-5.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytes::Bytes;
use bytestring::ByteString;

use crate::ApiKey;
use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, Response, UnknownTags};

/// SyncGroupResponse: API key 14, versions 0-5, flexible 4+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SyncGroupResponse {
    /// `int32`, versions 1+; dropped elsewhere.
    pub throttle_time_ms: i32,
    /// `int16`.
    pub error_code: i16,
    /// `string`, versions 5+, nullable, default null; dropped elsewhere.
    pub protocol_type: Option<ByteString>,
    /// `string`, versions 5+, nullable, default null; dropped elsewhere.
    pub protocol_name: Option<ByteString>,
    /// `bytes`.
    pub assignment: Bytes,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Message for SyncGroupResponse {
    const NAME: &'static str = "SyncGroupResponse";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 5;
    const FLEXIBLE_VERSION: i16 = 4;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version >= 4;
        Ok(Self {
            throttle_time_ms: if version >= 1 { d.i32()? } else { 0 },
            error_code: d.i16()?,
            protocol_type: if version == 5 { d.nullable_string(flexible)? } else { None },
            protocol_name: if version == 5 { d.nullable_string(flexible)? } else { None },
            assignment: d.bytes(flexible)?,
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version >= 4;
        if version >= 1 {
            e.i32(self.throttle_time_ms);
        }
        e.i16(self.error_code);
        if version == 5 {
            e.nullable_string(self.protocol_type.as_ref(), flexible)?;
        }
        if version == 5 {
            e.nullable_string(self.protocol_name.as_ref(), flexible)?;
        }
        e.bytes(&self.assignment, flexible)?;
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }
}

impl Response for SyncGroupResponse {
    const API_KEY: ApiKey = ApiKey::SyncGroup;

    fn each_error_code(&self, _version: i16, see: &mut dyn FnMut(i16)) {
        see(self.error_code);
    }
}
