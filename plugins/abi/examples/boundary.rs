//! What the boundary costs: records through encode and decode, and through a linked plug-in with all its calls.
//!
//! `cargo run --release -p aqueduct-plugin-abi --example boundary`

use std::sync::Arc;
use std::time::Instant;

use aqueduct_plugin_abi::PluginLibrary;
use aqueduct_plugin_abi::codec::{Decoder, Encoder};
use aqueduct_plugin_api::{
    ConfigMap, ConnectError, Connector, Manifest, OffsetMap, Plugin, Schema, SinkTask, SourceBatch,
    SourceRecord, SourceTask, Struct, TaskContext, Type, Value, logical,
};
use async_trait::async_trait;

const RECORDS: usize = 500;
const ROUNDS: usize = 2_000;

fn main() {
    let schema = Arc::new(Schema::of(Type::String));
    let line = |index: usize| (schema.clone(), Value::string(format!("{index:0>100}")));
    measure("text of 100 B", &batch(line));
    let row_schema = Arc::new(row_schema());
    let row = |index: usize| (row_schema.clone(), Value::Struct(Struct::new(row_schema.clone(), row(index))));
    measure("row of 10 columns", &batch(row));
}

fn measure(what: &str, batch: &SourceBatch) {
    let (mut encoder, mut decoder) = (Encoder::new(false), Decoder::default());
    let (mut encode, mut decode, mut drop_time) = (0, 0, 0);
    for _ in 0..ROUNDS {
        let start = Instant::now();
        let encoded = encoder.encode_source(batch).expect("encodes");
        encode += start.elapsed().as_nanos();
        let start = Instant::now();
        let decoded = decoder.decode_source(encoded).expect("decodes");
        decode += start.elapsed().as_nanos();
        let start = Instant::now();
        drop(decoded);
        drop_time += start.elapsed().as_nanos();
    }
    let per_record = |nanos: u128| nanos as f64 / (RECORDS * ROUNDS) as f64;
    println!(
        "{what}: encode {:.1}, decode {:.1}, drop {:.1} ns a record",
        per_record(encode),
        per_record(decode),
        per_record(drop_time)
    );
    println!("{what}: all of a poll, linked: {:.1} ns a record", poll_time(batch.clone()));
}

fn poll_time(batch: SourceBatch) -> f64 {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let library = PluginLibrary::linked(Repeating(batch)).expect("linked");
    runtime.block_on(async {
        let mut task = library.source_task("repeating").expect("made");
        task.poll().await.expect("polls");
        let start = Instant::now();
        for _ in 0..ROUNDS {
            assert_eq!(task.poll().await.expect("polls").records.len(), RECORDS);
        }
        start.elapsed().as_nanos() as f64 / (RECORDS * ROUNDS) as f64
    })
}

fn batch(value: impl Fn(usize) -> (Arc<Schema>, Value)) -> SourceBatch {
    let partition = Arc::new(OffsetMap::new().with("filename", "/data/lines.txt"));
    let record = |index: usize| {
        let (schema, value) = value(index);
        SourceRecord {
            source_partition: partition.clone(),
            source_offset: Some(OffsetMap::new().with("position", index as i64)),
            topic: "lines".into(),
            partition: None,
            key_schema: None,
            key: Value::Null,
            value_schema: Some(schema),
            value,
            timestamp: Some(1),
            headers: Vec::new(),
        }
    };
    let topic: bytestring::ByteString = "lines".into();
    let mut records: Vec<SourceRecord> = (0..RECORDS).map(record).collect();
    records.iter_mut().for_each(|record| record.topic = topic.clone());
    SourceBatch { id: 1, records }
}

fn row_schema() -> Schema {
    Schema::structure("orders")
        .field("id", Schema::of(Type::Int64))
        .field("customer", Schema::of(Type::Int32))
        .field("name", Schema::of(Type::String))
        .field("note", Schema::of(Type::String).optional())
        .field("total", logical::decimal(2))
        .field("rate", Schema::of(Type::Float64))
        .field("paid", Schema::of(Type::Boolean))
        .field("day", logical::date())
        .field("at", logical::timestamp())
        .field("address", Schema::of(Type::String))
}

fn row(index: usize) -> Vec<Value> {
    vec![
        Value::Int64(index as i64),
        Value::Int32(7),
        Value::string("Ada Lovelace"),
        Value::Null,
        Value::Decimal("12.30".parse().expect("a number")),
        Value::Float64(0.5),
        Value::Bool(true),
        Value::Date(20_000),
        Value::Timestamp(1_700_000_000_000),
        Value::string("12 St James's Square, London"),
    ]
}

struct Repeating(SourceBatch);

impl Plugin for Repeating {
    fn manifest(&self) -> Manifest {
        Manifest { name: "repeating".to_owned(), version: "1".to_owned(), connectors: Vec::new() }
    }

    fn connector(&self, _class: &str) -> Option<Box<dyn Connector>> {
        None
    }

    fn source_task(&self, _class: &str) -> Option<Box<dyn SourceTask>> {
        Some(Box::new(RepeatingTask(self.0.clone())))
    }

    fn sink_task(&self, _class: &str) -> Option<Box<dyn SinkTask>> {
        None
    }
}

struct RepeatingTask(SourceBatch);

#[async_trait]
impl SourceTask for RepeatingTask {
    async fn start(&mut self, _context: TaskContext, _config: &ConfigMap) -> Result<(), ConnectError> {
        Ok(())
    }

    async fn poll(&mut self) -> Result<SourceBatch, ConnectError> {
        Ok(self.0.clone())
    }

    async fn stop(&mut self) {}
}
