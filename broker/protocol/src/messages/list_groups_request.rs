//! ListGroupsRequest: API key 16, versions 0-5.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytestring::ByteString;

use crate::ApiKey;
use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, Request, UnknownTags};

/// ListGroupsRequest: API key 16, versions 0-5, flexible 3+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ListGroupsRequest {
    /// `[]string`, versions 4+.
    pub states_filter: Vec<ByteString>,
    /// `[]string`, versions 5+.
    pub types_filter: Vec<ByteString>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Message for ListGroupsRequest {
    const NAME: &'static str = "ListGroupsRequest";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 5;
    const FLEXIBLE_VERSION: i16 = 3;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version >= 3;
        Ok(Self {
            states_filter: if version >= 4 {
                d.array(flexible, if flexible { 1 } else { 2 }, |d| d.string(flexible))?
            } else {
                Vec::new()
            },
            types_filter: if version == 5 {
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
        if version >= 4 {
            e.array_length(Some(self.states_filter.len()), flexible)?;
            for item in &self.states_filter {
                e.string(item, flexible)?;
            }
        } else if !self.states_filter.is_empty() {
            return Err(EncodeError::FieldNotInVersion { field: "ListGroupsRequest.StatesFilter", version });
        }
        if version == 5 {
            e.array_length(Some(self.types_filter.len()), flexible)?;
            for item in &self.types_filter {
                e.string(item, flexible)?;
            }
        } else if !self.types_filter.is_empty() {
            return Err(EncodeError::FieldNotInVersion { field: "ListGroupsRequest.TypesFilter", version });
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }
}

impl Request for ListGroupsRequest {
    type Response = super::ListGroupsResponse;
    const API_KEY: ApiKey = ApiKey::ListGroups;
}
