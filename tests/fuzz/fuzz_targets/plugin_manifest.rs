//! A plug-in's library or `plugin.toml`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| aqueduct_hostile_input::run("plugin_manifest", data));
