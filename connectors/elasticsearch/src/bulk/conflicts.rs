//! Version conflicts, and which of them dropped a record that nobody delivered again.
//!
//! A record that is delivered again meets its own document: the engine answers 409, and nothing is lost. But versions
//! are offsets, and offsets of two partitions (or of a topic that was made anew) say nothing about which record is
//! newer: there the same 409 means that a record was dropped. The two are told apart by the version in the index: if
//! the record of **this** partition at that offset has the same document id, it was written by this partition. That
//! record comes after the one that met the conflict, so the question is answered when its offset arrives.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// Questions kept at a time; a conflict beyond is counted as a conflict only.
const MAX_OPEN_QUESTIONS: usize = 10_000;

/// A record that was dropped in favour of a document from elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Dropped {
    pub(crate) topic: Arc<str>,
    pub(crate) partition: i32,
    pub(crate) offset: i64,
    pub(crate) id: Arc<str>,
    /// The version that stands in the index.
    pub(crate) stored: i64,
}

/// The questions that are open, by partition and stored version.
#[derive(Debug, Default)]
pub(crate) struct Conflicts {
    partitions: HashMap<(Arc<str>, i32), Partition>,
    open: usize,
}

#[derive(Debug, Default)]
struct Partition {
    highest: Option<i64>,
    questions: BTreeMap<i64, Vec<Dropped>>,
}

impl Conflicts {
    /// A record was taken in. Gives those that are now known to have been dropped. Offsets grow within a partition.
    pub(crate) fn on_record(
        &mut self,
        topic: &Arc<str>,
        partition: i32,
        offset: i64,
        id: Option<&str>,
    ) -> Vec<Dropped> {
        let state = match self.partitions.get_mut(&(topic.clone(), partition)) {
            Some(state) => state,
            None => self.partitions.entry((topic.clone(), partition)).or_default(),
        };
        state.highest = Some(offset);
        if state.questions.is_empty() {
            return Vec::new();
        }
        let later = state.questions.split_off(&(offset + 1));
        let answered = std::mem::replace(&mut state.questions, later);
        let all: Vec<Dropped> = answered.into_values().flatten().collect();
        self.open -= all.len();
        all.into_iter().filter(|question| question.stored != offset || Some(&*question.id) != id).collect()
    }

    /// An operation met a newer version. `waits` tells whether an operation with the stored version waits for its turn
    /// on the same document. Gives the record back if it is known to have been dropped.
    pub(crate) fn on_conflict(&mut self, question: Dropped, waits: bool) -> Option<Dropped> {
        if question.stored <= question.offset || waits {
            return None;
        }
        let state = self.partitions.entry((question.topic.clone(), question.partition)).or_default();
        if state.highest.is_some_and(|highest| question.stored <= highest) {
            return Some(question);
        }
        if self.open < MAX_OPEN_QUESTIONS {
            self.open += 1;
            state.questions.entry(question.stored).or_default().push(question);
        }
        None
    }

    /// A partition is another task's now.
    pub(crate) fn forget(&mut self, topic: &Arc<str>, partition: i32) {
        if let Some(state) = self.partitions.remove(&(topic.clone(), partition)) {
            self.open -= state.questions.values().map(Vec::len).sum::<usize>();
        }
    }
}

/// The version that stands in the index, from the engine's reason for a conflict.
pub(crate) fn stored_version(reason: &str) -> Option<i64> {
    let (_, rest) = reason.split_once("current version [")?;
    rest.split_once(']')?.0.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question(offset: i64, id: &str, stored: i64) -> Dropped {
        Dropped { topic: "t".into(), partition: 0, offset, id: id.into(), stored }
    }

    #[test]
    fn a_record_delivered_again_is_not_dropped() {
        let mut conflicts = Conflicts::default();
        assert_eq!(conflicts.on_conflict(question(5, "a", 5), false), None);
        assert_eq!(conflicts.on_conflict(question(5, "a", 9), false), None);
        assert!(conflicts.on_record(&"t".into(), 0, 8, Some("b")).is_empty());
        assert!(conflicts.on_record(&"t".into(), 0, 9, Some("a")).is_empty());
        assert_eq!(conflicts.open, 0);
    }

    #[test]
    fn a_version_of_another_partition_is_found_out() {
        let mut conflicts = Conflicts::default();
        let topic: Arc<str> = "t".into();
        conflicts.on_conflict(question(5, "a", 9), false);
        conflicts.on_conflict(question(6, "b", 20), false);
        assert_eq!(conflicts.on_record(&topic, 0, 9, Some("c")), [question(5, "a", 9)]);
        assert_eq!(
            conflicts.on_record(&topic, 0, 21, Some("b")),
            [question(6, "b", 20)],
            "offset 20 is not there"
        );
        assert_eq!(conflicts.on_conflict(question(10, "d", 15), false), Some(question(10, "d", 15)));
        assert_eq!(conflicts.on_conflict(question(10, "d", 15), true), None, "its own successor");
    }

    #[test]
    fn the_stored_version_is_read_from_the_reason() {
        let reason = "[7]: version conflict, current version [12] is higher or equal to the one provided [3]";
        assert_eq!(stored_version(reason), Some(12));
        assert_eq!(stored_version("something else"), None);
    }
}
