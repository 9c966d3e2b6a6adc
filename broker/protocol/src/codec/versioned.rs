//! Messages with their version in front: record values of internal topics, consumer protocol metadata,
//! control records.

use bytes::Bytes;

use super::{DecodeError, Decoder, EncodeError, Encoder, Message, RecordKey};

/// Reads a 16-bit version and the message behind it; gives both.
pub fn decode_versioned<M: Message>(bytes: Bytes) -> Result<(i16, M), DecodeError> {
    let mut decoder = Decoder::new(bytes);
    let version = decoder.i16()?;
    let message = M::decode(&mut decoder, version)?;
    decoder.finish()?;
    Ok((version, message))
}

/// Writes `version` as 16 bits and the message behind it.
pub fn encode_versioned<M: Message>(message: &M, version: i16) -> Result<Bytes, EncodeError> {
    let mut encoder = Encoder::new();
    encoder.i16(version);
    message.encode(&mut encoder, version)?;
    Ok(encoder.into_bytes())
}

/// Reads a record key of the known type `K`, whose type number stands in front.
pub fn decode_record_key<K: RecordKey>(bytes: Bytes) -> Result<K, DecodeError> {
    let mut decoder = Decoder::new(bytes);
    let found = decoder.i16()?;
    if found != K::RECORD_TYPE {
        return Err(DecodeError::WrongRecordType { expected: K::RECORD_TYPE, found });
    }
    let key = K::decode(&mut decoder, K::MAX_VERSION)?;
    decoder.finish()?;
    Ok(key)
}

/// Writes a record key with its type number in front.
pub fn encode_record_key<K: RecordKey>(key: &K) -> Result<Bytes, EncodeError> {
    let mut encoder = Encoder::new();
    encoder.i16(K::RECORD_TYPE);
    key.encode(&mut encoder, K::MAX_VERSION)?;
    Ok(encoder.into_bytes())
}
