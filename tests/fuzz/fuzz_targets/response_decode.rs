//! API key and version, two bytes each, and a response frame without its length.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| aqueduct_hostile_input::run("response_decode", data));
