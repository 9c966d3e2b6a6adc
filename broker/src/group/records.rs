//! Records of `__consumer_offsets`, in Kafka's formats.

use aqueduct_protocol::codec::{
    DecodeError, EncodeError, decode_record_key, decode_versioned, encode_record_key, encode_versioned,
};
use aqueduct_protocol::messages::{
    GroupMetadataKey, GroupMetadataValue, LegacyOffsetCommitKey, OffsetCommitKey, OffsetCommitValue,
};
use bytes::Bytes;
use bytestring::ByteString;
use uuid::Uuid;

use super::offsets::{CommittedOffset, TopicIndex};

/// Version of the values written: that of Kafka without features that change it.
const OFFSET_VERSION: i16 = 3;
/// With a topic id there is a version for it.
const OFFSET_VERSION_WITH_TOPIC_ID: i16 = 4;
const GROUP_VERSION: i16 = 3;

/// A record as it is to be appended: key and value, null for a tombstone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CoordinatorRecord {
    /// The key.
    pub key: Bytes,
    /// The value; `None` deletes.
    pub value: Option<Bytes>,
}

/// A record that was read.
#[derive(Debug, Clone, PartialEq)]
pub enum Loaded {
    /// A committed offset, or its deletion.
    Offset {
        /// The group.
        group: ByteString,
        /// Topic and partition.
        at: TopicIndex,
        /// The offset; `None` deletes.
        committed: Option<CommittedOffset>,
    },
    /// A group's members, or the group's deletion.
    Group {
        /// The group.
        group: ByteString,
        /// Its state; `None` deletes.
        value: Option<Box<GroupMetadataValue>>,
    },
    /// A record of a type that this broker does not know (the newer group protocols): left alone.
    Unknown {
        /// The type in front of the key.
        record_type: i16,
    },
}

/// The record of a commit.
pub fn offset_commit(
    group: &ByteString,
    at: &TopicIndex,
    committed: &CommittedOffset,
) -> Result<CoordinatorRecord, EncodeError> {
    let value = OffsetCommitValue {
        offset: committed.offset,
        leader_epoch: committed.leader_epoch,
        metadata: committed.metadata.clone(),
        commit_timestamp: committed.commit_timestamp,
        // Only version 1 can say when an offset lapses of itself.
        expire_timestamp: committed.expire_timestamp.unwrap_or(-1),
        topic_id: committed.topic_id,
        ..OffsetCommitValue::default()
    };
    let version = match (committed.expire_timestamp, committed.topic_id == Uuid::nil()) {
        (Some(_), _) => 1,
        (None, true) => OFFSET_VERSION,
        (None, false) => OFFSET_VERSION_WITH_TOPIC_ID,
    };
    Ok(CoordinatorRecord { key: offset_key(group, at)?, value: Some(encode_versioned(&value, version)?) })
}

/// The tombstone of an offset.
pub fn offset_tombstone(group: &ByteString, at: &TopicIndex) -> Result<CoordinatorRecord, EncodeError> {
    Ok(CoordinatorRecord { key: offset_key(group, at)?, value: None })
}

fn offset_key(group: &ByteString, at: &TopicIndex) -> Result<Bytes, EncodeError> {
    encode_record_key(&OffsetCommitKey { group: group.clone(), topic: at.0.clone(), partition: at.1 })
}

/// The record of a group's state.
pub fn group_metadata(
    group: &ByteString,
    value: &GroupMetadataValue,
) -> Result<CoordinatorRecord, EncodeError> {
    Ok(CoordinatorRecord { key: group_key(group)?, value: Some(encode_versioned(value, GROUP_VERSION)?) })
}

/// The tombstone of a group.
pub fn group_tombstone(group: &ByteString) -> Result<CoordinatorRecord, EncodeError> {
    Ok(CoordinatorRecord { key: group_key(group)?, value: None })
}

fn group_key(group: &ByteString) -> Result<Bytes, EncodeError> {
    encode_record_key(&GroupMetadataKey { group: group.clone() })
}

/// Reads a record.
pub fn load(key: Bytes, value: Option<Bytes>) -> Result<Loaded, DecodeError> {
    let record_type = match key.get(..2) {
        Some(bytes) => i16::from_be_bytes([bytes[0], bytes[1]]),
        None => -1,
    };
    match record_type {
        0 => {
            let key: LegacyOffsetCommitKey = decode_record_key(key)?;
            offset(key.group, (key.topic, key.partition), value)
        }
        1 => {
            let key: OffsetCommitKey = decode_record_key(key)?;
            offset(key.group, (key.topic, key.partition), value)
        }
        2 => {
            let key: GroupMetadataKey = decode_record_key(key)?;
            let value = value.map(decode_versioned::<GroupMetadataValue>).transpose()?;
            Ok(Loaded::Group { group: key.group, value: value.map(|(_, value)| Box::new(value)) })
        }
        record_type => Ok(Loaded::Unknown { record_type }),
    }
}

fn offset(group: ByteString, at: TopicIndex, value: Option<Bytes>) -> Result<Loaded, DecodeError> {
    let value = value.map(decode_versioned::<OffsetCommitValue>).transpose()?;
    let committed = value.map(|(_, value)| CommittedOffset {
        offset: value.offset,
        leader_epoch: value.leader_epoch,
        metadata: value.metadata,
        commit_timestamp: value.commit_timestamp,
        expire_timestamp: (value.expire_timestamp >= 0).then_some(value.expire_timestamp),
        topic_id: value.topic_id,
    });
    Ok(Loaded::Offset { group, at, committed })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_commit_is_read_back_and_has_kafkas_bytes() {
        let committed = CommittedOffset {
            offset: 5,
            leader_epoch: 2,
            metadata: "m".into(),
            commit_timestamp: 7,
            expire_timestamp: None,
            topic_id: Uuid::nil(),
        };
        let at = (ByteString::from("t"), 3);
        let record = offset_commit(&"g".into(), &at, &committed).unwrap();
        assert_eq!(&record.key[..], b"\0\x01\0\x01g\0\x01t\0\0\0\x03");
        assert_eq!(
            &record.value.clone().unwrap()[..],
            b"\0\x03\0\0\0\0\0\0\0\x05\0\0\0\x02\0\x01m\0\0\0\0\0\0\0\x07"
        );
        let loaded = load(record.key, record.value).unwrap();
        assert_eq!(loaded, Loaded::Offset { group: "g".into(), at: at.clone(), committed: Some(committed) });
        let tombstone = offset_tombstone(&"g".into(), &at).unwrap();
        assert!(matches!(load(tombstone.key, None).unwrap(), Loaded::Offset { committed: None, .. }));
    }

    #[test]
    fn unknown_and_broken_keys_do_no_harm() {
        assert_eq!(load(Bytes::from_static(b"\0\x09x"), None).unwrap(), Loaded::Unknown { record_type: 9 });
        assert_eq!(load(Bytes::new(), None).unwrap(), Loaded::Unknown { record_type: -1 });
        assert!(load(Bytes::from_static(b"\0\x01\0\x40g"), None).is_err());
    }
}
