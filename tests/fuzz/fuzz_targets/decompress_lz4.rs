//! Data compressed with lz4.

#![no_main]

use aqueduct_protocol::compression::Compression;

libfuzzer_sys::fuzz_target!(|data: &[u8]| aqueduct_fuzz::records::decompressor(Compression::Lz4, data));
