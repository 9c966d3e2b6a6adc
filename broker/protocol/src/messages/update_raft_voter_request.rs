//! UpdateRaftVoterRequest: API key 82, versions 0.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytestring::ByteString;
use uuid::Uuid;

use crate::ApiKey;
use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, Request, UnknownTags};

/// UpdateRaftVoterRequest: API key 82, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq)]
pub struct UpdateRaftVoterRequest {
    /// `string`, nullable.
    pub cluster_id: Option<ByteString>,
    /// `int32`.
    pub current_leader_epoch: i32,
    /// `int32`.
    pub voter_id: i32,
    /// `uuid`.
    pub voter_directory_id: Uuid,
    /// `[]Listener`.
    pub listeners: Vec<Listener>,
    /// `KRaftVersionFeature`.
    pub kraft_version_feature: KRaftVersionFeature,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for UpdateRaftVoterRequest {
    fn default() -> Self {
        Self {
            cluster_id: Some(ByteString::new()),
            current_leader_epoch: 0,
            voter_id: 0,
            voter_directory_id: Uuid::nil(),
            listeners: Vec::new(),
            kraft_version_feature: KRaftVersionFeature::default(),
            unknown_tagged_fields: UnknownTags::new(),
        }
    }
}

impl Message for UpdateRaftVoterRequest {
    const NAME: &'static str = "UpdateRaftVoterRequest";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 0;
    const FLEXIBLE_VERSION: i16 = 0;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        Ok(Self {
            cluster_id: d.nullable_string(true)?,
            current_leader_epoch: d.i32()?,
            voter_id: d.i32()?,
            voter_directory_id: d.uuid()?,
            listeners: d.array(true, Listener::min_size(version), |d| Listener::decode(d, version))?,
            kraft_version_feature: KRaftVersionFeature::decode(d, version)?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        e.nullable_string(self.cluster_id.as_ref(), true)?;
        e.i32(self.current_leader_epoch);
        e.i32(self.voter_id);
        e.uuid(self.voter_directory_id);
        e.array_length(Some(self.listeners.len()), true)?;
        for item in &self.listeners {
            item.encode(e, version)?;
        }
        self.kraft_version_feature.encode(e, version)?;
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}

impl Request for UpdateRaftVoterRequest {
    type Response = super::UpdateRaftVoterResponse;
    const API_KEY: ApiKey = ApiKey::UpdateRaftVoter;
}

/// `Listener` in [`UpdateRaftVoterRequest`], versions 0.
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

/// `KRaftVersionFeature` in [`UpdateRaftVoterRequest`], versions 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct KRaftVersionFeature {
    /// `int16`.
    pub min_supported_version: i16,
    /// `int16`.
    pub max_supported_version: i16,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl KRaftVersionFeature {
    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            min_supported_version: d.i16()?,
            max_supported_version: d.i16()?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.i16(self.min_supported_version);
        e.i16(self.max_supported_version);
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}
