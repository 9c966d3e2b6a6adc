//! Writing Kafka's primitive types into segments: small values are collected in one buffer, records and
//! long byte fields are spliced in as they are, so that they are never copied.

use bytes::{BufMut, Bytes};
use bytestring::ByteString;
use uuid::Uuid;

use super::{EncodeError, RawTaggedField, UnknownTags, decoder::MAX_STRING_BYTES};

/// Byte fields of at least this many bytes become segments of their own; shorter ones are copied, which is
/// cheaper than one more entry for the socket's vectored write.
pub const SPLICE_BYTES: usize = 512;

type Result<T> = std::result::Result<T, EncodeError>;

/// Collects an encoded message.
#[derive(Debug, Default)]
pub struct Encoder {
    head: Vec<u8>,
    /// Spliced segments, each with the offset in `head` it stands at.
    splices: Vec<(usize, Bytes)>,
    spliced_bytes: usize,
}

/// A tagged field being written: hand it back to [`Encoder::end_tag`].
#[derive(Debug)]
#[must_use]
pub struct TagMark {
    head: usize,
    splices: usize,
    spliced_bytes: usize,
}

impl Encoder {
    /// An empty encoder.
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty encoder with room for `bytes` bytes beside spliced segments.
    pub fn with_capacity(bytes: usize) -> Self {
        Self { head: Vec::with_capacity(bytes), ..Self::default() }
    }

    /// An encoder whose first four bytes are the frame's length, set by [`Self::finish_frame`].
    pub fn frame(capacity: usize) -> Self {
        let mut encoder = Self::with_capacity(capacity + 4);
        encoder.i32(0);
        encoder
    }

    /// Bytes written so far.
    pub fn len(&self) -> usize {
        self.head.len() + self.spliced_bytes
    }

    /// Whether nothing was written.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The segments in order; none is empty.
    pub fn into_segments(self) -> Vec<Bytes> {
        let head = Bytes::from(self.head);
        let mut segments = Vec::with_capacity(2 * self.splices.len() + 1);
        let mut start = 0;
        for (at, segment) in self.splices {
            if at > start {
                segments.push(head.slice(start..at));
                start = at;
            }
            segments.push(segment);
        }
        if head.len() > start {
            segments.push(head.slice(start..));
        }
        segments
    }

    /// All bytes in one piece: copies spliced segments.
    pub fn into_bytes(self) -> Bytes {
        if self.splices.is_empty() {
            return Bytes::from(self.head);
        }
        Bytes::from(self.into_segments().concat())
    }

    /// Sets the length of a frame begun with [`Self::frame`], and gives its segments.
    pub fn finish_frame(mut self) -> Result<Vec<Bytes>> {
        let length = self.len() - 4;
        let prefix = i32::try_from(length).map_err(|_| EncodeError::TooLong { what: "frame", length })?;
        self.head[..4].copy_from_slice(&prefix.to_be_bytes());
        Ok(self.into_segments())
    }

    /// Fails if `version` is not one of `message`.
    pub fn check_version(&self, message: &'static str, version: i16, min: i16, max: i16) -> Result<()> {
        if version < min || version > max {
            return Err(EncodeError::UnsupportedVersion { message, version });
        }
        Ok(())
    }

    /// One byte, 0 or 1.
    pub fn bool(&mut self, value: bool) {
        self.head.put_u8(value.into());
    }

    /// Signed 8 bits.
    pub fn i8(&mut self, value: i8) {
        self.head.put_i8(value);
    }

    /// Signed 16 bits, big-endian.
    pub fn i16(&mut self, value: i16) {
        self.head.put_i16(value);
    }

    /// Unsigned 16 bits, big-endian.
    pub fn u16(&mut self, value: u16) {
        self.head.put_u16(value);
    }

    /// Signed 32 bits, big-endian.
    pub fn i32(&mut self, value: i32) {
        self.head.put_i32(value);
    }

    /// Unsigned 32 bits, big-endian.
    pub fn u32(&mut self, value: u32) {
        self.head.put_u32(value);
    }

    /// Signed 64 bits, big-endian.
    pub fn i64(&mut self, value: i64) {
        self.head.put_i64(value);
    }

