//! Damages to the files of a log directory.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| aqueduct_hostile_input::run("log_recovery", data));
