//! One Avro schema, or two.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| aqueduct_hostile_input::run("avro_schema", data));
