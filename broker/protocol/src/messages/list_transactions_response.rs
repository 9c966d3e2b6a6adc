//! ListTransactionsResponse: API key 66, versions 0-2.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytestring::ByteString;

use crate::ApiKey;
use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, Response, UnknownTags};

/// ListTransactionsResponse: API key 66, versions 0-2, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ListTransactionsResponse {
    /// `int32`.
    pub throttle_time_ms: i32,
    /// `int16`.
    pub error_code: i16,
    /// `[]string`.
    pub unknown_state_filters: Vec<ByteString>,
    /// `[]TransactionState`.
    pub transaction_states: Vec<TransactionState>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Message for ListTransactionsResponse {
    const NAME: &'static str = "ListTransactionsResponse";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 2;
    const FLEXIBLE_VERSION: i16 = 0;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        Ok(Self {
            throttle_time_ms: d.i32()?,
            error_code: d.i16()?,
            unknown_state_filters: d.array(true, 1, |d| d.string(true))?,
            transaction_states: d
                .array(true, TransactionState::min_size(version), |d| TransactionState::decode(d, version))?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        e.i32(self.throttle_time_ms);
        e.i16(self.error_code);
        e.array_length(Some(self.unknown_state_filters.len()), true)?;
        for item in &self.unknown_state_filters {
            e.string(item, true)?;
        }
        e.array_length(Some(self.transaction_states.len()), true)?;
        for item in &self.transaction_states {
            item.encode(e, version)?;
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}

impl Response for ListTransactionsResponse {
    const API_KEY: ApiKey = ApiKey::ListTransactions;

    fn each_error_code(&self, _version: i16, see: &mut dyn FnMut(i16)) {
        see(self.error_code);
    }
}

/// `TransactionState` in [`ListTransactionsResponse`], versions 0-2.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TransactionState {
    /// `string`.
    pub transactional_id: ByteString,
    /// `int64`.
    pub producer_id: i64,
    /// `string`.
    pub transaction_state: ByteString,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl TransactionState {
    /// The least number of bytes it takes.
    const fn min_size(_version: i16) -> usize {
        11
    }

    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            transactional_id: d.string(true)?,
            producer_id: d.i64()?,
            transaction_state: d.string(true)?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.string(&self.transactional_id, true)?;
        e.i64(self.producer_id);
        e.string(&self.transaction_state, true)?;
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}
