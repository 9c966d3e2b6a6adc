//! ShareGroupMemberMetadataValue: record type 10, versions 0.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytestring::ByteString;

use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, UnknownTags};

/// ShareGroupMemberMetadataValue: record type 10, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq)]
pub struct ShareGroupMemberMetadataValue {
    /// `string`, nullable.
    pub rack_id: Option<ByteString>,
    /// `string`.
    pub client_id: ByteString,
    /// `string`.
    pub client_host: ByteString,
    /// `[]string`.
    pub subscribed_topic_names: Vec<ByteString>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for ShareGroupMemberMetadataValue {
    fn default() -> Self {
        Self {
            rack_id: Some(ByteString::new()),
            client_id: ByteString::new(),
            client_host: ByteString::new(),
            subscribed_topic_names: Vec::new(),
            unknown_tagged_fields: UnknownTags::new(),
        }
    }
}

impl Message for ShareGroupMemberMetadataValue {
    const NAME: &'static str = "ShareGroupMemberMetadataValue";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 0;
    const FLEXIBLE_VERSION: i16 = 0;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        Ok(Self {
            rack_id: d.nullable_string(true)?,
            client_id: d.string(true)?,
            client_host: d.string(true)?,
            subscribed_topic_names: d.array(true, 1, |d| d.string(true))?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        e.nullable_string(self.rack_id.as_ref(), true)?;
        e.string(&self.client_id, true)?;
        e.string(&self.client_host, true)?;
        e.array_length(Some(self.subscribed_topic_names.len()), true)?;
        for item in &self.subscribed_topic_names {
            e.string(item, true)?;
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}
