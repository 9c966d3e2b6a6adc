//! AbortedTxn: versions 0.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message};

/// AbortedTxn: versions 0, flexible none.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AbortedTxn {
    /// `int64`.
    pub producer_id: i64,
    /// `int64`.
    pub first_offset: i64,
    /// `int64`.
    pub last_offset: i64,
    /// `int64`.
    pub last_stable_offset: i64,
}

impl Message for AbortedTxn {
    const NAME: &'static str = "AbortedTxn";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 0;
    const FLEXIBLE_VERSION: i16 = i16::MAX;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        Ok(Self {
            producer_id: d.i64()?,
            first_offset: d.i64()?,
            last_offset: d.i64()?,
            last_stable_offset: d.i64()?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        e.i64(self.producer_id);
        e.i64(self.first_offset);
        e.i64(self.last_offset);
        e.i64(self.last_stable_offset);
        Ok(())
    }
}
