//! VotersRecord: versions 0.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytestring::ByteString;
use uuid::Uuid;

use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, UnknownTags};

/// VotersRecord: versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct VotersRecord {
    /// `int16`.
    pub version: i16,
    /// `[]Voter`.
    pub voters: Vec<Voter>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Message for VotersRecord {
    const NAME: &'static str = "VotersRecord";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 0;
    const FLEXIBLE_VERSION: i16 = 0;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        Ok(Self {
            version: d.i16()?,
            voters: d.array(true, Voter::min_size(version), |d| Voter::decode(d, version))?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        e.i16(self.version);
        e.array_length(Some(self.voters.len()), true)?;
        for item in &self.voters {
            item.encode(e, version)?;
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}

/// `Voter` in [`VotersRecord`], versions 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Voter {
    /// `int32`.
    pub voter_id: i32,
    /// `uuid`.
    pub voter_directory_id: Uuid,
    /// `[]Endpoint`.
    pub endpoints: Vec<Endpoint>,
    /// `KRaftVersionFeature`.
    pub kraft_version_feature: KRaftVersionFeature,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Voter {
    /// The least number of bytes it takes.
    const fn min_size(_version: i16) -> usize {
        27
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            voter_id: d.i32()?,
            voter_directory_id: d.uuid()?,
            endpoints: d.array(true, Endpoint::min_size(version), |d| Endpoint::decode(d, version))?,
            kraft_version_feature: KRaftVersionFeature::decode(d, version)?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.i32(self.voter_id);
        e.uuid(self.voter_directory_id);
        e.array_length(Some(self.endpoints.len()), true)?;
        for item in &self.endpoints {
            item.encode(e, version)?;
        }
        self.kraft_version_feature.encode(e, version)?;
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}

/// `Endpoint` in [`VotersRecord`], versions 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Endpoint {
    /// `string`.
    pub name: ByteString,
    /// `string`.
    pub host: ByteString,
    /// `uint16`.
    pub port: u16,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Endpoint {
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

/// `KRaftVersionFeature` in [`VotersRecord`], versions 0.
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