    /// IEEE 754 double, big-endian.
    pub fn f64(&mut self, value: f64) {
        self.head.put_f64(value);
    }

    /// 16 bytes.
    pub fn uuid(&mut self, value: Uuid) {
        self.head.put_slice(value.as_bytes());
    }

    /// Unsigned variable-length integer.
    pub fn unsigned_varint(&mut self, mut value: u32) {
        while value >= 0x80 {
            self.head.put_u8(value as u8 | 0x80);
            value >>= 7;
        }
        self.head.put_u8(value as u8);
    }

    /// A string.
    pub fn string(&mut self, value: &ByteString, flexible: bool) -> Result<()> {
        let length = value.len();
        if length > MAX_STRING_BYTES {
            return Err(EncodeError::TooLong { what: "string", length });
        }
        if flexible {
            self.unsigned_varint(length as u32 + 1);
        } else {
            self.i16(length as i16);
        }
        self.head.put_slice(value.as_bytes());
        Ok(())
    }

    /// A string that may be null.
    pub fn nullable_string(&mut self, value: Option<&ByteString>, flexible: bool) -> Result<()> {
        match (value, flexible) {
            (Some(value), _) => return self.string(value, flexible),
            (None, true) => self.unsigned_varint(0),
            (None, false) => self.i16(-1),
        }
        Ok(())
    }

    /// The length of a byte field or the count of an array.
    fn length(&mut self, what: &'static str, length: usize, flexible: bool) -> Result<()> {
        let value = i32::try_from(length).ok().filter(|value| *value < i32::MAX);
        let Some(value) = value else { return Err(EncodeError::TooLong { what, length }) };
        if flexible {
            self.unsigned_varint(value as u32 + 1);
        } else {
            self.i32(value);
        }
        Ok(())
    }

    fn null_length(&mut self, flexible: bool) {
        if flexible {
            self.unsigned_varint(0);
        } else {
            self.i32(-1);
        }
    }

    /// Bytes, or records: a segment of its own from [`SPLICE_BYTES`] on.
    pub fn bytes(&mut self, value: &Bytes, flexible: bool) -> Result<()> {
        self.length("byte field", value.len(), flexible)?;
        self.splice(value);
        Ok(())
    }

    /// Bytes, or records, that may be null.
    pub fn nullable_bytes(&mut self, value: Option<&Bytes>, flexible: bool) -> Result<()> {
        match value {
            Some(value) => self.bytes(value, flexible),
            None => {
                self.null_length(flexible);
                Ok(())
            }
        }
    }

    /// Puts `value` in without a length.
    pub fn splice(&mut self, value: &Bytes) {
        if value.len() < SPLICE_BYTES {
            self.head.put_slice(value);
        } else {
            self.spliced_bytes += value.len();
            self.splices.push((self.head.len(), value.clone()));
        }
    }

    /// The count in front of an array; `None` writes a null array.
    pub fn array_length(&mut self, count: Option<usize>, flexible: bool) -> Result<()> {
        match count {
            Some(count) => self.length("array", count, flexible),
            None => {
                self.null_length(flexible);
                Ok(())
            }
        }
    }

    /// Begins a tagged field.
    pub fn begin_tag(&mut self, tag: u32) -> TagMark {
        self.unsigned_varint(tag);
        // The size is not known yet: one byte is kept free for it, more are made when they are needed.
        self.head.put_u8(0);
        TagMark { head: self.head.len(), splices: self.splices.len(), spliced_bytes: self.spliced_bytes }
    }

    /// Ends a tagged field: sets its size.
    pub fn end_tag(&mut self, mark: TagMark) -> Result<()> {
        let length = self.head.len() - mark.head + self.spliced_bytes - mark.spliced_bytes;
        let size =
            u32::try_from(length).map_err(|_| EncodeError::TooLong { what: "tagged field", length })?;
        let content_end = self.head.len();
        self.unsigned_varint(size);
        let width = self.head.len() - content_end;
        // ..., free byte, content, size => ..., size, content
        let start = mark.head - 1;
        self.head[start..].rotate_right(width);
        self.head.copy_within(start + width + 1.., start + width);
        self.head.truncate(self.head.len() - 1);
        for (at, _) in &mut self.splices[mark.splices..] {
            *at += width - 1;
        }
        Ok(())
    }

