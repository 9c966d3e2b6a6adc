//! zstd with contexts kept per thread: making one costs more than compressing a small batch.

use std::cell::RefCell;
use std::io::{self, Read};

use zstd::zstd_safe::{
    self, CCtx, CParameter, DCtx, DParameter, InBuffer, OutBuffer, ResetDirective, get_error_name,
};

use super::error::truncated;

/// Contexts that grew beyond this are freed after use instead of kept.
const MAX_KEPT: usize = 8 * 1024 * 1024;

/// The largest window accepted, 128 MiB: what Kafka's own reader takes, and level 22 needs. zstd reserves
/// it as address space; it becomes memory only as far as data is really decompressed.
const WINDOW_LOG_MAX: u32 = 27;

const DEFAULT_LEVEL: i32 = 3;

thread_local! {
    static COMPRESSOR: RefCell<Option<CCtx<'static>>> = const { RefCell::new(None) };
    static DECOMPRESSOR: RefCell<Option<DCtx<'static>>> = const { RefCell::new(None) };
}

pub(super) fn compress(source: &[u8], level: Option<i32>, target: &mut Vec<u8>) -> io::Result<()> {
    let mut context = COMPRESSOR.take().unwrap_or_else(CCtx::create);
    let done = compress_with(&mut context, source, level, target);
    if context.sizeof() <= MAX_KEPT {
        COMPRESSOR.set(Some(context));
    }
    done
}

fn compress_with(
    context: &mut CCtx<'static>,
    source: &[u8],
    level: Option<i32>,
    target: &mut Vec<u8>,
) -> io::Result<()> {
    let level = level.unwrap_or(DEFAULT_LEVEL).clamp(zstd_safe::min_c_level(), zstd_safe::max_c_level());
    context.reset(ResetDirective::SessionAndParameters).map_err(named)?;
    context.set_parameter(CParameter::CompressionLevel(level)).map_err(named)?;
    let start = target.len();
    target.resize(start + zstd_safe::compress_bound(source.len()), 0);
    let written = context.compress2(&mut target[start..], source).map_err(named)?;
    target.truncate(start + written);
    Ok(())
}

pub(super) struct ZstdReader<'a> {
    source: &'a [u8],
    context: Option<DCtx<'static>>,
    /// Inside a frame: the end of the source here means that it is cut short.
    unfinished: bool,
}

impl<'a> ZstdReader<'a> {
    pub(super) fn new(source: &'a [u8]) -> io::Result<ZstdReader<'a>> {
        let mut context = DECOMPRESSOR.take().unwrap_or_else(DCtx::create);
        context.reset(ResetDirective::SessionAndParameters).map_err(named)?;
        context.set_parameter(DParameter::WindowLogMax(WINDOW_LOG_MAX)).map_err(named)?;
        Ok(ZstdReader { source, context: Some(context), unfinished: false })
    }
}

impl Read for ZstdReader<'_> {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        let Some(context) = &mut self.context else { return Ok(0) };
        if self.source.is_empty() && !self.unfinished {
            return Ok(0);
        }
        let mut output = OutBuffer::around(target);
        loop {
            let mut input = InBuffer::around(self.source);
            let hint = context.decompress_stream(&mut output, &mut input).map_err(named)?;
            let consumed = input.pos;
            self.source = &self.source[consumed..];
            self.unfinished = hint != 0;
            let produced = output.pos();
            if produced > 0 || output.capacity() == 0 {
                return Ok(produced);
            }
            if self.source.is_empty() {
                return if self.unfinished { Err(truncated()) } else { Ok(0) };
            }
            if consumed == 0 {
                return Err(super::error::corrupt("zstd makes no progress"));
            }
        }
    }
}

impl Drop for ZstdReader<'_> {
    fn drop(&mut self) {
        if let Some(context) = self.context.take().filter(|context| context.sizeof() <= MAX_KEPT) {
            // A thread that is ending has no place to keep it any more.
            let _ = DECOMPRESSOR.try_with(|kept| kept.replace(Some(context)));
        }
    }
}

fn named(code: usize) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, get_error_name(code))
}
