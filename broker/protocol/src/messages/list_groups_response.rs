//! ListGroupsResponse: API key 16, versions 0-5.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytestring::ByteString;

use crate::ApiKey;
use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, Response, UnknownTags};

/// ListGroupsResponse: API key 16, versions 0-5, flexible 3+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ListGroupsResponse {
    /// `int32`, versions 1+; dropped elsewhere.
    pub throttle_time_ms: i32,
    /// `int16`.
    pub error_code: i16,
    /// `[]ListedGroup`.
    pub groups: Vec<ListedGroup>,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Message for ListGroupsResponse {
    const NAME: &'static str = "ListGroupsResponse";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 5;
    const FLEXIBLE_VERSION: i16 = 3;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version >= 3;
        Ok(Self {
            throttle_time_ms: if version >= 1 { d.i32()? } else { 0 },
            error_code: d.i16()?,
            groups: d.array(flexible, ListedGroup::min_size(version), |d| ListedGroup::decode(d, version))?,
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version >= 3;
        if version >= 1 {
            e.i32(self.throttle_time_ms);
        }
        e.i16(self.error_code);
        e.array_length(Some(self.groups.len()), flexible)?;
        for item in &self.groups {
            item.encode(e, version)?;
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }
}

impl Response for ListGroupsResponse {
    const API_KEY: ApiKey = ApiKey::ListGroups;

    fn each_error_code(&self, _version: i16, see: &mut dyn FnMut(i16)) {
        see(self.error_code);
    }
}

/// `ListedGroup` in [`ListGroupsResponse`], versions 0-5.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ListedGroup {
    /// `string`.
    pub group_id: ByteString,
    /// `string`.
    pub protocol_type: ByteString,
    /// `string`, versions 4+; dropped elsewhere.
    pub group_state: ByteString,
    /// `string`, versions 5+; dropped elsewhere.
    pub group_type: ByteString,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl ListedGroup {
    /// The least number of bytes it takes.
    const fn min_size(version: i16) -> usize {
        match version {
            ..3 => 4,
            3..4 => 3,
            4..5 => 4,
            _ => 5,
        }
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 3;
        Ok(Self {
            group_id: d.string(flexible)?,
            protocol_type: d.string(flexible)?,
            group_state: if version >= 4 { d.string(flexible)? } else { ByteString::new() },
            group_type: if version == 5 { d.string(flexible)? } else { ByteString::new() },
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 3;
        e.string(&self.group_id, flexible)?;
        e.string(&self.protocol_type, flexible)?;
        if version >= 4 {
            e.string(&self.group_state, flexible)?;
        }
        if version == 5 {
            e.string(&self.group_type, flexible)?;
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }
}
