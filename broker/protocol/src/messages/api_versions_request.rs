//! ApiVersionsRequest: API key 18, versions 0-5.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytestring::ByteString;

use crate::ApiKey;
use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, Request, UnknownTags};

/// ApiVersionsRequest: API key 18, versions 0-5, flexible 3+.
#[derive(Debug, Clone, PartialEq)]
pub struct ApiVersionsRequest {
    /// `string`, versions 3+; dropped elsewhere.
    pub client_software_name: ByteString,
    /// `string`, versions 3+; dropped elsewhere.
    pub client_software_version: ByteString,
    /// `string`, versions 5+, nullable, default null; dropped elsewhere.
    pub cluster_id: Option<ByteString>,
    /// `int32`, versions 5+, default -1; dropped elsewhere.
    pub node_id: i32,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for ApiVersionsRequest {
    fn default() -> Self {
        Self {
            client_software_name: ByteString::new(),
            client_software_version: ByteString::new(),
            cluster_id: None,
            node_id: -1,
            unknown_tagged_fields: UnknownTags::new(),
        }
    }
}

impl Message for ApiVersionsRequest {
    const NAME: &'static str = "ApiVersionsRequest";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 5;
    const FLEXIBLE_VERSION: i16 = 3;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version >= 3;
        Ok(Self {
            client_software_name: if version >= 3 { d.string(flexible)? } else { ByteString::new() },
            client_software_version: if version >= 3 { d.string(flexible)? } else { ByteString::new() },
            cluster_id: if version == 5 { d.nullable_string(flexible)? } else { None },
            node_id: if version == 5 { d.i32()? } else { -1 },
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version >= 3;
        if version >= 3 {
            e.string(&self.client_software_name, flexible)?;
        }
        if version >= 3 {
            e.string(&self.client_software_version, flexible)?;
        }
        if version == 5 {
            e.nullable_string(self.cluster_id.as_ref(), flexible)?;
        }
        if version == 5 {
            e.i32(self.node_id);
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }
}

impl Request for ApiVersionsRequest {
    type Response = super::ApiVersionsResponse;
    const API_KEY: ApiKey = ApiKey::ApiVersions;
}
