//! Reading by offset.

use std::io;
use std::os::fd::BorrowedFd;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use aqueduct_protocol::ids::Offset;

use super::PartitionLog;
use super::tail::{End, Place};
use crate::fs::File;
use crate::index::AbortedTxn;
use crate::segment::Segment;
use crate::{OfflineReason, ReadError};

/// Bounds of a read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadLimit {
    /// The most bytes to return; the first batch is returned whole even if it is longer, if `at_least_one`.
    pub max_bytes: u32,
    /// Batches from this offset on are not returned: the high watermark or last stable offset for consumers, the log
    /// end offset for followers.
    pub below: Offset,
    /// Whether the first batch may exceed `max_bytes` (Kafka: true for the first partition that has data).
    pub at_least_one: bool,
}

/// A range of a segment file with whole record batches. The file stays readable while this is held, whatever
/// retention does.
#[derive(Clone)]
pub struct FetchSlice {
    source: Option<Arc<dyn File>>,
    position: u64,
    len: u32,
}

impl FetchSlice {
    const EMPTY: FetchSlice = FetchSlice { source: None, position: 0, len: 0 };

    /// Length in bytes; 0 if there is nothing to read yet.
    pub fn len(&self) -> usize {
        self.len as usize
    }

    /// Whether there is nothing to read.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Reads the whole slice into `buf`, which has exactly [`len`](FetchSlice::len) bytes. Slices of any length can
    /// be read with one call; 256 KiB or more at once cost least per byte.
    pub fn read_into(&self, buf: &mut [u8]) -> io::Result<()> {
        assert_eq!(buf.len(), self.len(), "the buffer is as long as the slice");
        let Some(file) = &self.source else { return Ok(()) };
        match file.read_at(buf, self.position)? {
            read if read == buf.len() => Ok(()),
            _ => Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }

    /// Splits off the first `length` bytes, at most all of them; the rest stays.
    #[must_use]
    pub fn split_to(&mut self, length: usize) -> FetchSlice {
        let length = self.len.min(u32::try_from(length).unwrap_or(u32::MAX));
        let first = FetchSlice { source: self.source.clone(), position: self.position, len: length };
        self.position += u64::from(length);
        self.len -= length;
        first
    }

    /// The file and the position in it, for `sendfile`; `None` if the slice is empty.
    pub fn descriptor(&self) -> Option<(BorrowedFd<'_>, u64)> {
        Some((self.source.as_ref()?.descriptor()?, self.position))
    }
}

impl std::fmt::Debug for FetchSlice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FetchSlice").field("position", &self.position).field("len", &self.len).finish()
    }
}

/// A slice, and where it was found.
struct Found {
    slice: FetchSlice,
    segments: Arc<Vec<Arc<Segment>>>,
    /// Which of the segments it is of.
    at: usize,
}

/// Why a look into a segment found nothing.
pub(super) enum Miss {
    Io(io::Error),
    /// No batch begins at this byte, although the segment goes on.
    Corrupt {
        path: std::path::PathBuf,
        position: u64,
    },
}

impl From<io::Error> for Miss {
    fn from(error: io::Error) -> Miss {
        Miss::Io(error)
    }
}

impl PartitionLog {
    /// Finds the batches from `from` on, as a slice of one segment file; it ends with a whole batch, and with the
    /// segment (a reader carries on in the next with its next read). The first batch may begin before `from`.
    /// Never waits for an append. Empty if `from` is at or above `limit.below`, or the first batch is longer than
    /// `max_bytes` and `at_least_one` is not set.
    pub fn read(&self, from: Offset, limit: ReadLimit) -> Result<FetchSlice, ReadError> {
        let found = self.looking(from, || self.read_once(from, limit))?;
        Ok(found.map_or(FetchSlice::EMPTY, |found| found.slice))
    }

    /// As [`read`](PartitionLog::read), for a `read_committed` Fetch up to the last stable offset: with the aborted
    /// transactions that may have records in the slice, in the order of their markers. Some of them may begin behind it,
    /// up to the next entry of the offset index, as in Kafka. A log without any, or a reader that is past them, costs
    /// nothing; otherwise index entries are read.
    pub fn read_committed(
        &self,
        from: Offset,
        limit: ReadLimit,
    ) -> Result<(FetchSlice, Vec<AbortedTxn>), ReadError> {
        self.looking(from, || {
            Ok(match self.read_once(from, limit)? {
                Ok(Some(found)) => {
                    let aborted = self.aborted_in(&found, from)?;
                    Ok((found.slice, aborted))
                }
                Ok(None) => Ok((FetchSlice::EMPTY, Vec::new())),
                Err(error) => Err(error),
            })
        })
    }

    /// Does a look-up; one that finds damage is done again while nothing can be truncated under it, and if the damage
    /// is really there the partition goes offline.
    pub(super) fn looking<T>(
        &self,
        from: Offset,
        look: impl Fn() -> Result<Result<T, ReadError>, Miss>,
    ) -> Result<T, ReadError> {
        if let Some(reason) = self.progress.failure() {
            return Err(self.read_offline(reason.clone()));
        }
        let first = match look() {
            Ok(result) => return result,
            Err(miss) => miss,
        };
        let _writer = self.writer.lock();
        let reason = match (first, look()) {
            (_, Ok(result)) => return result,
            (_, Err(Miss::Io(source))) => {
                return Err(ReadError::Io { partition: self.name.clone(), source });
            }
            (_, Err(Miss::Corrupt { path, position })) => {
                let what = "no record batch begins here".to_owned();
                OfflineReason::Corrupt { path, position, offset: from, what }
            }
        };
        drop(_writer);
        self.go_offline(reason.clone());
        Err(self.read_offline(reason))
    }

