//! LeaveGroupRequest: API key 13, versions 0-5.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytestring::ByteString;

use crate::ApiKey;
use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, Request, UnknownTags};

/// LeaveGroupRequest: API key 13, versions 0-5, flexible 4+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LeaveGroupRequest {
    /// `string`.
    pub group_id: ByteString,
    /// `string`, versions 0-2.
    pub member_id: ByteString,
    /// `[]MemberIdentity`, versions 3+.
    pub members: Vec<MemberIdentity>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Message for LeaveGroupRequest {
    const NAME: &'static str = "LeaveGroupRequest";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 5;
    const FLEXIBLE_VERSION: i16 = 4;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version >= 4;
        Ok(Self {
            group_id: d.string(flexible)?,
            member_id: if version <= 2 { d.string(flexible)? } else { ByteString::new() },
            members: if version >= 3 {
                d.array(flexible, MemberIdentity::min_size(version), |d| MemberIdentity::decode(d, version))?
            } else {
                Vec::new()
            },
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version >= 4;
        e.string(&self.group_id, flexible)?;
        if version <= 2 {
            e.string(&self.member_id, flexible)?;
        } else if !self.member_id.is_empty() {
            return Err(EncodeError::FieldNotInVersion { field: "LeaveGroupRequest.MemberId", version });
        }
        if version >= 3 {
            e.array_length(Some(self.members.len()), flexible)?;
            for item in &self.members {
                item.encode(e, version)?;
            }
        } else if !self.members.is_empty() {
            return Err(EncodeError::FieldNotInVersion { field: "LeaveGroupRequest.Members", version });
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }
}

impl Request for LeaveGroupRequest {
    type Response = super::LeaveGroupResponse;
    const API_KEY: ApiKey = ApiKey::LeaveGroup;
}

/// `MemberIdentity` in [`LeaveGroupRequest`], versions 3-5.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MemberIdentity {
    /// `string`.
    pub member_id: ByteString,
    /// `string`, nullable, default null.
    pub group_instance_id: Option<ByteString>,
    /// `string`, versions 5+, nullable, default null; dropped elsewhere.
    pub reason: Option<ByteString>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl MemberIdentity {
    /// The least number of bytes it takes.
    const fn min_size(version: i16) -> usize {
        match version {
            ..4 => 4,
            4..5 => 3,
            _ => 4,
        }
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 4;
        Ok(Self {
            member_id: d.string(flexible)?,
            group_instance_id: d.nullable_string(flexible)?,
            reason: if version == 5 { d.nullable_string(flexible)? } else { None },
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 4;
        e.string(&self.member_id, flexible)?;
        e.nullable_string(self.group_instance_id.as_ref(), flexible)?;
        if version == 5 {
            e.nullable_string(self.reason.as_ref(), flexible)?;
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }
}
