//! Frames that are to be written, in as few writes as possible.

use std::collections::VecDeque;
use std::io::{self, IoSlice};

use bytes::{Buf, Bytes};

use crate::api::handler::Frame;

/// Slices handed to one vectored write.
const SLICES: usize = 64;

/// What is to be written to a connection.
#[derive(Debug, Default)]
pub(crate) struct Output {
    segments: VecDeque<Bytes>,
    bytes: usize,
}

impl Output {
    pub(crate) fn push(&mut self, frame: Frame) {
        for segment in frame {
            self.bytes += segment.len();
            self.segments.push_back(segment);
        }
    }

    /// Bytes still to be written.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.segments.is_empty()
    }

    /// Hands as much as possible to `sink` and removes what it took.
    pub(crate) fn write(&mut self, sink: impl FnOnce(&[IoSlice<'_>]) -> io::Result<usize>) -> io::Result<()> {
        let mut slices = [IoSlice::new(&[]); SLICES];
        let mut count = 0;
        for (slice, segment) in slices.iter_mut().zip(&self.segments) {
            *slice = IoSlice::new(segment);
            count += 1;
        }
        let mut written = sink(&slices[..count])?;
        if written == 0 {
            return Err(io::ErrorKind::WriteZero.into());
        }
        self.bytes -= written;
        while let Some(front) = self.segments.front_mut() {
            if written < front.len() {
                front.advance(written);
                break;
            }
            written -= front.len();
            self.segments.pop_front();
        }
        if self.segments.is_empty() {
            // An idle connection keeps no queue.
            self.segments = VecDeque::new();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn partial_writes_lose_nothing() {
        let mut output = Output::default();
        output.push(vec![Bytes::from_static(b"hello "), Bytes::from_static(b"wor")]);
        output.push(vec![Bytes::from_static(b"ld")]);
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
