//! Which offset is the last of each key, in bounded memory.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::{BuildHasher, RandomState};

/// Bytes that a key takes at most, while the table grows included.
const BYTES_PER_KEY: u64 = 64;

/// The last offset of each key. Keys are known by 128 bits of two keyed hashes, which nobody outside can make collide.
pub(crate) struct OffsetMap {
    hashers: [RandomState; 2],
    last: HashMap<(u64, u64), i64>,
    capacity: usize,
}

impl OffsetMap {
    /// A map that takes about this many bytes at most (`log.cleaner.dedupe.buffer.size`), and no more than its keys
    /// need.
    pub(crate) fn new(max_bytes: u64) -> OffsetMap {
        let capacity = usize::try_from(max_bytes / BYTES_PER_KEY).unwrap_or(usize::MAX).max(1);
        OffsetMap { hashers: [RandomState::new(), RandomState::new()], last: HashMap::new(), capacity }
    }

    /// Notes that a record of `key` is at `offset`, which is above all noted before. False if the key is new and there
    /// is no room for it.
    pub(crate) fn put(&mut self, key: &[u8], offset: i64) -> bool {
        let full = self.last.len() >= self.capacity;
        match self.last.entry(self.hashers.each_ref().map(|hasher| hasher.hash_one(key)).into()) {
            Entry::Occupied(mut known) => {
                known.insert(offset);
                true
            }
            Entry::Vacant(_) if full => false,
            Entry::Vacant(new) => {
                new.insert(offset);
                true
            }
        }
    }

    /// The last offset noted for `key`.
    pub(crate) fn last(&self, key: &[u8]) -> Option<i64> {
        self.last.get(&self.hashers.each_ref().map(|hasher| hasher.hash_one(key)).into()).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_offset_of_a_key_is_kept_within_the_room_there_is() {
        let mut map = OffsetMap::new(2 * BYTES_PER_KEY);
        assert!(map.put(b"a", 1) && map.put(b"b", 2) && map.put(b"a", 3));
        assert!(!map.put(b"c", 4), "there is room for two keys");
        assert!(map.put(b"b", 5));
        assert_eq!([map.last(b"a"), map.last(b"b"), map.last(b"c")], [Some(3), Some(5), None]);
    }
}
