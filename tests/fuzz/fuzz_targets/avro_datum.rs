//! An Avro schema and a datum.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| aqueduct_hostile_input::run("avro_datum", data));
