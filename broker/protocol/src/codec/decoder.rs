//! Bounded reading of Kafka's primitive types from a buffer that decoded values go on sharing.
//!
//! Nothing is allocated for a count that the bytes left cannot hold, and all arrays of a message together
//! stay within [`MEMORY_FACTOR`] times its size plus [`MEMORY_ALLOWANCE`]: otherwise twenty megabytes of
//! one-byte names would become most of a gigabyte of structs.

use bytes::Bytes;
use bytestring::ByteString;
use uuid::Uuid;

use super::{DecodeError, RawTaggedField, UnknownTags};

/// Decoded arrays may take this many times the bytes of the message...
pub const MEMORY_FACTOR: usize = 8;
/// ...plus this many bytes, so that small messages of any shape pass.
pub const MEMORY_ALLOWANCE: usize = 512 * 1024;
/// The most elements an array may have (as Apache Kafka since 4.4).
pub const MAX_ARRAY_ELEMENTS: usize = 1_000_000;
/// The most tagged fields a struct may have (as Apache Kafka since 4.4).
pub const MAX_TAGGED_FIELDS: usize = 10_000;
/// The longest string in bytes, in all encodings.
pub const MAX_STRING_BYTES: usize = 0x7fff;

type Result<T> = std::result::Result<T, DecodeError>;

/// Reads one message from a buffer.
#[derive(Debug)]
pub struct Decoder {
    buffer: Bytes,
    position: usize,
    /// End of what may be read: the buffer's, or that of the tagged field being read.
    end: usize,
    /// Bytes of memory that arrays may still take.
    budget: usize,
}

impl Decoder {
    /// A decoder at the start of `buffer`. Decoded strings and byte fields keep all of `buffer` alive.
    pub fn new(buffer: Bytes) -> Self {
        let end = buffer.len();
        let budget = end.saturating_mul(MEMORY_FACTOR).saturating_add(MEMORY_ALLOWANCE);
        Self { buffer, position: 0, end, budget }
    }

    /// A second decoder at the same place, to look ahead.
    pub fn fork(&self) -> Self {
        Self { buffer: self.buffer.clone(), ..*self }
    }

    /// Offset of the next byte.
    pub fn position(&self) -> usize {
        self.position
    }

    /// Bytes not yet read.
    pub fn remaining(&self) -> usize {
        self.end - self.position
    }

    /// Fails if bytes are left.
    pub fn finish(&self) -> Result<()> {
        match self.remaining() {
            0 => Ok(()),
            left => Err(DecodeError::LeftoverBytes { left }),
        }
    }

    /// Fails if `version` is not one of `message`.
    pub fn check_version(&self, message: &'static str, version: i16, min: i16, max: i16) -> Result<()> {
        if version < min || version > max {
            return Err(DecodeError::UnsupportedVersion { message, version });
        }
        Ok(())
    }

    fn take<const N: usize>(&mut self) -> Result<[u8; N]> {
        let at = self.position;
        match self.buffer[at..self.end].first_chunk::<N>() {
            Some(bytes) => {
                self.position = at + N;
                Ok(*bytes)
            }
            None => Err(self.unexpected_end(N)),
        }
    }

    #[cold]
    fn unexpected_end(&self, needed: usize) -> DecodeError {
        DecodeError::UnexpectedEnd { at: self.position, needed, left: self.remaining() }
    }

    /// One byte; anything but zero is true.
    pub fn bool(&mut self) -> Result<bool> {
        Ok(self.take::<1>()?[0] != 0)
    }

    /// Signed 8 bits.
    pub fn i8(&mut self) -> Result<i8> {
        Ok(i8::from_be_bytes(self.take()?))
    }

    /// Signed 16 bits, big-endian.
    pub fn i16(&mut self) -> Result<i16> {
        Ok(i16::from_be_bytes(self.take()?))
    }

    /// Unsigned 16 bits, big-endian.
    pub fn u16(&mut self) -> Result<u16> {
        Ok(u16::from_be_bytes(self.take()?))
    }

    /// Signed 32 bits, big-endian.
    pub fn i32(&mut self) -> Result<i32> {
        Ok(i32::from_be_bytes(self.take()?))
    }

    /// Unsigned 32 bits, big-endian.
    pub fn u32(&mut self) -> Result<u32> {
        Ok(u32::from_be_bytes(self.take()?))
    }

    /// Signed 64 bits, big-endian.
    pub fn i64(&mut self) -> Result<i64> {
        Ok(i64::from_be_bytes(self.take()?))
    }

    /// IEEE 754 double, big-endian.
    pub fn f64(&mut self) -> Result<f64> {
        Ok(f64::from_be_bytes(self.take()?))
    }

