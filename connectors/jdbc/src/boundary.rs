//! Timestamp mode: a record's offset moves to a timestamp only with the last row that has it.
//!
//! A stored offset means "everything up to and including this timestamp was read". So the rows of one timestamp carry
//! the offset of the one before, except the last of them. Which row is the last is known only when the next row is, so
//! one row is always held back.

use crate::moment::Moment;

/// Holds back one row of type `R` and tells the offset of each row that leaves.
#[derive(Debug)]
pub(crate) struct TimestampBoundary<R> {
    /// The last timestamp all of whose rows have left.
    complete: Option<Moment>,
    held: Option<(Moment, R)>,
}

impl<R> TimestampBoundary<R> {
    pub(crate) fn new(complete: Option<Moment>) -> Self {
        Self { complete, held: None }
    }

    /// The last timestamp all of whose rows have left: where a reading without a unique key starts over.
    pub(crate) fn complete(&self) -> Option<Moment> {
        self.complete
    }

    /// Takes the next row in; gives the one before it with its offset.
    pub(crate) fn push(&mut self, timestamp: Moment, row: R) -> Option<(R, Option<Moment>)> {
        let (held_timestamp, held) = self.held.replace((timestamp, row))?;
        if held_timestamp != timestamp {
            self.complete = Some(held_timestamp);
        }
        Some((held, self.complete))
    }

    /// No more rows up to the upper bound: the row held back is the last of its timestamp.
    pub(crate) fn finish(&mut self) -> Option<(R, Option<Moment>)> {
        let (timestamp, row) = self.held.take()?;
        self.complete = Some(timestamp);
        Some((row, self.complete))
    }

    /// Forgets the row held back: it will be read again.
    pub(crate) fn forget_held(&mut self) {
        self.held = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_offset_moves_with_the_last_row_of_a_timestamp() {
        let t = Moment::from_millis;
        let mut boundary = TimestampBoundary::new(Some(t(0)));
        let mut out = Vec::new();
        for (row, ts) in [t(1), t(1), t(1), t(2), t(3), t(3)].into_iter().enumerate() {
            out.extend(boundary.push(ts, row));
        }
        out.extend(boundary.finish());
        let offsets: Vec<i64> = out.iter().map(|(_, offset)| offset.unwrap().millis()).collect();
        assert_eq!(offsets, [0, 0, 1, 2, 2, 3]);
        assert_eq!(out.iter().map(|(row, _)| *row).collect::<Vec<_>>(), [0, 1, 2, 3, 4, 5]);
        assert!(boundary.finish().is_none());
    }

    #[test]
    fn without_a_start_the_first_timestamps_rows_carry_none() {
        let mut boundary = TimestampBoundary::new(None);
        boundary.push(Moment::from_millis(5), "a");
        assert_eq!(boundary.push(Moment::from_millis(5), "b"), Some(("a", None)));
        boundary.forget_held();
        assert_eq!((boundary.finish(), boundary.complete()), (None, None));
    }
}
