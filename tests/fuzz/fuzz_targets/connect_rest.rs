//! A request body of Connect's REST API.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| aqueduct_hostile_input::run("connect_rest", data));
