//! Cases in which one part comes too late, goes on too long, or is not there.

use aqueduct_client::ProducerRecord;
use serde_json::{Value as Json, json};

use crate::cluster::{Cluster, PATIENCE};
use crate::plugin::{SINK, SOURCE, starts, written};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn workers_share_work_where_the_protocol_signs_nothing() {
    let mut cluster = Cluster::start().await;
    cluster.add_worker("connect.protocol=compatible\n").await;
    cluster.add_worker("connect.protocol=compatible\n").await;
    // Some of their connectors run on the worker that does not lead.
    for n in 0..4 {
        let name = cluster.unique(&format!("unsigned{n}"));
        cluster.create(&name, SOURCE, json!({ "topic": cluster.unique("t"), "tasks.max": 2 })).await;
        cluster.wait_for_state(&name, 2, "RUNNING").await;
    }
    cluster.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_topic_that_is_not_there_holds_up_no_other_and_is_read_once_it_is() {
    let mut cluster = Cluster::start().await;
    // Commits come more often than the group waits for topics.
    cluster.add_worker("allow.auto.create.topics=false\n").await;
    let (early, late) = (cluster.unique("early"), cluster.unique("late"));
    let rules = |topic: &str, count: u32| {
        json!({
            "topic": topic, "count": count, "topic.creation.default.partitions": 1,
            "topic.creation.default.replication.factor": 1,
        })
    };
    cluster.create(&cluster.unique("first"), SOURCE, rules(&early, 100)).await;
    let sink = cluster.unique("sink");
    cluster.create(&sink, SINK, json!({ "topics": format!("{early},{late}") })).await;
    cluster.wait_for(|| async { written(&sink).len() == 100 }, "the topic that is there").await;
    cluster.create(&cluster.unique("second"), SOURCE, rules(&late, 50)).await;
    cluster.wait_for(|| async { written(&sink).len() == 150 }, "the topic that came later").await;
    cluster.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sink_task_that_starts_again_stays_in_its_group() {
    let cluster = Cluster::with_worker().await;
    let (topic, sink) = (cluster.unique("t"), cluster.unique("sink"));
    cluster.create(&sink, SINK, json!({ "topics": topic, "fail.once": "v55" })).await;
    cluster.create(&cluster.unique("few"), SOURCE, json!({ "topic": topic, "count": 10 })).await;
    cluster.wait_for(|| async { written(&sink).len() == 10 }, "the first records").await;
    let client = cluster.client().await;
    let members = || async {
        let group = format!("connect-{sink}");
        let described = client.admin().describe_groups(vec![group.into()]).await.unwrap();
        let group = described.into_iter().next().unwrap().1.unwrap();
        group.members.into_iter().map(|member| member.member_id).collect::<Vec<_>>()
    };
    let before = members().await;
    assert_eq!(before.len(), 1);
    cluster.create(&cluster.unique("more"), SOURCE, json!({ "topic": topic, "count": 100 })).await;
    let last = || async { written(&sink).iter().any(|value| value == "v99") };
    cluster.wait_for(last, "the records behind the failure").await;
    assert_eq!(starts(&format!("{sink}-0")), 2);
    assert_eq!(members().await, before);
    let all = written(&sink);
    assert!((0..100).all(|n| all.contains(&format!("v{n}"))), "{all:?}");
    cluster.call("POST", &format!("/connectors/{sink}/tasks/0/restart"), None).await;
    cluster.wait_for(|| async { starts(&format!("{sink}-0")) == 3 }, "the restart").await;
    cluster.wait_for_state(&sink, 1, "RUNNING").await;
    assert_eq!(members().await, before);
    cluster.call("PUT", &format!("/connectors/{sink}/stop"), None).await;
    cluster.wait_for(|| async { members().await.is_empty() }, "the group to be left").await;
    cluster.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sink_that_is_stopped_in_the_middle_of_a_put_is_not_waited_for() {
    let mut cluster = Cluster::start().await;
    cluster.add_worker("task.shutdown.graceful.timeout.ms=600000\n").await;
    let (topic, sink) = (cluster.unique("t"), cluster.unique("sink"));
    cluster.create(&cluster.unique("source"), SOURCE, json!({ "topic": topic, "count": 10 })).await;
    cluster.create(&sink, SINK, json!({ "topics": topic, "hang": "put" })).await;
    cluster.wait_for(|| async { starts(&format!("{sink}-0 hangs")) > 0 }, "a put").await;
    cluster.call("DELETE", &format!("/connectors/{sink}"), None).await;
    cluster.wait_for(|| async { starts(&format!("{sink}-0 stopped")) > 0 }, "the end of the task").await;
    cluster.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_source_whose_topic_is_not_there_says_so_until_it_is() {
    let mut cluster = Cluster::start().await;
    cluster.add_worker("allow.auto.create.topics=false\n").await;
    let (name, topic) = (cluster.unique("waiting"), cluster.unique("missing"));
    cluster.create(&name, SOURCE, json!({ "topic": topic, "count": 10 })).await;
    let path = format!("/connectors/{name}/tasks/0/status");
    let trace = || async { cluster.get(&path).await.1["trace"].as_str().map(str::to_owned) };
    cluster.wait_for(|| async { trace().await.is_some() }, "the status to say what is wrong").await;
    assert!(trace().await.unwrap().contains("topic may not be there"));
    let client = cluster.client().await;
    let new = aqueduct_client::admin::NewTopic {
        partitions: 1,
        replication_factor: 1,
        ..aqueduct_client::admin::NewTopic::new(topic)
    };
    client.admin().create_topics(vec![new], false).await.unwrap();
    let offsets = format!("/connectors/{name}/offsets");
    let committed = || async { cluster.get(&offsets).await.1["offsets"][0]["offset"]["n"] == 9 };
    cluster.wait_for(committed, "the records").await;
    cluster.wait_for(|| async { trace().await.is_none() }, "the status to be well again").await;
    cluster.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn offsets_that_are_altered_right_after_a_stop_stay() {
    let cluster = Cluster::with_worker().await;
    let name = cluster.unique("altered");
    let config = json!({ "topic": cluster.unique("t"), "count": 2_000_000_000, "batch": 10 });
    cluster.create(&name, SOURCE, config).await;
    let offsets = format!("/connectors/{name}/offsets");
    let entry = json!({ "partition": { "task": 0 }, "offset": { "n": 5 } });
    for _ in 0..5 {
        cluster.wait_for_state(&name, 1, "RUNNING").await;
        let (status, _) = cluster.call("PUT", &format!("/connectors/{name}/stop"), None).await;
        assert_eq!(status, 204);
        let (status, answer) = cluster.call("PATCH", &offsets, Some(json!({ "offsets": [entry] }))).await;
        assert_eq!(status, 200, "{answer}");
        let tasks_are_gone = || async {
            cluster.get(&format!("/connectors/{name}/status")).await.1["tasks"]
                .as_array()
                .is_some_and(Vec::is_empty)
        };
        cluster.wait_for(tasks_are_gone, "the tasks to be gone").await;
        assert_eq!(cluster.get(&offsets).await.1, json!({ "offsets": [entry] }));
        cluster.call("PUT", &format!("/connectors/{name}/resume"), None).await;
    }
    cluster.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_that_comes_while_tasks_are_made_leaves_none() {
    let cluster = Cluster::with_worker().await;
    for n in 0..10 {
        let name = cluster.unique(&format!("stopped{n}"));
        cluster.create(&name, SOURCE, json!({ "topic": cluster.unique("t"), "tasks.max": 2 })).await;
        cluster.call("PUT", &format!("/connectors/{name}/stop"), None).await;
        cluster.wait_for_state(&name, 0, "STOPPED").await;
        let (_, tasks) = cluster.get(&format!("/connectors/{name}/tasks")).await;
        assert_eq!(tasks, Json::Array(Vec::new()));
    }
    cluster.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_stops_though_its_cluster_is_away() {
    let mut cluster = Cluster::with_worker().await;
    let name = cluster.unique("alone");
    let config = json!({ "topic": cluster.unique("t"), "count": 2_000_000_000, "batch": 10 });
    cluster.create(&name, SOURCE, config).await;
    cluster.wait_for_state(&name, 1, "RUNNING").await;
    cluster.stop_broker().await;
    cluster.call("POST", &format!("/connectors/{name}/tasks/0/restart"), None).await;
    tokio::time::timeout(PATIENCE, cluster.stop_worker(0)).await.expect("the worker stops");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_former_workers_said_gives_way_whatever_their_generation_was() {
    let mut cluster = Cluster::with_worker().await;
    cluster.stop_worker(0).await;
    let (ghost, failing) = (cluster.unique("ghost"), cluster.unique("failing"));
    let said = json!({ "state": "RUNNING", "trace": null, "worker_id": "gone:8083", "generation": 500 });
    let config =
        json!({ "properties": { "name": failing, "connector.class": "no.such.Class", "tasks.max": "1" } });
    let client = cluster.client().await;
    let producer = client.producer(aqueduct_client::config::ProducerConfig::default());
    let records = [
        ("status", format!("status-connector-{ghost}"), &said),
        ("status", format!("status-connector-{failing}"), &said),
        ("configs", format!("connector-{failing}"), &config),
    ];
    for (topic, key, value) in records {
        let record = ProducerRecord {
            topic: cluster.internal_topic(topic).into(),
            key: Some(key.into()),
            value: Some(value.to_string().into()),
            ..ProducerRecord::default()
        };
        producer.send_and_wait(record).await.unwrap();
    }
    cluster.add_worker("").await;
    cluster.wait_for_state(&failing, 0, "FAILED").await;
    let gone = || async { cluster.get(&format!("/connectors/{ghost}/status")).await.0 == 404 };
    cluster.wait_for(gone, "the status of a connector that is not there to go").await;
    cluster.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_that_no_assignment_could_hold_is_refused() {
    let cluster = Cluster::with_worker().await;
    let (status, _) =
        cluster.try_create(&"n".repeat(40_000), SOURCE, json!({ "topic": cluster.unique("t") })).await;
    assert_eq!(status, 400);
    let name = cluster.unique("next");
    cluster.create(&name, SOURCE, json!({ "topic": cluster.unique("t") })).await;
    cluster.wait_for_state(&name, 1, "RUNNING").await;
    cluster.stop().await;
}
