//! Texts and bytes of many rows in few buffers: a value is a slice, not an allocation of its own.

use bytes::{Bytes, BytesMut};
use bytestring::ByteString;

/// How much one buffer holds. A record that is kept alive keeps alive no more than this beside its own data.
const BUFFER_BYTES: usize = 32 * 1024;

/// Copies texts and bytes into shared buffers.
#[derive(Debug, Default)]
pub(crate) struct TextArena {
    buffer: BytesMut,
    /// All bytes copied so far.
    pub(crate) total: usize,
}

impl TextArena {
    pub(crate) fn text(&mut self, text: &str) -> ByteString {
        if text.is_empty() {
            return ByteString::new();
        }
        // SAFETY: the bytes are those of a str.
        unsafe { ByteString::from_bytes_unchecked(self.bytes(text.as_bytes())) }
    }

    pub(crate) fn bytes(&mut self, bytes: &[u8]) -> Bytes {
        self.total += bytes.len();
        if bytes.len() >= BUFFER_BYTES / 4 {
            return Bytes::copy_from_slice(bytes);
        }
        if self.buffer.capacity() < bytes.len() {
            self.buffer = BytesMut::with_capacity(BUFFER_BYTES);
        }
        self.buffer.extend_from_slice(bytes);
        self.buffer.split().freeze()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_stay_what_they_were() {
        let mut arena = TextArena::default();
        let texts: Vec<ByteString> = (0..20_000).map(|n| arena.text(&n.to_string())).collect();
        assert!(texts.iter().enumerate().all(|(n, text)| **text == *n.to_string()));
        let long = "x".repeat(100_000);
        assert_eq!(&*arena.text(&long), long);
    }
}
