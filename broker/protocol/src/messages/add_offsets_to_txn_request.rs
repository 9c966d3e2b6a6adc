//! AddOffsetsToTxnRequest: API key 25, versions 0-4.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytestring::ByteString;

use crate::ApiKey;
use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, Request, UnknownTags};

/// AddOffsetsToTxnRequest: API key 25, versions 0-4, flexible 3+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AddOffsetsToTxnRequest {
    /// `string`.
    pub transactional_id: ByteString,
    /// `int64`.
    pub producer_id: i64,
    /// `int16`.
    pub producer_epoch: i16,
    /// `string`.
    pub group_id: ByteString,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Message for AddOffsetsToTxnRequest {
    const NAME: &'static str = "AddOffsetsToTxnRequest";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 4;
    const FLEXIBLE_VERSION: i16 = 3;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version >= 3;
        Ok(Self {
            transactional_id: d.string(flexible)?,
            producer_id: d.i64()?,
            producer_epoch: d.i16()?,
            group_id: d.string(flexible)?,
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version >= 3;
        e.string(&self.transactional_id, flexible)?;
        e.i64(self.producer_id);
        e.i16(self.producer_epoch);
        e.string(&self.group_id, flexible)?;
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }
}

impl Request for AddOffsetsToTxnRequest {
    type Response = super::AddOffsetsToTxnResponse;
    const API_KEY: ApiKey = ApiKey::AddOffsetsToTxn;
}
