//! The committed offsets of the groups of one partition of `__consumer_offsets`: a pure table.

use std::collections::BTreeMap;

use bytestring::ByteString;
use uuid::Uuid;

/// A committed offset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommittedOffset {
    /// The offset of the next record to read.
    pub offset: i64,
    /// The leader epoch of the last record read; −1 if not said.
    pub leader_epoch: i32,
    /// A text of the client's.
    pub metadata: ByteString,
    /// When it was committed, in milliseconds since the epoch.
    pub commit_timestamp: i64,
    /// When it lapses, for commits of old clients that say so.
    pub expire_timestamp: Option<i64>,
    /// The topic's id; nil if not known.
    pub topic_id: Uuid,
}

/// A topic and a partition in it.
pub type TopicIndex = (ByteString, i32);

#[derive(Debug, Clone)]
struct Entry {
    committed: CommittedOffset,
    /// Where its record stands in the log: of two commits the later record wins, in whatever order they got durable.
    log_offset: i64,
}

/// Offsets by group, topic and partition.
#[derive(Debug, Clone, Default)]
pub struct OffsetTable {
    groups: BTreeMap<ByteString, BTreeMap<TopicIndex, Entry>>,
    bytes: usize,
}

impl OffsetTable {
    /// Takes in a commit whose record stands at `log_offset`.
    pub fn commit(
        &mut self,
        group: &ByteString,
        at: TopicIndex,
        committed: CommittedOffset,
        log_offset: i64,
    ) {
        let offsets = self.groups.entry(group.clone()).or_default();
        if offsets.get(&at).is_some_and(|known| known.log_offset > log_offset) {
            return;
        }
        self.bytes += entry_bytes(group, &at, &committed);
        if let Some(old) = offsets.insert(at.clone(), Entry { committed, log_offset }) {
            self.bytes -= entry_bytes(group, &at, &old.committed);
        }
    }

    /// Takes in a tombstone whose record stands at `log_offset`.
    pub fn remove(&mut self, group: &ByteString, at: &TopicIndex, log_offset: i64) {
        let Some(offsets) = self.groups.get_mut(group) else { return };
        if offsets.get(at).is_none_or(|known| known.log_offset > log_offset) {
            return;
        }
        if let Some(old) = offsets.remove(at) {
            self.bytes -= entry_bytes(group, at, &old.committed);
        }
        if offsets.is_empty() {
            self.groups.remove(group);
        }
    }

    /// One committed offset.
    pub fn get(&self, group: &str, topic: &ByteString, partition: i32) -> Option<&CommittedOffset> {
        self.groups.get(group)?.get(&(topic.clone(), partition)).map(|entry| &entry.committed)
    }

    /// All offsets of a group, by topic and partition.
    pub fn of_group(&self, group: &str) -> impl Iterator<Item = (&TopicIndex, &CommittedOffset)> {
        let entries = self.groups.get(group).into_iter().flatten();
        entries.map(|(at, entry)| (at, &entry.committed))
    }

    /// Whether a group has any.
    pub fn has_group(&self, group: &str) -> bool {
        self.groups.contains_key(group)
    }

    /// The groups that have any.
    pub fn groups(&self) -> impl Iterator<Item = &ByteString> {
        self.groups.keys()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.groups.values().map(BTreeMap::len).sum()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }

    /// About the bytes that a record of each would take in the log.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Offsets of a group that have lapsed: by their own time, or `retention_ms` after the later of their commit and of
    /// `empty_since`, when the group lost its last member (`None` while it has members: nothing lapses then).
    pub fn lapsed(
        &self,
        group: &str,
        empty_since: Option<i64>,
        retention_ms: i64,
        now_ms: i64,
    ) -> Vec<TopicIndex> {
        let Some(empty_since) = empty_since else { return Vec::new() };
        let is_over = |committed: &CommittedOffset| match committed.expire_timestamp {
            Some(expires) => expires <= now_ms,
            None => committed.commit_timestamp.max(empty_since).saturating_add(retention_ms) <= now_ms,
        };
        self.of_group(group).filter(|(_, committed)| is_over(committed)).map(|(at, _)| at.clone()).collect()
    }
}

fn entry_bytes(group: &ByteString, at: &TopicIndex, committed: &CommittedOffset) -> usize {
    // Key: type, three lengths and a partition; value: version, numbers and a length; a record's own head.
    group.len() + at.0.len() + committed.metadata.len() + 60
}

#[cfg(test)]
mod tests {
    use super::*;

    fn committed(offset: i64, at: i64) -> CommittedOffset {
        CommittedOffset {
            offset,
            leader_epoch: -1,
            metadata: ByteString::new(),
            commit_timestamp: at,
            expire_timestamp: None,
            topic_id: Uuid::nil(),
        }
    }

    #[test]
    fn the_later_record_wins_whichever_is_durable_first() {
        let mut table = OffsetTable::default();
        let (group, topic) = (ByteString::from("g"), ByteString::from("t"));
        table.commit(&group, (topic.clone(), 0), committed(20, 0), 6);
        table.commit(&group, (topic.clone(), 0), committed(10, 0), 5);
        assert_eq!(table.get("g", &topic, 0).unwrap().offset, 20);
        table.remove(&group, &(topic.clone(), 0), 5);
        assert!(table.has_group("g"));
        table.remove(&group, &(topic.clone(), 0), 7);
        assert!(!table.has_group("g"));
        assert_eq!(table.bytes(), 0);
    }

    #[test]
    fn offsets_lapse_only_after_the_group_was_empty_long_enough() {
        let mut table = OffsetTable::default();
        table.commit(&"g".into(), ("t".into(), 0), committed(1, 100), 0);
        assert!(table.lapsed("g", None, 50, 1_000).is_empty());
        assert!(table.lapsed("g", Some(200), 50, 249).is_empty());
        assert_eq!(table.lapsed("g", Some(200), 50, 250).len(), 1);
    }
}
