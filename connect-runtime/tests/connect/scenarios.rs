//! One worker: what users see.

use std::collections::BTreeSet;

use serde_json::json;

use crate::cluster::Cluster;
use crate::plugin::{SINK, SOURCE, starts, written};

fn all_values(count: usize) -> BTreeSet<String> {
    (0..count).map(|n| format!("v{n}")).collect()
}

fn collected(connector: &str) -> BTreeSet<String> {
    written(connector).into_iter().collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn records_flow_from_source_to_sink_and_offsets_follow() {
    let cluster = Cluster::with_worker().await;
    let (source, sink, topic) = (cluster.unique("src"), cluster.unique("snk"), cluster.unique("flow"));
    cluster.create(&source, "CountingSource", json!({ "topic": topic, "count": 1000 })).await;
    cluster.create(&sink, SINK, json!({ "topics": topic, "busy": 3 })).await;
    cluster.wait_for(|| async { collected(&sink).len() == 1000 }, "all records").await;
    assert_eq!(collected(&sink), all_values(1000));
    assert_eq!(written(&sink).len(), 1000, "nothing is put again that was done");
    cluster.wait_for_state(&source, 1, "RUNNING").await;
    let offsets = format!("/connectors/{source}/offsets");
    let committed = || async { cluster.get(&offsets).await.1["offsets"][0]["offset"]["n"] == 999 };
    cluster.wait_for(committed, "the source's offset").await;
    let offsets = format!("/connectors/{sink}/offsets");
    let consumed = || async {
        let (_, answer) = cluster.get(&offsets).await;
        let all = answer["offsets"].as_array().cloned().unwrap_or_default();
        all.iter().filter_map(|entry| entry["offset"]["kafka_offset"].as_i64()).sum::<i64>() == 1000
    };
    cluster.wait_for(consumed, "the sink's offsets").await;
    for name in [&source, &sink] {
        let tracked = || async {
            cluster.get(&format!("/connectors/{name}/topics")).await.1[name]["topics"] == json!([topic])
        };
        cluster.wait_for(tracked, "the topic to be recorded").await;
    }
    let (_, status) = cluster.get(&format!("/connectors/{source}/status")).await;
    assert_eq!(status["connector"]["version"], "1.2.3");
    assert_eq!(status["type"], "source");
    cluster.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failed_task_tells_its_cause_and_starts_again_by_itself() {
    let mut cluster = Cluster::start().await;
    cluster.add_worker("failed.task.restart.backoff.ms=1500\n").await;
    let (name, topic) = (cluster.unique("failing"), cluster.unique("fails"));
    cluster.create(&name, SOURCE, json!({ "topic": topic, "count": 500, "fail.at": 200 })).await;
    let path = format!("/connectors/{name}/tasks/0/status");
    cluster.wait_for(|| async { cluster.get(&path).await.1["state"] == "FAILED" }, "the task to fail").await;
    let (_, status) = cluster.get(&path).await;
    let trace = status["trace"].as_str().unwrap();
    assert!(
        trace.starts_with("org.apache.kafka.connect.errors.ConnectException: told to fail at 200"),
        "{trace}"
    );
    cluster.wait_for_state(&name, 1, "RUNNING").await;
    assert_eq!(starts(&format!("{name}-0")), 2);
    let offsets = format!("/connectors/{name}/offsets");
    cluster
        .wait_for(|| async { cluster.get(&offsets).await.1["offsets"][0]["offset"]["n"] == 499 }, "the rest")
        .await;
    cluster.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connector_that_never_returns_blocks_nobody_and_shows_in_its_status() {
    let cluster = Cluster::with_worker().await;
    let (stuck, free, topic) = (cluster.unique("stuck"), cluster.unique("free"), cluster.unique("free"));
    cluster.create(&stuck, SOURCE, json!({ "topic": topic, "hang": "start" })).await;
    cluster.create(&free, SOURCE, json!({ "topic": topic, "count": 10 })).await;
    cluster.wait_for_state(&free, 1, "RUNNING").await;
    let failed = || async {
        let (_, status) = cluster.get(&format!("/connectors/{stuck}/status")).await;
        status["connector"]["trace"].as_str().is_some_and(|trace| {
            trace.contains("did not start within") || trace.contains("has been starting")
        })
    };
    cluster.wait_for(failed, "the stuck connector to show it").await;
    let (status, _) = cluster.call("DELETE", &format!("/connectors/{stuck}"), None).await;
    assert_eq!(status, 204);
    cluster.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stopped_connector_has_its_offsets_altered_and_goes_on_from_there() {
    let cluster = Cluster::with_worker().await;
    let (name, topic) = (cluster.unique("alter"), cluster.unique("altered"));
    cluster.create(&name, SOURCE, json!({ "topic": topic, "count": 100 })).await;
    let offsets = format!("/connectors/{name}/offsets");
    cluster
        .wait_for(|| async { cluster.get(&offsets).await.1["offsets"][0]["offset"]["n"] == 99 }, "offsets")
        .await;
    let change = |n: i64| json!({ "offsets": [{ "partition": { "task": 0 }, "offset": { "n": n } }] });
    let (status, answer) = cluster.call("PATCH", &offsets, Some(change(5))).await;
    assert_eq!(status, 400, "{answer}");
    assert!(answer["message"].as_str().unwrap().starts_with("Connectors must be in the STOPPED state"));
    assert_eq!(cluster.call("PUT", &format!("/connectors/{name}/stop"), None).await.0, 204);
    cluster.wait_for_state(&name, 0, "STOPPED").await;
    let (status, answer) = cluster
        .call(
            "PATCH",
            &offsets,
            Some(json!({ "offsets": [{ "partition": { "task": 0 }, "offset": { "x": 1 } }] })),
        )
        .await;
    assert_eq!(
        (status, answer["message"].as_str()),
        (400, Some("Offset objects should either be null or contain the key 'n'"))
    );
    let (status, answer) = cluster.call("PATCH", &offsets, Some(change(89))).await;
    assert_eq!(
        (status, answer["message"].as_str()),
        (200, Some("The offsets for this connector have been altered successfully"))
    );
    assert_eq!(
        cluster.get(&offsets).await.1["offsets"][0]["offset"]["n"],
        89,
        "a read after a write is never stale"
    );
    let (status, _) = cluster.call("PUT", &format!("/connectors/{name}/resume"), None).await;
    assert_eq!(status, 202);
    cluster.wait_for_state(&name, 1, "RUNNING").await;
    cluster
        .wait_for(|| async { cluster.get(&offsets).await.1["offsets"][0]["offset"]["n"] == 99 }, "the end")
        .await;
    assert_eq!(cluster.call("PUT", &format!("/connectors/{name}/stop"), None).await.0, 204);
    cluster.wait_for_state(&name, 0, "STOPPED").await;
    let (status, _) = cluster.call("DELETE", &offsets, None).await;
    assert_eq!(status, 200);
    assert_eq!(cluster.get(&offsets).await.1, json!({ "offsets": [] }));
    cluster.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bad_records_go_to_the_dead_letter_queue_and_the_rest_is_written() {
    let cluster = Cluster::with_worker().await;
    let (source, sink, letters) = (cluster.unique("src"), cluster.unique("picky"), cluster.unique("letters"));
    let (topic, dlq) = (cluster.unique("mixed"), cluster.unique("dlq"));
    cluster.create(&source, SOURCE, json!({ "topic": topic, "count": 100 })).await;
    let config = json!({
        "topics": topic, "bad": "v7", "errors.tolerance": "all",
        "errors.deadletterqueue.topic.name": dlq, "errors.deadletterqueue.topic.replication.factor": 1,
        "errors.deadletterqueue.context.headers.enable": true,
    });
    cluster.create(&sink, SINK, config).await;
    cluster.wait_for(|| async { collected(&sink).len() == 89 }, "the good records").await;
    cluster.create(&letters, SINK, json!({ "topics": dlq })).await;
    cluster.wait_for(|| async { collected(&letters).len() == 11 }, "the dead letters").await;
    assert!(collected(&letters).iter().all(|value| value.contains("v7")));
    cluster.stop().await;
}

/// As Apache's worker does it (asked of 4.3.1).
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_record_that_ends_a_task_is_in_the_dead_letter_queue() {
    let cluster = Cluster::with_worker().await;
    let (source, sink, letters) = (cluster.unique("src"), cluster.unique("picky"), cluster.unique("letters"));
    let (topic, dlq) = (cluster.unique("mixed"), cluster.unique("dlq"));
    cluster.create(&source, SOURCE, json!({ "topic": topic, "count": 10 })).await;
    let config = json!({
        "topics": topic, "bad": "v7",
        "errors.deadletterqueue.topic.name": dlq, "errors.deadletterqueue.topic.replication.factor": 1,
    });
    cluster.create(&sink, SINK, config).await;
    let status = format!("/connectors/{sink}/status");
    let failed = || async { cluster.get(&status).await.1["tasks"][0]["state"] == "FAILED" };
    cluster.wait_for(failed, "the task to fail").await;
    let trace = cluster.get(&status).await.1["tasks"][0]["trace"].clone();
    assert!(
        trace.as_str().is_some_and(|trace| trace.contains("Tolerance exceeded in error handler")),
        "{trace}"
    );
    cluster.create(&letters, SINK, json!({ "topics": dlq })).await;
    cluster.wait_for(|| async { collected(&letters).len() == 1 }, "the dead letter").await;
    assert!(collected(&letters).iter().all(|value| value.contains("v7")));
    cluster.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restarted_worker_carries_on_where_the_former_ended() {
    let mut cluster = Cluster::with_worker().await;
    let (name, topic) = (cluster.unique("resume"), cluster.unique("resumed"));
    cluster.create(&name, SOURCE, json!({ "topic": topic, "count": 300 })).await;
    let offsets = format!("/connectors/{name}/offsets");
    cluster
        .wait_for(|| async { cluster.get(&offsets).await.1["offsets"][0]["offset"]["n"] == 299 }, "offsets")
        .await;
    cluster.stop_worker(0).await;
    cluster.add_worker("").await;
    cluster.wait_for_state(&name, 1, "RUNNING").await;
    let sink = cluster.unique("check");
    cluster.create(&sink, SINK, json!({ "topics": topic })).await;
    cluster.wait_for(|| async { collected(&sink).len() == 300 }, "all records").await;
    assert_eq!(written(&sink).len(), 300, "nothing was written twice");
    cluster.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pause_resume_restart_and_delete_do_what_they_say() {
    let cluster = Cluster::with_worker().await;
    let (name, topic) = (cluster.unique("life"), cluster.unique("life"));
    cluster.create(&name, SOURCE, json!({ "topic": topic, "count": 10, "tasks.max": 2 })).await;
    cluster.wait_for_state(&name, 2, "RUNNING").await;
    assert_eq!(cluster.call("PUT", &format!("/connectors/{name}/pause"), None).await.0, 202);
    cluster.wait_for_state(&name, 2, "PAUSED").await;
    assert_eq!(cluster.call("PUT", &format!("/connectors/{name}/resume"), None).await.0, 202);
    cluster.wait_for_state(&name, 2, "RUNNING").await;
    let before = starts(&format!("{name}-1"));
    assert_eq!(cluster.call("POST", &format!("/connectors/{name}/tasks/1/restart"), None).await.0, 204);
    cluster.wait_for(|| async { starts(&format!("{name}-1")) == before + 1 }, "the task to restart").await;
    let (status, plan) = cluster
        .call("POST", &format!("/connectors/{name}/restart?includeTasks=true&onlyFailed=false"), None)
        .await;
    assert_eq!(status, 202);
    assert!(plan["tasks"].as_array().unwrap().iter().all(|task| task["state"] == "RESTARTING"), "{plan}");
    cluster.wait_for(|| async { starts(&format!("{name}-1")) == before + 2 }, "all to restart").await;
    cluster.wait_for_state(&name, 2, "RUNNING").await;
    assert_eq!(cluster.call("POST", &format!("/connectors/{name}/tasks/7/restart"), None).await.0, 404);
    assert_eq!(cluster.call("DELETE", &format!("/connectors/{name}"), None).await.0, 204);
    let gone = || async { cluster.get(&format!("/connectors/{name}/status")).await.0 == 404 };
    cluster.wait_for(gone, "the status to go").await;
    assert_eq!(cluster.get("/connectors").await.1, json!([]));
    cluster.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_configuration_is_refused_with_every_error_and_no_secret() {
    let cluster = Cluster::with_worker().await;
    let config =
        json!({ "tasks.max": "many", "errors.tolerance": "maybe", "refuse": "me", "secret": "geheim" });
    let (status, answer) = cluster.try_create("bad", SOURCE, config).await;
    let message = answer["message"].as_str().unwrap();
    assert_eq!(status, 400, "{answer}");
    for part in [
        "Connector configuration is invalid and contains the following 5 error(s):",
        "Invalid value many for configuration tasks.max: Not a number of type INT",
        "Invalid value null for configuration tasks.max: Value must be non-null",
        "Missing required configuration \"topic\" which has no default value.",
        "String must be one of: none, all",
        "refused: me",
    ] {
        assert!(message.contains(part), "{message}");
    }
    assert!(!answer.to_string().contains("geheim"));
    assert_eq!(cluster.get("/connectors").await.1, json!([]), "nothing was created");
    let (status, answer) = cluster.try_create("bad", "Nope", json!({})).await;
    assert_eq!(status, 400);
    assert!(
        answer["message"].as_str().unwrap().starts_with("Failed to find any class that implements Connector")
    );
    cluster.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn names_of_any_letters_are_reached_by_their_escapes() {
    let cluster = Cluster::with_worker().await;
    let name = "a/b %c";
    cluster.create(name, SOURCE, json!({ "topic": cluster.unique("odd") })).await;
    let (status, info) = cluster.get("/connectors/a%2Fb%20%25c/").await;
    assert_eq!((status, info["name"].as_str()), (200, Some(name)));
    assert_eq!(cluster.call("DELETE", "/connectors/a%2Fb%20%25c", None).await.0, 204);
    cluster.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_standalone_worker_runs_the_connectors_of_its_files_and_keeps_their_offsets() {
    let mut cluster = Cluster::start().await;
    let (source, sink, topic) =
        (cluster.unique("alone"), cluster.unique("alone-sink"), cluster.unique("alone"));
    let json_file = cluster.folder().join("source.json");
    let config =
        json!({ "name": source, "config": { "connector.class": SOURCE, "topic": topic, "count": 50 } });
    std::fs::write(&json_file, config.to_string()).unwrap();
    let properties_file = cluster.folder().join("sink.properties");
    std::fs::write(&properties_file, format!("name={sink}\nconnector.class={SINK}\ntopics={topic}\n"))
        .unwrap();
    let files = [json_file, properties_file];
    cluster.add_standalone(&files).await;
    cluster.wait_for(|| async { collected(&sink).len() == 50 }, "all records").await;
    let offsets = format!("/connectors/{source}/offsets");
    cluster
        .wait_for(|| async { cluster.get(&offsets).await.1["offsets"][0]["offset"]["n"] == 49 }, "offsets")
        .await;
    cluster.stop_worker(0).await;
    cluster.add_standalone(&files).await;
    cluster.wait_for_state(&source, 1, "RUNNING").await;
    assert_eq!(cluster.get(&offsets).await.1["offsets"][0]["offset"]["n"], 49);
    cluster.stop().await;
    assert_eq!(written(&sink).len(), 50, "nothing was written twice");
}
