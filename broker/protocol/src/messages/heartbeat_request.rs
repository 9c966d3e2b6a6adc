//! HeartbeatRequest: API key 12, versions 0-4.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytestring::ByteString;

use crate::ApiKey;
use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, Request, UnknownTags};

/// HeartbeatRequest: API key 12, versions 0-4, flexible 4+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct HeartbeatRequest {
    /// `string`.
    pub group_id: ByteString,
    /// `int32`.
    pub generation_id: i32,
    /// `string`.
    pub member_id: ByteString,
    /// `string`, versions 3+, nullable, default null.
    pub group_instance_id: Option<ByteString>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Message for HeartbeatRequest {
    const NAME: &'static str = "HeartbeatRequest";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 4;
    const FLEXIBLE_VERSION: i16 = 4;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version == 4;
        Ok(Self {
            group_id: d.string(flexible)?,
            generation_id: d.i32()?,
            member_id: d.string(flexible)?,
            group_instance_id: if version >= 3 { d.nullable_string(flexible)? } else { None },
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version == 4;
        e.string(&self.group_id, flexible)?;
        e.i32(self.generation_id);
        e.string(&self.member_id, flexible)?;
        if version >= 3 {
            e.nullable_string(self.group_instance_id.as_ref(), flexible)?;
        } else if self.group_instance_id.is_some() {
            return Err(EncodeError::FieldNotInVersion {
                field: "HeartbeatRequest.GroupInstanceId",
                version,
            });
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }
}

impl Request for HeartbeatRequest {
    type Response = super::HeartbeatResponse;
    const API_KEY: ApiKey = ApiKey::Heartbeat;
}
