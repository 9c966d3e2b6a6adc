//! ShareGroupHeartbeatRequest: API key 76, versions 1.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytestring::ByteString;

use crate::ApiKey;
use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, Request, UnknownTags};

/// ShareGroupHeartbeatRequest: API key 76, versions 1, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ShareGroupHeartbeatRequest {
    /// `string`.
    pub group_id: ByteString,
    /// `string`.
    pub member_id: ByteString,
    /// `int32`.
    pub member_epoch: i32,
    /// `string`, nullable, default null.
    pub rack_id: Option<ByteString>,
    /// `[]string`, nullable, default null.
    pub subscribed_topic_names: Option<Vec<ByteString>>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Message for ShareGroupHeartbeatRequest {
    const NAME: &'static str = "ShareGroupHeartbeatRequest";
    const MIN_VERSION: i16 = 1;
    const MAX_VERSION: i16 = 1;
    const FLEXIBLE_VERSION: i16 = 1;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        Ok(Self {
            group_id: d.string(true)?,
            member_id: d.string(true)?,
            member_epoch: d.i32()?,
            rack_id: d.nullable_string(true)?,
            subscribed_topic_names: d.nullable_array(true, 1, |d| d.string(true))?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        e.string(&self.group_id, true)?;
        e.string(&self.member_id, true)?;
        e.i32(self.member_epoch);
        e.nullable_string(self.rack_id.as_ref(), true)?;
        e.array_length(self.subscribed_topic_names.as_ref().map(Vec::len), true)?;
        for item in self.subscribed_topic_names.iter().flatten() {
            e.string(item, true)?;
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}

impl Request for ShareGroupHeartbeatRequest {
    type Response = super::ShareGroupHeartbeatResponse;
    const API_KEY: ApiKey = ApiKey::ShareGroupHeartbeat;
}
