//! DeleteGroupsRequest: API key 42, versions 0-3.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytestring::ByteString;

use crate::ApiKey;
use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, Request, UnknownTags};

/// DeleteGroupsRequest: API key 42, versions 0-3, flexible 2+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DeleteGroupsRequest {
    /// `[]string`.
    pub groups_names: Vec<ByteString>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Message for DeleteGroupsRequest {
    const NAME: &'static str = "DeleteGroupsRequest";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 3;
    const FLEXIBLE_VERSION: i16 = 2;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version >= 2;
        Ok(Self {
            groups_names: d.array(flexible, if flexible { 1 } else { 2 }, |d| d.string(flexible))?,
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version >= 2;
        e.array_length(Some(self.groups_names.len()), flexible)?;
        for item in &self.groups_names {
            e.string(item, flexible)?;
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }
}

impl Request for DeleteGroupsRequest {
    type Response = super::DeleteGroupsResponse;
    const API_KEY: ApiKey = ApiKey::DeleteGroups;
}
