//! StreamsGroupTargetAssignmentMemberKey: record type 21, versions 0.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytestring::ByteString;

use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, RecordKey};

/// StreamsGroupTargetAssignmentMemberKey: record type 21, versions 0, flexible none.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StreamsGroupTargetAssignmentMemberKey {
    /// `string`.
    pub group_id: ByteString,
    /// `string`.
    pub member_id: ByteString,
}

impl Message for StreamsGroupTargetAssignmentMemberKey {
    const NAME: &'static str = "StreamsGroupTargetAssignmentMemberKey";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 0;
    const FLEXIBLE_VERSION: i16 = i16::MAX;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        Ok(Self { group_id: d.string(false)?, member_id: d.string(false)? })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        e.string(&self.group_id, false)?;
        e.string(&self.member_id, false)?;
        Ok(())
    }
}

impl RecordKey for StreamsGroupTargetAssignmentMemberKey {
    type Value = super::StreamsGroupTargetAssignmentMemberValue;
    const RECORD_TYPE: i16 = 21;
}
