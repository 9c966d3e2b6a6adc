//! A hash map in shards that are shared between snapshots: a clone costs the shards, a change one shard.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::Arc;

const SHARDS: usize = 256;

/// The map. While it is not shared, as during the replay of a log, changes cost what they cost in a plain map.
#[derive(Debug, Clone)]
pub struct Sharded<K, V> {
    shards: Vec<Arc<HashMap<K, V>>>,
    hasher: RandomState,
    len: usize,
}

impl<K: Hash + Eq + Clone, V: Clone> Sharded<K, V> {
    /// An empty map.
    pub fn new() -> Self {
        Sharded { shards: (0..SHARDS).map(|_| Arc::default()).collect(), hasher: RandomState::new(), len: 0 }
    }

    /// The value of a key.
    pub fn get<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        self.shards[self.shard(key)].get(key)
    }

    /// The value of a key, to be changed.
    pub fn get_mut<Q: Hash + Eq + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        let shard = self.shard(key);
        Arc::make_mut(&mut self.shards[shard]).get_mut(key)
    }

    /// Sets a value.
    pub fn insert(&mut self, key: K, value: V) {
        let shard = self.shard(&key);
        if Arc::make_mut(&mut self.shards[shard]).insert(key, value).is_none() {
            self.len += 1;
        }
    }

    /// Removes a key.
    pub fn remove<Q: Hash + Eq + ?Sized>(&mut self, key: &Q)
    where
        K: Borrow<Q>,
    {
        let shard = self.shard(key);
        if self.shards[shard].contains_key(key) {
            Arc::make_mut(&mut self.shards[shard]).remove(key);
            self.len -= 1;
        }
    }

    /// All keys and values, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.shards.iter().flat_map(|shard| shard.iter())
    }

    /// How many keys there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    fn shard<Q: Hash + ?Sized>(&self, key: &Q) -> usize {
        (self.hasher.hash_one(key) as usize) % SHARDS
    }
}

impl<K: Hash + Eq + Clone, V: Clone> Default for Sharded<K, V> {
    fn default() -> Self {
        Sharded::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clone_does_not_see_later_changes() {
        let mut map: Sharded<String, u32> = Sharded::new();
        for i in 0..1_000 {
            map.insert(i.to_string(), i);
        }
        let before = map.clone();
        map.insert("7".into(), 0);
        map.remove("8");
        map.remove("no such key");
        assert_eq!((before.get("7"), before.get("8"), before.len()), (Some(&7), Some(&8), 1_000));
        assert_eq!((map.get("7"), map.get("8"), map.len()), (Some(&0), None, 999));
        assert_eq!(before.iter().count(), 1_000);
    }
}
