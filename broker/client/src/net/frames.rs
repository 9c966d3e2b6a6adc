//! Cutting frames out of a stream: memory follows the bytes that arrive, not the length that is announced.

use std::io;

use bytes::{Buf, Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt};

/// Room offered to a read while little is known to come.
const READ_BYTES: usize = 64 * 1024;

/// Frames of a stream, each a length and so many bytes.
#[derive(Debug)]
pub(super) struct FrameReader {
    buffer: BytesMut,
    max_frame: usize,
}

impl FrameReader {
    pub(super) fn new(max_frame: usize) -> FrameReader {
        FrameReader { buffer: BytesMut::new(), max_frame }
    }

    /// A whole frame that has arrived already, without its length.
    pub(super) fn take(&mut self) -> io::Result<Option<Bytes>> {
        let Some(prefix) = self.buffer.first_chunk::<4>() else { return Ok(None) };
        let announced = i32::from_be_bytes(*prefix);
        let length = usize::try_from(announced).ok().filter(|length| *length <= self.max_frame);
        let Some(length) = length else {
            let text = format!("a frame of {announced} bytes, where at most {} are accepted", self.max_frame);
            return Err(io::Error::new(io::ErrorKind::InvalidData, text));
        };
        if self.buffer.len() < 4 + length {
            // Grows by doubling what has arrived, at most to the frame's end.
            let missing = 4 + length - self.buffer.len();
            self.buffer.reserve(missing.min(self.buffer.len().max(READ_BYTES)));
            return Ok(None);
        }
        self.buffer.advance(4);
        Ok(Some(self.buffer.split_to(length).freeze()))
    }

    /// Reads once; an error at the end of the stream. Cancel safe.
    pub(super) async fn fill(&mut self, stream: &mut (impl AsyncRead + Unpin)) -> io::Result<()> {
        if self.buffer.capacity() - self.buffer.len() < 1024 {
            self.buffer.reserve(READ_BYTES);
        }
        match stream.read_buf(&mut self.buffer).await? {
            0 => Err(io::Error::new(io::ErrorKind::UnexpectedEof, "closed by the broker")),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn frames_are_cut_wherever_reads_end() {
        let stream = [0, 0, 0, 3, b'a', b'b', b'c', 0, 0, 0, 0, 0, 0, 0, 1, b'd'];
        for cut in 1..stream.len() {
            let mut reader = FrameReader::new(16);
            let mut frames = Vec::new();
            for mut part in [&stream[..cut], &stream[cut..]] {
                reader.fill(&mut part).await.unwrap();
                while let Some(frame) = reader.take().unwrap() {
                    frames.push(frame);
                }
            }
            assert_eq!(frames, ["abc", "", "d"].map(Bytes::from));
        }
    }

    #[tokio::test]
    async fn an_announced_length_gets_no_memory() {
        let mut reader = FrameReader::new(1 << 30);
        reader.fill(&mut [0x3f, 0xff, 0xff, 0xff].as_slice()).await.unwrap();
        assert!(reader.take().unwrap().is_none());
        assert!(reader.buffer.capacity() < 1 << 20);
        let mut reader = FrameReader::new(100);
        reader.fill(&mut [0, 0, 0, 101].as_slice()).await.unwrap();
        assert!(reader.take().is_err());
    }
}
