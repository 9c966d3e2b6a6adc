//! Documents a second of the sink beside a plain bulk loader, on one engine, in turns.
//!
//! `cargo run --release -p aqueduct-connector-elasticsearch --example bulk_load -- URL [DOCUMENTS] [ROUNDS]`
//! The first round only warms the engine up: its first 300,000 documents cost many times what later ones do.

use std::sync::Arc;
use std::time::{Duration, Instant};

use aqueduct_connector_elasticsearch::{CLASS_NAME, ElasticsearchPlugin};
use aqueduct_plugin_api::{
    ConnectError, NoMetrics, OffsetMap, OffsetReader, Plugin, PutCompletion, PutOutcome, Schema, SchemaRef,
    SinkRecord, Struct, TaskContext, Type, Value, logical,
};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

const BULK: usize = 2_000;
const IN_FLIGHT: usize = 5;
const PUT: usize = 500;

struct NoOffsets;

#[async_trait::async_trait]
impl OffsetReader for NoOffsets {
    async fn offsets(&self, _: Vec<OffsetMap>) -> Result<Vec<Option<OffsetMap>>, ConnectError> {
        Ok(Vec::new())
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let url = arguments.next().unwrap_or_else(|| "http://127.0.0.1:9200".to_owned());
    let documents: usize = arguments.next().map_or(Ok(300_000), |text| text.parse())?;
    let rounds: usize = arguments.next().map_or(Ok(3), |text| text.parse())?;
    for round in 0..=rounds {
        let (index, topic) = (format!("plain-{round}"), format!("sink-{round}"));
        let plain = plain_loader(&url, &index, documents).await?;
        let sink = sink(&url, &topic, documents).await?;
        let rate = |(took, _): (Duration, Duration)| documents as f64 / took.as_secs_f64();
        let cpu = |(_, cpu): (Duration, Duration)| cpu.as_secs_f64() * 1e6 / documents as f64;
        println!(
            "{} plain {:.0} documents/s ({:.2} µs CPU each)   sink {:.0} documents/s ({:.2} µs CPU each)   ratio {:.2}",
            if round == 0 { "warm-up:" } else { "measured:" },
            rate(plain),
            cpu(plain),
            rate(sink),
            cpu(sink),
            rate(sink) / rate(plain),
        );
    }
    Ok(())
}

/// Requests of the same size, as many at a time, made of a text that is formatted beforehand.
async fn plain_loader(
    url: &str,
    index: &str,
    documents: usize,
) -> Result<(Duration, Duration), Box<dyn std::error::Error>> {
    create(url, index).await?;
    let client = reqwest::Client::builder().no_proxy().build()?;
    let mut requests: JoinSet<Result<(), reqwest::Error>> = JoinSet::new();
    let (started, cpu) = (Instant::now(), cpu_time());
    for first in (0..documents).step_by(BULK) {
        let body: String = (first..documents.min(first + BULK)).map(|n| lines(index, n)).collect();
        while requests.len() >= IN_FLIGHT {
            requests.join_next().await.transpose()?.transpose()?;
        }
        let request = client
            .post(format!("{url}/_bulk?filter_path=errors"))
            .header("content-type", "application/x-ndjson")
            .body(body);
        requests.spawn(async move {
            let answer = request.send().await?.error_for_status()?.text().await?;
            assert!(answer.contains("\"errors\":false"), "{answer}");
            Ok(())
        });
    }
    while let Some(ended) = requests.join_next().await {
        ended??;
    }
    Ok((started.elapsed(), cpu_time() - cpu))
}

fn lines(index: &str, n: usize) -> String {
    format!(
        "{{\"index\":{{\"_index\":\"{index}\",\"_id\":\"{n}\"}}}}\n{{\"id\":{n},\"customer\":{},\"status\":\"paid\",\
         \"note\":\"order number {n} of a customer who likes what we sell and says so at some length\",\"price\":12.5,\
         \"paid\":true,\"at\":{},\"city\":\"Springfield\"}}\n",
        n % 1_000,
        1_700_000_000_000_usize + n,
    )
}

fn schema() -> SchemaRef {
    Schema::structure("order")
        .field("id", Schema::of(Type::Int64))
        .field("customer", Schema::of(Type::Int32))
        .field("status", Schema::of(Type::String))
        .field("note", Schema::of(Type::String))
        .field("price", Schema::of(Type::Float64))
        .field("paid", Schema::of(Type::Boolean))
        .field("at", logical::timestamp())
        .field("city", Schema::of(Type::String))
        .into()
}

fn record(topic: &str, schema: &SchemaRef, n: usize) -> SinkRecord {
    let note = format!("order number {n} of a customer who likes what we sell and says so at some length");
    let values = vec![
        Value::Int64(n as i64),
        Value::Int32((n % 1_000) as i32),
        Value::string("paid"),
        Value::string(note),
        Value::Float64(12.5),
        Value::Bool(true),
        Value::Timestamp(1_700_000_000_000 + n as i64),
        Value::string("Springfield"),
    ];
    SinkRecord {
        topic: topic.into(),
        partition: 0,
        offset: n as i64,
        timestamp: None,
        timestamp_type: Default::default(),
        key_schema: None,
        key: Value::Int64(n as i64),
        value_schema: Some(schema.clone()),
        value: Value::Struct(Struct::new(schema.clone(), values)),
        headers: Vec::new(),
        original_topic: topic.into(),
    }
}

/// The mapping the sink makes, and no replica, for both.
async fn create(url: &str, index: &str) -> Result<(), Box<dyn std::error::Error>> {
    let text = serde_json::json!({"type":"text","fields":{"keyword":{"type":"keyword","ignore_above":256}}});
    let body = serde_json::json!({
        "settings": {"number_of_shards": 1, "number_of_replicas": 0},
        "mappings": {"properties": {
            "id": {"type":"long"}, "customer": {"type":"integer"}, "status": text, "note": text,
            "price": {"type":"double"}, "paid": {"type":"boolean"}, "at": {"type":"date"}, "city": text,
        }},
    });
    let client = reqwest::Client::builder().no_proxy().build()?;
    let _ = client.delete(format!("{url}/{index}")).send().await?;
    client.put(format!("{url}/{index}")).json(&body).send().await?.error_for_status()?;
    Ok(())
}

async fn sink(
    url: &str,
    topic: &str,
    documents: usize,
) -> Result<(Duration, Duration), Box<dyn std::error::Error>> {
    create(url, topic).await?;
    let mut task = ElasticsearchPlugin.sink_task(CLASS_NAME).ok_or("no task")?;
    let context = TaskContext {
        connector: "throughput".to_owned(),
        task: 0,
        offsets: Arc::new(NoOffsets),
        metrics: Arc::new(NoMetrics),
    };
    let config = [("connection.url".to_owned(), url.to_owned())].into();
    task.start(context, &config).await?;
    let schema = schema();
    let (tell, mut told) = mpsc::unbounded_channel();
    let (started, cpu) = (Instant::now(), cpu_time());
    let mut batches = 0;
    for first in (0..documents).step_by(PUT) {
        let records = (first..documents.min(first + PUT)).map(|n| record(topic, &schema, n)).collect();
        let tell = tell.clone();
        task.put(records, PutCompletion::new(move |outcome| drop(tell.send(outcome)))).await?;
        batches += 1;
    }
    for _ in 0..batches {
        assert_eq!(told.recv().await, Some(PutOutcome::AllDone));
    }
    let took = (started.elapsed(), cpu_time() - cpu);
    task.stop().await;
    Ok(took)
}

/// Processor time of this process so far, from the kernel's clock ticks of 10 ms.
fn cpu_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks = after_name.split_whitespace().skip(11).take(2).filter_map(|field| field.parse::<u64>().ok());
    Duration::from_millis(10 * ticks.sum::<u64>())
}
