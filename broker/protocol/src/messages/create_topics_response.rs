//! CreateTopicsResponse: API key 19, versions 2-7.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytestring::ByteString;
use uuid::Uuid;

use crate::ApiKey;
use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, Response, UnknownTags};

/// CreateTopicsResponse: API key 19, versions 2-7, flexible 5+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CreateTopicsResponse {
    /// `int32`.
    pub throttle_time_ms: i32,
    /// `[]CreatableTopicResult`.
    pub topics: Vec<CreatableTopicResult>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Message for CreateTopicsResponse {
    const NAME: &'static str = "CreateTopicsResponse";
    const MIN_VERSION: i16 = 2;
    const MAX_VERSION: i16 = 7;
    const FLEXIBLE_VERSION: i16 = 5;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version >= 5;
        Ok(Self {
            throttle_time_ms: d.i32()?,
            topics: d.array(flexible, CreatableTopicResult::min_size(version), |d| {
                CreatableTopicResult::decode(d, version)
            })?,
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version >= 5;
        e.i32(self.throttle_time_ms);
        e.array_length(Some(self.topics.len()), flexible)?;
        for item in &self.topics {
            item.encode(e, version)?;
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }
}

impl Response for CreateTopicsResponse {
    const API_KEY: ApiKey = ApiKey::CreateTopics;

    fn each_error_code(&self, version: i16, see: &mut dyn FnMut(i16)) {
        for item in &self.topics {
            item.each_error_code(version, see);
        }
    }
}

/// `CreatableTopicResult` in [`CreateTopicsResponse`], versions 2-7.
#[derive(Debug, Clone, PartialEq)]
pub struct CreatableTopicResult {
    /// `string`.
    pub name: ByteString,
    /// `uuid`, versions 7+; dropped elsewhere.
    pub topic_id: Uuid,
    /// `int16`.
    pub error_code: i16,
    /// `string`, nullable.
    pub error_message: Option<ByteString>,
    /// `int16`, tag 0, versions 5+; dropped elsewhere.
    pub topic_config_error_code: i16,
    /// `int32`, versions 5+, default -1; dropped elsewhere.
    pub num_partitions: i32,
    /// `int16`, versions 5+, default -1; dropped elsewhere.
    pub replication_factor: i16,
    /// `[]CreatableTopicConfigs`, versions 5+, nullable; dropped elsewhere.
    pub configs: Option<Vec<CreatableTopicConfigs>>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for CreatableTopicResult {
    fn default() -> Self {
        Self {
            name: ByteString::new(),
            topic_id: Uuid::nil(),
            error_code: 0,
            error_message: Some(ByteString::new()),
            topic_config_error_code: 0,
            num_partitions: -1,
            replication_factor: -1,
            configs: Some(Vec::new()),
            unknown_tagged_fields: UnknownTags::new(),
        }
    }
}

impl CreatableTopicResult {
    /// The least number of bytes it takes.
    const fn min_size(version: i16) -> usize {
        match version {
            ..5 => 6,
            5..7 => 12,
            _ => 28,
        }
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 5;
        let mut value = Self {
            name: d.string(flexible)?,
            topic_id: if version == 7 { d.uuid()? } else { Uuid::nil() },
            error_code: d.i16()?,
            error_message: d.nullable_string(flexible)?,
            topic_config_error_code: 0,
            num_partitions: if version >= 5 { d.i32()? } else { -1 },
            replication_factor: if version >= 5 { d.i16()? } else { -1 },
            configs: if version >= 5 {
                d.nullable_array(flexible, CreatableTopicConfigs::min_size(version), |d| {
                    CreatableTopicConfigs::decode(d, version)
                })?
            } else {
                Some(Vec::new())
            },
            unknown_tagged_fields: UnknownTags::new(),
        };
        if flexible {
            for _ in 0..d.tag_count()? {
                let (tag, outer) = d.begin_tag()?;
                match tag {
                    0 if version >= 5 => value.topic_config_error_code = d.i16()?,
                    _ => d.unknown_tag(tag, &mut value.unknown_tagged_fields)?,
                }
                d.end_tag(tag, outer)?;
            }
        }
        Ok(value)
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 5;
        e.string(&self.name, flexible)?;
        if version == 7 {
            e.uuid(self.topic_id);
        }
        e.i16(self.error_code);
        e.nullable_string(self.error_message.as_ref(), flexible)?;
        if version >= 5 {
            e.i32(self.num_partitions);
        }
        if version >= 5 {
            e.i16(self.replication_factor);
        }
        if version >= 5 {
            e.array_length(self.configs.as_ref().map(Vec::len), flexible)?;
            for item in self.configs.iter().flatten() {
                item.encode(e, version)?;
            }
        }
        if flexible {
            let has_topic_config_error_code = version >= 5 && self.topic_config_error_code != 0;
            let mut unknown = self.unknown_tagged_fields.as_slice();
            e.unsigned_varint((usize::from(has_topic_config_error_code) + unknown.len()) as u32);
            if has_topic_config_error_code {
                unknown = e.unknown_tags_before(unknown, 0)?;
                let mark = e.begin_tag(0);
                e.i16(self.topic_config_error_code);
                e.end_tag(mark)?;
            }
            e.unknown_tags(unknown)?;
        } else {
            e.only_unknown_tags(&self.unknown_tagged_fields, false)?;
        }
        Ok(())
    }

    fn each_error_code(&self, _version: i16, see: &mut dyn FnMut(i16)) {
        see(self.error_code);
    }
}

/// `CreatableTopicConfigs` in [`CreateTopicsResponse`], versions 5-7.
#[derive(Debug, Clone, PartialEq)]
pub struct CreatableTopicConfigs {
    /// `string`.
    pub name: ByteString,
    /// `string`, nullable.
    pub value: Option<ByteString>,
    /// `bool`.
    pub read_only: bool,
    /// `int8`, default -1.
    pub config_source: i8,
    /// `bool`.
    pub is_sensitive: bool,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for CreatableTopicConfigs {
    fn default() -> Self {
        Self {
            name: ByteString::new(),
            value: Some(ByteString::new()),
            read_only: false,
            config_source: -1,
            is_sensitive: false,
            unknown_tagged_fields: UnknownTags::new(),
        }
    }
}

impl CreatableTopicConfigs {
    /// The least number of bytes it takes.
    const fn min_size(_version: i16) -> usize {
        6
    }

    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            name: d.string(true)?,
            value: d.nullable_string(true)?,
            read_only: d.bool()?,
            config_source: d.i8()?,
            is_sensitive: d.bool()?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.string(&self.name, true)?;
        e.nullable_string(self.value.as_ref(), true)?;
        e.bool(self.read_only);
        e.i8(self.config_source);
        e.bool(self.is_sensitive);
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}
