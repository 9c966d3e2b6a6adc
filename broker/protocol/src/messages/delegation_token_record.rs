//! DelegationTokenRecord: record type 10, versions 0.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytestring::ByteString;

use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, UnknownTags};

/// DelegationTokenRecord: record type 10, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DelegationTokenRecord {
    /// `string`.
    pub owner: ByteString,
    /// `string`.
    pub requester: ByteString,
    /// `[]string`.
    pub renewers: Vec<ByteString>,
    /// `int64`.
    pub issue_timestamp: i64,
    /// `int64`.
    pub max_timestamp: i64,
    /// `int64`.
    pub expiration_timestamp: i64,
    /// `string`.
    pub token_id: ByteString,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Message for DelegationTokenRecord {
    const NAME: &'static str = "DelegationTokenRecord";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 0;
    const FLEXIBLE_VERSION: i16 = 0;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        Ok(Self {
            owner: d.string(true)?,
            requester: d.string(true)?,
            renewers: d.array(true, 1, |d| d.string(true))?,
            issue_timestamp: d.i64()?,
            max_timestamp: d.i64()?,
            expiration_timestamp: d.i64()?,
            token_id: d.string(true)?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        e.string(&self.owner, true)?;
        e.string(&self.requester, true)?;
        e.array_length(Some(self.renewers.len()), true)?;
        for item in &self.renewers {
            e.string(item, true)?;
        }
        e.i64(self.issue_timestamp);
        e.i64(self.max_timestamp);
        e.i64(self.expiration_timestamp);
        e.string(&self.token_id, true)?;
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}
