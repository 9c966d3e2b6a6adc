//! Entrances for the fuzz targets: what the consumer does with bytes from other members of its group.

use bytes::Bytes;

use super::protocol;

/// A member's metadata, as the leader reads it. The number of partitions that the member says it owns.
pub fn subscription(bytes: Bytes) -> usize {
    protocol::decode_subscription(bytes).owned.iter().map(|owned| owned.partitions.len()).sum()
}

/// The number of partitions in the leader's word.
pub fn assigned(bytes: Bytes) -> usize {
    protocol::decode_assignment(bytes).count()
}

/// The leader's word: the number of partitions assigned. What was read is written and read again.
pub fn assignment(bytes: Bytes) -> usize {
    let read: Vec<_> = protocol::decode_assignment(bytes).collect();
    let again = protocol::decode_assignment(protocol::encode_assignment(&read));
    assert_eq!(read.len(), again.count());
    read.len()
}
