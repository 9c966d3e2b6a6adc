//! Frames that are to be written, in as few calls as possible.
//!
//! What is in memory goes out in one vectored write. Log data goes from the file to the socket within the kernel
//! (`sendfile`), when the socket can take it: a consumer that fetches fifty megabytes and reads slowly takes no memory
//! for them. Small pieces of log data are read into one pooled buffer, together with what stands around them: for a
//! few kilobytes a copy costs less than a call.

use std::collections::VecDeque;
use std::io::{self, IoSlice};
use std::os::fd::BorrowedFd;

use bytes::Buf;
use rustix::net::{SendAncillaryBuffer, SendFlags};
use tokio::io::Interest;
use tokio::net::TcpStream;

use crate::api::handler::{Frame, Segment};
use crate::fetch::buffer_pool::{BufferPool, PooledBuffer};

/// Slices handed to one vectored write.
const SLICES: usize = 64;
/// The most that is gathered in a buffer at a time.
const STAGE: usize = 256 * 1024;
/// Log data of at least this length is sent by the kernel.
const SENDFILE_MIN: usize = 16 * 1024;

/// What output is written to.
pub(crate) trait Sink {
    /// Writes some of these bytes. With `more` others follow at once, and what does not fill a packet may wait for
    /// them.
    fn write(&self, slices: &[IoSlice<'_>], more: bool) -> io::Result<usize>;
    /// Writes some of these bytes of a file; 0 if the file has none there.
    fn send_file(&self, file: BorrowedFd<'_>, position: u64, len: usize) -> io::Result<usize>;
}

impl Sink for TcpStream {
    fn write(&self, slices: &[IoSlice<'_>], more: bool) -> io::Result<usize> {
        if !more {
            return self.try_write_vectored(slices);
        }
        let flags = SendFlags::MORE | SendFlags::NOSIGNAL;
        let send = || Ok(rustix::net::sendmsg(self, slices, &mut SendAncillaryBuffer::default(), flags)?);
        self.try_io(Interest::WRITABLE, send)
    }

    fn send_file(&self, file: BorrowedFd<'_>, position: u64, len: usize) -> io::Result<usize> {
        let mut position = position;
        self.try_io(Interest::WRITABLE, || Ok(rustix::fs::sendfile(self, file, Some(&mut position), len)?))
    }
}

/// What is to be written to a connection.
#[derive(Debug)]
pub(crate) struct Output {
    pool: BufferPool,
    staged: Option<Staged>,
    segments: VecDeque<Segment>,
    /// How many of `segments` are files.
    files: usize,
    bytes: usize,
    /// All bytes ever written.
    written: u64,
}

/// Bytes gathered from memory and files.
#[derive(Debug)]
struct Staged {
    buffer: PooledBuffer,
    /// How much of it is written.
    done: usize,
}

/// How what comes next is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// From memory, as far as the next file.
    Memory,
    /// Gathered in a buffer first.
    Staged,
    /// From the file, by the kernel.
    Sendfile,
}

impl Output {
    pub(crate) fn new(pool: BufferPool) -> Self {
        Self { pool, staged: None, segments: VecDeque::new(), files: 0, bytes: 0, written: 0 }
    }

    pub(crate) fn push(&mut self, frame: Frame) {
        for segment in frame.into_iter().filter(|segment| !segment.is_empty()) {
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

    /// Hands what comes next to `sink`, in one call, and removes what it took.
    ///
    /// # Errors
    /// Those of `sink` and of reading log data. After the latter the connection cannot go on: the length of the frame
    /// has been sent.
    pub(crate) fn write(&mut self, sink: &impl Sink) -> io::Result<()> {
        let written = match self.way() {
            Way::Memory => self.write_memory(sink)?,
            Way::Staged => self.write_staged(sink)?,
            Way::Sendfile => self.send_file(sink)?,
        };
        if written == 0 {
            return Err(io::ErrorKind::WriteZero.into());
        }
        self.bytes -= written;
        self.written += written as u64;
        if self.segments.is_empty() {
            // An idle connection keeps no queue.
            self.segments = VecDeque::new();
        }
        Ok(())
    }

    fn way(&self) -> Way {
        if self.staged.is_some() {
            return Way::Staged;
        }
        if self.files == 0 {
            return Way::Memory;
        }
        match self.segments.iter().position(|segment| matches!(segment, Segment::File(_))) {
            Some(0) if by_kernel(&self.segments[0]) => Way::Sendfile,
            Some(file) if by_kernel(&self.segments[file]) => Way::Memory,
            Some(_) => Way::Staged,
            None => Way::Memory,
        }
    }

    fn write_memory(&mut self, sink: &impl Sink) -> io::Result<usize> {
        let mut slices = [IoSlice::new(&[]); SLICES];
        let mut count = 0;
        for (slice, segment) in slices.iter_mut().zip(&self.segments) {
            let Segment::Bytes(bytes) = segment else { break };
            *slice = IoSlice::new(bytes);
            count += 1;
        }
        let written = sink.write(&slices[..count], self.segments.len() > count)?;
        let mut left = written;
        while left > 0
            && let Some(Segment::Bytes(front)) = self.segments.front_mut()
        {
            let taken = left.min(front.len());
            front.advance(taken);
            left -= taken;
            if front.is_empty() {
                self.segments.pop_front();
            }
        }
        Ok(written)
    }

    fn write_staged(&mut self, sink: &impl Sink) -> io::Result<usize> {
        if self.staged.is_none() {
            let buffer = self.stage().inspect_err(log_unreadable)?;
            self.staged = Some(Staged { buffer, done: 0 });
        }
        let Some(staged) = &mut self.staged else { return Ok(0) };
        let rest = &staged.buffer.as_ref()[staged.done..];
        let length = rest.len();
        let written = sink.write(&[IoSlice::new(rest)], !self.segments.is_empty())?;
        staged.done += written;
        if written == length {
            self.staged = None;
        }
        Ok(written)
    }

    fn send_file(&mut self, sink: &impl Sink) -> io::Result<usize> {
        let Some(Segment::File(slice)) = self.segments.front_mut() else { return Ok(0) };
        let Some((file, position)) = slice.descriptor() else { return Ok(0) };
        let written = match sink.send_file(file, position, slice.len()) {
            // The file is shorter than the log says.
            Ok(0) => Err(io::ErrorKind::UnexpectedEof.into()),
            sent => sent,
        };
        let written = written.inspect_err(|error| {
            let of_file = error.kind() == io::ErrorKind::UnexpectedEof
                || error.raw_os_error() == Some(rustix::io::Errno::IO.raw_os_error());
            if of_file {
                log_unreadable(error);
            }
        })?;
        drop(slice.split_to(written));
        if slice.is_empty() {
            self.files -= 1;
            self.segments.pop_front();
        }
        Ok(written)
    }

    /// Moves what comes next, up to the size of a stage or to what the kernel sends, into one buffer.
    fn stage(&mut self) -> io::Result<PooledBuffer> {
        let gathered = self.segments.iter().take_while(|segment| !by_kernel(segment));
        let length = gathered.map(Segment::len).scan(0, |sum, len| {
            let before = *sum;
            *sum += len;
            (before < STAGE).then_some(*sum)
        });
        let mut buffer = self.pool.take(length.last().unwrap_or(0).min(STAGE));
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

/// Whether the kernel sends this from the file.
fn by_kernel(segment: &Segment) -> bool {
    match segment {
        Segment::Bytes(_) => false,
        Segment::File(slice) => slice.len() >= SENDFILE_MIN && slice.descriptor().is_some(),
    }
}

/// Not the socket's fault, as the end of the connection will look.
fn log_unreadable(error: &io::Error) {
    tracing::error!(%error, "log data cannot be read for a fetch");
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use bytes::Bytes;

    use super::*;

    /// Takes four bytes at a time.
    #[derive(Default)]
    struct Narrow(RefCell<Vec<u8>>);

    impl Sink for Narrow {
        fn write(&self, slices: &[IoSlice<'_>], _more: bool) -> io::Result<usize> {
            let all: Vec<u8> = slices.iter().flat_map(|s| s.iter().copied()).collect();
            let taken = all.len().min(4);
            self.0.borrow_mut().extend_from_slice(&all[..taken]);
            Ok(taken)
        }

        fn send_file(&self, _: BorrowedFd<'_>, _: u64, _: usize) -> io::Result<usize> {
            unreachable!("nothing is in a file")
        }
    }

    #[test]
    fn partial_writes_lose_nothing() {
        let mut output = Output::new(BufferPool::default());
        let segment = |text: &'static [u8]| Segment::Bytes(Bytes::from_static(text));
        output.push(vec![segment(b"hello "), segment(b""), segment(b"wor")]);
        output.push(vec![segment(b"ld")]);
        let sink = Narrow::default();
        while !output.is_empty() {
            output.write(&sink).expect("writes");
        }
        assert_eq!(sink.0.into_inner(), b"hello world");
        assert_eq!((output.bytes(), output.written()), (0, 11));
    }
}
