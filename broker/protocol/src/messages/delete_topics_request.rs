//! DeleteTopicsRequest: API key 20, versions 1-6.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytestring::ByteString;
use uuid::Uuid;

use crate::ApiKey;
use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, Request, UnknownTags};

/// DeleteTopicsRequest: API key 20, versions 1-6, flexible 4+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DeleteTopicsRequest {
    /// `[]DeleteTopicState`, versions 6+.
    pub topics: Vec<DeleteTopicState>,
    /// `[]string`, versions 1-5; dropped elsewhere.
    pub topic_names: Vec<ByteString>,
    /// `int32`.
    pub timeout_ms: i32,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Message for DeleteTopicsRequest {
    const NAME: &'static str = "DeleteTopicsRequest";
    const MIN_VERSION: i16 = 1;
    const MAX_VERSION: i16 = 6;
    const FLEXIBLE_VERSION: i16 = 4;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version >= 4;
        Ok(Self {
            topics: if version == 6 {
                d.array(flexible, DeleteTopicState::min_size(version), |d| {
                    DeleteTopicState::decode(d, version)
                })?
            } else {
                Vec::new()
            },
            topic_names: if version <= 5 {
                d.array(flexible, if flexible { 1 } else { 2 }, |d| d.string(flexible))?
            } else {
                Vec::new()
            },
            timeout_ms: d.i32()?,
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version >= 4;
        if version == 6 {
            e.array_length(Some(self.topics.len()), flexible)?;
            for item in &self.topics {
                item.encode(e, version)?;
            }
        } else if !self.topics.is_empty() {
            return Err(EncodeError::FieldNotInVersion { field: "DeleteTopicsRequest.Topics", version });
        }
        if version <= 5 {
            e.array_length(Some(self.topic_names.len()), flexible)?;
            for item in &self.topic_names {
                e.string(item, flexible)?;
            }
        }
        e.i32(self.timeout_ms);
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }
}

impl Request for DeleteTopicsRequest {
    type Response = super::DeleteTopicsResponse;
    const API_KEY: ApiKey = ApiKey::DeleteTopics;
}

/// `DeleteTopicState` in [`DeleteTopicsRequest`], versions 6.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DeleteTopicState {
    /// `string`, nullable, default null.
    pub name: Option<ByteString>,
    /// `uuid`.
    pub topic_id: Uuid,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl DeleteTopicState {
    /// The least number of bytes it takes.
    const fn min_size(_version: i16) -> usize {
        18
    }

    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            name: d.nullable_string(true)?,
            topic_id: d.uuid()?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.nullable_string(self.name.as_ref(), true)?;
        e.uuid(self.topic_id);
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}
