//! Data compressed with zstd.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| aqueduct_hostile_input::run("decompress_zstd", data));
