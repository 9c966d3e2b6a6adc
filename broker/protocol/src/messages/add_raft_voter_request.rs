//! AddRaftVoterRequest: API key 80, versions 0-1.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytestring::ByteString;
use uuid::Uuid;

use crate::ApiKey;
use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, Request, UnknownTags};

/// AddRaftVoterRequest: API key 80, versions 0-1, flexible 0+.
#[derive(Debug, Clone, PartialEq)]
pub struct AddRaftVoterRequest {
    /// `string`, nullable.
    pub cluster_id: Option<ByteString>,
    /// `int32`.
    pub timeout_ms: i32,
    /// `int32`.
    pub voter_id: i32,
    /// `uuid`.
    pub voter_directory_id: Uuid,
    /// `[]Listener`.
    pub listeners: Vec<Listener>,
    /// `bool`, versions 1+, default true.
    pub ack_when_committed: bool,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for AddRaftVoterRequest {
    fn default() -> Self {
        Self {
            cluster_id: Some(ByteString::new()),
            timeout_ms: 0,
            voter_id: 0,
            voter_directory_id: Uuid::nil(),
            listeners: Vec::new(),
            ack_when_committed: true,
            unknown_tagged_fields: UnknownTags::new(),
        }
    }
}

impl Message for AddRaftVoterRequest {
    const NAME: &'static str = "AddRaftVoterRequest";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 1;
    const FLEXIBLE_VERSION: i16 = 0;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        Ok(Self {
            cluster_id: d.nullable_string(true)?,
            timeout_ms: d.i32()?,
            voter_id: d.i32()?,
            voter_directory_id: d.uuid()?,
            listeners: d.array(true, Listener::min_size(version), |d| Listener::decode(d, version))?,
            ack_when_committed: if version == 1 { d.bool()? } else { true },
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        e.nullable_string(self.cluster_id.as_ref(), true)?;
        e.i32(self.timeout_ms);
        e.i32(self.voter_id);
        e.uuid(self.voter_directory_id);
        e.array_length(Some(self.listeners.len()), true)?;
        for item in &self.listeners {
            item.encode(e, version)?;
        }
        if version == 1 {
            e.bool(self.ack_when_committed);
        } else if !self.ack_when_committed {
            return Err(EncodeError::FieldNotInVersion {
                field: "AddRaftVoterRequest.AckWhenCommitted",
                version,
            });
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}

impl Request for AddRaftVoterRequest {
    type Response = super::AddRaftVoterResponse;
    const API_KEY: ApiKey = ApiKey::AddRaftVoter;
}

/// `Listener` in [`AddRaftVoterRequest`], versions 0-1.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Listener {
    /// `string`.
    pub name: ByteString,
    /// `string`.
    pub host: ByteString,
    /// `uint16`.
    pub port: u16,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Listener {
    /// The least number of bytes it takes.
    const fn min_size(_version: i16) -> usize {
        5
    }

    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            name: d.string(true)?,
            host: d.string(true)?,
            port: d.u16()?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.string(&self.name, true)?;
        e.string(&self.host, true)?;
        e.u16(self.port);
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}
