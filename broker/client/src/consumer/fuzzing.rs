//! Entrances for the fuzz targets: what the consumer does with bytes from other members of its group.

use bytes::Bytes;

use super::protocol;

/// A member's metadata, as the leader reads it. The number of partitions that the member says it owns.
pub fn subscription(bytes: Bytes) -> usize {
    protocol::decode_subscription(bytes).owned.len()
}

/// The number of partitions in the leader's word.
pub fn assigned(bytes: Bytes) -> usize {
    protocol::decode_assignment(bytes).len()
}

/// The leader's word: the number of partitions assigned. What was read is written and read again.
pub fn assignment(bytes: Bytes) -> usize {
    let mut read = protocol::decode_assignment(bytes);
    let again = protocol::decode_assignment(protocol::encode_assignment(&read));
    read.sort();
    assert_eq!(read.len(), again.len());
    read.len()
}