    /// 16 bytes.
    pub fn uuid(&mut self) -> Result<Uuid> {
        Ok(Uuid::from_bytes(self.take()?))
    }

    /// Unsigned variable-length integer of at most 32 bits.
    pub fn unsigned_varint(&mut self) -> Result<u32> {
        let at = self.position;
        let mut value = 0u32;
        for shift in (0..35).step_by(7) {
            let byte = self.take::<1>()?[0];
            let bits = u32::from(byte & 0x7f);
            if shift == 28 && bits > 0x0f {
                break;
            }
            value |= bits << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(DecodeError::VarintTooLong { at })
    }

    /// A length or count of four bytes, or compact; `None` is null.
    fn length(&mut self, flexible: bool) -> Result<Option<usize>> {
        if flexible {
            return Ok((self.unsigned_varint()? as usize).checked_sub(1));
        }
        Ok(usize::try_from(self.i32()?).ok())
    }

    fn string_length(&mut self, flexible: bool) -> Result<Option<usize>> {
        if flexible { self.length(true) } else { Ok(usize::try_from(self.i16()?).ok()) }
    }

    fn slice(&mut self, length: usize) -> Result<Bytes> {
        if length > self.remaining() {
            return Err(self.unexpected_end(length));
        }
        let start = self.position;
        self.position += length;
        if length == 0 {
            return Ok(Bytes::new());
        }
        Ok(self.buffer.slice(start..self.position))
    }

    #[cold]
    fn unexpected_null(&self) -> DecodeError {
        DecodeError::UnexpectedNull { at: self.position }
    }

    /// A string that may be null.
    pub fn nullable_string(&mut self, flexible: bool) -> Result<Option<ByteString>> {
        let Some(length) = self.string_length(flexible)? else { return Ok(None) };
        let at = self.position;
        if length > MAX_STRING_BYTES {
            return Err(DecodeError::StringTooLong { at, length });
        }
        let bytes = self.slice(length)?;
        ByteString::try_from(bytes).map(Some).map_err(|_| DecodeError::InvalidUtf8 { at })
    }

    /// A string.
    pub fn string(&mut self, flexible: bool) -> Result<ByteString> {
        match self.nullable_string(flexible)? {
            Some(string) => Ok(string),
            None => Err(self.unexpected_null()),
        }
    }

    /// Bytes, or records, that may be null.
    pub fn nullable_bytes(&mut self, flexible: bool) -> Result<Option<Bytes>> {
        match self.length(flexible)? {
            Some(length) => self.slice(length).map(Some),
            None => Ok(None),
        }
    }

    /// Bytes, or records.
    pub fn bytes(&mut self, flexible: bool) -> Result<Bytes> {
        match self.nullable_bytes(flexible)? {
            Some(bytes) => Ok(bytes),
            None => Err(self.unexpected_null()),
        }
    }

    /// An array that may be null. `min_size` is the least number of bytes an element takes.
    pub fn nullable_array<T>(
        &mut self,
        flexible: bool,
        min_size: usize,
        mut element: impl FnMut(&mut Self) -> Result<T>,
    ) -> Result<Option<Vec<T>>> {
        let Some(count) = self.length(flexible)? else { return Ok(None) };
        self.check_count(count, min_size, MAX_ARRAY_ELEMENTS)?;
        self.charge(count * size_of::<T>())?;
        let mut array = Vec::with_capacity(count);
        for _ in 0..count {
            array.push(element(self)?);
        }
        Ok(Some(array))
    }

    /// An array. `min_size` is the least number of bytes an element takes.
    pub fn array<T>(
        &mut self,
        flexible: bool,
        min_size: usize,
        element: impl FnMut(&mut Self) -> Result<T>,
    ) -> Result<Vec<T>> {
        match self.nullable_array(flexible, min_size, element)? {
            Some(array) => Ok(array),
            None => Err(self.unexpected_null()),
        }
    }

    /// Checks a count against the bytes left and a fixed limit.
    fn check_count(&self, count: usize, min_size: usize, limit: usize) -> Result<()> {
        let possible = (self.remaining() / min_size.max(1)).min(limit);
        if count > possible {
            return Err(DecodeError::TooManyElements { at: self.position, count, possible });
        }
        Ok(())
    }

    /// Takes memory from the budget.
    fn charge(&mut self, bytes: usize) -> Result<()> {
        match self.budget.checked_sub(bytes) {
            Some(left) => {
                self.budget = left;
                Ok(())
            }
            None => Err(DecodeError::MemoryBudget { at: self.position, needed: bytes - self.budget }),
        }
    }

    /// The byte in front of a struct that may be null.
    pub fn struct_present(&mut self) -> Result<bool> {
        Ok(self.i8()? >= 0)
    }

    /// The number of tagged fields that follow.
    pub fn tag_count(&mut self) -> Result<usize> {
        let count = self.unsigned_varint()? as usize;
        self.check_count(count, 2, MAX_TAGGED_FIELDS)?;
        Ok(count)
    }

    /// Enters a tagged field: its number, and the end to hand to [`Self::end_tag`]. Until then reads stop
    /// at the field's end.
    pub fn begin_tag(&mut self) -> Result<(u32, usize)> {
        let tag = self.unsigned_varint()?;
        let size = self.unsigned_varint()? as usize;
        if size > self.remaining() {
            return Err(self.unexpected_end(size));
        }
        let outer = self.end;
        self.end = self.position + size;
        Ok((tag, outer))
    }

    /// Leaves a tagged field, all of which must have been read.
    pub fn end_tag(&mut self, tag: u32, outer: usize) -> Result<()> {
        if self.remaining() > 0 {
            return Err(DecodeError::TaggedFieldSize { at: self.position, tag, left: self.remaining() });
        }
        self.end = outer;
        Ok(())
    }

    /// Keeps the content of the tagged field just entered.
    pub fn unknown_tag(&mut self, tag: u32, into: &mut UnknownTags) -> Result<()> {
        // Twice an entry's size, because the list grows by doubling.
        self.charge(2 * size_of::<RawTaggedField>())?;
        into.insert(tag, self.slice(self.remaining())?);
        Ok(())
    }

    /// All tagged fields of a struct of which no tagged field is known.
    pub fn unknown_tags(&mut self, flexible: bool) -> Result<UnknownTags> {
        let mut tags = UnknownTags::new();
        if flexible {
            for _ in 0..self.tag_count()? {
                let (tag, outer) = self.begin_tag()?;
                self.unknown_tag(tag, &mut tags)?;
                self.end_tag(tag, outer)?;
            }
        }
        Ok(tags)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoder(bytes: &'static [u8]) -> Decoder {
        Decoder::new(Bytes::from_static(bytes))
    }

    #[test]
    fn varint_takes_32_bits_and_no_more() {
        assert_eq!(decoder(&[0xff, 0xff, 0xff, 0xff, 0x0f]).unsigned_varint(), Ok(u32::MAX));
        assert_eq!(decoder(&[0x80, 0x01]).unsigned_varint(), Ok(128));
        let too_long = Err(DecodeError::VarintTooLong { at: 0 });
        assert_eq!(decoder(&[0xff, 0xff, 0xff, 0xff, 0x1f]).unsigned_varint(), too_long);
        assert_eq!(decoder(&[0x80, 0x80, 0x80, 0x80, 0x80, 0x01]).unsigned_varint(), too_long);
        assert!(matches!(decoder(&[0x80]).unsigned_varint(), Err(DecodeError::UnexpectedEnd { .. })));
    }

    #[test]
    fn null_is_refused_where_there_is_none() {
        let null = Err(DecodeError::UnexpectedNull { at: 2 });
        assert_eq!(decoder(&[0xff, 0xff]).string(false), null);
        assert_eq!(decoder(&[0xff, 0xff]).nullable_string(false), Ok(None));
        assert_eq!(decoder(&[0]).nullable_string(true), Ok(None));
        assert_eq!(decoder(&[0]).nullable_bytes(true), Ok(None));
        assert_eq!(decoder(&[0]).bytes(true), Err(DecodeError::UnexpectedNull { at: 1 }));
        assert_eq!(decoder(&[0]).array(true, 1, Decoder::i8), Err(DecodeError::UnexpectedNull { at: 1 }));
    }

    #[test]
    fn string_must_be_utf8() {
        assert_eq!(decoder(&[0, 2, 0xc3, 0x28]).string(false), Err(DecodeError::InvalidUtf8 { at: 2 }));
    }

    #[test]
    fn length_beyond_the_end_is_refused() {
        let expected = Err(DecodeError::UnexpectedEnd { at: 4, needed: i32::MAX as usize, left: 1 });
        assert_eq!(decoder(&[0x7f, 0xff, 0xff, 0xff, 1]).bytes(false), expected);
    }

    #[test]
    fn tagged_field_cannot_read_past_its_end() {
        let mut decoder = decoder(&[7, 2, 0, 0, 0, 0]);
        let (tag, outer) = decoder.begin_tag().expect("valid");
        assert_eq!(decoder.i32(), Err(DecodeError::UnexpectedEnd { at: 2, needed: 4, left: 2 }));
        assert_eq!(decoder.i8(), Ok(0));
        let unread = DecodeError::TaggedFieldSize { at: 3, tag: 7, left: 1 };
        assert_eq!(decoder.end_tag(tag, outer), Err(unread));
    }
}
