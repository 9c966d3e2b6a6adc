//! DeleteTopicsResponse: API key 20, versions 1-6.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytestring::ByteString;
use uuid::Uuid;

use crate::ApiKey;
use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, Response, UnknownTags};

/// DeleteTopicsResponse: API key 20, versions 1-6, flexible 4+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DeleteTopicsResponse {
    /// `int32`.
    pub throttle_time_ms: i32,
    /// `[]DeletableTopicResult`.
    pub responses: Vec<DeletableTopicResult>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Message for DeleteTopicsResponse {
    const NAME: &'static str = "DeleteTopicsResponse";
    const MIN_VERSION: i16 = 1;
    const MAX_VERSION: i16 = 6;
    const FLEXIBLE_VERSION: i16 = 4;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version >= 4;
        Ok(Self {
            throttle_time_ms: d.i32()?,
            responses: d.array(flexible, DeletableTopicResult::min_size(version), |d| {
                DeletableTopicResult::decode(d, version)
            })?,
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version >= 4;
        e.i32(self.throttle_time_ms);
        e.array_length(Some(self.responses.len()), flexible)?;
        for item in &self.responses {
            item.encode(e, version)?;
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }
}

impl Response for DeleteTopicsResponse {
    const API_KEY: ApiKey = ApiKey::DeleteTopics;

    fn each_error_code(&self, version: i16, see: &mut dyn FnMut(i16)) {
        for item in &self.responses {
            item.each_error_code(version, see);
        }
    }
}

/// `DeletableTopicResult` in [`DeleteTopicsResponse`], versions 1-6.
#[derive(Debug, Clone, PartialEq)]
pub struct DeletableTopicResult {
    /// `string`, nullable in 6+.
    pub name: Option<ByteString>,
    /// `uuid`, versions 6+; dropped elsewhere.
    pub topic_id: Uuid,
    /// `int16`.
    pub error_code: i16,
    /// `string`, versions 5+, nullable, default null; dropped elsewhere.
    pub error_message: Option<ByteString>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for DeletableTopicResult {
    fn default() -> Self {
        Self {
            name: Some(ByteString::new()),
            topic_id: Uuid::nil(),
            error_code: 0,
            error_message: None,
            unknown_tagged_fields: UnknownTags::new(),
        }
    }
}

impl DeletableTopicResult {
    /// The least number of bytes it takes.
    const fn min_size(version: i16) -> usize {
        match version {
            ..5 => 4,
            5..6 => 5,
            _ => 21,
        }
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 4;
        Ok(Self {
            name: if version == 6 { d.nullable_string(flexible)? } else { Some(d.string(flexible)?) },
            topic_id: if version == 6 { d.uuid()? } else { Uuid::nil() },
            error_code: d.i16()?,
            error_message: if version >= 5 { d.nullable_string(flexible)? } else { None },
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 4;
        if version != 6 && self.name.is_none() {
            return Err(EncodeError::UnexpectedNull { field: "DeletableTopicResult.Name", version });
        }
        e.nullable_string(self.name.as_ref(), flexible)?;
        if version == 6 {
            e.uuid(self.topic_id);
        }
        e.i16(self.error_code);
        if version >= 5 {
            e.nullable_string(self.error_message.as_ref(), flexible)?;
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }

    fn each_error_code(&self, _version: i16, see: &mut dyn FnMut(i16)) {
        see(self.error_code);
    }
}
