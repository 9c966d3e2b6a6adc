//! The committed offsets of the groups of one partition of `__consumer_offsets`: a pure table.

use std::collections::{BTreeMap, HashSet};
use std::ops::Bound;

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

/// Since when the offsets of a group count as old.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OffsetsLapse {
    /// They do not, while the group is what it is.
    Never,
    /// Since their commit.
    SinceCommit,
    /// Since their commit, but those of topics that the group reads do not.
    SinceCommitUnless(HashSet<ByteString>),
    /// Since their commit, or since the group lost its last member at this time if that was later.
    SinceEmpty(i64),
}

/// A topic and a partition in it.
pub type TopicIndex = (ByteString, i32);

/// A group, with a topic and a partition in it.
pub type OffsetKey = (ByteString, TopicIndex);

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

    /// Where the record of one stands in the log.
    pub fn log_offset(&self, key: &OffsetKey) -> Option<i64> {
        self.groups.get(&key.0)?.get(&key.1).map(|entry| entry.log_offset)
    }

    /// The first one behind `key`, of all for `None`.
    pub fn next_after(&self, key: Option<&OffsetKey>) -> Option<(OffsetKey, &CommittedOffset)> {
        let told = |group: &ByteString, at: &TopicIndex| (group.clone(), at.clone());
        let mut later = match key {
            None => self.groups.range::<ByteString, _>(..),
            Some((group, at)) => {
                let offsets = self.groups.get(group);
                let next = offsets.and_then(|o| o.range((Bound::Excluded(at), Bound::Unbounded)).next());
                if let Some((at, entry)) = next {
                    return Some((told(group, at), &entry.committed));
                }
                self.groups.range::<ByteString, _>((Bound::Excluded(group), Bound::Unbounded))
            }
        };
        // A group without offsets is not kept.
        let (group, offsets) = later.next()?;
        offsets.first_key_value().map(|(at, entry)| (told(group, at), &entry.committed))
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

    /// Offsets of a group that have lapsed: by their own time, or `retention_ms` after what `lapse` says.
    pub fn lapsed(
        &self,
        group: &str,
        lapse: &OffsetsLapse,
        retention_ms: i64,
        now_ms: i64,
    ) -> Vec<TopicIndex> {
        let is_over = |topic: &ByteString, committed: &CommittedOffset| {
            let since = match lapse {
                OffsetsLapse::Never => return false,
                OffsetsLapse::SinceCommitUnless(topics) if topics.contains(topic) => return false,
                OffsetsLapse::SinceCommit | OffsetsLapse::SinceCommitUnless(_) => committed.commit_timestamp,
                OffsetsLapse::SinceEmpty(since) => committed.commit_timestamp.max(*since),
            };
            match committed.expire_timestamp {
                Some(expires) => expires <= now_ms,
                None => since.saturating_add(retention_ms) <= now_ms,
            }
        };
        let offsets = self.of_group(group).filter(|(at, committed)| is_over(&at.0, committed));
        offsets.map(|(at, _)| at.clone()).collect()
    }

    /// Offsets of any group that `wanted` picks by topic and id of the topic.
    pub fn of_topics(&self, wanted: impl Fn(&ByteString, Uuid) -> bool) -> Vec<OffsetKey> {
        let mut found = Vec::new();
        for (group, offsets) in &self.groups {
            let picked = offsets.iter().filter(|(at, entry)| wanted(&at.0, entry.committed.topic_id));
            found.extend(picked.map(|(at, _)| (group.clone(), at.clone())));
        }
        found
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
        let (never, empty) = (OffsetsLapse::Never, OffsetsLapse::SinceEmpty(200));
        assert!(table.lapsed("g", &never, 50, 1_000).is_empty());
        assert!(table.lapsed("g", &empty, 50, 249).is_empty());
        assert_eq!(table.lapsed("g", &empty, 50, 250).len(), 1);
    }

    #[test]
    fn what_a_stable_group_no_longer_reads_lapses_and_what_it_reads_does_not() {
        let mut table = OffsetTable::default();
        for topic in ["read", "left"] {
            table.commit(&"g".into(), (topic.into(), 0), committed(1, 100), 0);
        }
        let lapse = OffsetsLapse::SinceCommitUnless(HashSet::from(["read".into()]));
        assert_eq!(table.lapsed("g", &lapse, 50, 150), [("left".into(), 0)]);
        assert_eq!(table.lapsed("g", &OffsetsLapse::SinceCommit, 50, 149), []);
    }

    #[test]
    fn every_offset_has_its_turn_whatever_changes_meanwhile() {
        let mut table = OffsetTable::default();
        for group in ["a", "b", "d"] {
            (0..2).for_each(|partition| {
                table.commit(&group.into(), ("t".into(), partition), committed(1, 0), 0);
            });
        }
        let mut seen = Vec::new();
        let mut at = None;
        while let Some((key, _)) = table.next_after(at.as_ref()) {
            seen.push(format!("{}{}", key.0, key.1.1));
            if seen.len() == 3 {
                // Before and behind where it is, and the place itself.
                table.commit(&"a".into(), ("t".into(), 9), committed(1, 0), 1);
                table.commit(&"c".into(), ("t".into(), 0), committed(1, 0), 1);
                (0..2).for_each(|partition| table.remove(&"b".into(), &("t".into(), partition), 1));
            }
            at = Some(key);
        }
        assert_eq!(seen, ["a0", "a1", "b0", "c0", "d0", "d1"]);
    }
}