    /// Writes those of `tags` that come before the known field `before`; gives the rest.
    pub fn unknown_tags_before<'a>(
        &mut self,
        tags: &'a [RawTaggedField],
        before: u32,
    ) -> Result<&'a [RawTaggedField]> {
        let split = tags.partition_point(|field| field.tag < before);
        self.unknown_tags(&tags[..split])?;
        match tags.get(split) {
            Some(field) if field.tag == before => Err(EncodeError::DuplicateTag { tag: before }),
            _ => Ok(&tags[split..]),
        }
    }

    /// Writes unknown tagged fields.
    pub fn unknown_tags(&mut self, tags: &[RawTaggedField]) -> Result<()> {
        for field in tags {
            let length = field.data.len();
            let what = "tagged field";
            let size = u32::try_from(length).map_err(|_| EncodeError::TooLong { what, length })?;
            self.unsigned_varint(field.tag);
            self.unsigned_varint(size);
            self.splice(&field.data);
        }
        Ok(())
    }

    /// The tagged fields of a struct of which no tagged field is known: their count and the unknown ones.
    /// There must be none if the version is not flexible.
    pub fn only_unknown_tags(&mut self, tags: &UnknownTags, flexible: bool) -> Result<()> {
        let tags = tags.as_slice();
        if flexible {
            self.unsigned_varint(tags.len() as u32);
            return self.unknown_tags(tags);
        }
        if tags.is_empty() { Ok(()) } else { Err(EncodeError::TagsNotInVersion) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::Decoder;

    #[test]
    fn segments_join_to_what_was_written() {
        let long = Bytes::from(vec![9; SPLICE_BYTES]);
        let mut encoder = Encoder::new();
        encoder.splice(&long);
        encoder.i16(1);
        encoder.splice(&Bytes::from_static(b"short"));
        encoder.splice(&long);
        encoder.splice(&long);
        assert_eq!(encoder.len(), 3 * SPLICE_BYTES + 7);
        let segments = encoder.into_segments();
        assert_eq!(segments.len(), 4);
        assert_eq!(segments[1], &b"\0\x01short"[..]);
        assert!(segments.iter().all(|segment| !segment.is_empty()));
    }

    #[test]
    fn tagged_fields_of_any_size_are_measured() {
        for size in [0, 1, 126, 127, 128, 511, 512, 16_383, 16_384, 70_000] {
            let content = Bytes::from(vec![5; size]);
            let mut encoder = Encoder::new();
            let outer = encoder.begin_tag(3);
            let inner = encoder.begin_tag(300);
            encoder.i8(1);
            encoder.splice(&content);
            encoder.i8(2);
            encoder.end_tag(inner).expect("fits");
            encoder.end_tag(outer).expect("fits");
            encoder.i32(-1);

            let mut decoder = Decoder::new(encoder.into_bytes());
            let (tag, end) = decoder.begin_tag().expect("valid");
            assert_eq!(tag, 3);
            let (tag, inner_end) = decoder.begin_tag().expect("valid");
            assert_eq!((tag, decoder.remaining()), (300, size + 2), "{size}");
            for expected in std::iter::once(1).chain(vec![5; size]).chain([2]) {
                assert_eq!(decoder.i8(), Ok(expected));
            }
            decoder.end_tag(300, inner_end).expect("all read");
            decoder.end_tag(3, end).expect("all read");
            assert_eq!(decoder.i32(), Ok(-1));
            decoder.finish().expect("all read");
        }
    }

    #[test]
    fn string_beyond_its_length_field_is_refused() {
        let longest = ByteString::from("x".repeat(MAX_STRING_BYTES));
        let longer = ByteString::from("x".repeat(MAX_STRING_BYTES + 1));
        for flexible in [false, true] {
            assert_eq!(Encoder::new().string(&longest, flexible), Ok(()));
            assert!(matches!(Encoder::new().string(&longer, flexible), Err(EncodeError::TooLong { .. })));
        }
    }
}
