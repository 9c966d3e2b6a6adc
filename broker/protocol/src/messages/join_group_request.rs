//! JoinGroupRequest: API key 11, versions 0-9.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytes::Bytes;
use bytestring::ByteString;

use crate::ApiKey;
use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, Request, UnknownTags};

/// JoinGroupRequest: API key 11, versions 0-9, flexible 6+.
#[derive(Debug, Clone, PartialEq)]
pub struct JoinGroupRequest {
    /// `string`.
    pub group_id: ByteString,
    /// `int32`.
    pub session_timeout_ms: i32,
    /// `int32`, versions 1+, default -1; dropped elsewhere.
    pub rebalance_timeout_ms: i32,
    /// `string`.
    pub member_id: ByteString,
    /// `string`, versions 5+, nullable, default null.
    pub group_instance_id: Option<ByteString>,
    /// `string`.
    pub protocol_type: ByteString,
    /// `[]JoinGroupRequestProtocol`.
    pub protocols: Vec<JoinGroupRequestProtocol>,
    /// `string`, versions 8+, nullable, default null; dropped elsewhere.
    pub reason: Option<ByteString>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for JoinGroupRequest {
    fn default() -> Self {
        Self {
            group_id: ByteString::new(),
            session_timeout_ms: 0,
            rebalance_timeout_ms: -1,
            member_id: ByteString::new(),
            group_instance_id: None,
            protocol_type: ByteString::new(),
            protocols: Vec::new(),
            reason: None,
            unknown_tagged_fields: UnknownTags::new(),
        }
    }
}

impl Message for JoinGroupRequest {
    const NAME: &'static str = "JoinGroupRequest";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 9;
    const FLEXIBLE_VERSION: i16 = 6;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version >= 6;
        Ok(Self {
            group_id: d.string(flexible)?,
            session_timeout_ms: d.i32()?,
            rebalance_timeout_ms: if version >= 1 { d.i32()? } else { -1 },
            member_id: d.string(flexible)?,
            group_instance_id: if version >= 5 { d.nullable_string(flexible)? } else { None },
            protocol_type: d.string(flexible)?,
            protocols: d.array(flexible, JoinGroupRequestProtocol::min_size(version), |d| {
                JoinGroupRequestProtocol::decode(d, version)
            })?,
            reason: if version >= 8 { d.nullable_string(flexible)? } else { None },
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version >= 6;
        e.string(&self.group_id, flexible)?;
        e.i32(self.session_timeout_ms);
        if version >= 1 {
            e.i32(self.rebalance_timeout_ms);
        }
        e.string(&self.member_id, flexible)?;
        if version >= 5 {
            e.nullable_string(self.group_instance_id.as_ref(), flexible)?;
        } else if self.group_instance_id.is_some() {
            return Err(EncodeError::FieldNotInVersion {
                field: "JoinGroupRequest.GroupInstanceId",
                version,
            });
        }
        e.string(&self.protocol_type, flexible)?;
        e.array_length(Some(self.protocols.len()), flexible)?;
        for item in &self.protocols {
            item.encode(e, version)?;
        }
        if version >= 8 {
            e.nullable_string(self.reason.as_ref(), flexible)?;
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }
}

impl Request for JoinGroupRequest {
    type Response = super::JoinGroupResponse;
    const API_KEY: ApiKey = ApiKey::JoinGroup;
}

/// `JoinGroupRequestProtocol` in [`JoinGroupRequest`], versions 0-9.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct JoinGroupRequestProtocol {
    /// `string`.
    pub name: ByteString,
    /// `bytes`.
    pub metadata: Bytes,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl JoinGroupRequestProtocol {
    /// The least number of bytes it takes.
    const fn min_size(version: i16) -> usize {
        match version {
            ..6 => 6,
            _ => 3,
        }
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 6;
        Ok(Self {
            name: d.string(flexible)?,
            metadata: d.bytes(flexible)?,
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 6;
        e.string(&self.name, flexible)?;
        e.bytes(&self.metadata, flexible)?;
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }
}
