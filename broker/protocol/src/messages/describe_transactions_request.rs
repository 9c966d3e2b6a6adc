//! DescribeTransactionsRequest: API key 65, versions 0.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytestring::ByteString;

use crate::ApiKey;
use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, Request, UnknownTags};

/// DescribeTransactionsRequest: API key 65, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribeTransactionsRequest {
    /// `[]string`.
    pub transactional_ids: Vec<ByteString>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Message for DescribeTransactionsRequest {
    const NAME: &'static str = "DescribeTransactionsRequest";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 0;
    const FLEXIBLE_VERSION: i16 = 0;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        Ok(Self {
            transactional_ids: d.array(true, 1, |d| d.string(true))?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        e.array_length(Some(self.transactional_ids.len()), true)?;
        for item in &self.transactional_ids {
            e.string(item, true)?;
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}

impl Request for DescribeTransactionsRequest {
    type Response = super::DescribeTransactionsResponse;
    const API_KEY: ApiKey = ApiKey::DescribeTransactions;
}
