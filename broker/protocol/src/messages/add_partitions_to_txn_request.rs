//! AddPartitionsToTxnRequest: API key 24, versions 0-5.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytestring::ByteString;

use crate::ApiKey;
use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, Request, UnknownTags};

/// AddPartitionsToTxnRequest: API key 24, versions 0-5, flexible 3+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AddPartitionsToTxnRequest {
    /// `[]AddPartitionsToTxnTransaction`, versions 4+.
    pub transactions: Vec<AddPartitionsToTxnTransaction>,
    /// `string`, versions 0-3.
    pub v3_and_below_transactional_id: ByteString,
    /// `int64`, versions 0-3.
    pub v3_and_below_producer_id: i64,
    /// `int16`, versions 0-3.
    pub v3_and_below_producer_epoch: i16,
    /// `[]AddPartitionsToTxnTopic`, versions 0-3.
    pub v3_and_below_topics: Vec<AddPartitionsToTxnTopic>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Message for AddPartitionsToTxnRequest {
    const NAME: &'static str = "AddPartitionsToTxnRequest";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 5;
    const FLEXIBLE_VERSION: i16 = 3;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version >= 3;
        Ok(Self {
            transactions: if version >= 4 {
                d.array(flexible, AddPartitionsToTxnTransaction::min_size(version), |d| {
                    AddPartitionsToTxnTransaction::decode(d, version)
                })?
            } else {
                Vec::new()
            },
            v3_and_below_transactional_id: if version <= 3 { d.string(flexible)? } else { ByteString::new() },
            v3_and_below_producer_id: if version <= 3 { d.i64()? } else { 0 },
            v3_and_below_producer_epoch: if version <= 3 { d.i16()? } else { 0 },
            v3_and_below_topics: if version <= 3 {
                d.array(flexible, AddPartitionsToTxnTopic::min_size(version), |d| {
                    AddPartitionsToTxnTopic::decode(d, version)
                })?
            } else {
                Vec::new()
            },
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version >= 3;
        if version >= 4 {
            e.array_length(Some(self.transactions.len()), flexible)?;
            for item in &self.transactions {
                item.encode(e, version)?;
            }
        } else if !self.transactions.is_empty() {
            return Err(EncodeError::FieldNotInVersion {
                field: "AddPartitionsToTxnRequest.Transactions",
                version,
            });
        }
        if version <= 3 {
            e.string(&self.v3_and_below_transactional_id, flexible)?;
        } else if !self.v3_and_below_transactional_id.is_empty() {
            return Err(EncodeError::FieldNotInVersion {
                field: "AddPartitionsToTxnRequest.V3AndBelowTransactionalId",
                version,
            });
        }
        if version <= 3 {
            e.i64(self.v3_and_below_producer_id);
        } else if self.v3_and_below_producer_id != 0 {
            return Err(EncodeError::FieldNotInVersion {
                field: "AddPartitionsToTxnRequest.V3AndBelowProducerId",
                version,
            });
        }
        if version <= 3 {
            e.i16(self.v3_and_below_producer_epoch);
        } else if self.v3_and_below_producer_epoch != 0 {
            return Err(EncodeError::FieldNotInVersion {
                field: "AddPartitionsToTxnRequest.V3AndBelowProducerEpoch",
                version,
            });
        }
        if version <= 3 {
            e.array_length(Some(self.v3_and_below_topics.len()), flexible)?;
            for item in &self.v3_and_below_topics {
                item.encode(e, version)?;
            }
        } else if !self.v3_and_below_topics.is_empty() {
            return Err(EncodeError::FieldNotInVersion {
                field: "AddPartitionsToTxnRequest.V3AndBelowTopics",
                version,
            });
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }
}

impl Request for AddPartitionsToTxnRequest {
    type Response = super::AddPartitionsToTxnResponse;
    const API_KEY: ApiKey = ApiKey::AddPartitionsToTxn;
}

/// `AddPartitionsToTxnTransaction` in [`AddPartitionsToTxnRequest`], versions 4-5.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AddPartitionsToTxnTransaction {
    /// `string`.
    pub transactional_id: ByteString,
    /// `int64`.
    pub producer_id: i64,
    /// `int16`.
    pub producer_epoch: i16,
    /// `bool`.
    pub verify_only: bool,
    /// `[]AddPartitionsToTxnTopic`.
    pub topics: Vec<AddPartitionsToTxnTopic>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl AddPartitionsToTxnTransaction {
    /// The least number of bytes it takes.
    const fn min_size(_version: i16) -> usize {
        14
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            transactional_id: d.string(true)?,
            producer_id: d.i64()?,
            producer_epoch: d.i16()?,
            verify_only: d.bool()?,
            topics: d.array(true, AddPartitionsToTxnTopic::min_size(version), |d| {
                AddPartitionsToTxnTopic::decode(d, version)
            })?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.string(&self.transactional_id, true)?;
        e.i64(self.producer_id);
        e.i16(self.producer_epoch);
        e.bool(self.verify_only);
        e.array_length(Some(self.topics.len()), true)?;
        for item in &self.topics {
            item.encode(e, version)?;
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}

/// `AddPartitionsToTxnTopic` in [`AddPartitionsToTxnRequest`], versions 0-5.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AddPartitionsToTxnTopic {
    /// `string`.
    pub name: ByteString,
    /// `[]int32`.
    pub partitions: Vec<i32>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl AddPartitionsToTxnTopic {
    /// The least number of bytes it takes.
    const fn min_size(version: i16) -> usize {
        match version {
            ..3 => 6,
            _ => 3,
        }
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 3;
        Ok(Self {
            name: d.string(flexible)?,
            partitions: d.array(flexible, 4, Decoder::i32)?,
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 3;
        e.string(&self.name, flexible)?;
        e.array_length(Some(self.partitions.len()), flexible)?;
        for item in &self.partitions {
            e.i32(*item);
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }
}
