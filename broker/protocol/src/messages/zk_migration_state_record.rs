//! ZkMigrationStateRecord: record type 21, versions 0.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, UnknownTags};

/// ZkMigrationStateRecord: record type 21, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ZkMigrationStateRecord {
    /// `int8`.
    pub zk_migration_state: i8,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Message for ZkMigrationStateRecord {
    const NAME: &'static str = "ZkMigrationStateRecord";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 0;
    const FLEXIBLE_VERSION: i16 = 0;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        Ok(Self { zk_migration_state: d.i8()?, unknown_tagged_fields: d.unknown_tags(true)? })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        e.i8(self.zk_migration_state);
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}
