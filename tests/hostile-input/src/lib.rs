//! What is done with hostile input: one function for each decoder of bytes from outside.
//!
//! A function takes any bytes, may not panic, and holds its memory to the input's size. The fuzz targets in
//! `tests/fuzz` call them with what libFuzzer makes up; `tests/replay.rs` calls them with the committed corpus.

mod avro;
mod bound;
mod bulk_answer;
mod connect_rest;
mod connect_storage;
mod groups;
mod json_converter;
mod log_recovery;
mod messages;
mod plugin_manifest;
mod properties;
mod records;
pub mod seeds;

#[path = "../../../broker/protocol/src/allocation.rs"]
mod allocation;

use aqueduct_protocol::compression::Compression;

/// A fuzz target.
pub struct Target {
    /// Its name, and that of its folder of the corpus.
    pub name: &'static str,
    /// What it does with an input.
    pub run: fn(&[u8]),
}

/// Every target.
pub const TARGETS: &[Target] = &[
    Target { name: "request_decode", run: messages::request },
    Target { name: "response_decode", run: messages::response },
    Target { name: "record_batch", run: records::batches },
    Target { name: "decompress_gzip", run: |data| records::decompressor(Compression::Gzip, data) },
    Target { name: "decompress_snappy", run: |data| records::decompressor(Compression::Snappy, data) },
    Target { name: "decompress_lz4", run: |data| records::decompressor(Compression::Lz4, data) },
    Target { name: "decompress_zstd", run: |data| records::decompressor(Compression::Zstd, data) },
    Target { name: "consumer_protocol", run: groups::consumer_protocol },
    Target { name: "connect_protocol", run: groups::connect_protocol },
    Target { name: "coordinator_records", run: groups::coordinator_records },
    Target { name: "log_recovery", run: log_recovery::recover },
    Target { name: "avro_schema", run: avro::schema },
    Target { name: "avro_datum", run: avro::datum },
    Target { name: "json_converter", run: json_converter::convert },
    Target { name: "connect_rest", run: connect_rest::body },
    Target { name: "connect_storage", run: connect_storage::record },
    Target { name: "properties", run: properties::parse },
    Target { name: "plugin_manifest", run: plugin_manifest::scan },
    Target { name: "bulk_answer", run: bulk_answer::parse },
];

/// Runs the target of this name. Panics if there is none.
pub fn run(name: &str, data: &[u8]) {
    let target = TARGETS.iter().find(|target| target.name == name).expect("a target of this name");
    (target.run)(data);
}
