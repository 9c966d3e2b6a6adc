//! ConsumerGroupPartitionMetadataValue: record type 4, versions 0.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytestring::ByteString;
use uuid::Uuid;

use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, UnknownTags};

/// ConsumerGroupPartitionMetadataValue: record type 4, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ConsumerGroupPartitionMetadataValue {
    /// `[]TopicMetadata`.
    pub topics: Vec<TopicMetadata>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Message for ConsumerGroupPartitionMetadataValue {
    const NAME: &'static str = "ConsumerGroupPartitionMetadataValue";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 0;
    const FLEXIBLE_VERSION: i16 = 0;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        Ok(Self {
            topics: d.array(true, TopicMetadata::min_size(version), |d| TopicMetadata::decode(d, version))?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        e.array_length(Some(self.topics.len()), true)?;
        for item in &self.topics {
            item.encode(e, version)?;
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}

/// `TopicMetadata` in [`ConsumerGroupPartitionMetadataValue`], versions 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopicMetadata {
    /// `uuid`.
    pub topic_id: Uuid,
    /// `string`.
    pub topic_name: ByteString,
    /// `int32`.
    pub num_partitions: i32,
    /// `[]PartitionMetadata`.
    pub partition_metadata: Vec<PartitionMetadata>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl TopicMetadata {
    /// The least number of bytes it takes.
    const fn min_size(_version: i16) -> usize {
        23
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            topic_id: d.uuid()?,
            topic_name: d.string(true)?,
            num_partitions: d.i32()?,
            partition_metadata: d.array(true, PartitionMetadata::min_size(version), |d| {
                PartitionMetadata::decode(d, version)
            })?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.uuid(self.topic_id);
        e.string(&self.topic_name, true)?;
        e.i32(self.num_partitions);
        e.array_length(Some(self.partition_metadata.len()), true)?;
        for item in &self.partition_metadata {
            item.encode(e, version)?;
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}

/// `PartitionMetadata` in [`ConsumerGroupPartitionMetadataValue`], versions 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PartitionMetadata {
    /// `int32`.
    pub partition: i32,
    /// `[]string`.
    pub racks: Vec<ByteString>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl PartitionMetadata {
    /// The least number of bytes it takes.
    const fn min_size(_version: i16) -> usize {
        6
    }

    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            partition: d.i32()?,
            racks: d.array(true, 1, |d| d.string(true))?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.i32(self.partition);
        e.array_length(Some(self.racks.len()), true)?;
        for item in &self.racks {
            e.string(item, true)?;
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}
