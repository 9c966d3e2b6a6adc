//! Keys: records of the share coordinator in __share_group_state.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytes::Bytes;

use crate::codec::{
    DecodeError, EncodeError, Message, decode_record_key, encode_record_key, peek_record_type,
};

/// Any key of the records of the share coordinator in __share_group_state.
#[derive(Debug, Clone, PartialEq)]
pub enum ShareRecordKey {
    /// ShareSnapshot, type 0.
    ShareSnapshot(super::ShareSnapshotKey),
    /// ShareUpdate, type 1.
    ShareUpdate(super::ShareUpdateKey),
}

impl ShareRecordKey {
    /// Reads a key with its type number in front. Types of a newer version are [`DecodeError::UnknownRecordType`].
    pub fn decode(bytes: Bytes) -> Result<Self, DecodeError> {
        Ok(match peek_record_type(&bytes)? {
            0 => Self::ShareSnapshot(decode_record_key(bytes)?),
            1 => Self::ShareUpdate(decode_record_key(bytes)?),
            other => return Err(DecodeError::UnknownRecordType(other)),
        })
    }

    /// Writes the key with its type number in front.
    pub fn encode(&self) -> Result<Bytes, EncodeError> {
        match self {
            Self::ShareSnapshot(key) => encode_record_key(key),
            Self::ShareUpdate(key) => encode_record_key(key),
        }
    }

    /// Kafka's name of the key's type.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::ShareSnapshot(_) => super::ShareSnapshotKey::NAME,
            Self::ShareUpdate(_) => super::ShareUpdateKey::NAME,
        }
    }
}
