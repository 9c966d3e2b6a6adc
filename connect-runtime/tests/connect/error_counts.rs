//! What is counted of records with faults, as Apache's worker counts it.

use aqueduct_client::{ProducerConfig, ProducerRecord};
use bytes::Bytes;
use serde_json::json;

use crate::cluster::Cluster;
use crate::plugin::{SINK, written};

/// A counter of the only task of a connector.
fn counted(connector: &str, name: &str) -> Option<u64> {
    let start = format!("{name}{{connector=\"{connector}\",task=\"0\"}} ");
    aqueduct_service::metrics::render().lines().find_map(|line| line.strip_prefix(&start)?.parse().ok())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failure_is_not_always_an_error_nor_a_skipped_record() {
    aqueduct_service::metrics::install();
    let cluster = Cluster::with_worker().await;
    let (sink, topic) = (cluster.unique("counted"), cluster.unique("counted"));
    let producer = cluster.client().await.producer(ProducerConfig::default());
    // One that is no JSON, three that the sink refuses, two that it takes.
    for value in ["{", "\"bad1\"", "\"v1\"", "\"bad2\"", "\"bad3\"", "\"v2\""] {
        let record = ProducerRecord {
            topic: topic.as_str().into(),
            partition: Some(0),
            key: None,
            value: Some(Bytes::from(value)),
            headers: Vec::new(),
            timestamp: None,
        };
        producer.send(record).await.unwrap().await.unwrap();
    }
    // The sink wants what comes first once more: its word, not a try of the worker's.
    let config = json!({ "topics": topic, "bad": "bad", "errors.tolerance": "all", "busy": 1 });
    cluster.create(&sink, SINK, config).await;
    cluster.wait_for(|| async { written(&sink).len() == 2 }, "the good records").await;
    let errors = |name: &str| counted(&sink, &format!("kafka_connect_task_error_metrics_{name}"));
    cluster.wait_for(|| async { errors("total_record_failures") >= Some(4) }, "all to be judged").await;
    assert_eq!(errors("total_record_failures"), Some(4), "the one that is no JSON, and three refused");
    assert_eq!(errors("total_record_errors"), Some(1), "the one that is no JSON");
    assert_eq!(errors("total_records_skipped"), Some(1), "the same");
    assert_eq!(errors("total_retries").unwrap_or(0), 0, "nothing was converted again");
    assert_eq!(errors("total_errors_logged").unwrap_or(0), 0, "errors.log.enable is off");
    let again = counted(&sink, "kafka_connect_sink_task_metrics_put_batch_retry_total");
    assert!(again >= Some(1), "{again:?}");
    cluster.stop().await;
}
