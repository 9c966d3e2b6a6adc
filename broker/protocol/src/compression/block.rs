//! The output of codecs that decompress block by block, handed out in pieces.

use std::io;

/// Decompressed bytes that the reader has not taken yet.
#[derive(Default)]
pub(super) struct BlockOutput {
    bytes: Vec<u8>,
    taken: usize,
}

impl BlockOutput {
    pub(super) fn is_empty(&self) -> bool {
        self.taken == self.bytes.len()
    }

    /// What the reader has not taken yet.
    pub(super) fn untaken(&self) -> &[u8] {
        &self.bytes[self.taken..]
    }

    /// The buffer for the next block; what was taken may be overwritten.
    pub(super) fn refill(&mut self) -> &mut Vec<u8> {
        self.bytes.clear();
        self.taken = 0;
        &mut self.bytes
    }

    /// Moves as much as fits into `target`.
    pub(super) fn take(&mut self, target: &mut [u8]) -> usize {
        let rest = &self.bytes[self.taken..];
        let count = rest.len().min(target.len());
        target[..count].copy_from_slice(&rest[..count]);
        self.taken += count;
        count
    }
}

/// Splits the first `count` bytes off `source`.
pub(super) fn split_off<'a>(source: &mut &'a [u8], count: usize) -> io::Result<&'a [u8]> {
    let (head, tail) = source.split_at_checked(count).ok_or_else(super::error::truncated)?;
    *source = tail;
    Ok(head)
}

/// Splits a four-byte array off `source`.
pub(super) fn split_u32(source: &mut &[u8]) -> io::Result<[u8; 4]> {
    let (head, tail) = source.split_first_chunk::<4>().ok_or_else(super::error::truncated)?;
    *source = tail;
    Ok(*head)
}
