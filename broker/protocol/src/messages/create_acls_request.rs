//! CreateAclsRequest: API key 30, versions 1-3.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytestring::ByteString;

use crate::ApiKey;
use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, Request, UnknownTags};

/// CreateAclsRequest: API key 30, versions 1-3, flexible 2+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CreateAclsRequest {
    /// `[]AclCreation`.
    pub creations: Vec<AclCreation>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Message for CreateAclsRequest {
    const NAME: &'static str = "CreateAclsRequest";
    const MIN_VERSION: i16 = 1;
    const MAX_VERSION: i16 = 3;
    const FLEXIBLE_VERSION: i16 = 2;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version >= 2;
        Ok(Self {
            creations: d
                .array(flexible, AclCreation::min_size(version), |d| AclCreation::decode(d, version))?,
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version >= 2;
        e.array_length(Some(self.creations.len()), flexible)?;
        for item in &self.creations {
            item.encode(e, version)?;
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }
}

impl Request for CreateAclsRequest {
    type Response = super::CreateAclsResponse;
    const API_KEY: ApiKey = ApiKey::CreateAcls;
}

/// `AclCreation` in [`CreateAclsRequest`], versions 1-3.
#[derive(Debug, Clone, PartialEq)]
pub struct AclCreation {
    /// `int8`.
    pub resource_type: i8,
    /// `string`.
    pub resource_name: ByteString,
    /// `int8`, default 3.
    pub resource_pattern_type: i8,
    /// `string`.
    pub principal: ByteString,
    /// `string`.
    pub host: ByteString,
    /// `int8`.
    pub operation: i8,
    /// `int8`.
    pub permission_type: i8,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for AclCreation {
    fn default() -> Self {
        Self {
            resource_type: 0,
            resource_name: ByteString::new(),
            resource_pattern_type: 3,
            principal: ByteString::new(),
            host: ByteString::new(),
            operation: 0,
            permission_type: 0,
            unknown_tagged_fields: UnknownTags::new(),
        }
    }
}

impl AclCreation {
    /// The least number of bytes it takes.
    const fn min_size(version: i16) -> usize {
        match version {
            ..2 => 10,
            _ => 8,
        }
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 2;
        Ok(Self {
            resource_type: d.i8()?,
            resource_name: d.string(flexible)?,
            resource_pattern_type: d.i8()?,
            principal: d.string(flexible)?,
            host: d.string(flexible)?,
            operation: d.i8()?,
            permission_type: d.i8()?,
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
        e.i8(self.resource_type);
        e.string(&self.resource_name, flexible)?;
        e.i8(self.resource_pattern_type);
        e.string(&self.principal, flexible)?;
        e.string(&self.host, flexible)?;
        e.i8(self.operation);
        e.i8(self.permission_type);
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }
}
