//! StreamsGroupMemberMetadataValue: record type 19, versions 0.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytestring::ByteString;

use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, UnknownTags};

/// StreamsGroupMemberMetadataValue: record type 19, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq)]
pub struct StreamsGroupMemberMetadataValue {
    /// `string`, nullable.
    pub instance_id: Option<ByteString>,
    /// `string`, nullable.
    pub rack_id: Option<ByteString>,
    /// `string`.
    pub client_id: ByteString,
    /// `string`.
    pub client_host: ByteString,
    /// `int32`, default -1.
    pub rebalance_timeout_ms: i32,
    /// `int32`.
    pub topology_epoch: i32,
    /// `string`.
    pub process_id: ByteString,
    /// `Endpoint`, nullable, default null.
    pub user_endpoint: Option<Endpoint>,
    /// `[]KeyValue`.
    pub client_tags: Vec<KeyValue>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for StreamsGroupMemberMetadataValue {
    fn default() -> Self {
        Self {
            instance_id: Some(ByteString::new()),
            rack_id: Some(ByteString::new()),
            client_id: ByteString::new(),
            client_host: ByteString::new(),
            rebalance_timeout_ms: -1,
            topology_epoch: 0,
            process_id: ByteString::new(),
            user_endpoint: None,
            client_tags: Vec::new(),
            unknown_tagged_fields: UnknownTags::new(),
        }
    }
}

impl Message for StreamsGroupMemberMetadataValue {
    const NAME: &'static str = "StreamsGroupMemberMetadataValue";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 0;
    const FLEXIBLE_VERSION: i16 = 0;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        Ok(Self {
            instance_id: d.nullable_string(true)?,
            rack_id: d.nullable_string(true)?,
            client_id: d.string(true)?,
            client_host: d.string(true)?,
            rebalance_timeout_ms: d.i32()?,
            topology_epoch: d.i32()?,
            process_id: d.string(true)?,
            user_endpoint: if d.struct_present()? { Some(Endpoint::decode(d, version)?) } else { None },
            client_tags: d.array(true, KeyValue::min_size(version), |d| KeyValue::decode(d, version))?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        e.nullable_string(self.instance_id.as_ref(), true)?;
        e.nullable_string(self.rack_id.as_ref(), true)?;
        e.string(&self.client_id, true)?;
        e.string(&self.client_host, true)?;
        e.i32(self.rebalance_timeout_ms);
        e.i32(self.topology_epoch);
        e.string(&self.process_id, true)?;
        match &self.user_endpoint {
            Some(value) => {
                e.i8(1);
                value.encode(e, version)?;
            }
            None => e.i8(-1),
        }
        e.array_length(Some(self.client_tags.len()), true)?;
        for item in &self.client_tags {
            item.encode(e, version)?;
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}

/// `Endpoint` in [`StreamsGroupMemberMetadataValue`], versions 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Endpoint {
    /// `string`.
    pub host: ByteString,
    /// `uint16`.
    pub port: u16,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Endpoint {
    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self { host: d.string(true)?, port: d.u16()?, unknown_tagged_fields: d.unknown_tags(true)? })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.string(&self.host, true)?;
        e.u16(self.port);
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}

/// `KeyValue` in [`StreamsGroupMemberMetadataValue`], versions 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct KeyValue {
    /// `string`.
    pub key: ByteString,
    /// `string`.
    pub value: ByteString,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl KeyValue {
    /// The least number of bytes it takes.
    const fn min_size(_version: i16) -> usize {
        3
    }

    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            key: d.string(true)?,
            value: d.string(true)?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.string(&self.key, true)?;
        e.string(&self.value, true)?;
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}
