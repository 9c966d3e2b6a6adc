//! A search engine's answer to a bulk request.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| aqueduct_hostile_input::run("bulk_answer", data));
