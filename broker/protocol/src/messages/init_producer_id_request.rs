//! InitProducerIdRequest: API key 22, versions 0-6.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytestring::ByteString;

use crate::ApiKey;
use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, Request, UnknownTags};

/// InitProducerIdRequest: API key 22, versions 0-6, flexible 2+.
#[derive(Debug, Clone, PartialEq)]
pub struct InitProducerIdRequest {
    /// `string`, nullable.
    pub transactional_id: Option<ByteString>,
    /// `int32`.
    pub transaction_timeout_ms: i32,
    /// `int64`, versions 3+, default -1.
    pub producer_id: i64,
    /// `int16`, versions 3+, default -1.
    pub producer_epoch: i16,
    /// `bool`, versions 6+.
    pub enable2_pc: bool,
    /// `bool`, versions 6+.
    pub keep_prepared_txn: bool,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for InitProducerIdRequest {
    fn default() -> Self {
        Self {
            transactional_id: Some(ByteString::new()),
            transaction_timeout_ms: 0,
            producer_id: -1,
            producer_epoch: -1,
            enable2_pc: false,
            keep_prepared_txn: false,
            unknown_tagged_fields: UnknownTags::new(),
        }
    }
}

impl Message for InitProducerIdRequest {
    const NAME: &'static str = "InitProducerIdRequest";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 6;
    const FLEXIBLE_VERSION: i16 = 2;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version >= 2;
        Ok(Self {
            transactional_id: d.nullable_string(flexible)?,
            transaction_timeout_ms: d.i32()?,
            producer_id: if version >= 3 { d.i64()? } else { -1 },
            producer_epoch: if version >= 3 { d.i16()? } else { -1 },
            enable2_pc: if version == 6 { d.bool()? } else { false },
            keep_prepared_txn: if version == 6 { d.bool()? } else { false },
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version >= 2;
        e.nullable_string(self.transactional_id.as_ref(), flexible)?;
        e.i32(self.transaction_timeout_ms);
        if version >= 3 {
            e.i64(self.producer_id);
        } else if self.producer_id != -1 {
            return Err(EncodeError::FieldNotInVersion {
                field: "InitProducerIdRequest.ProducerId",
                version,
            });
        }
        if version >= 3 {
            e.i16(self.producer_epoch);
        } else if self.producer_epoch != -1 {
            return Err(EncodeError::FieldNotInVersion {
                field: "InitProducerIdRequest.ProducerEpoch",
                version,
            });
        }
        if version == 6 {
            e.bool(self.enable2_pc);
        } else if self.enable2_pc {
            return Err(EncodeError::FieldNotInVersion { field: "InitProducerIdRequest.Enable2Pc", version });
        }
        if version == 6 {
            e.bool(self.keep_prepared_txn);
        } else if self.keep_prepared_txn {
            return Err(EncodeError::FieldNotInVersion {
                field: "InitProducerIdRequest.KeepPreparedTxn",
                version,
            });
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }
}

impl Request for InitProducerIdRequest {
    type Response = super::InitProducerIdResponse;
    const API_KEY: ApiKey = ApiKey::InitProducerId;
}
