//! LZ4 frames as Kafka writes them since batch v2, over lz4_flex's blocks.
//!
//! The frame is walked here rather than by lz4_flex's frame reader: blocks are decompressed straight from
//! the batch, a block gets no more memory than its compressed bytes can fill, and the compressor's table is
//! kept between batches. Written frames have independent 64 KiB blocks and no checksums beyond the header's
//! (the batch has its CRC). Reading takes what Kafka takes, and skippable and concatenated frames besides: checksums
//! (verified), every block size; not linked blocks, which no Kafka client could read, and not dictionaries.

use std::cell::RefCell;
use std::hash::Hasher;
use std::io::{self, Read};

use lz4_flex::block::{self, CompressTable, DecompressError};
use twox_hash::XxHash32;

use super::block::{BlockOutput, split_off, split_u32};
use super::error::{LimitReached, corrupt, truncated};
use super::pieces::{Pieces, room_for_whole, slide};

const MAGIC: u32 = 0x184D_2204;
const SKIPPABLE_MAGIC: u32 = 0x184D_2A50;
const BLOCK_SIZE: usize = 64 * 1024;
/// Magic, version 1 with independent blocks, 64 KiB blocks, header checksum.
const HEADER: [u8; 7] = [0x04, 0x22, 0x4D, 0x18, 0x60, 0x40, 0x82];
/// In a block's length: the bytes are as they were.
const STORED: u32 = 1 << 31;
/// The most that a block can expand: each byte of a match length adds 255.
const MAX_RATIO: usize = 255;

thread_local! {
    static TABLE: RefCell<Option<CompressTable>> = const { RefCell::new(None) };
}

pub(super) fn compress(source: &[u8], target: &mut Vec<u8>) -> io::Result<()> {
    let mut table = TABLE.take().unwrap_or_else(CompressTable::large);
    let done = compress_blocks(source, target, &mut table);
    TABLE.set(Some(table));
    done
}

fn compress_blocks(source: &[u8], target: &mut Vec<u8>, table: &mut CompressTable) -> io::Result<()> {
    target.extend_from_slice(&HEADER);
    for input in source.chunks(BLOCK_SIZE) {
        let length_at = target.len();
        let block_at = length_at + 4;
        target.resize(block_at + block::get_maximum_output_size(input.len()), 0);
        let written = block::compress_into_with_table(input, &mut target[block_at..], table)
            .map_err(io::Error::other)?;
        let length = if written < input.len() {
            target.truncate(block_at + written);
            written as u32
        } else {
            target.truncate(block_at);
            target.extend_from_slice(input);
            input.len() as u32 | STORED
        };
        target[length_at..block_at].copy_from_slice(&length.to_le_bytes());
    }
    target.extend_from_slice(&0u32.to_le_bytes());
    Ok(())
}

/// What a frame's header says.
struct Frame {
    block_checksums: bool,
    content_checksum: Option<XxHash32>,
    content_left: Option<u64>,
    max_block: usize,
}

pub(super) struct Lz4Reader<'a> {
    source: &'a [u8],
    frame: Option<Frame>,
    /// The last decompressed bytes of the block that is read in pieces.
    window: Vec<u8>,
    /// What is left of a block that is too large to be held.
    pieces: Option<Pieces<'a>>,
    output: BlockOutput,
    limit: usize,
}

