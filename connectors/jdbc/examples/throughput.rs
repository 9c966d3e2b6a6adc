//! How fast a table becomes records: reads it once through a task and prints rows per second, CPU per row and memory.
//!
//! `cargo run --release -p aqueduct-connector-jdbc --example throughput -- URL MODE [key=value …]`, for instance
//! `… jdbc:mysql://127.0.0.1/shop incrementing connection.user=me table.whitelist=orders`. Ends when two polls in a row
//! bring nothing, or after the first reading in bulk mode.

use std::sync::Arc;
use std::time::{Duration, Instant};

use aqueduct_connector_jdbc::{CLASS_NAME, JdbcPlugin};
use aqueduct_plugin_api::{
    ConfigMap, ConnectError, ConnectorContext, ConnectorHost, NoMetrics, OffsetMap, OffsetReader, Plugin,
    TaskContext,
};
use async_trait::async_trait;

struct Nothing;

#[async_trait]
impl OffsetReader for Nothing {
    async fn offsets(&self, partitions: Vec<OffsetMap>) -> Result<Vec<Option<OffsetMap>>, ConnectError> {
        Ok(vec![None; partitions.len()])
    }
}

impl ConnectorHost for Nothing {
    fn request_task_reconfiguration(&self) {}
    fn raise_error(&self, error: ConnectError) {
        eprintln!("{error}");
    }
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<(), ConnectError> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [url, mode, more @ ..] = arguments.as_slice() else {
        eprintln!("usage: throughput URL MODE [key=value …]");
        std::process::exit(2);
    };
    let mut config = ConfigMap::from([
        ("connection.url".to_owned(), url.clone()),
        ("mode".to_owned(), mode.clone()),
        ("topic.prefix".to_owned(), "bench.".to_owned()),
        ("poll.interval.ms".to_owned(), "3600000".to_owned()),
        ("poll.linger.ms".to_owned(), "300".to_owned()),
    ]);
    config.extend(
        more.iter().filter_map(|pair| pair.split_once('=')).map(|(k, v)| (k.to_owned(), v.to_owned())),
    );
    read(config).await
}

async fn read(config: ConfigMap) -> Result<(), ConnectError> {
    let nothing = Arc::new(Nothing);
    let unknown = || ConnectError::fatal("the plug-in does not know its class");
    let mut connector = JdbcPlugin.connector(CLASS_NAME).ok_or_else(unknown)?;
    let context = ConnectorContext {
        connector: "bench".into(),
        host: nothing.clone(),
        offsets: nothing.clone(),
        metrics: Arc::new(NoMetrics),
    };
    connector.start(context, &config).await?;
    let tasks = connector.task_configs(1).await?;
    let mut task = JdbcPlugin.source_task(CLASS_NAME).ok_or_else(unknown)?;
    let context =
        TaskContext { connector: "bench".into(), task: 0, offsets: nothing, metrics: Arc::new(NoMetrics) };
    let (begun, cpu_before) = (Instant::now(), cpu_seconds());
    task.start(context, &tasks[0]).await?;
    let (mut rows, mut silent, mut last) = (0usize, 0, begun);
    while silent < 2 {
        let batch = task.poll().await?;
        if batch.records.is_empty() {
            silent += usize::from(rows > 0);
            continue;
        }
        (silent, last) = (0, Instant::now());
        rows += batch.records.len();
    }
    report(rows, last - begun, cpu_seconds() - cpu_before);
    task.stop().await;
    connector.stop().await;
    Ok(())
}

fn report(rows: usize, took: Duration, cpu: f64) {
    println!(
        "{rows} rows in {:.2} s: {:.0} rows/s, {:.2} µs of CPU a row, {} KiB resident at most",
        took.as_secs_f64(),
        rows as f64 / took.as_secs_f64(),
        cpu * 1e6 / rows as f64,
        status("VmHWM:"),
    );
}

/// User and system time of this process.
fn cpu_seconds() -> f64 {
    let text = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = text.rsplit(')').next().unwrap_or_default();
    let ticks = |index: usize| {
        after_name.split_whitespace().nth(index).and_then(|t| t.parse::<f64>().ok()).unwrap_or(0.0)
    };
    (ticks(11) + ticks(12)) / 100.0
}

fn status(key: &str) -> String {
    let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text.lines().find(|line| line.starts_with(key)).unwrap_or_default();
    line.split_whitespace().nth(1).unwrap_or("?").to_owned()
}
