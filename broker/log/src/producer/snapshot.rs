//! Producer snapshots (`<offset>.snapshot`): the producers as of the offset in the name.
//!
//! Format 1: version (2 bytes), CRC-32C of the rest (4), count (4), then per entry producer id (8), epoch (2), last
//! sequence (4), last offset (8), offset delta (4), timestamp (8), coordinator epoch (4), first offset of the open
//! transaction or −1 (8); big endian. Kafka writes one entry per producer, its last batch. We write its last five,
//! oldest first: Kafka reads the same (the last entry of a producer counts), and duplicates are still known as such
//! after a restart.

use aqueduct_protocol::ids::{Offset, ProducerEpoch, ProducerId, Sequence};
use aqueduct_protocol::record::crc32c;

use super::{ProducerEntry, ProducerStates, SequencedBatch};

const VERSION: i16 = 1;
/// Where the bytes begin that the checksum covers.
const ENTRIES: usize = 6;
const ENTRY: usize = 46;

/// Writes a snapshot, producers in order of their ids.
pub(crate) fn write_snapshot(states: &ProducerStates) -> Vec<u8> {
    let mut producers: Vec<_> = states.iter().collect();
    producers.sort_unstable_by_key(|(id, _)| *id);
    let count: usize = producers.iter().map(|(_, entry)| entry.batches.len().max(1)).sum();
    let mut bytes = Vec::with_capacity(ENTRIES + 4 + count * ENTRY);
    bytes.extend(VERSION.to_be_bytes());
    bytes.extend([0; 4]);
    bytes.extend((count as i32).to_be_bytes());
    // A producer of which only a marker is known.
    let none = SequencedBatch {
        last_sequence: Sequence::NONE,
        last_offset: Offset(-1),
        offset_delta: 0,
        timestamp: -1,
    };
    for (id, entry) in producers {
        if entry.batches.is_empty() {
            let batch = SequencedBatch { timestamp: entry.last_timestamp, ..none };
            write_entry(&mut bytes, id, entry, &batch);
        }
        for batch in &entry.batches {
            write_entry(&mut bytes, id, entry, batch);
        }
    }
    let crc = crc32c(&bytes[ENTRIES..]);
    bytes[2..ENTRIES].copy_from_slice(&crc.to_be_bytes());
    bytes
}

fn write_entry(bytes: &mut Vec<u8>, id: ProducerId, entry: &ProducerEntry, batch: &SequencedBatch) {
    bytes.extend(id.0.to_be_bytes());
    bytes.extend(entry.epoch.0.to_be_bytes());
    bytes.extend(batch.last_sequence.0.to_be_bytes());
    bytes.extend(batch.last_offset.0.to_be_bytes());
    bytes.extend(batch.offset_delta.to_be_bytes());
    bytes.extend(batch.timestamp.to_be_bytes());
    bytes.extend(entry.coordinator_epoch.to_be_bytes());
    bytes.extend(entry.txn_first_offset.map_or(-1, |offset| offset.0).to_be_bytes());
}

/// Reads a snapshot; `None` if it is damaged or of an unknown version.
pub(crate) fn read_snapshot(bytes: &[u8], limit: usize, now_ms: i64) -> Option<ProducerStates> {
    let (version, rest) = bytes.split_first_chunk()?;
    let (crc, covered) = rest.split_first_chunk()?;
    if i16::from_be_bytes(*version) != VERSION || u32::from_be_bytes(*crc) != crc32c(covered) {
        return None;
    }
    let (count, entries) = covered.split_first_chunk()?;
    let count = usize::try_from(i32::from_be_bytes(*count)).ok()?;
    if entries.len() != count.checked_mul(ENTRY)? {
        return None;
    }
    let mut states = ProducerStates::new(limit);
    let mut current: Option<(ProducerId, ProducerEntry)> = None;
    for entry in entries.chunks_exact(ENTRY) {
        let (id, read, batch) = read_entry(entry.try_into().expect("chunks of this size"), now_ms);
        let known = match current.take() {
            Some((known, entry)) if known == id && entry.epoch == read.epoch => entry,
            other => {
                if let Some((known, entry)) = other {
                    states.insert(known, entry);
                }
                read.clone()
            }
        };
        let mut known = ProducerEntry { batches: known.batches, ..read };
        if let Some(batch) = batch {
            known.push(batch);
        }
        current = Some((id, known));
    }
    if let Some((known, entry)) = current {
        states.insert(known, entry);
    }
    Some(states)
}

