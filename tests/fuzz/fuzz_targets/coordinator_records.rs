//! A record of `__consumer_offsets`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| aqueduct_hostile_input::run("coordinator_records", data));
