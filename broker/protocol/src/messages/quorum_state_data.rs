//! QuorumStateData: versions 0-1.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytestring::ByteString;
use uuid::Uuid;

use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, UnknownTags};

/// QuorumStateData: versions 0-1, flexible 0+.
#[derive(Debug, Clone, PartialEq)]
pub struct QuorumStateData {
    /// `string`, versions 0.
    pub cluster_id: ByteString,
    /// `int32`, default -1.
    pub leader_id: i32,
    /// `int32`, default -1.
    pub leader_epoch: i32,
    /// `int32`, default -1.
    pub voted_id: i32,
    /// `uuid`, versions 1+.
    pub voted_directory_id: Uuid,
    /// `int64`, versions 0.
    pub applied_offset: i64,
    /// `[]Voter`, versions 0, nullable.
    pub current_voters: Option<Vec<Voter>>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for QuorumStateData {
    fn default() -> Self {
        Self {
            cluster_id: ByteString::new(),
            leader_id: -1,
            leader_epoch: -1,
            voted_id: -1,
            voted_directory_id: Uuid::nil(),
            applied_offset: 0,
            current_voters: Some(Vec::new()),
            unknown_tagged_fields: UnknownTags::new(),
        }
    }
}

impl Message for QuorumStateData {
    const NAME: &'static str = "QuorumStateData";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 1;
    const FLEXIBLE_VERSION: i16 = 0;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        Ok(Self {
            cluster_id: if version == 0 { d.string(true)? } else { ByteString::new() },
            leader_id: d.i32()?,
            leader_epoch: d.i32()?,
            voted_id: d.i32()?,
            voted_directory_id: if version == 1 { d.uuid()? } else { Uuid::nil() },
            applied_offset: if version == 0 { d.i64()? } else { 0 },
            current_voters: if version == 0 {
                d.nullable_array(true, Voter::min_size(version), |d| Voter::decode(d, version))?
            } else {
                Some(Vec::new())
            },
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        if version == 0 {
            e.string(&self.cluster_id, true)?;
        } else if !self.cluster_id.is_empty() {
            return Err(EncodeError::FieldNotInVersion { field: "QuorumStateData.ClusterId", version });
        }
        e.i32(self.leader_id);
        e.i32(self.leader_epoch);
        e.i32(self.voted_id);
        if version == 1 {
            e.uuid(self.voted_directory_id);
        } else if !self.voted_directory_id.is_nil() {
            return Err(EncodeError::FieldNotInVersion {
                field: "QuorumStateData.VotedDirectoryId",
                version,
            });
        }
        if version == 0 {
            e.i64(self.applied_offset);
        } else if self.applied_offset != 0 {
            return Err(EncodeError::FieldNotInVersion { field: "QuorumStateData.AppliedOffset", version });
        }
        if version == 0 {
            e.array_length(self.current_voters.as_ref().map(Vec::len), true)?;
            for item in self.current_voters.iter().flatten() {
                item.encode(e, version)?;
            }
        } else if self.current_voters.as_ref().is_none_or(|value| !value.is_empty()) {
            return Err(EncodeError::FieldNotInVersion { field: "QuorumStateData.CurrentVoters", version });
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}

/// `Voter` in [`QuorumStateData`], versions 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Voter {
    /// `int32`.
    pub voter_id: i32,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Voter {
    /// The least number of bytes it takes.
    const fn min_size(_version: i16) -> usize {
        5
    }

    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self { voter_id: d.i32()?, unknown_tagged_fields: d.unknown_tags(true)? })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.i32(self.voter_id);
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}
