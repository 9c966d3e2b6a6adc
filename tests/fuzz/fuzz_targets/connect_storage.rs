//! A record of Connect's internal topics.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| aqueduct_hostile_input::run("connect_storage", data));
