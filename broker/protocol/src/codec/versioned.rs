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

/// Like [`decode_versioned`], for what members of a group send each other: a version above the highest is
/// read as the highest, and what newer versions append is left unread. Gives the version that was sent.
pub fn decode_versioned_leniently<M: Message>(bytes: Bytes) -> Result<(i16, M), DecodeError> {
    let mut decoder = Decoder::new(bytes);
    let version = decoder.i16()?;
    let message = M::decode(&mut decoder, version.min(M::MAX_VERSION))?;
    Ok((version, message))
}

/// Writes `version` as 16 bits and the message behind it.
pub fn encode_versioned<M: Message>(message: &M, version: i16) -> Result<Bytes, EncodeError> {
    let mut encoder = Encoder::new();
    encoder.i16(version);
    message.encode(&mut encoder, version)?;
    Ok(encoder.into_bytes())
}

/// The type number in front of a record key.
pub fn peek_record_type(bytes: &Bytes) -> Result<i16, DecodeError> {
    Decoder::new(bytes.clone()).i16()
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

#[cfg(test)]
mod tests {
    use bytestring::ByteString;

    use super::*;
    use crate::messages::{
        ConsumerProtocolSubscription, GroupMetadataKey, GroupRecordKey, OffsetCommitValue,
    };

    #[test]
    fn record_key_has_its_type_in_front() {
        let key = GroupMetadataKey { group: ByteString::from_static("g") };
        let bytes = encode_record_key(&key).expect("encodes");
        assert_eq!(bytes, &[0, 2, 0, 1, b'g'][..]);
        assert_eq!(GroupRecordKey::decode(bytes.clone()), Ok(GroupRecordKey::GroupMetadata(key)));
        let wrong = decode_record_key::<crate::messages::OffsetCommitKey>(bytes);
        assert_eq!(wrong, Err(DecodeError::WrongRecordType { expected: 1, found: 2 }));
    }

    #[test]
    fn record_key_of_a_newer_type_is_told_apart() {
        let bytes = Bytes::from_static(&[0, 99, 1, 2, 3]);
        assert_eq!(GroupRecordKey::decode(bytes), Err(DecodeError::UnknownRecordType(99)));
    }

    #[test]
    fn record_value_has_its_version_in_front() {
        let value = OffsetCommitValue { offset: 7, ..Default::default() };
        let bytes = encode_versioned(&value, 3).expect("encodes");
        assert_eq!(bytes[..10], [0, 3, 0, 0, 0, 0, 0, 0, 0, 7]);
        assert_eq!(decode_versioned(bytes), Ok((3, value)));
    }

    #[test]
    fn subscription_of_a_newer_version_is_read_as_the_highest() {
        let subscription =
            ConsumerProtocolSubscription { topics: vec![ByteString::from_static("t")], ..Default::default() };
        let mut bytes = encode_versioned(&subscription, 3).expect("encodes").to_vec();
        bytes[1] = 9;
        bytes.push(1);
        assert_eq!(decode_versioned_leniently(bytes.clone().into()), Ok((9, subscription)));
        let strict = decode_versioned::<ConsumerProtocolSubscription>(bytes.into());
        assert!(matches!(strict, Err(DecodeError::UnsupportedVersion { version: 9, .. })));
    }
}
