//! Blocks of snappy and LZ4 that are much larger than their bytes, decompressed piece by piece: what is held does not
//! grow with what comes out.
//!
//! Both formats are literals and copies of what came out before. LZ4 copies from at most 64 KiB back; snappy's format
//! could reach further, but its compressors begin anew every 64 KiB.

use std::io;

use super::error::{corrupt, truncated};

/// How far copies can look back.
pub(super) const WINDOW: usize = 64 * 1024;

/// Bytes of a piece.
const PIECE: usize = 64 * 1024;

/// Blocks up to this size, or four times their compressed bytes, are decompressed whole, which is faster.
const WHOLE: usize = 256 * 1024;

/// The room in which a block of `compressed` bytes may be decompressed whole.
pub(super) fn room_for_whole(compressed: usize) -> usize {
    WHOLE.max(compressed.saturating_mul(4))
}

/// The rest of a block.
pub(super) struct Pieces<'a> {
    format: Format,
    source: &'a [u8],
    pending: Step<'a>,
    produced: usize,
    /// The most that the block may give.
    most: usize,
}

#[derive(Clone, Copy)]
enum Format {
    Snappy,
    Lz4,
}

/// What a block says to put out next. Either part may be empty; the literal comes first.
#[derive(Clone, Copy, Default)]
struct Step<'a> {
    literal: &'a [u8],
    offset: usize,
    copied: usize,
}

impl<'a> Pieces<'a> {
    /// A snappy block behind its length, which is `size`.
    pub(super) fn snappy(source: &'a [u8], size: usize) -> Pieces<'a> {
        Pieces { format: Format::Snappy, source, pending: Step::default(), produced: 0, most: size }
    }

    /// An LZ4 block that gives at most `most` bytes.
    pub(super) fn lz4(source: &'a [u8], most: usize) -> Pieces<'a> {
        Pieces { format: Format::Lz4, source, pending: Step::default(), produced: 0, most }
    }

    /// Whether less came out so far than the block may give.
    pub(super) fn is_short(&self) -> bool {
        self.produced < self.most
    }

    /// Appends the next piece to `output`, which is empty; `window` is what came out before. False at the end of the
    /// block.
    pub(super) fn next(&mut self, window: &[u8], output: &mut Vec<u8>) -> io::Result<bool> {
        output.reserve_exact(PIECE);
        loop {
            let step = &mut self.pending;
            let literal;
            (literal, step.literal) = step.literal.split_at(step.literal.len().min(PIECE - output.len()));
            output.extend_from_slice(literal);
            if step.literal.is_empty() {
                let count = step.copied.min(PIECE - output.len());
                copy(window, output, step.offset, count)?;
                step.copied -= count;
            }
            if output.len() == PIECE || self.source.is_empty() {
                break;
            }
            self.pending = match self.format {
                Format::Snappy => snappy_step(&mut self.source)?,
                Format::Lz4 => lz4_step(&mut self.source)?,
            };
        }
        self.produced += output.len();
        if self.produced > self.most {
            return Err(corrupt("a block holds more than it announces"));
        }
        let pending = self.pending.literal.len() + self.pending.copied;
        Ok(pending > 0 || !self.source.is_empty())
    }
}

/// Appends `count` bytes from `offset` bytes back, which may be among those that are appended.
fn copy(window: &[u8], output: &mut Vec<u8>, offset: usize, mut count: usize) -> io::Result<()> {
    if count > 0 && (offset == 0 || offset > window.len() + output.len()) {
        return Err(corrupt("a copy reaches back too far"));
    }
    while count > 0 {
        let taken;
        if offset > output.len() {
            let from = window.len() + output.len() - offset;
            taken = count.min(window.len() - from);
            output.extend_from_slice(&window[from..from + taken]);
        } else {
            let from = output.len() - offset;
            taken = count.min(offset);
            output.extend_from_within(from..from + taken);
        }
        count -= taken;
    }
    Ok(())
}

/// A literal or a copy; the low two bits of the first byte tell which.
fn snappy_step<'a>(source: &mut &'a [u8]) -> io::Result<Step<'a>> {
    let tag = little_endian(source, 1)?;
    let (upper, short) = (tag >> 2, Step::default());
    Ok(match tag & 3 {
        0 => {
            let length = match upper.checked_sub(59) {
                None | Some(0) => upper,
                Some(bytes) => little_endian(source, bytes)?,
            };
            Step { literal: take(source, length.saturating_add(1))?, ..short }
        }
        1 => Step { copied: 4 + (upper & 7), offset: (tag >> 5) << 8 | little_endian(source, 1)?, ..short },
        2 => Step { copied: upper + 1, offset: little_endian(source, 2)?, ..short },
        _ => Step { copied: upper + 1, offset: little_endian(source, 4)?, ..short },
    })
}

/// A literal and a copy, in the last sequence of a block only a literal.
fn lz4_step<'a>(source: &mut &'a [u8]) -> io::Result<Step<'a>> {
    let token = little_endian(source, 1)?;
    let length = lz4_length(source, token >> 4)?;
    let literal = take(source, length)?;
    if source.is_empty() {
        return Ok(Step { literal, ..Step::default() });
    }
    let offset = little_endian(source, 2)?;
    let copied = lz4_length(source, token & 15)?.saturating_add(4);
    if source.is_empty() {
        return Err(truncated());
    }
    Ok(Step { literal, offset, copied })
}

/// A length of which four bits are known.
fn lz4_length(source: &mut &[u8], known: usize) -> io::Result<usize> {
    let mut length = known;
    let mut more = known == 15;
    while more {
        let byte = little_endian(source, 1)?;
        length = length.saturating_add(byte);
        more = byte == 255;
    }
    Ok(length)
}

fn little_endian(source: &mut &[u8], count: usize) -> io::Result<usize> {
    Ok(take(source, count)?.iter().rev().fold(0, |number, byte| number << 8 | usize::from(*byte)))
}

fn take<'a>(source: &mut &'a [u8], count: usize) -> io::Result<&'a [u8]> {
    super::block::split_off(source, count)
}

/// Appends `output` to the window and keeps its last 64 KiB.
pub(super) fn slide(window: &mut Vec<u8>, output: &[u8]) {
    if output.len() >= WINDOW {
        window.clear();
        window.extend_from_slice(&output[output.len() - WINDOW..]);
    } else {
        let excess = (window.len() + output.len()).saturating_sub(WINDOW);
        window.drain(..excess);
        window.extend_from_slice(output);
    }
}
