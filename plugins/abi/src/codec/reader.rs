//! A cursor over a part of an arena that never reads beyond its end.

use bytes::Bytes;
use bytestring::ByteString;

use super::CodecError;

/// Reads from a part of an arena. Texts and bytes are slices of it.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    arena: &'a Bytes,
    at: usize,
    end: usize,
}

impl<'a> Reader<'a> {
    /// A reader of all of a buffer.
    pub(super) fn whole(arena: &'a Bytes) -> Self {
        Self { arena, at: 0, end: arena.len() }
    }

    /// A reader of a part of an arena.
    pub(super) fn part(arena: &'a Bytes, offset: u32, len: u32) -> Result<Self, CodecError> {
        let (at, end) = (offset as usize, offset as usize + len as usize);
        if end > arena.len() {
            return Err(CodecError::Outside {
                what: "span ending at",
                position: end as u64,
                len: arena.len() as u64,
            });
        }
        Ok(Self { arena, at, end })
    }

    /// The bytes not read yet.
    pub(super) fn remaining(&self) -> usize {
        self.end - self.at
    }

    /// The next bytes, borrowed.
    pub(super) fn take(&mut self, len: usize, what: &'static str) -> Result<&'a [u8], CodecError> {
        let available = self.remaining();
        if len > available {
            return Err(CodecError::Truncated { what, wanted: len, available });
        }
        let taken = &self.arena[self.at..self.at + len];
        self.at += len;
        Ok(taken)
    }

    /// The next bytes, as a slice that keeps the arena alive.
    pub(super) fn slice(&mut self, len: usize, what: &'static str) -> Result<Bytes, CodecError> {
        let start = self.at;
        self.take(len, what)?;
        Ok(self.arena.slice(start..start + len))
    }

    /// Everything that is left, as a slice that keeps the arena alive.
    pub(super) fn rest(&mut self) -> Bytes {
        let start = std::mem::replace(&mut self.at, self.end);
        self.arena.slice(start..self.end)
    }

    pub(super) fn array<const N: usize>(&mut self, what: &'static str) -> Result<[u8; N], CodecError> {
        let bytes = self.take(N, what)?;
        Ok(bytes.try_into().expect("take gives as many bytes as asked for"))
    }

    pub(super) fn u8(&mut self, what: &'static str) -> Result<u8, CodecError> {
        Ok(self.array::<1>(what)?[0])
    }

    pub(super) fn u16(&mut self, what: &'static str) -> Result<u16, CodecError> {
        Ok(u16::from_le_bytes(self.array(what)?))
    }

    pub(super) fn u32(&mut self, what: &'static str) -> Result<u32, CodecError> {
        Ok(u32::from_le_bytes(self.array(what)?))
    }

    pub(super) fn i32(&mut self, what: &'static str) -> Result<i32, CodecError> {
        Ok(i32::from_le_bytes(self.array(what)?))
    }

    pub(super) fn i64(&mut self, what: &'static str) -> Result<i64, CodecError> {
        Ok(i64::from_le_bytes(self.array(what)?))
    }

    /// A count of things that take at least one byte each.
    pub(super) fn count(&mut self, what: &'static str) -> Result<usize, CodecError> {
        let count = self.u32(what)? as usize;
        let available = self.remaining();
        if count > available {
            return Err(CodecError::Truncated { what, wanted: count, available });
        }
        Ok(count)
    }

    /// Length and bytes, as a slice.
    pub(super) fn bytes(&mut self, what: &'static str) -> Result<Bytes, CodecError> {
        let len = self.u32(what)? as usize;
        self.slice(len, what)
    }

    /// Length and text, as a slice.
    pub(super) fn text(&mut self, what: &'static str) -> Result<ByteString, CodecError> {
        let bytes = self.bytes(what)?;
        text_of(bytes)
    }

    /// Length and text, borrowed.
    pub(super) fn borrowed_text(&mut self, what: &'static str) -> Result<&'a str, CodecError> {
        let len = self.u32(what)? as usize;
        std::str::from_utf8(self.take(len, what)?).map_err(|_| CodecError::NotUtf8)
    }
}

/// Bytes as a text, if they are UTF-8.
pub(super) fn text_of(bytes: Bytes) -> Result<ByteString, CodecError> {
    ByteString::try_from(bytes).map_err(|_| CodecError::NotUtf8)
}
