//! AddPartitionsToTxnResponse: API key 24, versions 0-5.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytestring::ByteString;

use crate::ApiKey;
use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, Response, UnknownTags};

/// AddPartitionsToTxnResponse: API key 24, versions 0-5, flexible 3+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AddPartitionsToTxnResponse {
    /// `int32`.
    pub throttle_time_ms: i32,
    /// `int16`, versions 4+; dropped elsewhere.
    pub error_code: i16,
    /// `[]AddPartitionsToTxnResult`, versions 4+.
    pub results_by_transaction: Vec<AddPartitionsToTxnResult>,
    /// `[]AddPartitionsToTxnTopicResult`, versions 0-3.
    pub results_by_topic_v3_and_below: Vec<AddPartitionsToTxnTopicResult>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Message for AddPartitionsToTxnResponse {
    const NAME: &'static str = "AddPartitionsToTxnResponse";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 5;
    const FLEXIBLE_VERSION: i16 = 3;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version >= 3;
        Ok(Self {
            throttle_time_ms: d.i32()?,
            error_code: if version >= 4 { d.i16()? } else { 0 },
            results_by_transaction: if version >= 4 {
                d.array(flexible, AddPartitionsToTxnResult::min_size(version), |d| {
                    AddPartitionsToTxnResult::decode(d, version)
                })?
            } else {
                Vec::new()
            },
            results_by_topic_v3_and_below: if version <= 3 {
                d.array(flexible, AddPartitionsToTxnTopicResult::min_size(version), |d| {
                    AddPartitionsToTxnTopicResult::decode(d, version)
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
        e.i32(self.throttle_time_ms);
        if version >= 4 {
            e.i16(self.error_code);
        }
        if version >= 4 {
            e.array_length(Some(self.results_by_transaction.len()), flexible)?;
            for item in &self.results_by_transaction {
                item.encode(e, version)?;
            }
        } else if !self.results_by_transaction.is_empty() {
            return Err(EncodeError::FieldNotInVersion {
                field: "AddPartitionsToTxnResponse.ResultsByTransaction",
                version,
            });
        }
        if version <= 3 {
            e.array_length(Some(self.results_by_topic_v3_and_below.len()), flexible)?;
            for item in &self.results_by_topic_v3_and_below {
                item.encode(e, version)?;
            }
        } else if !self.results_by_topic_v3_and_below.is_empty() {
            return Err(EncodeError::FieldNotInVersion {
                field: "AddPartitionsToTxnResponse.ResultsByTopicV3AndBelow",
                version,
            });
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }
}

impl Response for AddPartitionsToTxnResponse {
    const API_KEY: ApiKey = ApiKey::AddPartitionsToTxn;

    fn each_error_code(&self, version: i16, see: &mut dyn FnMut(i16)) {
        if version >= 4 {
            see(self.error_code);
        }
    }
}

/// `AddPartitionsToTxnResult` in [`AddPartitionsToTxnResponse`], versions 4-5.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AddPartitionsToTxnResult {
    /// `string`.
    pub transactional_id: ByteString,
    /// `[]AddPartitionsToTxnTopicResult`.
    pub topic_results: Vec<AddPartitionsToTxnTopicResult>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl AddPartitionsToTxnResult {
    /// The least number of bytes it takes.
    const fn min_size(_version: i16) -> usize {
        3
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            transactional_id: d.string(true)?,
            topic_results: d.array(true, AddPartitionsToTxnTopicResult::min_size(version), |d| {
                AddPartitionsToTxnTopicResult::decode(d, version)
            })?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.string(&self.transactional_id, true)?;
        e.array_length(Some(self.topic_results.len()), true)?;
        for item in &self.topic_results {
            item.encode(e, version)?;
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}

/// `AddPartitionsToTxnTopicResult` in [`AddPartitionsToTxnResponse`], versions 0-5.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AddPartitionsToTxnTopicResult {
    /// `string`.
    pub name: ByteString,
    /// `[]AddPartitionsToTxnPartitionResult`.
    pub results_by_partition: Vec<AddPartitionsToTxnPartitionResult>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl AddPartitionsToTxnTopicResult {
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
            results_by_partition: d.array(
                flexible,
                AddPartitionsToTxnPartitionResult::min_size(version),
                |d| AddPartitionsToTxnPartitionResult::decode(d, version),
            )?,
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 3;
        e.string(&self.name, flexible)?;
        e.array_length(Some(self.results_by_partition.len()), flexible)?;
        for item in &self.results_by_partition {
            item.encode(e, version)?;
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }
}

/// `AddPartitionsToTxnPartitionResult` in [`AddPartitionsToTxnResponse`], versions 0-5.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AddPartitionsToTxnPartitionResult {
    /// `int32`.
    pub partition_index: i32,
    /// `int16`.
    pub partition_error_code: i16,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl AddPartitionsToTxnPartitionResult {
    /// The least number of bytes it takes.
    const fn min_size(version: i16) -> usize {
        match version {
            ..3 => 6,
            _ => 7,
        }
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 3;
        Ok(Self {
            partition_index: d.i32()?,
            partition_error_code: d.i16()?,
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 3;
        e.i32(self.partition_index);
        e.i16(self.partition_error_code);
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }
}
