//! Cuts a stream of bytes into request frames.
//!
//! A frame is a length of four bytes and as many bytes. The buffer grows with what arrives: it at
//! most doubles, whatever length was announced, or grows to the size of the frame before. An idle
//! connection has no buffer at all.

use std::io;
use std::sync::Arc;

use bytes::{Buf, Bytes, BytesMut};

use super::memory::{Charge, RequestMemory};

/// Bytes asked of the socket at a time when nothing larger is known to come.
const READ: usize = 16 * 1024;
/// The most that is made ready at once because the peer has sent frames as large before.
const MAX_PROVEN: usize = 1 << 20;
/// Frames up to this size are not charged.
const FREE: usize = 64 * 1024;

/// The unread bytes of a connection.
#[derive(Debug)]
pub(crate) struct FrameReader {
    buffer: BytesMut,
    charge: Charge,
    max_frame: usize,
    /// Size of the last whole frame: the next one is likely as large.
    proven: usize,
}

/// What the buffer holds next.
#[derive(Debug)]
pub(crate) enum NextFrame {
    /// A whole frame, without its length.
    Whole(Bytes),
    /// More bytes are needed.
    Partial,
}

/// Why a connection cannot go on.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum FrameError {
    /// The length is negative.
    #[error("Invalid receive (size = {0})")]
    Negative(i32),
    /// The length is beyond `socket.request.max.bytes`.
    #[error("Invalid receive (size = {size} larger than {max})")]
    TooLarge {
        /// Length announced.
        size: usize,
        /// `socket.request.max.bytes`.
        max: usize,
    },
}

impl FrameReader {
    pub(crate) fn new(memory: &Arc<RequestMemory>, max_frame: usize) -> Self {
        Self { buffer: BytesMut::new(), charge: Charge::none(memory), max_frame, proven: 0 }
    }

    /// Takes the next frame out of the buffer.
    pub(crate) fn next(&mut self) -> Result<NextFrame, FrameError> {
        let Some(length) = self.announced()? else { return Ok(NextFrame::Partial) };
        if self.buffer.len() < 4 + length {
            return Ok(NextFrame::Partial);
        }
        self.proven = length.min(MAX_PROVEN);
        self.buffer.advance(4);
        let frame = self.buffer.split_to(length).freeze();
        if self.buffer.is_empty() {
            self.buffer = BytesMut::new();
        }
        Ok(NextFrame::Whole(frame))
    }

    /// Whether a whole frame is waiting to be taken.
    pub(crate) fn has_whole(&self) -> Result<bool, FrameError> {
        Ok(self.announced()?.is_some_and(|length| self.buffer.len() >= 4 + length))
    }

    /// Whether part of a frame is waiting for the rest.
    pub(crate) fn has_partial(&self) -> bool {
        !self.buffer.is_empty()
    }

    /// Whether the frame that is arriving takes memory that others may wait for.
    pub(crate) fn is_charged(&self) -> bool {
        self.charge.is_some()
    }

    /// Makes room for the next read. False if the budget of all connections has none.
    #[must_use]
    pub(crate) fn make_room(&mut self) -> bool {
        let wanted = match self.announced() {
            Ok(Some(length)) => (4 + length).saturating_sub(self.buffer.len()),
            _ => READ,
        };
        // As much again as has arrived, so that a frame of n bytes is copied O(log n) times; not
        // at all if the frame before it was as large.
        let room = wanted.clamp(1, self.buffer.len().max(READ).max(self.proven));
        if self.buffer.capacity() - self.buffer.len() >= room.min(READ) {
            return true;
        }
        let size = self.buffer.len() + room;
        if size > FREE && !self.charge.raise_to(size) {
            return false;
        }
        self.buffer.reserve(room);
        true
    }

    /// Reads once from `source` into the room made.
    pub(crate) fn fill(
        &mut self,
        source: impl FnOnce(&mut BytesMut) -> io::Result<usize>,
    ) -> io::Result<usize> {
        source(&mut self.buffer)
    }

    /// Says that the frames taken so far are dealt with: what they were charged is given back.
    pub(crate) fn dealt_with(&mut self) {
        if self.buffer.len() <= FREE {
            self.charge.release();
        }
    }

    fn announced(&self) -> Result<Option<usize>, FrameError> {
        let Some(prefix) = self.buffer.first_chunk::<4>() else { return Ok(None) };
        let length = i32::from_be_bytes(*prefix);
        let size = usize::try_from(length).map_err(|_| FrameError::Negative(length))?;
        if size > self.max_frame {
            return Err(FrameError::TooLarge { size, max: self.max_frame });
        }
        Ok(Some(size))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reader(limit: usize) -> FrameReader {
        FrameReader::new(&RequestMemory::new(limit), 1 << 20)
    }

    fn feed(reader: &mut FrameReader, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            assert!(reader.make_room());
            let read = reader
                .fill(|room| {
                    let n = (room.capacity() - room.len()).min(bytes.len());
                    room.extend_from_slice(&bytes[..n]);
                    Ok(n)
                })
                .expect("reads");
            bytes = &bytes[read..];
        }
    }

    #[test]
    fn frames_come_out_whole_however_they_arrive() {
        let mut wire = Vec::new();
        for size in [0usize, 1, 100, 40_000] {
            wire.extend_from_slice(&(size as i32).to_be_bytes());
            wire.extend(std::iter::repeat_n(size as u8, size));
        }
        for piece in [1, 3, 7, 5000, wire.len()] {
            let mut reader = reader(1 << 20);
            let mut sizes = Vec::new();
            for bytes in wire.chunks(piece) {
                feed(&mut reader, bytes);
                while let NextFrame::Whole(frame) = reader.next().expect("valid") {
                    sizes.push(frame.len());
                }
            }
            assert_eq!(sizes, [0, 1, 100, 40_000], "in pieces of {piece}");
            assert!(!reader.has_partial());
        }
    }

    #[test]
    fn memory_follows_what_arrives_not_what_is_announced() {
        let mut reader = reader(1 << 20);
        feed(&mut reader, &(1_000_000_i32).to_be_bytes());
        assert!(reader.make_room());
        assert!(reader.buffer.capacity() <= 2 * READ, "capacity {}", reader.buffer.capacity());
    }

    #[test]
    fn impossible_lengths_are_refused() {
        let mut reader = reader(1 << 20);
        feed(&mut reader, &(-5_i32).to_be_bytes());
        assert_eq!(reader.next().err(), Some(FrameError::Negative(-5)));
    }
}
