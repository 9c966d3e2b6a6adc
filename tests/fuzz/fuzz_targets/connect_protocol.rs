//! A subscription or assignment of the Connect protocol.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| aqueduct_hostile_input::run("connect_protocol", data));
