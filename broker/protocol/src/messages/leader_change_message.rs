//! LeaderChangeMessage: versions 0-1.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use uuid::Uuid;

use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, UnknownTags};

/// LeaderChangeMessage: versions 0-1, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LeaderChangeMessage {
    /// `int16`.
    pub version: i16,
    /// `int32`.
    pub leader_id: i32,
    /// `[]Voter`.
    pub voters: Vec<Voter>,
    /// `[]Voter`.
    pub granting_voters: Vec<Voter>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Message for LeaderChangeMessage {
    const NAME: &'static str = "LeaderChangeMessage";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 1;
    const FLEXIBLE_VERSION: i16 = 0;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        Ok(Self {
            version: d.i16()?,
            leader_id: d.i32()?,
            voters: d.array(true, Voter::min_size(version), |d| Voter::decode(d, version))?,
            granting_voters: d.array(true, Voter::min_size(version), |d| Voter::decode(d, version))?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        e.i16(self.version);
        e.i32(self.leader_id);
        e.array_length(Some(self.voters.len()), true)?;
        for item in &self.voters {
            item.encode(e, version)?;
        }
        e.array_length(Some(self.granting_voters.len()), true)?;
        for item in &self.granting_voters {
            item.encode(e, version)?;
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}

/// `Voter` in [`LeaderChangeMessage`], versions 0-1.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Voter {
    /// `int32`.
    pub voter_id: i32,
    /// `uuid`, versions 1+.
    pub voter_directory_id: Uuid,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Voter {
    /// The least number of bytes it takes.
    const fn min_size(version: i16) -> usize {
        match version {
            ..1 => 5,
            _ => 21,
        }
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            voter_id: d.i32()?,
            voter_directory_id: if version == 1 { d.uuid()? } else { Uuid::nil() },
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.i32(self.voter_id);
        if version == 1 {
            e.uuid(self.voter_directory_id);
        } else if !self.voter_directory_id.is_nil() {
            return Err(EncodeError::FieldNotInVersion { field: "Voter.VoterDirectoryId", version });
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}
