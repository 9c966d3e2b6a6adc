//! Frames that are to be written, in as few writes as possible.
//!
//! What is in memory goes out in one vectored write. Log data is read when the socket can take it,
//! together with what stands around it, into one pooled buffer of bounded size: a consumer that
//! fetches fifty megabytes and reads slowly takes one buffer. Reading and writing large pieces
//! costs less than `sendfile`, which goes page by page.

use std::collections::VecDeque;
use std::io::{self, IoSlice};

use bytes::Buf;

use crate::api::handler::{Frame, Segment};
use crate::fetch::buffer_pool::{BufferPool, PooledBuffer};

/// Slices handed to one vectored write.
const SLICES: usize = 64;
/// The most that is read from log files at a time.
const STAGE: usize = 256 * 1024;

/// What is to be written to a connection.
#[derive(Debug)]
pub(crate) struct Output {
    pool: BufferPool,
    /// Read from files, and how much of it is written.
    staged: Option<(PooledBuffer, usize)>,
    segments: VecDeque<Segment>,
    /// How many of `segments` are files.
    files: usize,
    bytes: usize,
    /// All bytes ever written.
    written: u64,
}

impl Output {
    pub(crate) fn new(pool: BufferPool) -> Self {
        Self { pool, staged: None, segments: VecDeque::new(), files: 0, bytes: 0, written: 0 }
    }

    pub(crate) fn push(&mut self, frame: Frame) {
        for segment in frame {
            self.bytes += segment.len();
            self.files += usize::from(matches!(segment, Segment::File(_)));
            self.segments.push_back(segment);
        }
    }

    /// Bytes still to be written.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    /// How many bytes were written since the beginning.
    pub(crate) fn written(&self) -> u64 {
        self.written
    }

    /// [`Output::written`] when all that was pushed will be.
    pub(crate) fn end(&self) -> u64 {
        self.written + self.bytes as u64
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.bytes == 0
    }

    /// Hands as much as possible to `sink` and removes what it took.
    ///
    /// # Errors
    /// Those of `sink` and of reading log data. After the latter the connection cannot go on: the
    /// length of the frame has been sent.
    pub(crate) fn write(&mut self, sink: impl FnOnce(&[IoSlice<'_>]) -> io::Result<usize>) -> io::Result<()> {
        if self.staged.is_none() && self.files > 0 {
            let staged = self.stage().inspect_err(|error| {
                // Not the socket's fault, as the end of the connection will look.
                tracing::error!(%error, "log data cannot be read for a fetch");
            });
            self.staged = Some((staged?, 0));
        }
        let written = match &self.staged {
            Some((buffer, done)) => sink(&[IoSlice::new(&buffer.as_ref()[*done..])])?,
            None => self.write_segments(sink)?,
        };
        if written == 0 {
            return Err(io::ErrorKind::WriteZero.into());
        }
        self.bytes -= written;
        self.written += written as u64;
        self.remove(written);
        Ok(())
    }

    fn write_segments(&self, sink: impl FnOnce(&[IoSlice<'_>]) -> io::Result<usize>) -> io::Result<usize> {
        let mut slices = [IoSlice::new(&[]); SLICES];
        let mut count = 0;
        for (slice, segment) in slices.iter_mut().zip(&self.segments) {
            if let Segment::Bytes(bytes) = segment {
                *slice = IoSlice::new(bytes);
                count += 1;
            }
        }
        sink(&slices[..count])
    }

    fn remove(&mut self, mut written: usize) {
        if let Some((buffer, done)) = &mut self.staged {
            *done += written;
            if *done == buffer.as_ref().len() {
                self.staged = None;
            }
            written = 0;
        }
        while written > 0
            && let Some(Segment::Bytes(front)) = self.segments.front_mut()
        {
            let taken = written.min(front.len());
            front.advance(taken);
            written -= taken;
            if front.is_empty() {
                self.segments.pop_front();
            }
        }
        if self.segments.is_empty() {
            // An idle connection keeps no queue.
            self.segments = VecDeque::new();
        }
    }

    /// Moves what comes next, up to the size of a stage, into one buffer.
    fn stage(&mut self) -> io::Result<PooledBuffer> {
        let mut buffer = self.pool.take(self.bytes.min(STAGE));
        let mut room = buffer.as_mut();
        while !room.is_empty()
            && let Some(front) = self.segments.front_mut()
        {
            let length = front.len().min(room.len());
            let (part, rest) = std::mem::take(&mut room).split_at_mut(length);
            room = rest;
            match front {
                Segment::Bytes(bytes) => part.copy_from_slice(&bytes.split_to(length)),
                Segment::File(slice) => slice.split_to(length).read_into(part)?,
            }
            if front.is_empty() {
                self.files -= usize::from(matches!(front, Segment::File(_)));
                self.segments.pop_front();
            }
        }
        Ok(buffer)
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    #[test]
    fn partial_writes_lose_nothing() {
        let mut output = Output::new(BufferPool::default());
        let segment = |text: &'static [u8]| Segment::Bytes(Bytes::from_static(text));
        output.push(vec![segment(b"hello "), segment(b"wor")]);
        output.push(vec![segment(b"ld")]);
        let mut out = Vec::new();
        while !output.is_empty() {
            let write = |slices: &[IoSlice<'_>]| {
                let all: Vec<u8> = slices.iter().flat_map(|s| s.iter().copied()).collect();
                out.extend_from_slice(&all[..all.len().min(4)]);
                Ok(all.len().min(4))
            };
            output.write(write).expect("writes");
        }
        assert_eq!(out, b"hello world");
        assert_eq!(output.bytes(), 0);
    }
}
