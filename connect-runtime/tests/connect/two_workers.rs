//! Two workers: requests reach the leader, work is shared and taken over.

use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};

use crate::cluster::Cluster;
use crate::plugin::{SOURCE, starts};

fn workers_of(status: &Json) -> Vec<String> {
    let tasks = status["tasks"].as_array().cloned().unwrap_or_default();
    tasks.iter().filter_map(|task| task["worker_id"].as_str().map(str::to_owned)).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn work_is_shared_and_taken_over_and_requests_reach_the_leader() {
    let mut cluster = Cluster::start().await;
    cluster.add_worker("").await;
    cluster.add_worker("").await;
    let name = cluster.unique("shared");
    let body = json!({ "name": name, "config": { "connector.class": SOURCE, "topic": cluster.unique("t"), "tasks.max": 4 } });
    // One of the two is not the leader: both must be able to take writes.
    let (status, answer) = cluster.call_of(1, "POST", "/connectors", Some(body.clone())).await;
    assert_eq!(status, 201, "{answer}");
    let (status, answer) = cluster.call_of(0, "POST", "/connectors", Some(body)).await;
    assert_eq!(status, 409, "{answer}");
    cluster.wait_for_state(&name, 4, "RUNNING").await;
    let path = format!("/connectors/{name}/status");
    let spread = || async {
        let mut workers = workers_of(&cluster.get(&path).await.1);
        workers.sort();
        workers.dedup();
        workers.len() == 2
    };
    cluster.wait_for(spread, "tasks on both workers").await;
    for task in 0..4 {
        let before = starts(&format!("{name}-{task}"));
        let (status, answer) =
            cluster.call_of(0, "POST", &format!("/connectors/{name}/tasks/{task}/restart"), None).await;
        assert_eq!(status, 204, "{answer}");
        cluster
            .wait_for(|| async { starts(&format!("{name}-{task}")) == before + 1 }, "the task to restart")
            .await;
    }
    cluster.stop_worker(0).await;
    let began = Instant::now();
    let taken_over = || async {
        let (_, status) = cluster.get(&path).await;
        let mut workers = workers_of(&status);
        workers.sort();
        workers.dedup();
        workers.len() == 1
            && status["tasks"]
                .as_array()
                .is_some_and(|tasks| tasks.iter().all(|task| task["state"] == "RUNNING"))
    };
    cluster.wait_for(taken_over, "the other worker to take over").await;
    assert!(began.elapsed() < Duration::from_secs(5), "a worker that leaves is replaced at once");
    cluster.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn creating_a_connector_stops_no_other() {
    let mut cluster = Cluster::start().await;
    cluster.add_worker("").await;
    cluster.add_worker("").await;
    let names: Vec<String> = (0..6).map(|n| cluster.unique(&format!("c{n}"))).collect();
    for name in &names {
        cluster.create(name, SOURCE, json!({ "topic": cluster.unique("t"), "tasks.max": 2 })).await;
    }
    for name in &names {
        cluster.wait_for_state(name, 2, "RUNNING").await;
    }
    let count = |names: &[String]| -> u32 {
        names.iter().map(|name| starts(&format!("{name}-0")) + starts(&format!("{name}-1"))).sum()
    };
    let before = count(&names);
    let another = cluster.unique("another");
    cluster.create(&another, SOURCE, json!({ "topic": cluster.unique("t"), "tasks.max": 2 })).await;
    cluster.wait_for_state(&another, 2, "RUNNING").await;
    assert_eq!(count(&names), before, "tasks of others were restarted");
    cluster.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_tasks_of_a_killed_worker_run_again_within_the_session_timeout_and_three_seconds() {
    let mut cluster = Cluster::start().await;
    cluster.add_worker("").await;
    let doomed = cluster.start_doomed_worker().await;
    let name = cluster.unique("orphans");
    cluster.create(&name, SOURCE, json!({ "topic": cluster.unique("t"), "tasks.max": 4 })).await;
    cluster.wait_for_state(&name, 4, "RUNNING").await;
    let path = format!("/connectors/{name}/status");
    let owners = || async {
        let mut workers = workers_of(&cluster.get(&path).await.1);
        workers.sort();
        workers.dedup();
        workers.len()
    };
    cluster.wait_for(|| async { owners().await == 2 }, "tasks on both workers").await;
    let began = Instant::now();
    doomed.shutdown_background();
    cluster.wait_for(|| async { owners().await == 1 }, "the survivor to run all").await;
    assert!(began.elapsed() < Duration::from_secs(6 + 3), "it took {:?}", began.elapsed());
    cluster.stop().await;
}
