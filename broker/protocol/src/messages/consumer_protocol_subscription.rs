//! ConsumerProtocolSubscription: versions 0-3.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytes::Bytes;
use bytestring::ByteString;

use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message};

/// ConsumerProtocolSubscription: versions 0-3, flexible none.
#[derive(Debug, Clone, PartialEq)]
pub struct ConsumerProtocolSubscription {
    /// `[]string`.
    pub topics: Vec<ByteString>,
    /// `bytes`, nullable, default null.
    pub user_data: Option<Bytes>,
    /// `[]TopicPartition`, versions 1+; dropped elsewhere.
    pub owned_partitions: Vec<TopicPartition>,
    /// `int32`, versions 2+, default -1; dropped elsewhere.
    pub generation_id: i32,
    /// `string`, versions 3+, nullable, default null; dropped elsewhere.
    pub rack_id: Option<ByteString>,
}

impl Default for ConsumerProtocolSubscription {
    fn default() -> Self {
        Self {
            topics: Vec::new(),
            user_data: None,
            owned_partitions: Vec::new(),
            generation_id: -1,
            rack_id: None,
        }
    }
}

impl Message for ConsumerProtocolSubscription {
    const NAME: &'static str = "ConsumerProtocolSubscription";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 3;
    const FLEXIBLE_VERSION: i16 = i16::MAX;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        Ok(Self {
            topics: d.array(false, 2, |d| d.string(false))?,
            user_data: d.nullable_bytes(false)?,
            owned_partitions: if version >= 1 {
                d.array(false, TopicPartition::min_size(version), |d| TopicPartition::decode(d, version))?
            } else {
                Vec::new()
            },
            generation_id: if version >= 2 { d.i32()? } else { -1 },
            rack_id: if version == 3 { d.nullable_string(false)? } else { None },
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        e.array_length(Some(self.topics.len()), false)?;
        for item in &self.topics {
            e.string(item, false)?;
        }
        e.nullable_bytes(self.user_data.as_ref(), false)?;
        if version >= 1 {
            e.array_length(Some(self.owned_partitions.len()), false)?;
            for item in &self.owned_partitions {
                item.encode(e, version)?;
            }
        }
        if version >= 2 {
            e.i32(self.generation_id);
        }
        if version == 3 {
            e.nullable_string(self.rack_id.as_ref(), false)?;
        }
        Ok(())
    }
}

/// `TopicPartition` in [`ConsumerProtocolSubscription`], versions 1-3.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopicPartition {
    /// `string`.
    pub topic: ByteString,
    /// `[]int32`.
    pub partitions: Vec<i32>,
}

impl TopicPartition {
    /// The least number of bytes it takes.
    const fn min_size(_version: i16) -> usize {
        6
    }

    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self { topic: d.string(false)?, partitions: d.array(false, 4, Decoder::i32)? })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.string(&self.topic, false)?;
        e.array_length(Some(self.partitions.len()), false)?;
        for item in &self.partitions {
            e.i32(*item);
        }
        Ok(())
    }
}
