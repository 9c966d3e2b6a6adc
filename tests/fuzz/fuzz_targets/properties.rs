//! A `.properties` file.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| aqueduct_hostile_input::run("properties", data));
