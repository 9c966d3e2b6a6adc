//! The end of a log as readers see it: where it ends in the file, and where its last batches begin.

use crate::segment::BatchMark;

const RECENT: usize = 32;

/// Kept under a lock of its own for some nanoseconds at a time, so that end offset and end position belong together.
/// A reader at the log's end finds its position here, without looking into an index or a file.
#[derive(Debug)]
pub(crate) struct Tail {
    /// Base offset of the active segment.
    segment: i64,
    end_offset: i64,
    end_position: u64,
    /// Base offset and position of the last batches of the active segment; a ring.
    recent: [(i64, u64); RECENT],
    /// How many were ever put in since the ring was emptied.
    count: usize,
}

/// Where a log ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct End {
    pub(crate) segment: i64,
    pub(crate) offset: i64,
    pub(crate) position: u64,
}

/// Where a batch begins and ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) start: u64,
    pub(crate) end: u64,
}

impl Tail {
    pub(crate) fn new(segment: i64, end_offset: i64, end_position: u64) -> Tail {
        Tail { segment, end_offset, end_position, recent: [(0, 0); RECENT], count: 0 }
    }

    /// Takes note of a batch behind the last.
    pub(crate) fn push(&mut self, segment: i64, base_offset: i64, mark: &BatchMark) {
        if segment != self.segment {
            self.segment = segment;
            self.count = 0;
        }
        self.recent[self.count % RECENT] = (base_offset, mark.position);
        self.count += 1;
        self.end_offset = mark.last_offset + 1;
        self.end_position = mark.position + u64::from(mark.size);
    }

    pub(crate) fn end(&self) -> End {
        End { segment: self.segment, offset: self.end_offset, position: self.end_position }
    }

    /// The place of the batch with this base offset, if it is one of the last.
    pub(crate) fn place_of(&self, base_offset: i64) -> Option<Place> {
        let kept = self.count.min(RECENT);
        let mut end = self.end_position;
        for i in 1..=kept {
            let (offset, start) = self.recent[(self.count - i) % RECENT];
            if offset == base_offset {
                return Some(Place { start, end });
            }
            if offset < base_offset {
                return None;
            }
            end = start;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_the_places_of_the_last_batches() {
        let mut tail = Tail::new(0, 0, 0);
        for i in 0..40 {
            let mark =
                BatchMark { position: i * 100, size: 100, last_offset: i as i64 * 10 + 9, max_timestamp: 0 };
            tail.push(0, i as i64 * 10, &mark);
        }
        assert_eq!(tail.end(), End { segment: 0, offset: 400, position: 4000 });
        assert_eq!(tail.place_of(390), Some(Place { start: 3900, end: 4000 }));
        assert_eq!(tail.place_of(80), Some(Place { start: 800, end: 900 }));
        assert_eq!(tail.place_of(70), None, "fell out of the ring");
        assert_eq!(tail.place_of(395), None, "no batch begins there");
        let mark = BatchMark { position: 0, size: 50, last_offset: 400, max_timestamp: 0 };
        tail.push(400, 400, &mark);
        assert_eq!(tail.place_of(390), None, "another segment");
        assert_eq!(tail.place_of(400), Some(Place { start: 0, end: 50 }));
    }
}
