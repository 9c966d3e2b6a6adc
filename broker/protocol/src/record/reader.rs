//! Reading the records of a batch: over a slice that holds them all, or decompressing as it goes.

use super::varint::{read_i32, read_i64};
use super::view::{Record, RecordBase, RecordHead, read_record};
use super::{RecordBatch, RecordError, TimestampType};
use crate::compression::{Compression, Decompressor};

/// The most bytes that a record's length takes.
const MAX_LENGTH_BYTES: usize = 5;

/// The longest record that is held whole by those who do not need its content.
const MAX_HELD: usize = 64 * 1024;

/// The records in a slice that is not compressed (any more).
///
/// Checks as it goes that lengths fit, that there are as many records as the header says, and that nothing
/// follows the last. After an error it has ended.
#[derive(Clone, Debug)]
pub struct RecordIter<'a> {
    rest: &'a [u8],
    base: RecordBase,
    index: i32,
    count: i32,
    length: usize,
}

/// A place between two records: where to go on later.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RecordPosition {
    at: usize,
    index: i32,
}

impl<'a> RecordIter<'a> {
    pub(super) fn new(batch: &RecordBatch<'_>, payload: &'a [u8]) -> RecordIter<'a> {
        RecordIter::resume(batch, payload, RecordPosition::default())
    }

    pub(super) fn resume(batch: &RecordBatch<'_>, payload: &'a [u8], from: RecordPosition) -> RecordIter<'a> {
        RecordIter {
            rest: payload.get(from.at..).unwrap_or_default(),
            base: base_of(batch),
            index: from.index,
            count: batch.record_count(),
            length: payload.len(),
        }
    }

    /// Where the iteration is.
    pub fn position(&self) -> RecordPosition {
        RecordPosition { at: self.length - self.rest.len(), index: self.index }
    }

    fn advance(&mut self) -> Result<Record<'a>, RecordError> {
        let index = self.index;
        let malformed = |what| RecordError::Malformed { index, what };
        let length = read_i32(&mut self.rest).ok_or_else(|| malformed("bad record length"))?;
        let length = usize::try_from(length).map_err(|_| malformed("negative record length"))?;
        let (body, rest) =
            self.rest.split_at_checked(length).ok_or_else(|| malformed("the record exceeds its batch"))?;
        self.rest = rest;
        self.index += 1;
        read_record(body, self.base).map_err(malformed)
    }
}

impl<'a> Iterator for RecordIter<'a> {
    type Item = Result<Record<'a>, RecordError>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        if self.index >= self.count {
            let trailing = !std::mem::take(&mut self.rest).is_empty();
            return trailing.then_some(Err(RecordError::TrailingBytes { count: self.count }));
        }
        let next = self.advance();
        if next.is_err() {
            self.rest = &[];
            self.index = self.count;
        }
        Some(next)
    }
}

/// Reads records one by one, decompressing no further than needed.
///
/// Memory: for compressed batches a buffer of the longest record so far and one read ahead, beside the
/// codec's own; it grows only with bytes that have really come out.
pub struct RecordReader<'a> {
    source: Source<'a>,
    count: i32,
}

