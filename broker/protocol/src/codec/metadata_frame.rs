//! The frame of a record in the cluster metadata log: frame version, record type and record version, all
//! variable-length.

use super::{DecodeError, Decoder, Encoder};

/// The only frame version there is.
const FRAME_VERSION: u32 = 1;

/// Reads the frame in front of a metadata record: its type and version.
pub fn decode_metadata_frame(decoder: &mut Decoder) -> Result<(i16, i16), DecodeError> {
    let frame = decoder.unsigned_varint()?;
    if frame != FRAME_VERSION {
        return Err(DecodeError::UnknownMetadataFrame(frame));
    }
    let mut number = || {
        let at = decoder.position();
        let value = decoder.unsigned_varint()?;
        i16::try_from(value).map_err(|_| DecodeError::VarintTooLong { at })
    };
    Ok((number()?, number()?))
}

/// Writes the frame in front of a metadata record.
pub fn encode_metadata_frame(encoder: &mut Encoder, record_type: i16, version: i16) {
    encoder.unsigned_varint(FRAME_VERSION);
    encoder.unsigned_varint(record_type.unsigned_abs().into());
    encoder.unsigned_varint(version.unsigned_abs().into());
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use bytestring::ByteString;
    use uuid::Uuid;

    use super::*;
    use crate::messages::{MetadataRecord, PartitionChangeRecord, TopicRecord};

    /// As Apache Kafka 4.3.1 writes them.
    const TOPIC: &[u8] =
        &[1, 2, 0, 7, 0x6f, 0x72, 0x64, 0x65, 0x72, 0x73, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2, 0];
    const PARTITION_CHANGE: &[u8] = &[
        1, 5, 2, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 4, 0, 0, 0, 3,
    ];

    #[test]
    fn frames_are_those_of_apache_kafka() {
        let topic = MetadataRecord::Topic(TopicRecord {
            name: ByteString::from_static("orders"),
            topic_id: Uuid::from_u64_pair(1, 2),
            ..Default::default()
        });
        let bytes = Bytes::from_static(TOPIC);
        assert_eq!(topic.encode(0), Ok(bytes.clone()));
        assert_eq!(MetadataRecord::decode(bytes), Ok((0, topic)));

        let change =
            MetadataRecord::PartitionChange(PartitionChangeRecord { leader: 3, ..Default::default() });
        let bytes = Bytes::from_static(PARTITION_CHANGE);
        assert_eq!(change.encode(2), Ok(bytes.clone()));
        assert_eq!(MetadataRecord::decode(bytes), Ok((2, change)));
    }

    #[test]
    fn unknown_frames_and_records_are_told_apart() {
        let decode = |bytes| MetadataRecord::decode(Bytes::from_static(bytes));
        assert_eq!(decode(&[2, 2, 0]), Err(DecodeError::UnknownMetadataFrame(2)));
        assert_eq!(decode(&[1, 99, 0]), Err(DecodeError::UnknownRecordType(99)));
    }
}
