//! StreamsGroupDescribeRequest: API key 89, versions 0-1.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytestring::ByteString;

use crate::ApiKey;
use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, Request, UnknownTags};

/// StreamsGroupDescribeRequest: API key 89, versions 0-1, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StreamsGroupDescribeRequest {
    /// `[]string`.
    pub group_ids: Vec<ByteString>,
    /// `bool`.
    pub include_authorized_operations: bool,
    /// `bool`, versions 1+.
    pub include_topology_description: bool,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Message for StreamsGroupDescribeRequest {
    const NAME: &'static str = "StreamsGroupDescribeRequest";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 1;
    const FLEXIBLE_VERSION: i16 = 0;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        Ok(Self {
            group_ids: d.array(true, 1, |d| d.string(true))?,
            include_authorized_operations: d.bool()?,
            include_topology_description: if version == 1 { d.bool()? } else { false },
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        e.array_length(Some(self.group_ids.len()), true)?;
        for item in &self.group_ids {
            e.string(item, true)?;
        }
        e.bool(self.include_authorized_operations);
        if version == 1 {
            e.bool(self.include_topology_description);
        } else if self.include_topology_description {
            return Err(EncodeError::FieldNotInVersion {
                field: "StreamsGroupDescribeRequest.IncludeTopologyDescription",
                version,
            });
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}

impl Request for StreamsGroupDescribeRequest {
    type Response = super::StreamsGroupDescribeResponse;
    const API_KEY: ApiKey = ApiKey::StreamsGroupDescribe;
}
