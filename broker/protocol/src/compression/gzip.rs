//! gzip by flate2 on zlib-rs. Reading takes concatenated members, as Java's `GZIPInputStream` does.

use std::io::{self, Read, Write};

use flate2::bufread::MultiGzDecoder;
use flate2::write::GzEncoder;

pub(super) fn compress(source: &[u8], level: Option<i32>, target: &mut Vec<u8>) -> io::Result<()> {
    let level = level.map_or(6, |level| level.clamp(1, 9)) as u32;
    let mut encoder = GzEncoder::new(target, flate2::Compression::new(level));
    encoder.write_all(source)?;
    encoder.finish()?;
    Ok(())
}

pub(super) struct GzipReader<'a>(MultiGzDecoder<&'a [u8]>);

impl<'a> GzipReader<'a> {
    pub(super) fn new(source: &'a [u8]) -> GzipReader<'a> {
        GzipReader(MultiGzDecoder::new(source))
    }
}

impl Read for GzipReader<'_> {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        self.0.read(target)
    }
}
