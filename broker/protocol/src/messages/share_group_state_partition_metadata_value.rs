//! ShareGroupStatePartitionMetadataValue: record type 15, versions 0.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytestring::ByteString;
use uuid::Uuid;

use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, UnknownTags};

/// ShareGroupStatePartitionMetadataValue: record type 15, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ShareGroupStatePartitionMetadataValue {
    /// `[]TopicPartitionsInfo`.
    pub initializing_topics: Vec<TopicPartitionsInfo>,
    /// `[]TopicPartitionsInfo`.
    pub initialized_topics: Vec<TopicPartitionsInfo>,
    /// `[]TopicInfo`.
    pub deleting_topics: Vec<TopicInfo>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Message for ShareGroupStatePartitionMetadataValue {
    const NAME: &'static str = "ShareGroupStatePartitionMetadataValue";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 0;
    const FLEXIBLE_VERSION: i16 = 0;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        Ok(Self {
            initializing_topics: d.array(true, TopicPartitionsInfo::min_size(version), |d| {
                TopicPartitionsInfo::decode(d, version)
            })?,
            initialized_topics: d.array(true, TopicPartitionsInfo::min_size(version), |d| {
                TopicPartitionsInfo::decode(d, version)
            })?,
            deleting_topics: d
                .array(true, TopicInfo::min_size(version), |d| TopicInfo::decode(d, version))?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        e.array_length(Some(self.initializing_topics.len()), true)?;
        for item in &self.initializing_topics {
            item.encode(e, version)?;
        }
        e.array_length(Some(self.initialized_topics.len()), true)?;
        for item in &self.initialized_topics {
            item.encode(e, version)?;
        }
        e.array_length(Some(self.deleting_topics.len()), true)?;
        for item in &self.deleting_topics {
            item.encode(e, version)?;
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}

/// `TopicPartitionsInfo` in [`ShareGroupStatePartitionMetadataValue`], versions 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopicPartitionsInfo {
    /// `uuid`.
    pub topic_id: Uuid,
    /// `string`.
    pub topic_name: ByteString,
    /// `[]int32`.
    pub partitions: Vec<i32>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl TopicPartitionsInfo {
    /// The least number of bytes it takes.
    const fn min_size(_version: i16) -> usize {
        19
    }

    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            topic_id: d.uuid()?,
            topic_name: d.string(true)?,
            partitions: d.array(true, 4, Decoder::i32)?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.uuid(self.topic_id);
        e.string(&self.topic_name, true)?;
        e.array_length(Some(self.partitions.len()), true)?;
        for item in &self.partitions {
            e.i32(*item);
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}

/// `TopicInfo` in [`ShareGroupStatePartitionMetadataValue`], versions 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopicInfo {
    /// `uuid`.
    pub topic_id: Uuid,
    /// `string`.
    pub topic_name: ByteString,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl TopicInfo {
    /// The least number of bytes it takes.
    const fn min_size(_version: i16) -> usize {
        18
    }

    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            topic_id: d.uuid()?,
            topic_name: d.string(true)?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.uuid(self.topic_id);
        e.string(&self.topic_name, true)?;
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}
