//! MetadataRequest: API key 3, versions 0-13.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytestring::ByteString;
use uuid::Uuid;

use crate::ApiKey;
use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, Request, UnknownTags};

/// MetadataRequest: API key 3, versions 0-13, flexible 9+.
#[derive(Debug, Clone, PartialEq)]
pub struct MetadataRequest {
    /// `[]MetadataRequestTopic`, nullable in 1+.
    pub topics: Option<Vec<MetadataRequestTopic>>,
    /// `bool`, versions 4+, default true.
    pub allow_auto_topic_creation: bool,
    /// `bool`, versions 8-10.
    pub include_cluster_authorized_operations: bool,
    /// `bool`, versions 8+.
    pub include_topic_authorized_operations: bool,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for MetadataRequest {
    fn default() -> Self {
        Self {
            topics: Some(Vec::new()),
            allow_auto_topic_creation: true,
            include_cluster_authorized_operations: false,
            include_topic_authorized_operations: false,
            unknown_tagged_fields: UnknownTags::new(),
        }
    }
}

impl Message for MetadataRequest {
    const NAME: &'static str = "MetadataRequest";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 13;
    const FLEXIBLE_VERSION: i16 = 9;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version >= 9;
        Ok(Self {
            topics: if version >= 1 {
                d.nullable_array(flexible, MetadataRequestTopic::min_size(version), |d| {
                    MetadataRequestTopic::decode(d, version)
                })?
            } else {
                Some(d.array(flexible, MetadataRequestTopic::min_size(version), |d| {
                    MetadataRequestTopic::decode(d, version)
                })?)
            },
            allow_auto_topic_creation: if version >= 4 { d.bool()? } else { true },
            include_cluster_authorized_operations: if (8..=10).contains(&version) {
                d.bool()?
            } else {
                false
            },
            include_topic_authorized_operations: if version >= 8 { d.bool()? } else { false },
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version >= 9;
        if version < 1 && self.topics.is_none() {
            return Err(EncodeError::UnexpectedNull { field: "MetadataRequest.Topics", version });
        }
        e.array_length(self.topics.as_ref().map(Vec::len), flexible)?;
        for item in self.topics.iter().flatten() {
            item.encode(e, version)?;
        }
        if version >= 4 {
            e.bool(self.allow_auto_topic_creation);
        } else if !self.allow_auto_topic_creation {
            return Err(EncodeError::FieldNotInVersion {
                field: "MetadataRequest.AllowAutoTopicCreation",
                version,
            });
        }
        if (8..=10).contains(&version) {
            e.bool(self.include_cluster_authorized_operations);
        } else if self.include_cluster_authorized_operations {
            return Err(EncodeError::FieldNotInVersion {
                field: "MetadataRequest.IncludeClusterAuthorizedOperations",
                version,
            });
        }
        if version >= 8 {
            e.bool(self.include_topic_authorized_operations);
        } else if self.include_topic_authorized_operations {
            return Err(EncodeError::FieldNotInVersion {
                field: "MetadataRequest.IncludeTopicAuthorizedOperations",
                version,
            });
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }
}

impl Request for MetadataRequest {
    type Response = super::MetadataResponse;
    const API_KEY: ApiKey = ApiKey::Metadata;
}

/// `MetadataRequestTopic` in [`MetadataRequest`], versions 0-13.
#[derive(Debug, Clone, PartialEq)]
pub struct MetadataRequestTopic {
    /// `uuid`, versions 10+; dropped elsewhere.
    pub topic_id: Uuid,
    /// `string`, nullable in 10+.
    pub name: Option<ByteString>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for MetadataRequestTopic {
    fn default() -> Self {
        Self {
            topic_id: Uuid::nil(),
            name: Some(ByteString::new()),
            unknown_tagged_fields: UnknownTags::new(),
        }
    }
}

impl MetadataRequestTopic {
    /// The least number of bytes it takes.
    const fn min_size(version: i16) -> usize {
        match version {
            ..10 => 2,
            _ => 18,
        }
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 9;
        Ok(Self {
            topic_id: if version >= 10 { d.uuid()? } else { Uuid::nil() },
            name: if version >= 10 { d.nullable_string(flexible)? } else { Some(d.string(flexible)?) },
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 9;
        if version >= 10 {
            e.uuid(self.topic_id);
        }
        if version < 10 && self.name.is_none() {
            return Err(EncodeError::UnexpectedNull { field: "MetadataRequestTopic.Name", version });
        }
        e.nullable_string(self.name.as_ref(), flexible)?;
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }
}
