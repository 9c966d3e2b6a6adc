//! FindCoordinatorRequest: API key 10, versions 0-6.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytestring::ByteString;

use crate::ApiKey;
use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, Request, UnknownTags};

/// FindCoordinatorRequest: API key 10, versions 0-6, flexible 3+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FindCoordinatorRequest {
    /// `string`, versions 0-3.
    pub key: ByteString,
    /// `int8`, versions 1+.
    pub key_type: i8,
    /// `[]string`, versions 4+.
    pub coordinator_keys: Vec<ByteString>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Message for FindCoordinatorRequest {
    const NAME: &'static str = "FindCoordinatorRequest";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 6;
    const FLEXIBLE_VERSION: i16 = 3;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version >= 3;
        Ok(Self {
            key: if version <= 3 { d.string(flexible)? } else { ByteString::new() },
            key_type: if version >= 1 { d.i8()? } else { 0 },
            coordinator_keys: if version >= 4 {
                d.array(flexible, if flexible { 1 } else { 2 }, |d| d.string(flexible))?
            } else {
                Vec::new()
            },
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version >= 3;
        if version <= 3 {
            e.string(&self.key, flexible)?;
        } else if !self.key.is_empty() {
            return Err(EncodeError::FieldNotInVersion { field: "FindCoordinatorRequest.Key", version });
        }
        if version >= 1 {
            e.i8(self.key_type);
        } else if self.key_type != 0 {
            return Err(EncodeError::FieldNotInVersion { field: "FindCoordinatorRequest.KeyType", version });
        }
        if version >= 4 {
            e.array_length(Some(self.coordinator_keys.len()), flexible)?;
            for item in &self.coordinator_keys {
                e.string(item, flexible)?;
            }
        } else if !self.coordinator_keys.is_empty() {
            return Err(EncodeError::FieldNotInVersion {
                field: "FindCoordinatorRequest.CoordinatorKeys",
                version,
            });
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }
}

impl Request for FindCoordinatorRequest {
    type Response = super::FindCoordinatorResponse;
    const API_KEY: ApiKey = ApiKey::FindCoordinator;
}
