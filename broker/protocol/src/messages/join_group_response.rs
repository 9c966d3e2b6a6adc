//! JoinGroupResponse: API key 11, versions 0-9.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytes::Bytes;
use bytestring::ByteString;

use crate::ApiKey;
use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, Response, UnknownTags};

/// JoinGroupResponse: API key 11, versions 0-9, flexible 6+.
#[derive(Debug, Clone, PartialEq)]
pub struct JoinGroupResponse {
    /// `int32`, versions 2+; dropped elsewhere.
    pub throttle_time_ms: i32,
    /// `int16`.
    pub error_code: i16,
    /// `int32`, default -1.
    pub generation_id: i32,
    /// `string`, versions 7+, nullable, default null; dropped elsewhere.
    pub protocol_type: Option<ByteString>,
    /// `string`, nullable in 7+.
    pub protocol_name: Option<ByteString>,
    /// `string`.
    pub leader: ByteString,
    /// `bool`, versions 9+.
    pub skip_assignment: bool,
    /// `string`.
    pub member_id: ByteString,
    /// `[]JoinGroupResponseMember`.
    pub members: Vec<JoinGroupResponseMember>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for JoinGroupResponse {
    fn default() -> Self {
        Self {
            throttle_time_ms: 0,
            error_code: 0,
            generation_id: -1,
            protocol_type: None,
            protocol_name: Some(ByteString::new()),
            leader: ByteString::new(),
            skip_assignment: false,
            member_id: ByteString::new(),
            members: Vec::new(),
            unknown_tagged_fields: UnknownTags::new(),
        }
    }
}

impl Message for JoinGroupResponse {
    const NAME: &'static str = "JoinGroupResponse";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 9;
    const FLEXIBLE_VERSION: i16 = 6;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version >= 6;
        Ok(Self {
            throttle_time_ms: if version >= 2 { d.i32()? } else { 0 },
            error_code: d.i16()?,
            generation_id: d.i32()?,
            protocol_type: if version >= 7 { d.nullable_string(flexible)? } else { None },
            protocol_name: if version >= 7 {
                d.nullable_string(flexible)?
            } else {
                Some(d.string(flexible)?)
            },
            leader: d.string(flexible)?,
            skip_assignment: if version == 9 { d.bool()? } else { false },
            member_id: d.string(flexible)?,
            members: d.array(flexible, JoinGroupResponseMember::min_size(version), |d| {
                JoinGroupResponseMember::decode(d, version)
            })?,
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version >= 6;
        if version >= 2 {
            e.i32(self.throttle_time_ms);
        }
        e.i16(self.error_code);
        e.i32(self.generation_id);
        if version >= 7 {
            e.nullable_string(self.protocol_type.as_ref(), flexible)?;
        }
        if version < 7 && self.protocol_name.is_none() {
            return Err(EncodeError::UnexpectedNull { field: "JoinGroupResponse.ProtocolName", version });
        }
        e.nullable_string(self.protocol_name.as_ref(), flexible)?;
        e.string(&self.leader, flexible)?;
        if version == 9 {
            e.bool(self.skip_assignment);
        } else if self.skip_assignment {
            return Err(EncodeError::FieldNotInVersion {
                field: "JoinGroupResponse.SkipAssignment",
                version,
            });
        }
        e.string(&self.member_id, flexible)?;
        e.array_length(Some(self.members.len()), flexible)?;
        for item in &self.members {
            item.encode(e, version)?;
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }
}

impl Response for JoinGroupResponse {
    const API_KEY: ApiKey = ApiKey::JoinGroup;

    fn each_error_code(&self, _version: i16, see: &mut dyn FnMut(i16)) {
        see(self.error_code);
    }
}

/// `JoinGroupResponseMember` in [`JoinGroupResponse`], versions 0-9.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct JoinGroupResponseMember {
    /// `string`.
    pub member_id: ByteString,
    /// `string`, versions 5+, nullable, default null; dropped elsewhere.
    pub group_instance_id: Option<ByteString>,
    /// `bytes`.
    pub metadata: Bytes,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl JoinGroupResponseMember {
    /// The least number of bytes it takes.
    const fn min_size(version: i16) -> usize {
        match version {
            ..5 => 6,
            5..6 => 8,
            _ => 4,
        }
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 6;
        Ok(Self {
            member_id: d.string(flexible)?,
            group_instance_id: if version >= 5 { d.nullable_string(flexible)? } else { None },
            metadata: d.bytes(flexible)?,
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 6;
        e.string(&self.member_id, flexible)?;
        if version >= 5 {
            e.nullable_string(self.group_instance_id.as_ref(), flexible)?;
        }
        e.bytes(&self.metadata, flexible)?;
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }
}
