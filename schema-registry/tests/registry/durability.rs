//! What is in the log, what a restart finds there, and what happens when the log fails or others write to it.

use super::{Fixture, record};
use serde_json::{Value, json};

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[tokio::test]
async fn records_are_confluents_to_the_byte() {
    let registry = Fixture::new().await;
    registry.register("s", &json!("int")).await;
    registry.put("/config/s", json!({ "compatibility": "NONE" })).await;
    registry.put("/config", json!({ "compatibility": "FULL" })).await;
    registry.put("/mode/s", json!({ "mode": "READWRITE" })).await;
    registry.delete("/subjects/s/versions/1").await;
    registry.register("s", &json!("long")).await;
    registry.delete("/subjects/s").await;
    registry.delete("/subjects/s?permanent=true").await;
    let records = registry.log.records();
    let lines: Vec<(String, String)> = records
        .iter()
        .map(|record| {
            (
                text(record.key.as_ref().unwrap()),
                record.value.as_ref().map_or("null".into(), |value| text(value)),
            )
        })
        .collect();
    let schema_key =
        |version: u32| format!(r#"{{"keytype":"SCHEMA","subject":"s","version":{version},"magic":1}}"#);
    let expected: Vec<(String, String)> = vec![
        (r#"{"keytype":"NOOP","magic":0}"#.into(), "null".into()),
        (
            schema_key(1),
            r#"{"subject":"s","version":1,"id":1,"md5":"71JOobkecxc9k4reNsHbMg==","schemaType":"AVRO","schema":"\"int\"","deleted":false}"#.into(),
        ),
        (r#"{"keytype":"CONFIG","subject":"s","magic":0}"#.into(), r#"{"subject":"s","compatibilityLevel":"NONE"}"#.into()),
        (r#"{"keytype":"CONFIG","magic":0}"#.into(), r#"{"compatibilityLevel":"FULL"}"#.into()),
        (r#"{"keytype":"MODE","subject":"s","magic":0}"#.into(), r#"{"subject":"s","mode":"READWRITE"}"#.into()),
        (
            schema_key(1),
            r#"{"subject":"s","version":1,"id":1,"md5":"71JOobkecxc9k4reNsHbMg==","schemaType":"AVRO","schema":"\"int\"","deleted":true}"#.into(),
        ),
        (schema_key(2), lines[6].1.clone()),
        (r#"{"keytype":"DELETE_SUBJECT","subject":"s","magic":0}"#.into(), r#"{"subject":"s","version":2}"#.into()),
        (
            r#"{"keytype":"CONTEXT","tenant":"default","context":".","magic":0}"#.into(),
            r#"{"tenant":"default","context":".","maxId":2}"#.into(),
        ),
        (schema_key(1), "null".into()),
        (schema_key(2), "null".into()),
        (r#"{"keytype":"CONFIG","subject":"s","magic":0}"#.into(), "null".into()),
        (r#"{"keytype":"MODE","subject":"s","magic":0}"#.into(), "null".into()),
    ];
    for (found, expected) in lines.iter().zip(&expected) {
        assert_eq!(found, expected);
    }
    assert_eq!(lines.len(), expected.len());
}

#[tokio::test]
async fn a_restart_finds_everything_with_and_without_compaction() {
    for compacted in [false, true] {
        let registry = Fixture::new().await;
        registry.register("s", &record(&["a"])).await;
        registry.register("s", &record(&["a", "b?"])).await;
        registry.register("t", &record(&["a"])).await;
        registry.register("gone", &json!("bytes")).await;
        registry.delete("/subjects/s/versions/1").await;
        registry.delete("/subjects/gone").await;
        registry.put("/config/s", json!({ "compatibility": "NONE" })).await;
        registry.put("/mode/t", json!({ "mode": "READONLY" })).await;
        let paths = [
            "/subjects?deleted=true",
            "/subjects/s/versions?deletedAsNegative=true",
            "/schemas?deleted=true",
            "/schemas/ids/1/versions?deleted=true",
            "/config/s",
            "/mode/t",
            "/contexts",
        ];
        let before = all(&registry, &paths).await;
        if compacted {
            registry.log.compact();
        }
        let registry = registry.restarted().await;
        assert_eq!(all(&registry, &paths).await, before, "compacted: {compacted}");
    }
}

async fn all(registry: &Fixture, paths: &[&str]) -> Vec<(u16, Value)> {
    let mut answers = Vec::new();
    for path in paths {
        answers.push(registry.get(path).await);
    }
    answers
}

#[tokio::test]
async fn ids_are_never_given_twice() {
    let mut registry = Fixture::new().await;
    registry.register("keep", &json!("int")).await;
    registry.register("s", &json!("long")).await;
    registry.register("s", &json!("double")).await;
    registry.delete("/subjects/s").await;
    registry.delete("/subjects/s?permanent=true").await;
    registry.log.compact();
    registry = registry.restarted().await;
    assert_eq!(registry.get("/schemas/ids/3").await.0, 404);
    assert_eq!(registry.register("s", &json!("bytes")).await, (200, 4, 1));
}

#[tokio::test]
async fn a_hard_delete_uses_the_bytes_of_the_key_as_they_are() {
    let registry = Fixture::new().await;
    let key = r#"{"magic":1,"version":1,"subject":"s","keytype":"SCHEMA"}"#;
    let value = r#"{"subject":"s","version":1,"id":1,"schema":"\"int\"","deleted":false}"#;
    registry.log.write(key, Some(value.into()));
    registry.delete("/subjects/s/versions/1").await;
    registry.delete("/subjects/s/versions/1?permanent=true").await;
    registry.log.compact();
    let registry = registry.restarted().await;
    assert_eq!(registry.get("/subjects?deleted=true").await.1, json!([]));
}

#[tokio::test]
async fn garbage_in_the_log_is_skipped() {
    let registry = Fixture::new().await;
    registry.register("s", &json!("int")).await;
    for (key, value) in [
        ("garbage", Some("x")),
        (r#"{"keytype":"ASSOC","magic":0}"#, Some("{}")),
        (r#"{"keytype":"SCHEMA","subject":"s","version":2,"magic":1}"#, Some("garbage")),
        (
            r#"{"keytype":"SCHEMA","subject":"s","version":2,"magic":1}"#,
            Some(r#"{"subject":"t","version":2,"id":1,"schema":"x"}"#),
        ),
        (
            r#"{"keytype":"SCHEMA","subject":"s","version":2,"magic":1}"#,
            Some(r#"{"subject":"s","version":2,"id":1,"schema":"\"float\""}"#),
        ),
        (r#"{"keytype":"CONFIG","subject":"s","magic":0}"#, Some("[]")),
        (
            r#"{"keytype":"DELETE_SUBJECT","subject":"none","magic":0}"#,
            Some(r#"{"subject":"none","version":9}"#),
        ),
        (r#"{"keytype":"NOOP","magic":0}"#, Some("{}")),
    ] {
        registry.log.write(key, value.map(Into::into));
    }
    assert_eq!(registry.register("s", &json!("long")).await, (200, 2, 2));
    let registry = registry.restarted().await;
    assert_eq!(registry.get("/subjects/s/versions").await.1, json!([1, 2]));
}

#[tokio::test]
async fn a_write_that_the_log_refuses_is_no_write() {
    let registry = Fixture::new().await;
    registry.log.refuse_next();
    let (status, answer) = registry.post("/subjects/s/versions", json!({ "schema": "\"int\"" })).await;
    assert_eq!((status, &answer["error_code"]), (500, &json!(50001)));
    assert_eq!(registry.get("/subjects").await.1, json!([]));
    assert_eq!(registry.register("s", &json!("int")).await, (200, 1, 1));
}

#[tokio::test]
async fn a_write_whose_answer_is_lost_is_seen_by_the_next_writer() {
    let registry = Fixture::new().await;
    registry.log.lose_next_answer();
    assert_eq!(registry.register("s", &json!("int")).await.0, 500);
    assert_eq!(registry.register("t", &json!("long")).await, (200, 2, 1));
    assert_eq!(registry.register("s", &json!("int")).await, (200, 1, 1));
}

#[tokio::test]
async fn concurrent_registrations_of_equal_schemas_get_one_id() {
    let registry = Fixture::new().await;
    let int = json!("int");
    let same = (0..16).map(|_| registry.register("s", &int));
    for answer in futures_util::future::join_all(same).await {
        assert_eq!(answer, (200, 1, 1));
    }
    let schemas: Vec<Value> =
        (0..16).map(|i| json!({ "type": "fixed", "name": format!("F{i}"), "size": i })).collect();
    registry.put("/config", json!({ "compatibility": "NONE" })).await;
    let different =
        futures_util::future::join_all(schemas.iter().map(|schema| registry.register("t", schema))).await;
    let mut ids: Vec<i64> = different
        .iter()
        .map(|(status, id, _)| {
            assert_eq!(*status, 200);
            *id
        })
        .collect();
    let mut versions: Vec<i64> = different.iter().map(|(_, _, version)| *version).collect();
    ids.sort_unstable();
    versions.sort_unstable();
    assert_eq!(ids, (2..18).collect::<Vec<_>>());
    assert_eq!(versions, (1..17).collect::<Vec<_>>());
}

/// Two registries on one log are a mistake, but what either told its client must stay true.
#[tokio::test]
async fn another_writers_record_stays_in_force_and_ours_gives_way() {
    let registry = Fixture::new().await;
    registry.put("/config", json!({ "compatibility": "NONE" })).await;
    let key = r#"{"keytype":"SCHEMA","subject":"s","version":1,"magic":1}"#;
    let theirs = r#"{"subject":"s","version":1,"id":1,"schema":"\"string\"","deleted":false}"#;
    registry.log.write_before_next(key, Some(theirs.into()));
    assert_eq!(registry.register("s", &json!("int")).await, (200, 2, 2));
    assert_eq!(registry.get("/subjects/s/versions/1/schema").await.1, json!("string"));
    registry.log.compact();
    let registry = registry.restarted().await;
    assert_eq!(registry.get("/subjects/s/versions/1/schema").await.1, json!("string"));
    assert_eq!(registry.get("/subjects/s/versions/2/schema").await.1, json!("int"));
}

#[tokio::test]
async fn an_id_that_another_writer_took_is_not_used_again() {
    let registry = Fixture::new().await;
    let key = r#"{"keytype":"SCHEMA","subject":"other","version":1,"magic":1}"#;
    let theirs = r#"{"subject":"other","version":1,"id":1,"schema":"\"string\"","deleted":false}"#;
    registry.log.write_before_next(key, Some(theirs.into()));
    assert_eq!(registry.register("s", &json!("int")).await, (200, 2, 1));
    registry.log.compact();
    let registry = registry.restarted().await;
    assert_eq!(registry.get("/schemas/ids/1/schema").await.1, json!("string"));
    assert_eq!(registry.get("/schemas/ids/2/schema").await.1, json!("int"));
}

#[tokio::test]
async fn settings_of_other_registries_are_kept() {
    let registry = Fixture::new().await;
    let key = r#"{"keytype":"CONFIG","subject":null,"magic":0}"#;
    registry.log.write(key, Some(r#"{"compatibilityLevel":"NONE","alias":"x"}"#.into()));
    registry.put("/config", json!({ "compatibility": "FULL" })).await;
    let (last_key, value) = registry.log.compacted().pop().unwrap();
    assert_eq!(text(&last_key), key);
    assert_eq!(text(&value.unwrap()), r#"{"compatibilityLevel":"FULL","alias":"x"}"#);
}

/// Another registry wrote after this one and died before it could take back what came too late.
#[tokio::test]
async fn what_came_first_stays_in_force_whoever_wrote_last() {
    let registry = Fixture::new().await;
    registry.register("s", &json!("string")).await;
    registry.register("s", &json!({ "type": "string", "p": 1 })).await;
    let key = |subject: &str, version: u32| {
        format!(r#"{{"keytype":"SCHEMA","subject":"{subject}","version":{version},"magic":1}}"#)
    };
    for (subject, version, id) in [("s", 1, 1), ("s", 2, 1), ("s", 2, 9), ("t", 1, 2)] {
        let theirs = format!(
            r#"{{"subject":"{subject}","version":{version},"id":{id},"schema":"\"int\"","deleted":false}}"#
        );
        registry.log.write(key(subject, version), Some(theirs.into()));
    }
    let everything = ["/schemas?deleted=true", "/schemas/ids/1", "/schemas/ids/2", "/schemas/ids/9"];
    let before = all(&registry, &everything).await;
    assert_eq!(before[0].1.as_array().unwrap().len(), 2);
    assert_eq!(before[1].1["schema"], "\"string\"");
    registry.put("/config", json!({ "compatibility": "NONE" })).await;
    registry.log.compact();
    let registry = registry.restarted().await;
    let after = all(&registry, &everything).await;
    let without_time = |answers: &[(u16, Value)]| {
        let mut text = json!(answers);
        for pointer in ["/0/1/0/ts", "/0/1/1/ts", "/1/1/ts", "/2/1/ts"] {
            *text.pointer_mut(pointer).unwrap() = Value::Null;
        }
        text
    };
    assert_eq!(
        without_time(&after),
        without_time(&before),
        "what is put right is written anew, at a later time"
    );
}
