//! ConsumerGroupMemberMetadataValue: record type 5, versions 0.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytes::Bytes;
use bytestring::ByteString;

use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, UnknownTags};

/// ConsumerGroupMemberMetadataValue: record type 5, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq)]
pub struct ConsumerGroupMemberMetadataValue {
    /// `string`, nullable.
    pub instance_id: Option<ByteString>,
    /// `string`, nullable.
    pub rack_id: Option<ByteString>,
    /// `string`.
    pub client_id: ByteString,
    /// `string`.
    pub client_host: ByteString,
    /// `[]string`.
    pub subscribed_topic_names: Vec<ByteString>,
    /// `string`, nullable.
    pub subscribed_topic_regex: Option<ByteString>,
    /// `int32`, default -1.
    pub rebalance_timeout_ms: i32,
    /// `string`, nullable.
    pub server_assignor: Option<ByteString>,
    /// `ClassicMemberMetadata`, tag 0, nullable, default null.
    pub classic_member_metadata: Option<ClassicMemberMetadata>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for ConsumerGroupMemberMetadataValue {
    fn default() -> Self {
        Self {
            instance_id: Some(ByteString::new()),
            rack_id: Some(ByteString::new()),
            client_id: ByteString::new(),
            client_host: ByteString::new(),
            subscribed_topic_names: Vec::new(),
            subscribed_topic_regex: Some(ByteString::new()),
            rebalance_timeout_ms: -1,
            server_assignor: Some(ByteString::new()),
            classic_member_metadata: None,
            unknown_tagged_fields: UnknownTags::new(),
        }
    }
}

impl Message for ConsumerGroupMemberMetadataValue {
    const NAME: &'static str = "ConsumerGroupMemberMetadataValue";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 0;
    const FLEXIBLE_VERSION: i16 = 0;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let mut value = Self {
            instance_id: d.nullable_string(true)?,
            rack_id: d.nullable_string(true)?,
            client_id: d.string(true)?,
            client_host: d.string(true)?,
            subscribed_topic_names: d.array(true, 1, |d| d.string(true))?,
            subscribed_topic_regex: d.nullable_string(true)?,
            rebalance_timeout_ms: d.i32()?,
            server_assignor: d.nullable_string(true)?,
            classic_member_metadata: None,
            unknown_tagged_fields: UnknownTags::new(),
        };
        for _ in 0..d.tag_count()? {
            let (tag, outer) = d.begin_tag()?;
            match tag {
                0 => {
                    value.classic_member_metadata = if d.struct_present()? {
                        Some(ClassicMemberMetadata::decode(d, version)?)
                    } else {
                        None
                    }
                }
                _ => d.unknown_tag(tag, &mut value.unknown_tagged_fields)?,
            }
            d.end_tag(tag, outer)?;
        }
        Ok(value)
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        e.nullable_string(self.instance_id.as_ref(), true)?;
        e.nullable_string(self.rack_id.as_ref(), true)?;
        e.string(&self.client_id, true)?;
        e.string(&self.client_host, true)?;
        e.array_length(Some(self.subscribed_topic_names.len()), true)?;
        for item in &self.subscribed_topic_names {
            e.string(item, true)?;
        }
        e.nullable_string(self.subscribed_topic_regex.as_ref(), true)?;
        e.i32(self.rebalance_timeout_ms);
        e.nullable_string(self.server_assignor.as_ref(), true)?;
        let has_classic_member_metadata = self.classic_member_metadata.is_some();
        let mut unknown = self.unknown_tagged_fields.as_slice();
        e.unsigned_varint((usize::from(has_classic_member_metadata) + unknown.len()) as u32);
        if has_classic_member_metadata {
            unknown = e.unknown_tags_before(unknown, 0)?;
            let mark = e.begin_tag(0);
            match &self.classic_member_metadata {
                Some(value) => {
                    e.i8(1);
                    value.encode(e, version)?;
                }
                None => e.i8(-1),
            }
            e.end_tag(mark)?;
        }
        e.unknown_tags(unknown)?;
        Ok(())
    }
}

/// `ClassicMemberMetadata` in [`ConsumerGroupMemberMetadataValue`], versions 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ClassicMemberMetadata {
    /// `int32`.
    pub session_timeout_ms: i32,
    /// `[]ClassicProtocol`.
    pub supported_protocols: Vec<ClassicProtocol>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl ClassicMemberMetadata {
    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            session_timeout_ms: d.i32()?,
            supported_protocols: d
                .array(true, ClassicProtocol::min_size(version), |d| ClassicProtocol::decode(d, version))?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.i32(self.session_timeout_ms);
        e.array_length(Some(self.supported_protocols.len()), true)?;
        for item in &self.supported_protocols {
            item.encode(e, version)?;
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}

/// `ClassicProtocol` in [`ConsumerGroupMemberMetadataValue`], versions 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ClassicProtocol {
    /// `string`.
    pub name: ByteString,
    /// `bytes`.
    pub metadata: Bytes,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl ClassicProtocol {
    /// The least number of bytes it takes.
    const fn min_size(_version: i16) -> usize {
        3
    }

    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            name: d.string(true)?,
            metadata: d.bytes(true)?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.string(&self.name, true)?;
        e.bytes(&self.metadata, true)?;
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}
