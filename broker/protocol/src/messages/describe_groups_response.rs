//! DescribeGroupsResponse: API key 15, versions 0-6.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytes::Bytes;
use bytestring::ByteString;

use crate::ApiKey;
use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, Response, UnknownTags};

/// DescribeGroupsResponse: API key 15, versions 0-6, flexible 5+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribeGroupsResponse {
    /// `int32`, versions 1+; dropped elsewhere.
    pub throttle_time_ms: i32,
    /// `[]DescribedGroup`.
    pub groups: Vec<DescribedGroup>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Message for DescribeGroupsResponse {
    const NAME: &'static str = "DescribeGroupsResponse";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 6;
    const FLEXIBLE_VERSION: i16 = 5;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version >= 5;
        Ok(Self {
            throttle_time_ms: if version >= 1 { d.i32()? } else { 0 },
            groups: d
                .array(flexible, DescribedGroup::min_size(version), |d| DescribedGroup::decode(d, version))?,
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version >= 5;
        if version >= 1 {
            e.i32(self.throttle_time_ms);
        }
        e.array_length(Some(self.groups.len()), flexible)?;
        for item in &self.groups {
            item.encode(e, version)?;
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }
}

impl Response for DescribeGroupsResponse {
    const API_KEY: ApiKey = ApiKey::DescribeGroups;

    fn each_error_code(&self, version: i16, see: &mut dyn FnMut(i16)) {
        for item in &self.groups {
            item.each_error_code(version, see);
        }
    }
}

/// `DescribedGroup` in [`DescribeGroupsResponse`], versions 0-6.
#[derive(Debug, Clone, PartialEq)]
pub struct DescribedGroup {
    /// `int16`.
    pub error_code: i16,
    /// `string`, versions 6+, nullable, default null.
    pub error_message: Option<ByteString>,
    /// `string`.
    pub group_id: ByteString,
    /// `string`.
    pub group_state: ByteString,
    /// `string`.
    pub protocol_type: ByteString,
    /// `string`.
    pub protocol_data: ByteString,
    /// `[]DescribedGroupMember`.
    pub members: Vec<DescribedGroupMember>,
    /// `int32`, versions 3+, default -2147483648.
    pub authorized_operations: i32,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for DescribedGroup {
    fn default() -> Self {
        Self {
            error_code: 0,
            error_message: None,
            group_id: ByteString::new(),
            group_state: ByteString::new(),
            protocol_type: ByteString::new(),
            protocol_data: ByteString::new(),
            members: Vec::new(),
            authorized_operations: i32::MIN,
            unknown_tagged_fields: UnknownTags::new(),
        }
    }
}

impl DescribedGroup {
    /// The least number of bytes it takes.
    const fn min_size(version: i16) -> usize {
        match version {
            ..3 => 14,
            3..5 => 18,
            5..6 => 12,
            _ => 13,
        }
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 5;
        Ok(Self {
            error_code: d.i16()?,
            error_message: if version == 6 { d.nullable_string(flexible)? } else { None },
            group_id: d.string(flexible)?,
            group_state: d.string(flexible)?,
            protocol_type: d.string(flexible)?,
            protocol_data: d.string(flexible)?,
            members: d.array(flexible, DescribedGroupMember::min_size(version), |d| {
                DescribedGroupMember::decode(d, version)
            })?,
            authorized_operations: if version >= 3 { d.i32()? } else { i32::MIN },
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 5;
        e.i16(self.error_code);
        if version == 6 {
            e.nullable_string(self.error_message.as_ref(), flexible)?;
        } else if self.error_message.is_some() {
            return Err(EncodeError::FieldNotInVersion { field: "DescribedGroup.ErrorMessage", version });
        }
        e.string(&self.group_id, flexible)?;
        e.string(&self.group_state, flexible)?;
        e.string(&self.protocol_type, flexible)?;
        e.string(&self.protocol_data, flexible)?;
        e.array_length(Some(self.members.len()), flexible)?;
        for item in &self.members {
            item.encode(e, version)?;
        }
        if version >= 3 {
            e.i32(self.authorized_operations);
        } else if self.authorized_operations != i32::MIN {
            return Err(EncodeError::FieldNotInVersion {
                field: "DescribedGroup.AuthorizedOperations",
                version,
            });
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }

    fn each_error_code(&self, _version: i16, see: &mut dyn FnMut(i16)) {
        see(self.error_code);
    }
}

/// `DescribedGroupMember` in [`DescribeGroupsResponse`], versions 0-6.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribedGroupMember {
    /// `string`.
    pub member_id: ByteString,
    /// `string`, versions 4+, nullable, default null; dropped elsewhere.
    pub group_instance_id: Option<ByteString>,
    /// `string`.
    pub client_id: ByteString,
    /// `string`.
    pub client_host: ByteString,
    /// `bytes`.
    pub member_metadata: Bytes,
    /// `bytes`.
    pub member_assignment: Bytes,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl DescribedGroupMember {
    /// The least number of bytes it takes.
    const fn min_size(version: i16) -> usize {
        match version {
            ..4 => 14,
            4..5 => 16,
            _ => 7,
        }
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 5;
        Ok(Self {
            member_id: d.string(flexible)?,
            group_instance_id: if version >= 4 { d.nullable_string(flexible)? } else { None },
            client_id: d.string(flexible)?,
            client_host: d.string(flexible)?,
            member_metadata: d.bytes(flexible)?,
            member_assignment: d.bytes(flexible)?,
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 5;
        e.string(&self.member_id, flexible)?;
        if version >= 4 {
            e.nullable_string(self.group_instance_id.as_ref(), flexible)?;
        }
        e.string(&self.client_id, flexible)?;
        e.string(&self.client_host, flexible)?;
        e.bytes(&self.member_metadata, flexible)?;
        e.bytes(&self.member_assignment, flexible)?;
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }
}
