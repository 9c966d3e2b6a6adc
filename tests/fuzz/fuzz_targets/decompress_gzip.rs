//! Data compressed with gzip.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| aqueduct_hostile_input::run("decompress_gzip", data));
