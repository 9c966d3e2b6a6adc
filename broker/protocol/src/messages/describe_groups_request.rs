//! DescribeGroupsRequest: API key 15, versions 0-6.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytestring::ByteString;

use crate::ApiKey;
use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, Request, UnknownTags};

/// DescribeGroupsRequest: API key 15, versions 0-6, flexible 5+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribeGroupsRequest {
    /// `[]string`.
    pub groups: Vec<ByteString>,
    /// `bool`, versions 3+.
    pub include_authorized_operations: bool,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Message for DescribeGroupsRequest {
    const NAME: &'static str = "DescribeGroupsRequest";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 6;
    const FLEXIBLE_VERSION: i16 = 5;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version >= 5;
        Ok(Self {
            groups: d.array(flexible, if flexible { 1 } else { 2 }, |d| d.string(flexible))?,
            include_authorized_operations: if version >= 3 { d.bool()? } else { false },
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version >= 5;
        e.array_length(Some(self.groups.len()), flexible)?;
        for item in &self.groups {
            e.string(item, flexible)?;
        }
        if version >= 3 {
            e.bool(self.include_authorized_operations);
        } else if self.include_authorized_operations {
            return Err(EncodeError::FieldNotInVersion {
                field: "DescribeGroupsRequest.IncludeAuthorizedOperations",
                version,
            });
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }
}

impl Request for DescribeGroupsRequest {
    type Response = super::DescribeGroupsResponse;
    const API_KEY: ApiKey = ApiKey::DescribeGroups;
}
