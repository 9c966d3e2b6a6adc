//! A borrowed view of one record, and how it is read from its bytes.
//!
//! Format: length, attributes `i8`, timestamp delta, offset delta, key length and key, value length and
//! value (−1 for null), header count, then key length, key, value length and value of each header. All lengths
//! and deltas are zigzag varints.

use super::varint::{read_i32, read_i64};

/// One record of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record<'a> {
    /// Position in the partition.
    pub offset: i64,
    /// Position relative to the batch's base offset.
    pub offset_delta: i32,
    /// Milliseconds since 1970; the append time if that is the batch's timestamp type.
    pub timestamp: i64,
    /// The key, if there is one.
    pub key: Option<&'a [u8]>,
    /// The value; `None` is a tombstone.
    pub value: Option<&'a [u8]>,
    /// The headers.
    pub headers: Headers<'a>,
}

/// What can be told of a record without its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct RecordHead {
    pub(super) offset: i64,
    pub(super) offset_delta: i32,
    pub(super) timestamp: i64,
    pub(super) has_key: bool,
}

impl Record<'_> {
    pub(super) fn head(&self) -> RecordHead {
        let Record { offset, offset_delta, timestamp, .. } = *self;
        RecordHead { offset, offset_delta, timestamp, has_key: self.key.is_some() }
    }
}

/// One header of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header<'a> {
    /// The key: UTF-8 by convention, which nobody checks.
    pub key: &'a [u8],
    /// The value, if there is one.
    pub value: Option<&'a [u8]>,
}

/// A record's headers, whose form was checked when the record was read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Headers<'a> {
    count: usize,
    bytes: &'a [u8],
}

impl<'a> Headers<'a> {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }
}

impl<'a> Iterator for Headers<'a> {
    type Item = Header<'a>;

    fn next(&mut self) -> Option<Header<'a>> {
        self.count = self.count.checked_sub(1)?;
        read_header(&mut self.bytes).ok()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.count, Some(self.count))
    }
}

impl ExactSizeIterator for Headers<'_> {}

/// What a record's fields count from.
#[derive(Clone, Copy, Debug)]
pub(super) struct RecordBase {
    pub(super) offset: i64,
    pub(super) timestamp: i64,
    /// The time of every record, if the leader gave it.
    pub(super) append_time: Option<i64>,
}

/// Reads a record's body: exactly the bytes that its length announced.
#[inline]
pub(super) fn read_record<'a>(body: &'a [u8], base: RecordBase) -> Result<Record<'a>, &'static str> {
    let (_attributes, mut rest) = body.split_first().ok_or("the record is empty")?;
    let timestamp_delta = read_i64(&mut rest).ok_or("bad timestamp delta")?;
    let offset_delta = read_i32(&mut rest).ok_or("bad offset delta")?;
    let key = read_bytes(&mut rest, "bad key length")?;
    let value = read_bytes(&mut rest, "bad value length")?;
    let headers = read_headers(rest)?;
    Ok(Record {
        offset: base.offset.wrapping_add(i64::from(offset_delta)),
        offset_delta,
        timestamp: base.append_time.unwrap_or_else(|| base.timestamp.wrapping_add(timestamp_delta)),
        key,
        value,
        headers,
    })
}

fn read_headers(mut rest: &[u8]) -> Result<Headers<'_>, &'static str> {
    let count = read_i32(&mut rest).ok_or("bad header count")?;
    let count = usize::try_from(count).map_err(|_| "negative header count")?;
    let bytes = rest;
    for _ in 0..count {
        read_header(&mut rest)?;
    }
    if rest.is_empty() { Ok(Headers { count, bytes }) } else { Err("bytes after the last header") }
}

fn read_header<'a>(rest: &mut &'a [u8]) -> Result<Header<'a>, &'static str> {
    let key = read_bytes(rest, "bad header key length")?.ok_or("null header key")?;
    let value = read_bytes(rest, "bad header value length")?;
    Ok(Header { key, value })
}

#[inline]
fn read_bytes<'a>(rest: &mut &'a [u8], what: &'static str) -> Result<Option<&'a [u8]>, &'static str> {
    let length = read_i32(rest).ok_or(what)?;
    // Any negative length is null, as in Java.
    let Ok(length) = usize::try_from(length) else { return Ok(None) };
    let (bytes, tail) = rest.split_at_checked(length).ok_or(what)?;
    *rest = tail;
    Ok(Some(bytes))
}
