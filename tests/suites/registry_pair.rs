//! Promise: two registries that share a topic, which they should not, on Apache Kafka: what either has acknowledged
//! stays, no id stands for two schemas, and both tell the same; a kill of one in mid-write changes none of that.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use aqueduct_tests::kafka::KafkaServer;
use aqueduct_tests::{rest, skip, wait};
use serde_json::json;

use super::registry_kill::{everything, start};

/// Acknowledgements of both registries before the test ends.
const WRITES: usize = 400;

#[test]
fn two_registries_on_one_topic_of_apache_kafka_lose_nothing() {
    let test = "two_registries_on_one_topic_of_apache_kafka_lose_nothing";
    let Some(home) = skip::peer(test, "AQUEDUCT_KAFKA_HOME", "Apache Kafka") else { return };
    let kafka = KafkaServer::start(&home, "registry-pair");
    let folder = tempfile::tempdir().expect("a folder");
    let mut servers = [start(folder.path(), &kafka.bootstrap), start(folder.path(), &kafka.bootstrap)];
    let urls = servers.each_ref().map(|server| server.address("registry"));
    rest::must("PUT", &format!("{}/config", urls[0]), Some(&json!({ "compatibility": "NONE" })));

    let acknowledged = Mutex::new(BTreeMap::new());
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for writer in 0..4 {
            let (url, acknowledged, stop) = (&urls[writer % 2], &acknowledged, &stop);
            scope.spawn(move || {
                for n in 0.. {
                    if stop.load(Ordering::Relaxed) {
                        return;
                    }
                    register(url, &format!("F{writer}_{n}"), acknowledged);
                }
            });
        }
        for part in 1..=4 {
            wait::until("both registries acknowledge", Duration::from_secs(120), || {
                let count = acknowledged.lock().expect("sound").len();
                if count >= WRITES * part / 4 { Ok(()) } else { Err(format!("{count} acknowledged")) }
            });
            if part < 4 {
                servers[part % 2].kill();
                servers[part % 2].restart();
            }
        }
        stop.store(true, Ordering::Relaxed);
    });

    let told = wait::until("both registries tell the same", Duration::from_secs(30), || {
        let (one, other) = (everything(&urls[0]), everything(&urls[1]));
        if one == other { Ok(one) } else { Err(format!("{} and {} versions", one.len(), other.len())) }
    });
    let mut schemas = BTreeMap::new();
    for (place, (id, schema)) in &told {
        let first = schemas.entry(*id).or_insert(schema);
        assert_eq!(first, &schema, "id {id} of {place:?} stands for another schema");
    }
    for ((version, id), schema) in acknowledged.into_inner().expect("sound") {
        let found = told.get(&("shared".to_owned(), version));
        assert_eq!(found, Some(&(id, schema)), "version {version}");
    }
}

/// Registers under the subject that both write to; what was acknowledged is noted by version and id.
fn register(url: &str, name: &str, acknowledged: &Mutex<BTreeMap<(i64, i64), String>>) {
    let schema = json!({ "type": "fixed", "name": name, "size": 1 }).to_string();
    let url = format!("{url}/subjects/shared/versions");
    let Ok(answer) = rest::send("POST", &url, Some(&json!({ "schema": schema }))) else {
        std::thread::sleep(Duration::from_millis(20)); // The registry is down.
        return;
    };
    if answer.status != 200 {
        // It may give up when the other is always quicker.
        assert!(answer.status >= 500, "{} {}", answer.status, answer.body);
        return;
    }
    let number = |member: &str| answer.body[member].as_i64().expect("a number");
    let place = (number("version"), number("id"));
    let other = acknowledged.lock().expect("sound").insert(place, schema.clone());
    assert!(other.is_none_or(|other| other == schema), "{place:?} was given twice");
}