    fn read_offline(&self, reason: OfflineReason) -> ReadError {
        ReadError::Offline { partition: self.name.clone(), reason }
    }

    fn read_once(&self, from: Offset, limit: ReadLimit) -> Result<Result<Option<Found>, ReadError>, Miss> {
        let (end, first, last) = {
            let tail = self.tail.lock();
            (tail.end(), tail.place_of(from.0), tail.place_of(limit.below.0))
        };
        let start = self.log_start_offset();
        if from < start || from.0 > end.offset {
            let (partition, offset, end) = (self.name.clone(), from, Offset(end.offset));
            return Ok(Err(ReadError::OffsetOutOfRange { partition, offset, start, end }));
        }
        if from.0 >= end.offset.min(limit.below.0) || (limit.max_bytes == 0 && !limit.at_least_one) {
            return Ok(Ok(None));
        }
        let segments = self.segments();
        let at = segments.partition_point(|segment| segment.base_offset <= from.0).saturating_sub(1);
        for (i, segment) in segments.iter().enumerate().skip(at) {
            if segment.base_offset >= limit.below.0 {
                break;
            }
            let is_last = segment.base_offset == end.segment;
            let size = if is_last { end.position } else { segment.size() };
            let found = match first {
                Some(place) if is_last => Some(place),
                _ => place_from(segment, from, size)?,
            };
            if let Some(first) = found {
                let next = segments.get(i + 1).map(|next| next.base_offset);
                let bound = bound(segment, &end, next, size, limit.below, last.filter(|_| is_last))?;
                let slice = cut(segment, first, bound, limit)?;
                return Ok(Ok(slice.map(|slice| Found { slice, segments, at: i })));
            }
            if is_last {
                break;
            }
        }
        Ok(Ok(None))
    }

    /// The aborted transactions that may have records in what was found. They are looked up in the segments in which it
    /// was found: retention may have taken away the first of them meanwhile, and with it where a transaction ended.
    fn aborted_in(&self, found: &Found, from: Offset) -> io::Result<Vec<AbortedTxn>> {
        let mut aborted = Vec::new();
        if from.0 >= self.aborted_below.load(Ordering::Acquire) {
            return Ok(aborted);
        }
        let segments = &found.segments[found.at..];
        let end = found.slice.position + u64::from(found.slice.len);
        let below = match (segments[0].offsets.ceiling_of_position(end)?, segments.get(1)) {
            (Some(entry), _) => entry.offset,
            (None, Some(next)) => next.base_offset,
            (None, None) => self.log_end_offset().0,
        };
        for segment in segments.iter().filter(|segment| segment.aborted.len() > 0) {
            if segment.aborted.overlapping(from.0, below, &mut aborted)?.is_break() {
                break;
            }
        }
        Ok(aborted)
    }
}

/// The first batch that reaches `from`; `None` if the segment ends before.
fn place_from(segment: &Segment, from: Offset, size: u64) -> Result<Option<Place>, Miss> {
    match segment.locate(from.0, size)? {
        Ok((start, header)) => Ok(Some(Place { start, end: start + u64::from(header.size) })),
        Err(position) if position == size => Ok(None),
        Err(position) => Err(Miss::Corrupt { path: segment.path(), position }),
    }
}

/// Where in the segment the batches from `below` on begin.
fn bound(
    segment: &Segment,
    end: &End,
    next_segment: Option<i64>,
    size: u64,
    below: Offset,
    known: Option<Place>,
) -> Result<u64, Miss> {
    let ends_at = if segment.base_offset == end.segment { Some(end.offset) } else { next_segment };
    if ends_at.is_some_and(|ends_at| ends_at <= below.0) {
        return Ok(size);
    }
    match known {
        Some(place) => Ok(place.start),
        None => Ok(place_from(segment, below, size)?.map_or(size, |place| place.start)),
    }
}

/// The batches from `first` on, before `bound`, that fit the limit; `None` if the first does not.
fn cut(segment: &Segment, first: Place, bound: u64, limit: ReadLimit) -> Result<Option<FetchSlice>, Miss> {
    // A batch that holds `below` in its middle: nothing before the bound.
    if first.start >= bound {
        return Ok(None);
    }
    let allowed = first.start + u64::from(limit.max_bytes);
    let end = if bound <= allowed {
        bound
    } else if first.end <= allowed {
        segment.boundary(first.end, allowed)?.max(first.end)
    } else if limit.at_least_one {
        first.end
    } else {
        return Ok(None);
    };
    // A slice is at most a segment long, which fits.
    let len = u32::try_from(end - first.start).unwrap_or(u32::MAX);
    Ok(Some(FetchSlice { source: Some(segment.file()?), position: first.start, len }))
}
