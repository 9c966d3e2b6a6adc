//! When to look at which group again.

use std::collections::{BTreeSet, HashMap};

use bytestring::ByteString;

/// The next deadline of each group, soonest first. Times are milliseconds since the epoch.
#[derive(Debug, Default)]
pub(super) struct Timers {
    by_time: BTreeSet<(i64, ByteString)>,
    by_group: HashMap<ByteString, i64>,
}

impl Timers {
    /// Sets or removes a group's deadline; tells whether it is now the soonest of all.
    pub(super) fn set(&mut self, group: &ByteString, deadline: Option<i64>) -> bool {
        if let Some(old) = self.by_group.remove(group) {
            self.by_time.remove(&(old, group.clone()));
        }
        let Some(deadline) = deadline else { return false };
        self.by_group.insert(group.clone(), deadline);
        self.by_time.insert((deadline, group.clone()));
        self.by_time.first().is_some_and(|(_, first)| first == group)
    }

    /// The soonest deadline.
    pub(super) fn next(&self) -> Option<i64> {
        self.by_time.first().map(|(deadline, _)| *deadline)
    }

    /// Takes the groups whose deadline has come.
    pub(super) fn take_due(&mut self, now_ms: i64) -> Vec<ByteString> {
        let mut due = Vec::new();
        while let Some((deadline, group)) = self.by_time.pop_first() {
            if deadline > now_ms {
                self.by_time.insert((deadline, group));
                break;
            }
            self.by_group.remove(&group);
            due.push(group);
        }
        due
    }
}
