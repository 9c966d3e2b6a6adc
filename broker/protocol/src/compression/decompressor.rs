//! Decompression as a stream with a limit on what comes out.

use std::io::{self, Read};

use super::error::LimitReached;
use super::gzip::GzipReader;
use super::lz4::Lz4Reader;
use super::snappy::SnappyReader;
use super::zstd::ZstdReader;
use super::{Compression, DecompressError};

/// The decompressed bytes of a batch's records, read piece by piece.
///
/// Once `limit` bytes have come out and there is one more, reading fails with
/// [`DecompressError::TooLarge`]. Working memory does not grow with what comes out: it is a block of lz4 or snappy
/// (at most 256 KiB or four times its compressed size) or 64 KiB of a larger one, or a window (gzip 32 KiB). Only
/// zstd's window is what has come out, at most what the frame announces and 128 MiB.
pub struct Decompressor<'a> {
    compression: Compression,
    source: Source<'a>,
    limit: usize,
    produced: usize,
}

enum Source<'a> {
    None(&'a [u8]),
    Gzip(Box<GzipReader<'a>>),
    Snappy(SnappyReader<'a>),
    Lz4(Lz4Reader<'a>),
    Zstd(ZstdReader<'a>),
}

impl<'a> Decompressor<'a> {
    /// Starts reading `source`, to yield at most `limit` bytes.
    pub fn new(
        compression: Compression,
        source: &'a [u8],
        limit: usize,
    ) -> Result<Decompressor<'a>, DecompressError> {
        let source = match compression {
            Compression::None => Source::None(source),
            Compression::Gzip => Source::Gzip(Box::new(GzipReader::new(source))),
            Compression::Snappy => Source::Snappy(SnappyReader::new(source, limit)),
            Compression::Lz4 => Source::Lz4(Lz4Reader::new(source, limit)),
            Compression::Zstd => Source::Zstd(
                ZstdReader::new(source).map_err(|source| DecompressError::Corrupt { compression, source })?,
            ),
        };
        Ok(Decompressor { compression, source, limit, produced: 0 })
    }

    /// Reads some bytes into `target`; 0 means the end (or an empty `target`).
    pub fn read(&mut self, target: &mut [u8]) -> Result<usize, DecompressError> {
        let count = match &mut self.source {
            Source::None(source) => source.read(target),
            Source::Gzip(reader) => reader.read(target),
            Source::Snappy(reader) => reader.read(target),
            Source::Lz4(reader) => reader.read(target),
            Source::Zstd(reader) => reader.read(target),
        }
        .map_err(|source| self.failure(source))?;
        self.produced += count;
        if self.produced > self.limit { Err(self.too_large()) } else { Ok(count) }
    }

    /// The most bytes that may come out.
    pub fn limit(&self) -> usize {
        self.limit
    }

    /// Bytes that came out so far.
    pub fn produced(&self) -> usize {
        self.produced
    }

    fn too_large(&self) -> DecompressError {
        DecompressError::TooLarge { compression: self.compression, limit: self.limit }
    }

    fn failure(&self, source: io::Error) -> DecompressError {
        if source.get_ref().is_some_and(|inner| inner.is::<LimitReached>()) {
            self.too_large()
        } else {
            DecompressError::Corrupt { compression: self.compression, source }
        }
    }
}

/// Appends the whole decompressed form of `source`, at most `limit` bytes, to `target`.
///
/// `target` grows with what really comes out, at most doubling. On an error it is as it was before.
pub fn decompress(
    compression: Compression,
    source: &[u8],
    limit: usize,
    target: &mut Vec<u8>,
) -> Result<(), DecompressError> {
    let start = target.len();
    let done = read_all(Decompressor::new(compression, source, limit)?, source.len(), target);
    if done.is_err() {
        target.truncate(start);
    }
    done
}

fn read_all(
    mut stream: Decompressor<'_>,
    compressed: usize,
    target: &mut Vec<u8>,
) -> Result<(), DecompressError> {
    let start = target.len();
    let mut filled = start;
    loop {
        if filled == target.len() {
            // Doubles what has come out, but never beyond the one byte that shows that it is too much.
            let produced = filled - start;
            let room = (produced * 2).max(compressed.saturating_mul(2).clamp(1024, 256 * 1024));
            let room = room.min(stream.limit.saturating_add(1)).max(produced + 1);
            target.reserve_exact(room - produced);
            target.resize(start + room, 0);
        }
        match stream.read(&mut target[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) => return Err(error),
        }
    }
    target.truncate(filled);
    Ok(())
}
