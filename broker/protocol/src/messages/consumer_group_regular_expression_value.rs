//! ConsumerGroupRegularExpressionValue: record type 16, versions 0.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytestring::ByteString;

use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, UnknownTags};

/// ConsumerGroupRegularExpressionValue: record type 16, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ConsumerGroupRegularExpressionValue {
    /// `[]string`.
    pub topics: Vec<ByteString>,
    /// `int64`.
    pub version: i64,
    /// `int64`.
    pub timestamp: i64,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Message for ConsumerGroupRegularExpressionValue {
    const NAME: &'static str = "ConsumerGroupRegularExpressionValue";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 0;
    const FLEXIBLE_VERSION: i16 = 0;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        Ok(Self {
            topics: d.array(true, 1, |d| d.string(true))?,
            version: d.i64()?,
            timestamp: d.i64()?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        e.array_length(Some(self.topics.len()), true)?;
        for item in &self.topics {
            e.string(item, true)?;
        }
        e.i64(self.version);
        e.i64(self.timestamp);
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}
