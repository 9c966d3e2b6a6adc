//! The traits that generated messages implement.

use std::fmt::Debug;

use super::{DecodeError, Decoder, EncodeError, Encoder};
use crate::ApiKey;

/// A message of Kafka's protocol, or a record of one of its internal topics.
///
/// Field rules are Kafka's: a field that a version lacks decodes to its default; encoding it with another
/// value is an error unless the field may be ignored.
pub trait Message: Sized + Clone + Debug + Default + PartialEq {
    /// Kafka's name of the message.
    const NAME: &'static str;
    /// Lowest valid version.
    const MIN_VERSION: i16;
    /// Highest valid version (see [`ApiKey::latest_version_unstable`] for requests).
    const MAX_VERSION: i16;
    /// First version with compact encodings and tagged fields (KIP-482); `i16::MAX` if there is none.
    const FLEXIBLE_VERSION: i16;

    /// Reads the message. Strings and bytes are slices of the decoder's buffer, which they keep alive.
    /// Bytes after the message are left in the decoder: see [`Decoder::finish`].
    fn decode(decoder: &mut Decoder, version: i16) -> Result<Self, DecodeError>;

    /// Writes the message. After an error the encoder holds an unusable part of it.
    fn encode(&self, encoder: &mut Encoder, version: i16) -> Result<(), EncodeError>;
}

/// A request.
pub trait Request: Message {
    /// The response that answers it, in the same version.
    type Response: Response;
    /// The request's API key.
    const API_KEY: ApiKey;
}

/// A response.
pub trait Response: Message {
    /// The API key of its request.
    const API_KEY: ApiKey;
}

/// The key of a record in a coordinator's internal topic. Its type number stands in front of it.
pub trait RecordKey: Message {
    /// The value that belongs to it.
    type Value: Message;
    /// The type number.
    const RECORD_TYPE: i16;
}
