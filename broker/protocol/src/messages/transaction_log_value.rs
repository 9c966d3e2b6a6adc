//! TransactionLogValue: record type 0, versions 0-1.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytestring::ByteString;

use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, UnknownTags};

/// TransactionLogValue: record type 0, versions 0-1, flexible 1+.
#[derive(Debug, Clone, PartialEq)]
pub struct TransactionLogValue {
    /// `int64`.
    pub producer_id: i64,
    /// `int64`, tag 0, versions 1+, default -1.
    pub previous_producer_id: i64,
    /// `int64`, tag 1, versions 1+, default -1.
    pub next_producer_id: i64,
    /// `int16`.
    pub producer_epoch: i16,
    /// `int16`, tag 3, versions 1+, default -1.
    pub next_producer_epoch: i16,
    /// `int32`.
    pub transaction_timeout_ms: i32,
    /// `int8`.
    pub transaction_status: i8,
    /// `[]PartitionsSchema`, nullable.
    pub transaction_partitions: Option<Vec<PartitionsSchema>>,
    /// `int64`.
    pub transaction_last_update_timestamp_ms: i64,
    /// `int64`.
    pub transaction_start_timestamp_ms: i64,
    /// `int16`, tag 2, versions 1+.
    pub client_transaction_version: i16,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for TransactionLogValue {
    fn default() -> Self {
        Self {
            producer_id: 0,
            previous_producer_id: -1,
            next_producer_id: -1,
            producer_epoch: 0,
            next_producer_epoch: -1,
            transaction_timeout_ms: 0,
            transaction_status: 0,
            transaction_partitions: Some(Vec::new()),
            transaction_last_update_timestamp_ms: 0,
            transaction_start_timestamp_ms: 0,
            client_transaction_version: 0,
            unknown_tagged_fields: UnknownTags::new(),
        }
    }
}

impl Message for TransactionLogValue {
    const NAME: &'static str = "TransactionLogValue";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 1;
    const FLEXIBLE_VERSION: i16 = 1;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version == 1;
        let mut value = Self {
            producer_id: d.i64()?,
            previous_producer_id: -1,
            next_producer_id: -1,
            producer_epoch: d.i16()?,
            next_producer_epoch: -1,
            transaction_timeout_ms: d.i32()?,
            transaction_status: d.i8()?,
            transaction_partitions: d.nullable_array(flexible, PartitionsSchema::min_size(version), |d| {
                PartitionsSchema::decode(d, version)
            })?,
            transaction_last_update_timestamp_ms: d.i64()?,
            transaction_start_timestamp_ms: d.i64()?,
            client_transaction_version: 0,
            unknown_tagged_fields: UnknownTags::new(),
        };
        if flexible {
            for _ in 0..d.tag_count()? {
                let (tag, outer) = d.begin_tag()?;
                match tag {
                    0 if version == 1 => value.previous_producer_id = d.i64()?,
                    1 if version == 1 => value.next_producer_id = d.i64()?,
                    3 if version == 1 => value.next_producer_epoch = d.i16()?,
                    2 if version == 1 => value.client_transaction_version = d.i16()?,
                    _ => d.unknown_tag(tag, &mut value.unknown_tagged_fields)?,
                }
                d.end_tag(tag, outer)?;
            }
        }
        Ok(value)
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version == 1;
        e.i64(self.producer_id);
        e.i16(self.producer_epoch);
        e.i32(self.transaction_timeout_ms);
        e.i8(self.transaction_status);
        e.array_length(self.transaction_partitions.as_ref().map(Vec::len), flexible)?;
        for item in self.transaction_partitions.iter().flatten() {
            item.encode(e, version)?;
        }
        e.i64(self.transaction_last_update_timestamp_ms);
        e.i64(self.transaction_start_timestamp_ms);
        if version != 1 && self.previous_producer_id != -1 {
            return Err(EncodeError::FieldNotInVersion {
                field: "TransactionLogValue.PreviousProducerId",
                version,
            });
        }
        if version != 1 && self.next_producer_id != -1 {
            return Err(EncodeError::FieldNotInVersion {
                field: "TransactionLogValue.NextProducerId",
                version,
            });
        }
        if version != 1 && self.next_producer_epoch != -1 {
            return Err(EncodeError::FieldNotInVersion {
                field: "TransactionLogValue.NextProducerEpoch",
                version,
            });
        }
        if version != 1 && self.client_transaction_version != 0 {
            return Err(EncodeError::FieldNotInVersion {
                field: "TransactionLogValue.ClientTransactionVersion",
                version,
            });
        }
        if flexible {
            let has_previous_producer_id = version == 1 && self.previous_producer_id != -1;
            let has_next_producer_id = version == 1 && self.next_producer_id != -1;
            let has_client_transaction_version = version == 1 && self.client_transaction_version != 0;
            let has_next_producer_epoch = version == 1 && self.next_producer_epoch != -1;
            let mut unknown = self.unknown_tagged_fields.as_slice();
            e.unsigned_varint(
                (usize::from(has_previous_producer_id)
                    + usize::from(has_next_producer_id)
                    + usize::from(has_client_transaction_version)
                    + usize::from(has_next_producer_epoch)
                    + unknown.len()) as u32,
            );
            if has_previous_producer_id {
                unknown = e.unknown_tags_before(unknown, 0)?;
                let mark = e.begin_tag(0);
                e.i64(self.previous_producer_id);
                e.end_tag(mark)?;
            }
            if has_next_producer_id {
                unknown = e.unknown_tags_before(unknown, 1)?;
                let mark = e.begin_tag(1);
                e.i64(self.next_producer_id);
                e.end_tag(mark)?;
            }
            if has_client_transaction_version {
                unknown = e.unknown_tags_before(unknown, 2)?;
                let mark = e.begin_tag(2);
                e.i16(self.client_transaction_version);
                e.end_tag(mark)?;
            }
            if has_next_producer_epoch {
                unknown = e.unknown_tags_before(unknown, 3)?;
                let mark = e.begin_tag(3);
                e.i16(self.next_producer_epoch);
                e.end_tag(mark)?;
            }
            e.unknown_tags(unknown)?;
        } else {
            e.only_unknown_tags(&self.unknown_tagged_fields, false)?;
        }
        Ok(())
    }
}

/// `PartitionsSchema` in [`TransactionLogValue`], versions 0-1.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PartitionsSchema {
    /// `string`.
    pub topic: ByteString,
    /// `[]int32`.
    pub partition_ids: Vec<i32>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl PartitionsSchema {
    /// The least number of bytes it takes.
    const fn min_size(version: i16) -> usize {
        match version {
            ..1 => 6,
            _ => 3,
        }
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let flexible = version == 1;
        Ok(Self {
            topic: d.string(flexible)?,
            partition_ids: d.array(flexible, 4, Decoder::i32)?,
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let flexible = version == 1;
        e.string(&self.topic, flexible)?;
        e.array_length(Some(self.partition_ids.len()), flexible)?;
        for item in &self.partition_ids {
            e.i32(*item);
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }
}