impl<'a> Lz4Reader<'a> {
    /// `limit`: a block that gives more than this is refused.
    pub(super) fn new(source: &'a [u8], limit: usize) -> Lz4Reader<'a> {
        Lz4Reader {
            source,
            frame: None,
            window: Vec::new(),
            pieces: None,
            output: BlockOutput::default(),
            limit,
        }
    }

    fn open_frame(&mut self) -> io::Result<()> {
        let magic = u32::from_le_bytes(split_u32(&mut self.source)?);
        if magic & !0xF == SKIPPABLE_MAGIC {
            let length = u32::from_le_bytes(split_u32(&mut self.source)?);
            split_off(&mut self.source, length as usize)?;
        } else if magic == MAGIC {
            self.frame = Some(read_header(&mut self.source)?);
            self.window.clear();
        } else {
            return Err(corrupt("the LZ4 frame has another magic number"));
        }
        Ok(())
    }

    fn next_block(&mut self, frame: Frame) -> io::Result<()> {
        let length = u32::from_le_bytes(split_u32(&mut self.source)?);
        if length == 0 {
            return close_frame(frame, &mut self.source);
        }
        let data = split_off(&mut self.source, (length & !STORED) as usize)?;
        if data.len() > frame.max_block {
            return Err(corrupt("an LZ4 block is longer than its frame allows"));
        }
        if frame.block_checksums
            && u32::from_le_bytes(split_u32(&mut self.source)?) != XxHash32::oneshot(0, data)
        {
            return Err(corrupt("an LZ4 block fails its checksum"));
        }
        let output = self.output.refill();
        if length & STORED != 0 {
            output.extend_from_slice(data);
        } else {
            let possible = frame.max_block.min(data.len().saturating_mul(MAX_RATIO));
            let wanted = possible.min(self.limit.saturating_add(1));
            output.resize(wanted.min(room_for_whole(data.len())), 0);
            match block::decompress_into(data, output) {
                Ok(written) => output.truncate(written),
                Err(DecompressError::OutputTooSmall { .. }) if output.len() < wanted => {
                    output.clear();
                    self.pieces = Some(Pieces::lz4(data, frame.max_block));
                    self.frame = Some(frame);
                    return Ok(());
                }
                Err(DecompressError::OutputTooSmall { .. }) if wanted < possible => {
                    return Err(io::Error::other(LimitReached));
                }
                Err(error) => return Err(io::Error::new(io::ErrorKind::InvalidData, error)),
            }
        }
        self.take_note(frame)
    }

    /// The next piece of a block that is too large to be held.
    fn next_piece(&mut self, mut pieces: Pieces<'a>, frame: Frame) -> io::Result<()> {
        let more = pieces.next(&self.window, self.output.refill())?;
        slide(&mut self.window, self.output.untaken());
        self.take_note(frame)?;
        if more {
            self.pieces = Some(pieces);
        } else {
            self.window.clear();
        }
        Ok(())
    }

    /// Adds what has come out to what the frame is told of it.
    fn take_note(&mut self, mut frame: Frame) -> io::Result<()> {
        let output = self.output.untaken();
        if let Some(hasher) = &mut frame.content_checksum {
            hasher.write(output);
        }
        if let Some(left) = &mut frame.content_left {
            *left = left
                .checked_sub(output.len() as u64)
                .ok_or_else(|| corrupt("an LZ4 frame holds more than it announces"))?;
        }
        self.frame = Some(frame);
        Ok(())
    }
}

impl Read for Lz4Reader<'_> {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        while self.output.is_empty() {
            match (self.frame.take(), self.pieces.take()) {
                (Some(frame), Some(pieces)) => self.next_piece(pieces, frame)?,
                (Some(frame), None) => self.next_block(frame)?,
                (None, _) if self.source.is_empty() => return Ok(0),
                (None, _) => self.open_frame()?,
            }
        }
        Ok(self.output.take(target))
    }
}

fn read_header(source: &mut &[u8]) -> io::Result<Frame> {
    let start = *source;
    let flags = *start.first().ok_or_else(truncated)?;
    let block_descriptor = *start.get(1).ok_or_else(truncated)?;
    if flags >> 6 != 1 || flags & 0b11 != 0 || block_descriptor & 0b1000_1111 != 0 {
        return Err(corrupt("the LZ4 frame header is of an unknown kind"));
    }
    if flags & 0b10_0000 == 0 {
        return Err(corrupt("the blocks of the LZ4 frame depend on each other"));
    }
    let max_block = match block_descriptor >> 4 {
        code @ 4..=7 => 1usize << (8 + 2 * code),
        _ => return Err(corrupt("the LZ4 frame has an unknown block size")),
    };
    let has_content_size = flags & 0b1000 != 0;
    let described = split_off(source, if has_content_size { 10 } else { 2 })?;
    let checksum = split_off(source, 1)?[0];
    if checksum != (XxHash32::oneshot(0, described) >> 8) as u8 {
        return Err(corrupt("the LZ4 frame header fails its checksum"));
    }
    let content_left = described[2..].first_chunk::<8>().map(|size| u64::from_le_bytes(*size));
    Ok(Frame {
        block_checksums: flags & 0b1_0000 != 0,
        content_checksum: (flags & 0b100 != 0).then(|| XxHash32::with_seed(0)),
        content_left,
        max_block,
    })
}

fn close_frame(frame: Frame, source: &mut &[u8]) -> io::Result<()> {
    if frame.content_left.is_some_and(|left| left != 0) {
        return Err(corrupt("an LZ4 frame holds less than it announces"));
    }
    match frame.content_checksum {
        Some(hasher) if hasher.finish_32() != u32::from_le_bytes(split_u32(source)?) => {
            Err(corrupt("an LZ4 frame fails its checksum"))
        }
        _ => Ok(()),
    }
}
