//! Data compressed with snappy.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| aqueduct_hostile_input::run("decompress_snappy", data));
