//! Walking through the batches of a `.log` file in bounded memory.

use std::io;

use aqueduct_protocol::record::{BATCH_OVERHEAD, LOG_OVERHEAD};
use crc_fast::{CrcAlgorithm, Digest};

use super::BatchHeader;
use crate::fs::File;

/// First byte that the checksum covers.
const CRC_FROM: usize = 21;
/// What a lookup reads at once: a few small batches' worth.
const LOOKUP_BYTES: usize = 4096;

/// What a scan looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Checks {
    /// Heads only: bodies are skipped, unless they happen to be in the buffer.
    Heads,
    /// Heads and checksums: every byte is read.
    Checksums,
}

/// How a scan ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ScanEnd {
    /// All was read.
    Complete,
    /// From here on there is no whole valid batch.
    Invalid(&'static str),
}

/// Walks from batch to batch. Memory: one buffer, whatever the batches' sizes.
pub(crate) struct BatchScan<'a> {
    file: &'a dyn File,
    /// Where the next batch begins.
    position: u64,
    end: u64,
    checks: Checks,
    buffer: Vec<u8>,
    buffer_at: u64,
    buffer_len: usize,
    read_ahead: usize,
    ended: Option<ScanEnd>,
}

impl<'a> BatchScan<'a> {
    /// A scan of `file` from `position`, where a batch begins, to `end`.
    pub(crate) fn new(file: &'a dyn File, position: u64, end: u64, checks: Checks) -> BatchScan<'a> {
        let read_ahead = match checks {
            Checks::Heads => 16 << 10,
            Checks::Checksums => 256 << 10,
        };
        BatchScan {
            file,
            position,
            end,
            checks,
            buffer: Vec::new(),
            buffer_at: position,
            buffer_len: 0,
            read_ahead: read_ahead.min(end.saturating_sub(position).max(BATCH_OVERHEAD as u64) as usize),
            ended: None,
        }
    }

    /// Where the next batch begins: after the end, where valid bytes end.
    pub(crate) fn position(&self) -> u64 {
        self.position
    }

    /// How it ended, after [`next`](BatchScan::next) gave `None`.
    pub(crate) fn end(&self) -> ScanEnd {
        self.ended.unwrap_or(ScanEnd::Complete)
    }

    /// The next batch with its position.
    pub(crate) fn next(&mut self) -> io::Result<Option<(u64, BatchHeader)>> {
        if self.ended.is_some() {
            return Ok(None);
        }
        if self.position == self.end {
            self.ended = Some(ScanEnd::Complete);
            return Ok(None);
        }
        match self.examine()? {
            Ok(header) => {
                let at = self.position;
                self.position += u64::from(header.size);
                Ok(Some((at, header)))
            }
            Err(what) => {
                self.ended = Some(ScanEnd::Invalid(what));
                Ok(None)
            }
        }
    }

    fn examine(&mut self) -> io::Result<Result<BatchHeader, &'static str>> {
        // An index entry may point beyond a file that has lost its end.
        if self.position > self.end {
            return Ok(Err("the file ends before the place where a batch should begin"));
        }
        if self.end - self.position < BATCH_OVERHEAD as u64 {
            return Ok(Err("the file ends within a batch's head"));
        }
        let Some(head) = self.bytes(self.position, BATCH_OVERHEAD)? else {
            return Ok(Err("the file is shorter than it was"));
        };
        let head: [u8; BATCH_OVERHEAD] = *head.first_chunk().expect("asked for a whole head");
        let Some(header) = BatchHeader::parse(&head) else {
            return Ok(Err("no record batch begins here"));
        };
        if u64::from(header.size) > self.end - self.position {
            return Ok(Err("the file ends within a batch"));
        }
        if self.checks == Checks::Checksums && self.checksum(&header)? != Some(header.crc) {
            return Ok(Err("the checksum does not match"));
        }
        Ok(Ok(header))
    }

    fn checksum(&mut self, header: &BatchHeader) -> io::Result<Option<u32>> {
        let mut digest = Digest::new(CrcAlgorithm::Crc32Iscsi);
        let mut at = self.position + CRC_FROM as u64;
        let end = self.position + u64::from(header.size);
        while at < end {
            let len = (end - at).min(self.read_ahead as u64) as usize;
            let Some(bytes) = self.bytes(at, len)? else { return Ok(None) };
            digest.update(bytes);
            at += len as u64;
        }
        Ok(Some(digest.finalize() as u32))
    }

    /// `len` bytes from `position`, from the buffer if it has them; `None` if the file has not.
    fn bytes(&mut self, position: u64, len: usize) -> io::Result<Option<&[u8]>> {
        let held = self.buffer_at..self.buffer_at + self.buffer_len as u64;
        if position < held.start || position + len as u64 > held.end {
            let want = len.max(self.read_ahead);
            if self.buffer.len() < want {
                self.buffer.resize(want, 0);
            }
            let want = want.min((self.end - position) as usize);
            self.buffer_len = self.file.read_at(&mut self.buffer[..want], position)?;
            self.buffer_at = position;
            if self.buffer_len < len {
                return Ok(None);
            }
        }
        let start = (position - self.buffer_at) as usize;
        Ok(Some(&self.buffer[start..start + len]))
    }
}

/// The first batch from `position` on for which `wanted` holds, before `end`. `Ok(Err(position))` if there is none:
/// the end, or the place where no batch begins.
pub(crate) fn find_batch(
    file: &dyn File,
    position: u64,
    end: u64,
    wanted: impl Fn(&BatchHeader) -> bool,
) -> io::Result<Result<(u64, BatchHeader), u64>> {
    let mut buffer = [0; LOOKUP_BYTES];
    let mut position = position;
    let mut held = (0, 0);
    while end.saturating_sub(position) >= BATCH_OVERHEAD as u64 {
        if position < held.0 || position + BATCH_OVERHEAD as u64 > held.1 {
            let want = LOOKUP_BYTES.min((end - position) as usize);
            held = (position, position + file.read_at(&mut buffer[..want], position)? as u64);
            if position + BATCH_OVERHEAD as u64 > held.1 {
                break;
            }
        }
        let head = buffer[(position - held.0) as usize..].first_chunk().expect("a whole head is held");
        let Some(header) = BatchHeader::parse(head) else { break };
        if u64::from(header.size) > end - position {
            break;
        }
        if wanted(&header) {
            return Ok(Ok((position, header)));
        }
        position += u64::from(header.size);
    }
    Ok(Err(position))
}

/// The last border between batches in `position..=limit`; a batch begins at `position`.
pub(crate) fn last_boundary(file: &dyn File, position: u64, limit: u64) -> io::Result<u64> {
    let mut buffer = [0; LOOKUP_BYTES];
    let mut position = position;
    let mut held = (0, 0);
    while limit.saturating_sub(position) >= BATCH_OVERHEAD as u64 {
        if position < held.0 || position + LOG_OVERHEAD as u64 > held.1 {
            held = (position, position + file.read_at(&mut buffer, position)? as u64);
            if position + LOG_OVERHEAD as u64 > held.1 {
                break;
            }
        }
        let at = (position - held.0) as usize;
        let length = i32::from_be_bytes(*buffer[at + 8..].first_chunk().expect("a whole length is held"));
        if length < (BATCH_OVERHEAD - LOG_OVERHEAD) as i32 {
            break;
        }
        let next = position + LOG_OVERHEAD as u64 + length as u64;
        if next > limit {
            break;
        }
        position = next;
    }
    Ok(position)
}
