//! ShareSnapshotKey: record type 0, versions 0.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytestring::ByteString;
use uuid::Uuid;

use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, RecordKey};

/// ShareSnapshotKey: record type 0, versions 0, flexible none.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ShareSnapshotKey {
    /// `string`.
    pub group_id: ByteString,
    /// `uuid`.
    pub topic_id: Uuid,
    /// `int32`.
    pub partition: i32,
}

impl Message for ShareSnapshotKey {
    const NAME: &'static str = "ShareSnapshotKey";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 0;
    const FLEXIBLE_VERSION: i16 = i16::MAX;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        Ok(Self { group_id: d.string(false)?, topic_id: d.uuid()?, partition: d.i32()? })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        e.string(&self.group_id, false)?;
        e.uuid(self.topic_id);
        e.i32(self.partition);
        Ok(())
    }
}

impl RecordKey for ShareSnapshotKey {
    type Value = super::ShareSnapshotValue;
    const RECORD_TYPE: i16 = 0;
}
