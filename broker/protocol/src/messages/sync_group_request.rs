//! SyncGroupRequest: API key 14, versions 0-5.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytes::Bytes;
use bytestring::ByteString;

use crate::ApiKey;
use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, Request, UnknownTags};

/// SyncGroupRequest: API key 14, versions 0-5, flexible 4+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SyncGroupRequest {
    /// `string`.
    pub group_id: ByteString,
    /// `int32`.
    pub generation_id: i32,
    /// `string`.
    pub member_id: ByteString,
    /// `string`, versions 3+, nullable, default null.
    pub group_instance_id: Option<ByteString>,
    /// `string`, versions 5+, nullable, default null; dropped elsewhere.
    pub protocol_type: Option<ByteString>,
    /// `string`, versions 5+, nullable, default null; dropped elsewhere.
    pub protocol_name: Option<ByteString>,
    /// `[]SyncGroupRequestAssignment`.
    pub assignments: Vec<SyncGroupRequestAssignment>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Message for SyncGroupRequest {
    const NAME: &'static str = "SyncGroupRequest";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 5;
    const FLEXIBLE_VERSION: i16 = 4;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version >= 4;
        Ok(Self {
            group_id: d.string(flexible)?,
            generation_id: d.i32()?,
            member_id: d.string(flexible)?,
            group_instance_id: if version >= 3 { d.nullable_string(flexible)? } else { None },
            protocol_type: if version == 5 { d.nullable_string(flexible)? } else { None },
            protocol_name: if version == 5 { d.nullable_string(flexible)? } else { None },
            assignments: d.array(flexible, SyncGroupRequestAssignment::min_size(version), |d| {
                SyncGroupRequestAssignment::decode(d, version)
            })?,
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version >= 4;
        e.string(&self.group_id, flexible)?;
        e.i32(self.generation_id);
        e.string(&self.member_id, flexible)?;
        if version >= 3 {
            e.nullable_string(self.group_instance_id.as_ref(), flexible)?;
        } else if self.group_instance_id.is_some() {
            return Err(EncodeError::FieldNotInVersion {
                field: "SyncGroupRequest.GroupInstanceId",
                version,
            });
        }
        if version == 5 {
            e.nullable_string(self.protocol_type.as_ref(), flexible)?;
        }
        if version == 5 {
            e.nullable_string(self.protocol_name.as_ref(), flexible)?;
        }
        e.array_length(Some(self.assignments.len()), flexible)?;
        for item in &self.assignments {
            item.encode(e, version)?;
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }
}

impl Request for SyncGroupRequest {
    type Response = super::SyncGroupResponse;
    const API_KEY: ApiKey = ApiKey::SyncGroup;
}

/// `SyncGroupRequestAssignment` in [`SyncGroupRequest`], versions 0-5.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SyncGroupRequestAssignment {
    /// `string`.
    pub member_id: ByteString,
    /// `bytes`.
    pub assignment: Bytes,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl SyncGroupRequestAssignment {
    /// The least number of bytes it takes.
    const fn min_size(version: i16) -> usize {
        match version {
            ..4 => 6,
            _ => 3,
        }
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 4;
        Ok(Self {
            member_id: d.string(flexible)?,
            assignment: d.bytes(flexible)?,
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 4;
        e.string(&self.member_id, flexible)?;
        e.bytes(&self.assignment, flexible)?;
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }
}