enum Source<'a> {
    Slice(RecordIter<'a>),
    Stream(Box<StreamReader<'a>>),
}

impl<'a> RecordReader<'a> {
    pub(super) fn new(batch: RecordBatch<'a>, limit: usize) -> Result<RecordReader<'a>, RecordError> {
        let source = match batch.compression()? {
            Compression::None => Source::Slice(RecordIter::new(&batch, batch.payload())),
            compression => Source::Stream(Box::new(StreamReader {
                stream: Decompressor::new(compression, batch.payload(), limit)?,
                base: base_of(&batch),
                buffer: Vec::new(),
                start: 0,
                end: 0,
                index: 0,
                done: false,
            })),
        };
        Ok(RecordReader { source, count: batch.record_count() })
    }

    /// The next record; `None` after the last. After an error there is nothing more.
    ///
    /// Errors: `Malformed`, `TrailingBytes`, `Decompress`.
    #[allow(clippy::should_implement_trait, reason = "it lends from itself, which Iterator cannot")]
    pub fn next(&mut self) -> Result<Option<Record<'_>>, RecordError> {
        match &mut self.source {
            Source::Slice(records) => records.next().transpose(),
            Source::Stream(reader) => reader.next(self.count),
        }
    }

    /// As [`next`](RecordReader::next), for those who do not need the content: whatever the record's size, no more than
    /// 64 KiB of it are held.
    pub(super) fn next_head(&mut self) -> Result<Option<RecordHead>, RecordError> {
        match &mut self.source {
            Source::Slice(records) => Ok(records.next().transpose()?.map(|record| record.head())),
            Source::Stream(reader) => reader.next_head(self.count),
        }
    }
}

struct StreamReader<'a> {
    stream: Decompressor<'a>,
    base: RecordBase,
    /// Decompressed bytes; `start..end` are not yet consumed.
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    index: i32,
    done: bool,
}

impl StreamReader<'_> {
    fn next(&mut self, count: i32) -> Result<Option<Record<'_>>, RecordError> {
        let Some(length) = self.begin(count)? else { return Ok(None) };
        self.whole(length).map(Some)
    }

    fn next_head(&mut self, count: i32) -> Result<Option<RecordHead>, RecordError> {
        let Some(length) = self.begin(count)? else { return Ok(None) };
        if length <= MAX_HELD {
            return Ok(Some(self.whole(length)?.head()));
        }
        let index = self.index;
        let mut body = Body { left: length, reader: self };
        let head = body.skim().map_err(|error| match error {
            SkimError::Malformed(what) => RecordError::Malformed { index, what },
            SkimError::Stream(error) => error,
        })?;
        self.index += 1;
        self.done = false;
        Ok(Some(head))
    }

    /// Steps over the length of the next record; `None` after the last.
    fn begin(&mut self, count: i32) -> Result<Option<usize>, RecordError> {
        if self.done {
            return Ok(None);
        }
        // Cleared again when the record has been found whole.
        self.done = true;
        if self.index >= count {
            let at_end = self.start == self.end && !self.fill(1)?;
            return if at_end { Ok(None) } else { Err(RecordError::TrailingBytes { count }) };
        }
        let index = self.index;
        let malformed = |what| RecordError::Malformed { index, what };
        self.fill(MAX_LENGTH_BYTES)?;
        let mut rest = &self.buffer[self.start..self.end];
        let length = read_i32(&mut rest).ok_or_else(|| malformed("bad record length"))?;
        let length = usize::try_from(length).map_err(|_| malformed("negative record length"))?;
        self.start = self.end - rest.len();
        Ok(Some(length))
    }

    /// The record of this length that is next.
    fn whole(&mut self, length: usize) -> Result<Record<'_>, RecordError> {
        let index = self.index;
        let malformed = |what| RecordError::Malformed { index, what };
        if !self.fill(length)? {
            return Err(malformed("the record exceeds its batch"));
        }
        let body = self.start;
        self.start = body + length;
        let record = read_record(&self.buffer[body..body + length], self.base).map_err(malformed)?;
        self.index += 1;
        self.done = false;
        Ok(record)
    }

    /// Makes at least `wanted` bytes available; false if the stream ends before.
    fn fill(&mut self, wanted: usize) -> Result<bool, RecordError> {
        const READ_AHEAD: usize = 16 * 1024;
        while self.end - self.start < wanted {
            if self.start > 0 && self.buffer.len() - self.end < READ_AHEAD {
                self.buffer.copy_within(self.start..self.end, 0);
                self.end -= self.start;
                self.start = 0;
            }
            if self.buffer.len() - self.end < READ_AHEAD {
                // Doubles what has come out at most, whatever length a record claims; and no further than
                // the record and some more need.
                let needed = self.start.saturating_add(wanted).saturating_add(READ_AHEAD);
                let limit = self.stream.limit().saturating_add(READ_AHEAD);
                let grown = (self.end * 2).max(2 * READ_AHEAD).min(needed).min(limit);
                self.buffer.reserve_exact(grown.saturating_sub(self.buffer.len()));
                self.buffer.resize(grown.max(self.end + 1), 0);
            }
            match self.stream.read(&mut self.buffer[self.end..])? {
                0 => return Ok(false),
                count => self.end += count,
            }
        }
        Ok(true)
    }
}

