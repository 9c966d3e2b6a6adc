//! GroupMetadataValue: record type 2, versions 0-4.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytes::Bytes;
use bytestring::ByteString;

use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, UnknownTags};

/// GroupMetadataValue: record type 2, versions 0-4, flexible 4+.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupMetadataValue {
    /// `string`.
    pub protocol_type: ByteString,
    /// `int32`.
    pub generation: i32,
    /// `string`, nullable.
    pub protocol: Option<ByteString>,
    /// `string`, nullable.
    pub leader: Option<ByteString>,
    /// `int64`, versions 2+, default -1; dropped elsewhere.
    pub current_state_timestamp: i64,
    /// `[]MemberMetadata`.
    pub members: Vec<MemberMetadata>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for GroupMetadataValue {
    fn default() -> Self {
        Self {
            protocol_type: ByteString::new(),
            generation: 0,
            protocol: Some(ByteString::new()),
            leader: Some(ByteString::new()),
            current_state_timestamp: -1,
            members: Vec::new(),
            unknown_tagged_fields: UnknownTags::new(),
        }
    }
}

impl Message for GroupMetadataValue {
    const NAME: &'static str = "GroupMetadataValue";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 4;
    const FLEXIBLE_VERSION: i16 = 4;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version == 4;
        Ok(Self {
            protocol_type: d.string(flexible)?,
            generation: d.i32()?,
            protocol: d.nullable_string(flexible)?,
            leader: d.nullable_string(flexible)?,
            current_state_timestamp: if version >= 2 { d.i64()? } else { -1 },
            members: d
                .array(flexible, MemberMetadata::min_size(version), |d| MemberMetadata::decode(d, version))?,
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version == 4;
        e.string(&self.protocol_type, flexible)?;
        e.i32(self.generation);
        e.nullable_string(self.protocol.as_ref(), flexible)?;
        e.nullable_string(self.leader.as_ref(), flexible)?;
        if version >= 2 {
            e.i64(self.current_state_timestamp);
        }
        e.array_length(Some(self.members.len()), flexible)?;
        for item in &self.members {
            item.encode(e, version)?;
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }
}

/// `MemberMetadata` in [`GroupMetadataValue`], versions 0-4.
#[derive(Debug, Clone, PartialEq)]
pub struct MemberMetadata {
    /// `string`.
    pub member_id: ByteString,
    /// `string`, versions 3+, nullable, default null; dropped elsewhere.
    pub group_instance_id: Option<ByteString>,
    /// `string`.
    pub client_id: ByteString,
    /// `string`.
    pub client_host: ByteString,
    /// `int32`, versions 1+, default -1; dropped elsewhere.
    pub rebalance_timeout: i32,
    /// `int32`.
    pub session_timeout: i32,
    /// `bytes`.
    pub subscription: Bytes,
    /// `bytes`.
    pub assignment: Bytes,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for MemberMetadata {
    fn default() -> Self {
        Self {
            member_id: ByteString::new(),
            group_instance_id: None,
            client_id: ByteString::new(),
            client_host: ByteString::new(),
            rebalance_timeout: -1,
            session_timeout: 0,
            subscription: Bytes::new(),
            assignment: Bytes::new(),
            unknown_tagged_fields: UnknownTags::new(),
        }
    }
}

impl MemberMetadata {
    /// The least number of bytes it takes.
    const fn min_size(version: i16) -> usize {
        match version {
            ..1 => 18,
            1..3 => 22,
            3..4 => 24,
            _ => 15,
        }
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let flexible = version == 4;
        Ok(Self {
            member_id: d.string(flexible)?,
            group_instance_id: if version >= 3 { d.nullable_string(flexible)? } else { None },
            client_id: d.string(flexible)?,
            client_host: d.string(flexible)?,
            rebalance_timeout: if version >= 1 { d.i32()? } else { -1 },
            session_timeout: d.i32()?,
            subscription: d.bytes(flexible)?,
            assignment: d.bytes(flexible)?,
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let flexible = version == 4;
        e.string(&self.member_id, flexible)?;
        if version >= 3 {
            e.nullable_string(self.group_instance_id.as_ref(), flexible)?;
        }
        e.string(&self.client_id, flexible)?;
        e.string(&self.client_host, flexible)?;
        if version >= 1 {
            e.i32(self.rebalance_timeout);
        }
        e.i32(self.session_timeout);
        e.bytes(&self.subscription, flexible)?;
        e.bytes(&self.assignment, flexible)?;
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }
}
