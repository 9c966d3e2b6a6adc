//! The source offsets of the cluster. Pure: records in, lookups out.

use std::collections::{BTreeMap, HashMap};

use aqueduct_plugin_api::OffsetMap;
use bytes::Bytes;

use super::offset_records::{OffsetRecord, encode_key, encode_value};

/// A key and the value to write under it, `None` for a tombstone.
pub(crate) type KeyValue = (Bytes, Option<Bytes>);

/// The committed offsets by connector and partition. Partitions compare by meaning, whatever order their members
/// were written in.
#[derive(Debug, Default)]
pub(crate) struct OffsetState {
    connectors: BTreeMap<String, HashMap<OffsetMap, Entry>>,
}

#[derive(Debug)]
struct Entry {
    offset: OffsetMap,
    /// The key bytes in use for this partition, the latest last. More than one only when another writer orders
    /// members differently.
    keys: Vec<Bytes>,
}

impl OffsetState {
    /// Applies a record that was read or written under a key.
    pub(crate) fn apply(&mut self, key: Bytes, record: OffsetRecord) {
        let OffsetRecord { connector, partition, offset } = record;
        match offset {
            Some(offset) => {
                let partitions = self.connectors.entry(connector).or_default();
                let entry = partitions
                    .entry(partition)
                    .or_insert_with(|| Entry { offset: OffsetMap::new(), keys: Vec::new() });
                entry.offset = offset;
                entry.keys.retain(|known| *known != key);
                entry.keys.push(key);
            }
            None => self.apply_tombstone(&key, &connector, &partition),
        }
    }

    fn apply_tombstone(&mut self, key: &Bytes, connector: &str, partition: &OffsetMap) {
        let Some(partitions) = self.connectors.get_mut(connector) else { return };
        if let Some(entry) = partitions.get_mut(partition) {
            entry.keys.retain(|known| known != key);
            if entry.keys.is_empty() {
                partitions.remove(partition);
            }
        }
        if partitions.is_empty() {
            self.connectors.remove(connector);
        }
    }

    /// The offset of a partition.
    pub(crate) fn get(&self, connector: &str, partition: &OffsetMap) -> Option<&OffsetMap> {
        self.connectors.get(connector)?.get(partition).map(|entry| &entry.offset)
    }

    /// All offsets of a connector, ordered by the text of their partitions.
    pub(crate) fn all(&self, connector: &str) -> Vec<(OffsetMap, OffsetMap)> {
        let partitions = self.connectors.get(connector).into_iter().flatten();
        let mut all: Vec<_> =
            partitions.map(|(partition, entry)| (partition.clone(), entry.offset.clone())).collect();
        all.sort_by_cached_key(|(partition, _)| partition.to_json().to_string());
        all
    }

    /// The records that set (or, for `None`, remove) an offset. A partition keeps the key bytes it was first written
    /// with, so that compaction sees one key; a removal reaches every key in use.
    pub(crate) fn writes(
        &self,
        connector: &str,
        partition: &OffsetMap,
        offset: Option<&OffsetMap>,
    ) -> Vec<KeyValue> {
        let known = self.connectors.get(connector).and_then(|partitions| partitions.get(partition));
        match (offset, known.map(|entry| entry.keys.as_slice())) {
            (Some(offset), Some([.., latest])) => vec![(latest.clone(), Some(encode_value(offset)))],
            (Some(offset), _) => vec![(encode_key(connector, partition), Some(encode_value(offset)))],
            (None, Some(keys)) => keys.iter().map(|key| (key.clone(), None)).collect(),
            (None, None) => Vec::new(),
        }
    }

    /// Everything as records, for a file.
    pub(crate) fn records(&self) -> impl Iterator<Item = (Bytes, Bytes)> + '_ {
        self.connectors
            .values()
            .flatten()
            .filter_map(|(_, entry)| entry.keys.last().map(|key| (key.clone(), encode_value(&entry.offset))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::offset_records::decode;

    fn apply(state: &mut OffsetState, key: &'static [u8], value: Option<&[u8]>) {
        state.apply(Bytes::from_static(key), decode(key, value).unwrap());
    }

    #[test]
    fn partitions_are_compared_by_meaning_and_keep_their_key() {
        let mut state = OffsetState::default();
        apply(&mut state, br#"["c",{"b":1,"a":"x"}]"#, Some(b"{\"o\":1}"));
        let asked = OffsetMap::new().with("a", "x").with("b", 1);
        assert_eq!(state.get("c", &asked), Some(&OffsetMap::new().with("o", 1)));
        let next = OffsetMap::new().with("o", 2);
        let writes = state.writes("c", &asked, Some(&next));
        assert_eq!(&writes[0].0[..], br#"["c",{"b":1,"a":"x"}]"#);
        assert_eq!(writes[0].1.as_deref(), Some(&b"{\"o\":2}"[..]));
        assert_eq!(state.get("other", &asked), None);
    }

    #[test]
    fn a_removal_reaches_every_spelling_of_the_key() {
        let mut state = OffsetState::default();
        apply(&mut state, br#"["c",{"b":1,"a":"x"}]"#, Some(b"{\"o\":1}"));
        apply(&mut state, br#"["c",{"a":"x","b":1}]"#, Some(b"{\"o\":2}"));
        let partition = OffsetMap::new().with("a", "x").with("b", 1);
        assert_eq!(state.all("c").len(), 1);
        let writes = state.writes("c", &partition, None);
        assert_eq!(writes.len(), 2);
        apply(&mut state, br#"["c",{"b":1,"a":"x"}]"#, None);
        assert!(state.get("c", &partition).is_some());
        apply(&mut state, br#"["c",{"a":"x","b":1}]"#, None);
        assert!(state.get("c", &partition).is_none());
        assert!(state.writes("c", &partition, None).is_empty());
    }
}
