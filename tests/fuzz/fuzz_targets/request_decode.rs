//! A request frame without its length: header and body of any API.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| aqueduct_hostile_input::run("request_decode", data));
