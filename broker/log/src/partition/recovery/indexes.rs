//! Whether the indexes of a segment can be trusted, and making anew those that cannot.

use std::io;

use super::steps::{Fault, Recovery};
use crate::fs::is_full;
use crate::segment::{Segment, find_batch};

impl Recovery<'_> {
    /// Makes indexes anew that are missing or have an impossible length; those of segments that are scanned anyway
    /// come about by that.
    pub(super) fn rebuild_missing(&self, without_index: &[i64], clean: bool) -> Result<(), Fault> {
        let scanned_from = self.segment_of(self.recovery_point);
        for (i, segment) in self.segments.iter().enumerate() {
            if !without_index.contains(&segment.base_offset) {
                continue;
            }
            let trusted = clean || i < scanned_from;
            if segment.size() > 0 && !self.lacks_index(segment).map_err(|error| self.io_at(segment, error))? {
                continue;
            }
            let rebuilt = match trusted && segment.size() > 0 {
                true => self.rebuild_indexes(segment),
                false => segment.forget_indexes(),
            };
            match rebuilt {
                Err(error) if !is_full(&error) => return Err(self.io_at(segment, error)),
                _ => {}
            }
        }
        Ok(())
    }

    /// A segment shorter than the distance of index entries has none: finding that again is nothing to warn of.
    fn rebuild_indexes(&self, segment: &Segment) -> io::Result<()> {
        let before = (segment.offsets.len(), segment.time_entries());
        segment.rebuild_indexes(self.request.config.index_interval_bytes)?;
        if before != (segment.offsets.len(), segment.time_entries()) {
            tracing::warn!(segment = %segment.path().display(), "index was missing or damaged, made anew");
        }
        Ok(())
    }

    /// Whether an index file that may be all right is not: an empty time index is, if there are no timestamps.
    fn lacks_index(&self, segment: &Segment) -> io::Result<bool> {
        if !segment.index_lengths_fit() || segment.offsets.len() == 0 {
            return Ok(true);
        }
        Ok(segment.time_entries() == 0 && has_timestamps(segment)?)
    }
}

fn has_timestamps(segment: &Segment) -> io::Result<bool> {
    let first = find_batch(&*segment.file()?, 0, segment.size(), |_| true)?;
    Ok(first.is_ok_and(|(_, header)| header.max_timestamp >= 0))
}

/// Whether the last entries of the indexes can belong to the segment. Files that Kafka preallocated and did not get to
/// trim end in zeros.
pub(super) fn plausible_indexes(segment: &Segment) -> io::Result<bool> {
    let offsets = match segment.offsets.last()? {
        None => true,
        Some(last) => {
            let possible = last.position < segment.size() && last.offset >= segment.base_offset;
            possible && (last.position > 0 || segment.offsets.len() == 1)
        }
    };
    let times = match segment.last_time_entry()? {
        None => true,
        Some(last) => {
            last.offset >= segment.base_offset
                && last.timestamp >= 0
                && (last.timestamp > 0 || segment.time_entries() == 1)
        }
    };
    let times =
        times && (segment.offsets.len() == 0 || segment.time_entries() > 0 || !has_timestamps(segment)?);
    let leads_to_batch = match segment.offsets.last()? {
        Some(last) if offsets => {
            let found = find_batch(&*segment.file()?, last.position, segment.size(), |_| true)?;
            matches!(found, Ok((position, header)) if position == last.position && header.last_offset() == last.offset)
        }
        _ => true,
    };
    Ok(offsets && times && leads_to_batch)
}
