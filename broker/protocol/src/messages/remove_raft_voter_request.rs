//! RemoveRaftVoterRequest: API key 81, versions 0.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytestring::ByteString;
use uuid::Uuid;

use crate::ApiKey;
use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, Request, UnknownTags};

/// RemoveRaftVoterRequest: API key 81, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq)]
pub struct RemoveRaftVoterRequest {
    /// `string`, nullable.
    pub cluster_id: Option<ByteString>,
    /// `int32`.
    pub voter_id: i32,
    /// `uuid`.
    pub voter_directory_id: Uuid,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for RemoveRaftVoterRequest {
    fn default() -> Self {
        Self {
            cluster_id: Some(ByteString::new()),
            voter_id: 0,
            voter_directory_id: Uuid::nil(),
            unknown_tagged_fields: UnknownTags::new(),
        }
    }
}

impl Message for RemoveRaftVoterRequest {
    const NAME: &'static str = "RemoveRaftVoterRequest";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 0;
    const FLEXIBLE_VERSION: i16 = 0;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        Ok(Self {
            cluster_id: d.nullable_string(true)?,
            voter_id: d.i32()?,
            voter_directory_id: d.uuid()?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        e.nullable_string(self.cluster_id.as_ref(), true)?;
        e.i32(self.voter_id);
        e.uuid(self.voter_directory_id);
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}

impl Request for RemoveRaftVoterRequest {
    type Response = super::RemoveRaftVoterResponse;
    const API_KEY: ApiKey = ApiKey::RemoveRaftVoter;
}
