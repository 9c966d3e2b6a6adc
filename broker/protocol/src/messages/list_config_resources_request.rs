//! ListConfigResourcesRequest: API key 74, versions 0-1.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use crate::ApiKey;
use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, Request, UnknownTags};

/// ListConfigResourcesRequest: API key 74, versions 0-1, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ListConfigResourcesRequest {
    /// `[]int8`, versions 1+.
    pub resource_types: Vec<i8>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Message for ListConfigResourcesRequest {
    const NAME: &'static str = "ListConfigResourcesRequest";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 1;
    const FLEXIBLE_VERSION: i16 = 0;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        Ok(Self {
            resource_types: if version == 1 { d.array(true, 1, Decoder::i8)? } else { Vec::new() },
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        if version == 1 {
            e.array_length(Some(self.resource_types.len()), true)?;
            for item in &self.resource_types {
                e.i8(*item);
            }
        } else if !self.resource_types.is_empty() {
            return Err(EncodeError::FieldNotInVersion {
                field: "ListConfigResourcesRequest.ResourceTypes",
                version,
            });
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}

impl Request for ListConfigResourcesRequest {
    type Response = super::ListConfigResourcesResponse;
    const API_KEY: ApiKey = ApiKey::ListConfigResources;
}
