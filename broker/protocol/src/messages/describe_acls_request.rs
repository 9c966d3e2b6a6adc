//! DescribeAclsRequest: API key 29, versions 1-3.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytestring::ByteString;

use crate::ApiKey;
use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, Request, UnknownTags};

/// DescribeAclsRequest: API key 29, versions 1-3, flexible 2+.
#[derive(Debug, Clone, PartialEq)]
pub struct DescribeAclsRequest {
    /// `int8`.
    pub resource_type_filter: i8,
    /// `string`, nullable.
    pub resource_name_filter: Option<ByteString>,
    /// `int8`, default 3.
    pub pattern_type_filter: i8,
    /// `string`, nullable.
    pub principal_filter: Option<ByteString>,
    /// `string`, nullable.
    pub host_filter: Option<ByteString>,
    /// `int8`.
    pub operation: i8,
    /// `int8`.
    pub permission_type: i8,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for DescribeAclsRequest {
    fn default() -> Self {
        Self {
            resource_type_filter: 0,
            resource_name_filter: Some(ByteString::new()),
            pattern_type_filter: 3,
            principal_filter: Some(ByteString::new()),
            host_filter: Some(ByteString::new()),
            operation: 0,
            permission_type: 0,
            unknown_tagged_fields: UnknownTags::new(),
        }
    }
}

impl Message for DescribeAclsRequest {
    const NAME: &'static str = "DescribeAclsRequest";
    const MIN_VERSION: i16 = 1;
    const MAX_VERSION: i16 = 3;
    const FLEXIBLE_VERSION: i16 = 2;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version >= 2;
        Ok(Self {
            resource_type_filter: d.i8()?,
            resource_name_filter: d.nullable_string(flexible)?,
            pattern_type_filter: d.i8()?,
            principal_filter: d.nullable_string(flexible)?,
            host_filter: d.nullable_string(flexible)?,
            operation: d.i8()?,
            permission_type: d.i8()?,
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version >= 2;
        e.i8(self.resource_type_filter);
        e.nullable_string(self.resource_name_filter.as_ref(), flexible)?;
        e.i8(self.pattern_type_filter);
        e.nullable_string(self.principal_filter.as_ref(), flexible)?;
        e.nullable_string(self.host_filter.as_ref(), flexible)?;
        e.i8(self.operation);
        e.i8(self.permission_type);
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }
}

impl Request for DescribeAclsRequest {
    type Response = super::DescribeAclsResponse;
    const API_KEY: ApiKey = ApiKey::DescribeAcls;
}
