//! ConsumerGroupRegularExpressionKey: record type 16, versions 0.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytestring::ByteString;

use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, RecordKey};

/// ConsumerGroupRegularExpressionKey: record type 16, versions 0, flexible none.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ConsumerGroupRegularExpressionKey {
    /// `string`.
    pub group_id: ByteString,
    /// `string`.
    pub regular_expression: ByteString,
}

impl Message for ConsumerGroupRegularExpressionKey {
    const NAME: &'static str = "ConsumerGroupRegularExpressionKey";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 0;
    const FLEXIBLE_VERSION: i16 = i16::MAX;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        Ok(Self { group_id: d.string(false)?, regular_expression: d.string(false)? })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        e.string(&self.group_id, false)?;
        e.string(&self.regular_expression, false)?;
        Ok(())
    }
}

impl RecordKey for ConsumerGroupRegularExpressionKey {
    type Value = super::ConsumerGroupRegularExpressionValue;
    const RECORD_TYPE: i16 = 16;
}
