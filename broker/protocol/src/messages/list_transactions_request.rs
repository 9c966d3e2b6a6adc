//! ListTransactionsRequest: API key 66, versions 0-2.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytestring::ByteString;

use crate::ApiKey;
use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, Request, UnknownTags};

/// ListTransactionsRequest: API key 66, versions 0-2, flexible 0+.
#[derive(Debug, Clone, PartialEq)]
pub struct ListTransactionsRequest {
    /// `[]string`.
    pub state_filters: Vec<ByteString>,
    /// `[]int64`.
    pub producer_id_filters: Vec<i64>,
    /// `int64`, versions 1+, default -1.
    pub duration_filter: i64,
    /// `string`, versions 2+, nullable, default null.
    pub transactional_id_pattern: Option<ByteString>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for ListTransactionsRequest {
    fn default() -> Self {
        Self {
            state_filters: Vec::new(),
            producer_id_filters: Vec::new(),
            duration_filter: -1,
            transactional_id_pattern: None,
            unknown_tagged_fields: UnknownTags::new(),
        }
    }
}

impl Message for ListTransactionsRequest {
    const NAME: &'static str = "ListTransactionsRequest";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 2;
    const FLEXIBLE_VERSION: i16 = 0;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        Ok(Self {
            state_filters: d.array(true, 1, |d| d.string(true))?,
            producer_id_filters: d.array(true, 8, Decoder::i64)?,
            duration_filter: if version >= 1 { d.i64()? } else { -1 },
            transactional_id_pattern: if version == 2 { d.nullable_string(true)? } else { None },
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        e.array_length(Some(self.state_filters.len()), true)?;
        for item in &self.state_filters {
            e.string(item, true)?;
        }
        e.array_length(Some(self.producer_id_filters.len()), true)?;
        for item in &self.producer_id_filters {
            e.i64(*item);
        }
        if version >= 1 {
            e.i64(self.duration_filter);
        } else if self.duration_filter != -1 {
            return Err(EncodeError::FieldNotInVersion {
                field: "ListTransactionsRequest.DurationFilter",
                version,
            });
        }
        if version == 2 {
            e.nullable_string(self.transactional_id_pattern.as_ref(), true)?;
        } else if self.transactional_id_pattern.is_some() {
            return Err(EncodeError::FieldNotInVersion {
                field: "ListTransactionsRequest.TransactionalIdPattern",
                version,
            });
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}

impl Request for ListTransactionsRequest {
    type Response = super::ListTransactionsResponse;
    const API_KEY: ApiKey = ApiKey::ListTransactions;
}
