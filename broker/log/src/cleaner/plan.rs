//! Whether a log is dirty enough to be compacted, and which segments are rewritten into one.

use std::ops::Range;

/// How much of a log is compacted, and how much may be.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Dirt {
    /// Bytes below the first dirty offset.
    pub(crate) clean: u64,
    /// Bytes from there on that may be compacted now.
    pub(crate) dirty: u64,
    /// The oldest of them has waited for `max.compaction.lag.ms`.
    pub(crate) overdue: bool,
}

impl Dirt {
    /// The dirty part of the whole; 0 for nothing.
    pub(crate) fn ratio(&self) -> f64 {
        match self.clean + self.dirty {
            0 => 0.0,
            total => self.dirty as f64 / total as f64,
        }
    }

    /// Whether it is time, with `min.cleanable.dirty.ratio`.
    pub(crate) fn is_due(&self, min_ratio: f64) -> bool {
        self.dirty > 0 && (self.overdue || self.ratio() > min_ratio)
    }
}

/// What grouping must know of a segment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SegmentSizes {
    pub(crate) base_offset: i64,
    /// Offset of the segment behind it.
    pub(crate) end_offset: i64,
    pub(crate) log: u64,
    /// Bytes of its larger index.
    pub(crate) index: u64,
}

/// Neighbouring segments that fit into one: in bytes, in index entries, and in the 31 bits of a relative offset.
pub(crate) fn groups(segments: &[SegmentSizes], max_log: u64, max_index: u64) -> Vec<Range<usize>> {
    let mut groups: Vec<Range<usize>> = Vec::new();
    let (mut log, mut index) = (0, 0);
    for (at, segment) in segments.iter().enumerate() {
        if let Some(last) = groups.last_mut() {
            let reach = segment.end_offset - 1 - segments[last.start].base_offset;
            if log + segment.log <= max_log
                && index + segment.index <= max_index
                && reach <= i64::from(i32::MAX)
            {
                last.end = at + 1;
                log += segment.log;
                index += segment.index;
                continue;
            }
        }
        groups.push(at..at + 1);
        (log, index) = (segment.log, segment.index);
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_is_due_above_the_ratio_or_when_it_waited_too_long() {
        let dirt = |clean, dirty, overdue| Dirt { clean, dirty, overdue };
        assert!(!dirt(100, 100, false).is_due(0.5) && dirt(100, 101, false).is_due(0.5));
        assert!(dirt(1000, 1, true).is_due(0.5) && !dirt(1000, 0, true).is_due(0.5));
        assert!(!Dirt::default().is_due(0.0) && dirt(1000, 1, false).is_due(0.0));
    }

    #[test]
    fn neighbours_are_grouped_as_long_as_they_fit() {
        let segment =
            |base_offset, end_offset, log, index| SegmentSizes { base_offset, end_offset, log, index };
        let small = [segment(0, 10, 40, 8), segment(10, 20, 40, 8), segment(20, 30, 40, 8)];
        assert_eq!(groups(&small, 100, 100), [0..2, 2..3]);
        assert_eq!(groups(&small, 1000, 16), [0..2, 2..3]);
        assert_eq!(groups(&small, 10, 1), [0..1, 1..2, 2..3], "one that is too large alone stays alone");
        let far = [segment(0, 10, 1, 1), segment(10, 1 << 31, 1, 1), segment(1 << 31, (1 << 31) + 1, 1, 1)];
        assert_eq!(groups(&far, 1000, 1000), [0..2, 2..3]);
        assert_eq!(groups(&[], 10, 10), [] as [Range<usize>; 0]);
    }
}
