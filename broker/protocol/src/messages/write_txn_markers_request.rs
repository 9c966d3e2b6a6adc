//! WriteTxnMarkersRequest: API key 27, versions 1-2.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytestring::ByteString;

use crate::ApiKey;
use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, Request, UnknownTags};

/// WriteTxnMarkersRequest: API key 27, versions 1-2, flexible 1+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct WriteTxnMarkersRequest {
    /// `[]WritableTxnMarker`.
    pub markers: Vec<WritableTxnMarker>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Message for WriteTxnMarkersRequest {
    const NAME: &'static str = "WriteTxnMarkersRequest";
    const MIN_VERSION: i16 = 1;
    const MAX_VERSION: i16 = 2;
    const FLEXIBLE_VERSION: i16 = 1;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        Ok(Self {
            markers: d.array(true, WritableTxnMarker::min_size(version), |d| {
                WritableTxnMarker::decode(d, version)
            })?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        e.array_length(Some(self.markers.len()), true)?;
        for item in &self.markers {
            item.encode(e, version)?;
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}

impl Request for WriteTxnMarkersRequest {
    type Response = super::WriteTxnMarkersResponse;
    const API_KEY: ApiKey = ApiKey::WriteTxnMarkers;
}

/// `WritableTxnMarker` in [`WriteTxnMarkersRequest`], versions 1-2.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct WritableTxnMarker {
    /// `int64`.
    pub producer_id: i64,
    /// `int16`.
    pub producer_epoch: i16,
    /// `bool`.
    pub transaction_result: bool,
    /// `[]WritableTxnMarkerTopic`.
    pub topics: Vec<WritableTxnMarkerTopic>,
    /// `int32`.
    pub coordinator_epoch: i32,
    /// `int8`, versions 2+; dropped elsewhere.
    pub transaction_version: i8,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl WritableTxnMarker {
    /// The least number of bytes it takes.
    const fn min_size(version: i16) -> usize {
        match version {
            ..2 => 17,
            _ => 18,
        }
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            producer_id: d.i64()?,
            producer_epoch: d.i16()?,
            transaction_result: d.bool()?,
            topics: d.array(true, WritableTxnMarkerTopic::min_size(version), |d| {
                WritableTxnMarkerTopic::decode(d, version)
            })?,
            coordinator_epoch: d.i32()?,
            transaction_version: if version == 2 { d.i8()? } else { 0 },
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.i64(self.producer_id);
        e.i16(self.producer_epoch);
        e.bool(self.transaction_result);
        e.array_length(Some(self.topics.len()), true)?;
        for item in &self.topics {
            item.encode(e, version)?;
        }
        e.i32(self.coordinator_epoch);
        if version == 2 {
            e.i8(self.transaction_version);
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}

/// `WritableTxnMarkerTopic` in [`WriteTxnMarkersRequest`], versions 1-2.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct WritableTxnMarkerTopic {
    /// `string`.
    pub name: ByteString,
    /// `[]int32`.
    pub partition_indexes: Vec<i32>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl WritableTxnMarkerTopic {
    /// The least number of bytes it takes.
    const fn min_size(_version: i16) -> usize {
        3
    }

    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            name: d.string(true)?,
            partition_indexes: d.array(true, 4, Decoder::i32)?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.string(&self.name, true)?;
        e.array_length(Some(self.partition_indexes.len()), true)?;
        for item in &self.partition_indexes {
            e.i32(*item);
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}
