//! A subscription or assignment of the consumer protocol.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| aqueduct_hostile_input::run("consumer_protocol", data));
