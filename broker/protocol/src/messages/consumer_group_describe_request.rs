//! ConsumerGroupDescribeRequest: API key 69, versions 0-1.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytestring::ByteString;

use crate::ApiKey;
use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, Request, UnknownTags};

/// ConsumerGroupDescribeRequest: API key 69, versions 0-1, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ConsumerGroupDescribeRequest {
    /// `[]string`.
    pub group_ids: Vec<ByteString>,
    /// `bool`.
    pub include_authorized_operations: bool,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Message for ConsumerGroupDescribeRequest {
    const NAME: &'static str = "ConsumerGroupDescribeRequest";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 1;
    const FLEXIBLE_VERSION: i16 = 0;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        Ok(Self {
            group_ids: d.array(true, 1, |d| d.string(true))?,
            include_authorized_operations: d.bool()?,
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
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}

impl Request for ConsumerGroupDescribeRequest {
    type Response = super::ConsumerGroupDescribeResponse;
    const API_KEY: ApiKey = ApiKey::ConsumerGroupDescribe;
}
