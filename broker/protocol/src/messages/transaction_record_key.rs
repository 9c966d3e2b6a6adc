//! Keys: records of the transaction coordinator in __transaction_state.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytes::Bytes;

use crate::codec::{
    DecodeError, EncodeError, Message, decode_record_key, encode_record_key, peek_record_type,
};

/// Any key of the records of the transaction coordinator in __transaction_state.
#[derive(Debug, Clone, PartialEq)]
pub enum TransactionRecordKey {
    /// TransactionLog, type 0.
    TransactionLog(super::TransactionLogKey),
}

impl TransactionRecordKey {
    /// Reads a key with its type number in front. Types of a newer version are [`DecodeError::UnknownRecordType`].
    pub fn decode(bytes: Bytes) -> Result<Self, DecodeError> {
        Ok(match peek_record_type(&bytes)? {
            0 => Self::TransactionLog(decode_record_key(bytes)?),
            other => return Err(DecodeError::UnknownRecordType(other)),
        })
    }

    /// Writes the key with its type number in front.
    pub fn encode(&self) -> Result<Bytes, EncodeError> {
        match self {
            Self::TransactionLog(key) => encode_record_key(key),
        }
    }

    /// Kafka's name of the key's type.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::TransactionLog(_) => super::TransactionLogKey::NAME,
        }
    }
}
