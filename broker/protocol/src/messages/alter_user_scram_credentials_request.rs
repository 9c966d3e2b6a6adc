//! AlterUserScramCredentialsRequest: API key 51, versions 0.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytes::Bytes;
use bytestring::ByteString;

use crate::ApiKey;
use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, Request, UnknownTags};

/// AlterUserScramCredentialsRequest: API key 51, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AlterUserScramCredentialsRequest {
    /// `[]ScramCredentialDeletion`.
    pub deletions: Vec<ScramCredentialDeletion>,
    /// `[]ScramCredentialUpsertion`.
    pub upsertions: Vec<ScramCredentialUpsertion>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Message for AlterUserScramCredentialsRequest {
    const NAME: &'static str = "AlterUserScramCredentialsRequest";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 0;
    const FLEXIBLE_VERSION: i16 = 0;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        Ok(Self {
            deletions: d.array(true, ScramCredentialDeletion::min_size(version), |d| {
                ScramCredentialDeletion::decode(d, version)
            })?,
            upsertions: d.array(true, ScramCredentialUpsertion::min_size(version), |d| {
                ScramCredentialUpsertion::decode(d, version)
            })?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        e.array_length(Some(self.deletions.len()), true)?;
        for item in &self.deletions {
            item.encode(e, version)?;
        }
        e.array_length(Some(self.upsertions.len()), true)?;
        for item in &self.upsertions {
            item.encode(e, version)?;
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}

impl Request for AlterUserScramCredentialsRequest {
    type Response = super::AlterUserScramCredentialsResponse;
    const API_KEY: ApiKey = ApiKey::AlterUserScramCredentials;
}

/// `ScramCredentialDeletion` in [`AlterUserScramCredentialsRequest`], versions 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ScramCredentialDeletion {
    /// `string`.
    pub name: ByteString,
    /// `int8`.
    pub mechanism: i8,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl ScramCredentialDeletion {
    /// The least number of bytes it takes.
    const fn min_size(_version: i16) -> usize {
        3
    }

    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self { name: d.string(true)?, mechanism: d.i8()?, unknown_tagged_fields: d.unknown_tags(true)? })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.string(&self.name, true)?;
        e.i8(self.mechanism);
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}

/// `ScramCredentialUpsertion` in [`AlterUserScramCredentialsRequest`], versions 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ScramCredentialUpsertion {
    /// `string`.
    pub name: ByteString,
    /// `int8`.
    pub mechanism: i8,
    /// `int32`.
    pub iterations: i32,
    /// `bytes`.
    pub salt: Bytes,
    /// `bytes`.
    pub salted_password: Bytes,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl ScramCredentialUpsertion {
    /// The least number of bytes it takes.
    const fn min_size(_version: i16) -> usize {
        9
    }

    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            name: d.string(true)?,
            mechanism: d.i8()?,
            iterations: d.i32()?,
            salt: d.bytes(true)?,
            salted_password: d.bytes(true)?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.string(&self.name, true)?;
        e.i8(self.mechanism);
        e.i32(self.iterations);
        e.bytes(&self.salt, true)?;
        e.bytes(&self.salted_password, true)?;
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}
