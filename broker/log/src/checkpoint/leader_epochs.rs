//! The leader epochs of a partition and where each begins (`leader-epoch-checkpoint`, KIP-101).
//!
//! Text: a line with version 0, one with the number of entries, then `epoch start-offset` lines, both ascending.

use std::fmt::Write;

use aqueduct_protocol::ids::{LeaderEpoch, Offset};

use crate::EpochEndOffset;

/// The name of the file.
pub(crate) const FILE_NAME: &str = "leader-epoch-checkpoint";

/// Epochs with their first offsets, both strictly ascending.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct LeaderEpochs {
    entries: Vec<(LeaderEpoch, Offset)>,
}

impl LeaderEpochs {
    /// The epoch of the last batch.
    pub(crate) fn latest(&self) -> Option<LeaderEpoch> {
        self.entries.last().map(|(epoch, _)| *epoch)
    }

    /// Notes that `epoch`, if it is the newest so far, begins at `start`. Returns whether that is news. An epoch that
    /// began there and never wrote anything goes.
    pub(crate) fn assign(&mut self, epoch: LeaderEpoch, start: Offset) -> bool {
        if epoch.0 < 0 || self.latest().is_some_and(|latest| latest >= epoch) {
            return false;
        }
        self.entries.retain(|(_, from)| *from < start);
        self.entries.push((epoch, start));
        true
    }

    /// The epoch that the record at `offset` was written in.
    pub(crate) fn at(&self, offset: Offset) -> LeaderEpoch {
        let below = self.entries.partition_point(|(_, start)| *start <= offset);
        below.checked_sub(1).map_or(LeaderEpoch::NONE, |at| self.entries[at].0)
    }

    /// Where the largest epoch not above `epoch` ends, in a log that ends at `log_end`.
    pub(crate) fn end_offset(&self, epoch: LeaderEpoch, log_end: Offset) -> Option<EpochEndOffset> {
        let latest = self.latest()?;
        if epoch.0 < 0 || epoch > latest {
            return None;
        }
        if epoch == latest {
            return Some(EpochEndOffset { epoch, end_offset: log_end });
        }
        let above = self.entries.partition_point(|(known, _)| *known <= epoch);
        let end_offset = self.entries[above].1;
        // An epoch before the first known ends where that begins.
        let known = above.checked_sub(1).map_or(epoch, |at| self.entries[at].0);
        Some(EpochEndOffset { epoch: known, end_offset })
    }

    /// Forgets epochs that begin at or after `end`. Returns whether there were any.
    pub(crate) fn truncate_from_end(&mut self, end: Offset) -> bool {
        let before = self.entries.len();
        self.entries.retain(|(_, start)| *start < end);
        before != self.entries.len()
    }

    /// Forgets epochs that end at or before `start`; the one that goes on begins there now. Returns whether that
    /// changed anything.
    pub(crate) fn truncate_from_start(&mut self, start: Offset) -> bool {
        let covers = self.entries.partition_point(|(_, from)| *from <= start);
        let Some(keep) = covers.checked_sub(1) else { return false };
        if keep == 0 && self.entries[0].1 == start {
            return false;
        }
        self.entries.drain(..keep);
        self.entries[0].1 = start;
        true
    }

    pub(crate) fn clear(&mut self) {
        self.entries.clear();
    }

    /// The file's text.
    pub(crate) fn format(&self) -> String {
        let mut text = format!("0\n{}\n", self.entries.len());
        for (epoch, start) in &self.entries {
            writeln!(text, "{epoch} {start}").expect("writing to a string");
        }
        text
    }

    /// Reads the file's text; `None` if it is damaged.
    pub(crate) fn parse(bytes: &[u8]) -> Option<LeaderEpochs> {
        let mut lines = std::str::from_utf8(bytes).ok()?.lines();
        if lines.next()? != "0" {
            return None;
        }
        let count: usize = lines.next()?.parse().ok()?;
        let mut entries: Vec<(LeaderEpoch, Offset)> = Vec::new();
        for line in lines {
            let (epoch, start) = line.split_once(' ')?;
            let (epoch, start) = (LeaderEpoch(epoch.parse().ok()?), Offset(start.parse().ok()?));
            if entries.last().is_some_and(|(e, s)| *e >= epoch || *s > start) {
                return None;
            }
            entries.push((epoch, start));
        }
        (entries.len() == count).then_some(LeaderEpochs { entries })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn epochs(entries: &[(i32, i64)]) -> LeaderEpochs {
        LeaderEpochs { entries: entries.iter().map(|(e, s)| (LeaderEpoch(*e), Offset(*s))).collect() }
    }

    #[test]
    fn the_file_is_kafkas() {
        let known = epochs(&[(0, 0), (2, 17)]);
        assert_eq!(known.format(), "0\n2\n0 0\n2 17\n");
        assert_eq!(LeaderEpochs::parse(known.format().as_bytes()), Some(known));
        for text in ["", "1\n0\n", "0\n2\n0 0\n", "0\n2\n1 0\n0 5\n", "0\n1\n0\n"] {
            assert_eq!(LeaderEpochs::parse(text.as_bytes()), None, "{text:?}");
        }
    }

    #[test]
    fn an_epoch_that_wrote_nothing_is_replaced() {
        let mut known = epochs(&[(0, 0), (1, 10)]);
        assert!(!known.assign(LeaderEpoch(1), Offset(12)));
        assert!(known.assign(LeaderEpoch(2), Offset(10)));
        assert_eq!(known, epochs(&[(0, 0), (2, 10)]));
        assert!(!known.assign(LeaderEpoch::NONE, Offset(20)));
    }

    #[test]
    fn end_offsets_follow_kip_101() {
        let known = epochs(&[(1, 5), (3, 10), (4, 20)]);
        let end =
            |epoch| known.end_offset(LeaderEpoch(epoch), Offset(30)).map(|e| (e.epoch.0, e.end_offset.0));
        assert_eq!(end(4), Some((4, 30)));
        assert_eq!(end(3), Some((3, 20)));
        assert_eq!(end(2), Some((1, 10)));
        assert_eq!(end(0), Some((0, 5)));
        assert_eq!(end(5), None);
        assert_eq!(end(-1), None);
        assert_eq!(LeaderEpochs::default().end_offset(LeaderEpoch(0), Offset(0)), None);
    }

    #[test]
    fn truncation_keeps_what_is_left_covered() {
        let mut known = epochs(&[(1, 5), (3, 10), (4, 20)]);
        assert!(known.truncate_from_end(Offset(20)));
        assert!(!known.truncate_from_end(Offset(20)));
        assert_eq!(known, epochs(&[(1, 5), (3, 10)]));
        assert!(known.truncate_from_start(Offset(12)));
        assert!(!known.truncate_from_start(Offset(12)));
        assert_eq!(known, epochs(&[(3, 12)]));
        assert_eq!(known.at(Offset(11)), LeaderEpoch::NONE);
        assert_eq!(known.at(Offset(12)), LeaderEpoch(3));
    }
}
