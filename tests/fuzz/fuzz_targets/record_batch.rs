//! A buffer of record batches, as Produce and Fetch carry it.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| aqueduct_hostile_input::run("record_batch", data));
