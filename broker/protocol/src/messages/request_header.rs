//! RequestHeader: versions 1-2.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytestring::ByteString;

use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, UnknownTags};

/// RequestHeader: versions 1-2, flexible 2+.
#[derive(Debug, Clone, PartialEq)]
pub struct RequestHeader {
    /// `int16`.
    pub request_api_key: i16,
    /// `int16`.
    pub request_api_version: i16,
    /// `int32`.
    pub correlation_id: i32,
    /// `string`, nullable.
    pub client_id: Option<ByteString>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for RequestHeader {
    fn default() -> Self {
        Self {
            request_api_key: 0,
            request_api_version: 0,
            correlation_id: 0,
            client_id: Some(ByteString::new()),
            unknown_tagged_fields: UnknownTags::new(),
        }
    }
}

impl Message for RequestHeader {
    const NAME: &'static str = "RequestHeader";
    const MIN_VERSION: i16 = 1;
    const MAX_VERSION: i16 = 2;
    const FLEXIBLE_VERSION: i16 = 2;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version == 2;
        Ok(Self {
            request_api_key: d.i16()?,
            request_api_version: d.i16()?,
            correlation_id: d.i32()?,
            client_id: d.nullable_string(false)?,
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version == 2;
        e.i16(self.request_api_key);
        e.i16(self.request_api_version);
        e.i32(self.correlation_id);
        e.nullable_string(self.client_id.as_ref(), false)?;
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }
}
