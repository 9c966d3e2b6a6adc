//! Snappy in the framing of snappy-java (xerial), which Kafka's clients write.
//!
//! Format: the magic `82 'SNAPPY' 00`, version and lowest compatible version (both `i32` big endian, 1),
//! then blocks of a big-endian `i32` length and a raw snappy block. Data without the magic is one raw snappy
//! block, as some clients send it.

use std::io::{self, Read};

use super::block::{BlockOutput, split_off, split_u32};
use super::error::{LimitReached, corrupt};
use super::pieces::{Pieces, room_for_whole, slide};

const MAGIC: [u8; 8] = [0x82, b'S', b'N', b'A', b'P', b'P', b'Y', 0];
const VERSION: u32 = 1;
const HEADER_LENGTH: usize = 16;

/// Bytes of input per block; Kafka's writer uses the same.
const BLOCK_SIZE: usize = 32 * 1024;

/// The most that raw snappy can expand: a three-byte copy yields 64 bytes.
const MAX_RATIO: usize = 22;

pub(super) fn compress(source: &[u8], target: &mut Vec<u8>) -> io::Result<()> {
    target.extend_from_slice(&MAGIC);
    target.extend_from_slice(&VERSION.to_be_bytes());
    target.extend_from_slice(&VERSION.to_be_bytes());
    let mut encoder = snap::raw::Encoder::new();
    for block in source.chunks(BLOCK_SIZE) {
        let length_at = target.len();
        let block_at = length_at + 4;
        target.resize(block_at + snap::raw::max_compress_len(block.len()), 0);
        let written = encoder.compress(block, &mut target[block_at..]).map_err(io::Error::other)?;
        target[length_at..block_at].copy_from_slice(&(written as u32).to_be_bytes());
        target.truncate(block_at + written);
    }
    Ok(())
}

pub(super) struct SnappyReader<'a> {
    source: &'a [u8],
    framed: bool,
    output: BlockOutput,
    /// What is left of a block that is too large to be held.
    pieces: Option<Pieces<'a>>,
    /// The last decompressed bytes of that block.
    window: Vec<u8>,
    limit: usize,
}

impl<'a> SnappyReader<'a> {
    /// `limit`: a block that announces more than this is refused before it gets memory.
    pub(super) fn new(source: &'a [u8], limit: usize) -> SnappyReader<'a> {
        let framed = source.len() >= HEADER_LENGTH && source.starts_with(&MAGIC);
        let source = if framed { &source[HEADER_LENGTH..] } else { source };
        let output = BlockOutput::default();
        SnappyReader { source, framed, output, pieces: None, window: Vec::new(), limit }
    }

    fn next_block(&mut self) -> io::Result<()> {
        let block = if self.framed {
            let length = u32::from_be_bytes(split_u32(&mut self.source)?);
            split_off(&mut self.source, length as usize)?
        } else {
            std::mem::take(&mut self.source)
        };
        let size = snap::raw::decompress_len(block).map_err(invalid)?;
        if size / MAX_RATIO > block.len() {
            return Err(corrupt("the block announces more than it can hold"));
        }
        if size > self.limit {
            return Err(io::Error::other(LimitReached));
        }
        if size > room_for_whole(block.len()) {
            let mut elements = block;
            while elements.split_off_first().is_some_and(|byte| byte & 0x80 != 0) {}
            self.pieces = Some(Pieces::snappy(elements, size));
            self.window.clear();
            return Ok(());
        }
        let output = self.output.refill();
        output.resize(size, 0);
        let written = snap::raw::Decoder::new().decompress(block, output).map_err(invalid)?;
        output.truncate(written);
        Ok(())
    }

    /// The next piece of a block that is too large to be held.
    fn next_piece(&mut self, mut pieces: Pieces<'a>) -> io::Result<()> {
        let more = pieces.next(&self.window, self.output.refill())?;
        slide(&mut self.window, self.output.untaken());
        if more {
            self.pieces = Some(pieces);
        } else if pieces.is_short() {
            return Err(corrupt("a snappy block holds less than it announces"));
        }
        Ok(())
    }
}

impl Read for SnappyReader<'_> {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        while self.output.is_empty() {
            match self.pieces.take() {
                Some(pieces) => self.next_piece(pieces)?,
                None if self.source.is_empty() => return Ok(0),
                None => self.next_block()?,
            }
        }
        Ok(self.output.take(target))
    }
}

fn invalid(error: snap::Error) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}