fn read_entry(bytes: &[u8; ENTRY], now_ms: i64) -> (ProducerId, ProducerEntry, Option<SequencedBatch>) {
    let long = |at: usize| i64::from_be_bytes(*bytes[at..].first_chunk().expect("within an entry"));
    let int = |at: usize| i32::from_be_bytes(*bytes[at..].first_chunk().expect("within an entry"));
    let epoch = ProducerEpoch(i16::from_be_bytes([bytes[8], bytes[9]]));
    let mut entry = ProducerEntry::new(epoch, now_ms);
    entry.last_timestamp = long(26);
    entry.coordinator_epoch = int(34);
    entry.txn_first_offset = Some(Offset(long(38))).filter(|offset| offset.0 >= 0);
    let batch = SequencedBatch {
        last_sequence: Sequence(int(10)),
        last_offset: Offset(long(14)),
        offset_delta: int(22),
        timestamp: long(26),
    };
    let usable = batch.last_sequence.0 >= 0 && batch.offset_delta >= 0;
    (ProducerId(long(0)), entry, usable.then_some(batch))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch(last_sequence: i32, last_offset: i64, offset_delta: i32) -> SequencedBatch {
        let (last_sequence, last_offset) = (Sequence(last_sequence), Offset(last_offset));
        SequencedBatch { last_sequence, last_offset, offset_delta, timestamp: 0x0A }
    }

    #[test]
    fn the_bytes_are_kafkas() {
        let mut states = ProducerStates::new(10);
        let mut entry = ProducerEntry::new(ProducerEpoch(2), 0);
        entry.push(batch(4, 9, 1));
        entry.last_timestamp = 0x0A;
        states.insert(ProducerId(7), entry);
        let bytes = write_snapshot(&states);
        let body = [
            &[0, 0, 0, 1][..],
            &[0, 0, 0, 0, 0, 0, 0, 7],
            &[0, 2],
            &[0, 0, 0, 4],
            &[0, 0, 0, 0, 0, 0, 0, 9],
            &[0, 0, 0, 1],
            &[0, 0, 0, 0, 0, 0, 0, 0x0A],
            &[0xff; 4],
            &[0xff; 8],
        ]
        .concat();
        assert_eq!(bytes[..2], [0, 1]);
        assert_eq!(bytes[2..6], crc32c(&body).to_be_bytes());
        assert_eq!(bytes[6..], body);
    }

    #[test]
    fn what_is_read_is_what_was_written() {
        let mut states = ProducerStates::new(10);
        for id in [3, 1] {
            let mut entry = ProducerEntry::new(ProducerEpoch(0), 50);
            for i in 0..7 {
                entry.push(batch(i * 2 + 1, i64::from(i) * 2 + id, 1));
            }
            entry.last_timestamp = 0x0A;
            entry.coordinator_epoch = 4;
            entry.txn_first_offset = Some(Offset(id));
            states.insert(ProducerId(id), entry);
        }
        let mut marker_only = ProducerEntry::new(ProducerEpoch(9), 50);
        marker_only.last_timestamp = 11;
        states.insert(ProducerId(2), marker_only);
        let read = read_snapshot(&write_snapshot(&states), 10, 50).unwrap();
        assert_eq!(read.len(), 3);
        for (id, entry) in states.iter() {
            assert_eq!(read.get(id), Some(entry));
        }
        assert_eq!(read.first_unstable(), Some(Offset(1)));
    }

    #[test]
    fn every_damaged_byte_is_noticed() {
        let mut states = ProducerStates::new(10);
        states.insert(ProducerId(7), ProducerEntry::new(ProducerEpoch(2), 0));
        let bytes = write_snapshot(&states);
        for at in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[at] ^= 1;
            assert!(read_snapshot(&damaged, 10, 0).is_none(), "byte {at}");
            assert!(read_snapshot(&bytes[..at], 10, 0).is_none(), "cut at {at}");
        }
    }
}