/// What is left of a record that is read without being held.
struct Body<'r, 'a> {
    reader: &'r mut StreamReader<'a>,
    left: usize,
}

enum SkimError {
    Malformed(&'static str),
    Stream(RecordError),
}

impl From<&'static str> for SkimError {
    fn from(what: &'static str) -> SkimError {
        SkimError::Malformed(what)
    }
}

impl Body<'_, '_> {
    /// Reads as [`read_record`] does.
    fn skim(&mut self) -> Result<RecordHead, SkimError> {
        self.skip(1, "the record is empty")?;
        let timestamp_delta = self.number(10, read_i64, "bad timestamp delta")?;
        let offset_delta = self.number(MAX_LENGTH_BYTES, read_i32, "bad offset delta")?;
        let has_key = self.bytes("bad key length")?;
        self.bytes("bad value length")?;
        let headers = self.number(MAX_LENGTH_BYTES, read_i32, "bad header count")?;
        for _ in 0..u32::try_from(headers).map_err(|_| "negative header count")? {
            if !self.bytes("bad header key length")? {
                return Err("null header key".into());
            }
            self.bytes("bad header value length")?;
        }
        if self.left > 0 {
            return Err("bytes after the last header".into());
        }
        let base = self.reader.base;
        let timestamp = base.append_time.unwrap_or_else(|| base.timestamp.wrapping_add(timestamp_delta));
        let offset = base.offset.wrapping_add(i64::from(offset_delta));
        Ok(RecordHead { offset, offset_delta, timestamp, has_key })
    }

    fn number<T>(
        &mut self,
        most: usize,
        read: fn(&mut &[u8]) -> Option<T>,
        what: &'static str,
    ) -> Result<T, SkimError> {
        self.reader.fill(most.min(self.left)).map_err(SkimError::Stream)?;
        let found = &self.reader.buffer[self.reader.start..self.reader.end];
        let found = &found[..found.len().min(self.left)];
        let mut rest = found;
        let number = read(&mut rest).ok_or(what)?;
        let taken = found.len() - rest.len();
        self.reader.start += taken;
        self.left -= taken;
        Ok(number)
    }

    /// A length and as many bytes; false for null.
    fn bytes(&mut self, what: &'static str) -> Result<bool, SkimError> {
        // Any negative length is null, as in Java.
        let length = usize::try_from(self.number(MAX_LENGTH_BYTES, read_i32, what)?);
        length.map_or(Ok(false), |length| self.skip(length, what).map(|()| true))
    }

    fn skip(&mut self, mut count: usize, what: &'static str) -> Result<(), SkimError> {
        self.left = self.left.checked_sub(count).ok_or(what)?;
        let reader = &mut *self.reader;
        while count > 0 {
            if !reader.fill(1).map_err(SkimError::Stream)? {
                return Err("the record exceeds its batch".into());
            }
            let taken = count.min(reader.end - reader.start);
            reader.start += taken;
            count -= taken;
        }
        Ok(())
    }
}

fn base_of(batch: &RecordBatch<'_>) -> RecordBase {
    let append_time = (batch.timestamp_type() == TimestampType::LogAppendTime).then(|| batch.max_timestamp());
    RecordBase { offset: batch.base_offset().0, timestamp: batch.base_timestamp(), append_time }
}
