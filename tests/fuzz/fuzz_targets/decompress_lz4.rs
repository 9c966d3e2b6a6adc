//! Data compressed with lz4.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| aqueduct_hostile_input::run("decompress_lz4", data));
