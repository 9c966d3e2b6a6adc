//! ConsumerGroupHeartbeatRequest: API key 68, versions 0-1.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytestring::ByteString;
use uuid::Uuid;

use crate::ApiKey;
use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, Request, UnknownTags};

/// ConsumerGroupHeartbeatRequest: API key 68, versions 0-1, flexible 0+.
#[derive(Debug, Clone, PartialEq)]
pub struct ConsumerGroupHeartbeatRequest {
    /// `string`.
    pub group_id: ByteString,
    /// `string`.
    pub member_id: ByteString,
    /// `int32`.
    pub member_epoch: i32,
    /// `string`, nullable, default null.
    pub instance_id: Option<ByteString>,
    /// `string`, nullable, default null.
    pub rack_id: Option<ByteString>,
    /// `int32`, default -1.
    pub rebalance_timeout_ms: i32,
    /// `[]string`, nullable, default null.
    pub subscribed_topic_names: Option<Vec<ByteString>>,
    /// `string`, versions 1+, nullable, default null.
    pub subscribed_topic_regex: Option<ByteString>,
    /// `string`, nullable, default null.
    pub server_assignor: Option<ByteString>,
    /// `[]TopicPartitions`, nullable, default null.
    pub topic_partitions: Option<Vec<TopicPartitions>>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for ConsumerGroupHeartbeatRequest {
    fn default() -> Self {
        Self {
            group_id: ByteString::new(),
            member_id: ByteString::new(),
            member_epoch: 0,
            instance_id: None,
            rack_id: None,
            rebalance_timeout_ms: -1,
            subscribed_topic_names: None,
            subscribed_topic_regex: None,
            server_assignor: None,
            topic_partitions: None,
            unknown_tagged_fields: UnknownTags::new(),
        }
    }
}

impl Message for ConsumerGroupHeartbeatRequest {
    const NAME: &'static str = "ConsumerGroupHeartbeatRequest";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 1;
    const FLEXIBLE_VERSION: i16 = 0;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        Ok(Self {
            group_id: d.string(true)?,
            member_id: d.string(true)?,
            member_epoch: d.i32()?,
            instance_id: d.nullable_string(true)?,
            rack_id: d.nullable_string(true)?,
            rebalance_timeout_ms: d.i32()?,
            subscribed_topic_names: d.nullable_array(true, 1, |d| d.string(true))?,
            subscribed_topic_regex: if version == 1 { d.nullable_string(true)? } else { None },
            server_assignor: d.nullable_string(true)?,
            topic_partitions: d.nullable_array(true, TopicPartitions::min_size(version), |d| {
                TopicPartitions::decode(d, version)
            })?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        e.string(&self.group_id, true)?;
        e.string(&self.member_id, true)?;
        e.i32(self.member_epoch);
        e.nullable_string(self.instance_id.as_ref(), true)?;
        e.nullable_string(self.rack_id.as_ref(), true)?;
        e.i32(self.rebalance_timeout_ms);
        e.array_length(self.subscribed_topic_names.as_ref().map(Vec::len), true)?;
        for item in self.subscribed_topic_names.iter().flatten() {
            e.string(item, true)?;
        }
        if version == 1 {
            e.nullable_string(self.subscribed_topic_regex.as_ref(), true)?;
        } else if self.subscribed_topic_regex.is_some() {
            return Err(EncodeError::FieldNotInVersion {
                field: "ConsumerGroupHeartbeatRequest.SubscribedTopicRegex",
                version,
            });
        }
        e.nullable_string(self.server_assignor.as_ref(), true)?;
        e.array_length(self.topic_partitions.as_ref().map(Vec::len), true)?;
        for item in self.topic_partitions.iter().flatten() {
            item.encode(e, version)?;
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}

impl Request for ConsumerGroupHeartbeatRequest {
    type Response = super::ConsumerGroupHeartbeatResponse;
    const API_KEY: ApiKey = ApiKey::ConsumerGroupHeartbeat;
}

/// `TopicPartitions` in [`ConsumerGroupHeartbeatRequest`], versions 0-1.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopicPartitions {
    /// `uuid`.
    pub topic_id: Uuid,
    /// `[]int32`.
    pub partitions: Vec<i32>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl TopicPartitions {
    /// The least number of bytes it takes.
    const fn min_size(_version: i16) -> usize {
        18
    }

    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            topic_id: d.uuid()?,
            partitions: d.array(true, 4, Decoder::i32)?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.uuid(self.topic_id);
        e.array_length(Some(self.partitions.len()), true)?;
        for item in &self.partitions {
            e.i32(*item);
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}
