//! AlterReplicaLogDirsRequest: API key 34, versions 1-2.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytestring::ByteString;

use crate::ApiKey;
use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, Request, UnknownTags};

/// AlterReplicaLogDirsRequest: API key 34, versions 1-2, flexible 2+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AlterReplicaLogDirsRequest {
    /// `[]AlterReplicaLogDir`.
    pub dirs: Vec<AlterReplicaLogDir>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Message for AlterReplicaLogDirsRequest {
    const NAME: &'static str = "AlterReplicaLogDirsRequest";
    const MIN_VERSION: i16 = 1;
    const MAX_VERSION: i16 = 2;
    const FLEXIBLE_VERSION: i16 = 2;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version == 2;
        Ok(Self {
            dirs: d.array(flexible, AlterReplicaLogDir::min_size(version), |d| {
                AlterReplicaLogDir::decode(d, version)
            })?,
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version == 2;
        e.array_length(Some(self.dirs.len()), flexible)?;
        for item in &self.dirs {
            item.encode(e, version)?;
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }
}

impl Request for AlterReplicaLogDirsRequest {
    type Response = super::AlterReplicaLogDirsResponse;
    const API_KEY: ApiKey = ApiKey::AlterReplicaLogDirs;
}

/// `AlterReplicaLogDir` in [`AlterReplicaLogDirsRequest`], versions 1-2.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AlterReplicaLogDir {
    /// `string`.
    pub path: ByteString,
    /// `[]AlterReplicaLogDirTopic`.
    pub topics: Vec<AlterReplicaLogDirTopic>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl AlterReplicaLogDir {
    /// The least number of bytes it takes.
    const fn min_size(version: i16) -> usize {
        match version {
            ..2 => 6,
            _ => 3,
        }
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let flexible = version == 2;
        Ok(Self {
            path: d.string(flexible)?,
            topics: d.array(flexible, AlterReplicaLogDirTopic::min_size(version), |d| {
                AlterReplicaLogDirTopic::decode(d, version)
            })?,
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let flexible = version == 2;
        e.string(&self.path, flexible)?;
        e.array_length(Some(self.topics.len()), flexible)?;
        for item in &self.topics {
            item.encode(e, version)?;
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }
}

/// `AlterReplicaLogDirTopic` in [`AlterReplicaLogDirsRequest`], versions 1-2.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AlterReplicaLogDirTopic {
    /// `string`.
    pub name: ByteString,
    /// `[]int32`.
    pub partitions: Vec<i32>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl AlterReplicaLogDirTopic {
    /// The least number of bytes it takes.
    const fn min_size(version: i16) -> usize {
        match version {
            ..2 => 6,
            _ => 3,
        }
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let flexible = version == 2;
        Ok(Self {
            name: d.string(flexible)?,
            partitions: d.array(flexible, 4, Decoder::i32)?,
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let flexible = version == 2;
        e.string(&self.name, flexible)?;
        e.array_length(Some(self.partitions.len()), flexible)?;
        for item in &self.partitions {
            e.i32(*item);
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }
}
