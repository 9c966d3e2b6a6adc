//! ConsumerProtocolAssignment: versions 0-3.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytes::Bytes;
use bytestring::ByteString;

use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message};

/// ConsumerProtocolAssignment: versions 0-3, flexible none.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ConsumerProtocolAssignment {
    /// `[]TopicPartition`.
    pub assigned_partitions: Vec<TopicPartition>,
    /// `bytes`, nullable, default null.
    pub user_data: Option<Bytes>,
}

impl Message for ConsumerProtocolAssignment {
    const NAME: &'static str = "ConsumerProtocolAssignment";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 3;
    const FLEXIBLE_VERSION: i16 = i16::MAX;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        Ok(Self {
            assigned_partitions: d
                .array(false, TopicPartition::min_size(version), |d| TopicPartition::decode(d, version))?,
            user_data: d.nullable_bytes(false)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        e.array_length(Some(self.assigned_partitions.len()), false)?;
        for item in &self.assigned_partitions {
            item.encode(e, version)?;
        }
        e.nullable_bytes(self.user_data.as_ref(), false)?;
        Ok(())
    }
}

/// `TopicPartition` in [`ConsumerProtocolAssignment`], versions 0-3.
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
