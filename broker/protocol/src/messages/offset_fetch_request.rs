//! OffsetFetchRequest: API key 9, versions 1-10.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytestring::ByteString;
use uuid::Uuid;

use crate::ApiKey;
use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, Request, UnknownTags};

/// OffsetFetchRequest: API key 9, versions 1-10, flexible 6+.
#[derive(Debug, Clone, PartialEq)]
pub struct OffsetFetchRequest {
    /// `string`, versions 1-7.
    pub group_id: ByteString,
    /// `[]OffsetFetchRequestTopic`, versions 1-7, nullable in 2-7.
    pub topics: Option<Vec<OffsetFetchRequestTopic>>,
    /// `[]OffsetFetchRequestGroup`, versions 8+.
    pub groups: Vec<OffsetFetchRequestGroup>,
    /// `bool`, versions 7+.
    pub require_stable: bool,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for OffsetFetchRequest {
    fn default() -> Self {
        Self {
            group_id: ByteString::new(),
            topics: Some(Vec::new()),
            groups: Vec::new(),
            require_stable: false,
            unknown_tagged_fields: UnknownTags::new(),
        }
    }
}

impl Message for OffsetFetchRequest {
    const NAME: &'static str = "OffsetFetchRequest";
    const MIN_VERSION: i16 = 1;
    const MAX_VERSION: i16 = 10;
    const FLEXIBLE_VERSION: i16 = 6;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version >= 6;
        Ok(Self {
            group_id: if version <= 7 { d.string(flexible)? } else { ByteString::new() },
            topics: if version <= 7 {
                if version >= 2 {
                    d.nullable_array(flexible, OffsetFetchRequestTopic::min_size(version), |d| {
                        OffsetFetchRequestTopic::decode(d, version)
                    })?
                } else {
                    Some(d.array(flexible, OffsetFetchRequestTopic::min_size(version), |d| {
                        OffsetFetchRequestTopic::decode(d, version)
                    })?)
                }
            } else {
                Some(Vec::new())
            },
            groups: if version >= 8 {
                d.array(flexible, OffsetFetchRequestGroup::min_size(version), |d| {
                    OffsetFetchRequestGroup::decode(d, version)
                })?
            } else {
                Vec::new()
            },
            require_stable: if version >= 7 { d.bool()? } else { false },
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version >= 6;
        if version <= 7 {
            e.string(&self.group_id, flexible)?;
        } else if !self.group_id.is_empty() {
            return Err(EncodeError::FieldNotInVersion { field: "OffsetFetchRequest.GroupId", version });
        }
        if version <= 7 {
            if version < 2 && self.topics.is_none() {
                return Err(EncodeError::UnexpectedNull { field: "OffsetFetchRequest.Topics", version });
            }
            e.array_length(self.topics.as_ref().map(Vec::len), flexible)?;
            for item in self.topics.iter().flatten() {
                item.encode(e, version)?;
            }
        } else if self.topics.as_ref().is_none_or(|value| !value.is_empty()) {
            return Err(EncodeError::FieldNotInVersion { field: "OffsetFetchRequest.Topics", version });
        }
        if version >= 8 {
            e.array_length(Some(self.groups.len()), flexible)?;
            for item in &self.groups {
                item.encode(e, version)?;
            }
        } else if !self.groups.is_empty() {
            return Err(EncodeError::FieldNotInVersion { field: "OffsetFetchRequest.Groups", version });
        }
        if version >= 7 {
            e.bool(self.require_stable);
        } else if self.require_stable {
            return Err(EncodeError::FieldNotInVersion {
                field: "OffsetFetchRequest.RequireStable",
                version,
            });
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }
}

impl Request for OffsetFetchRequest {
    type Response = super::OffsetFetchResponse;
    const API_KEY: ApiKey = ApiKey::OffsetFetch;
}

/// `OffsetFetchRequestTopic` in [`OffsetFetchRequest`], versions 1-7.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OffsetFetchRequestTopic {
    /// `string`.
    pub name: ByteString,
    /// `[]int32`.
    pub partition_indexes: Vec<i32>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl OffsetFetchRequestTopic {
    /// The least number of bytes it takes.
    const fn min_size(version: i16) -> usize {
        match version {
            ..6 => 6,
            _ => 3,
        }
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 6;
        Ok(Self {
            name: d.string(flexible)?,
            partition_indexes: d.array(flexible, 4, Decoder::i32)?,
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 6;
        e.string(&self.name, flexible)?;
        e.array_length(Some(self.partition_indexes.len()), flexible)?;
        for item in &self.partition_indexes {
            e.i32(*item);
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }
}

/// `OffsetFetchRequestGroup` in [`OffsetFetchRequest`], versions 8-10.
#[derive(Debug, Clone, PartialEq)]
pub struct OffsetFetchRequestGroup {
    /// `string`.
    pub group_id: ByteString,
    /// `string`, versions 9+, nullable, default null; dropped elsewhere.
    pub member_id: Option<ByteString>,
    /// `int32`, versions 9+, default -1; dropped elsewhere.
    pub member_epoch: i32,
    /// `[]OffsetFetchRequestTopics`, nullable.
    pub topics: Option<Vec<OffsetFetchRequestTopics>>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for OffsetFetchRequestGroup {
    fn default() -> Self {
        Self {
            group_id: ByteString::new(),
            member_id: None,
            member_epoch: -1,
            topics: Some(Vec::new()),
            unknown_tagged_fields: UnknownTags::new(),
        }
    }
}

impl OffsetFetchRequestGroup {
    /// The least number of bytes it takes.
    const fn min_size(version: i16) -> usize {
        match version {
            ..9 => 3,
            _ => 8,
        }
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            group_id: d.string(true)?,
            member_id: if version >= 9 { d.nullable_string(true)? } else { None },
            member_epoch: if version >= 9 { d.i32()? } else { -1 },
            topics: d.nullable_array(true, OffsetFetchRequestTopics::min_size(version), |d| {
                OffsetFetchRequestTopics::decode(d, version)
            })?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.string(&self.group_id, true)?;
        if version >= 9 {
            e.nullable_string(self.member_id.as_ref(), true)?;
        }
        if version >= 9 {
            e.i32(self.member_epoch);
        }
        e.array_length(self.topics.as_ref().map(Vec::len), true)?;
        for item in self.topics.iter().flatten() {
            item.encode(e, version)?;
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}

/// `OffsetFetchRequestTopics` in [`OffsetFetchRequest`], versions 8-10.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OffsetFetchRequestTopics {
    /// `string`, versions 8-9; dropped elsewhere.
    pub name: ByteString,
    /// `uuid`, versions 10+; dropped elsewhere.
    pub topic_id: Uuid,
    /// `[]int32`.
    pub partition_indexes: Vec<i32>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl OffsetFetchRequestTopics {
    /// The least number of bytes it takes.
    const fn min_size(version: i16) -> usize {
        match version {
            ..10 => 3,
            _ => 18,
        }
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            name: if version <= 9 { d.string(true)? } else { ByteString::new() },
            topic_id: if version == 10 { d.uuid()? } else { Uuid::nil() },
            partition_indexes: d.array(true, 4, Decoder::i32)?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        if version <= 9 {
            e.string(&self.name, true)?;
        }
        if version == 10 {
            e.uuid(self.topic_id);
        }
        e.array_length(Some(self.partition_indexes.len()), true)?;
        for item in &self.partition_indexes {
            e.i32(*item);
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}
