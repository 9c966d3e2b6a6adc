//! Requests and the answers that Confluent's registry 8.3 gives to them.

use super::{Fixture, error, record};
use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

#[tokio::test]
async fn registering_is_idempotent_and_ids_are_shared() {
    let registry = Fixture::new().await;
    assert_eq!(registry.register("a", &json!("int")).await, (200, 1, 1));
    assert_eq!(registry.register("a", &json!({ "type": "int" })).await, (200, 1, 1));
    assert_eq!(registry.register("b", &json!("int")).await, (200, 1, 1));
    assert_eq!(registry.register("b", &json!("long")).await, (200, 2, 2));
    assert_eq!(registry.get("/subjects").await, (200, json!(["a", "b"])));
    assert_eq!(registry.get("/subjects/b/versions").await, (200, json!([1, 2])));
    assert_eq!(registry.get("/schemas/ids/1/subjects").await, (200, json!(["a", "b"])));
    let versions = json!([{ "subject": "a", "version": 1 }, { "subject": "b", "version": 1 }]);
    assert_eq!(registry.get("/schemas/ids/1/versions").await, (200, versions));
}

#[tokio::test]
async fn answers_have_confluents_members() {
    let registry = Fixture::new().await;
    let (_, registered) =
        registry.post("/subjects/s/versions", json!({ "schema": "{\"type\":\"int\"}" })).await;
    let guid = "ef524ea1-b91e-7317-3d93-8ade36c1db32";
    let ts = registered["ts"].clone();
    assert!(ts.is_i64());
    assert_eq!(
        registered.to_string(),
        format!(r#"{{"id":1,"version":1,"guid":"{guid}","schemaType":"AVRO","schema":"\"int\"","ts":{ts}}}"#)
    );
    let version = format!(
        r#"{{"subject":"s","version":1,"id":1,"guid":"{guid}","schemaType":"AVRO","schema":"\"int\"","ts":{ts},"deleted":false}}"#
    );
    for path in ["/subjects/s/versions/1", "/subjects/s/versions/latest", "/subjects/s/versions/-1"] {
        assert_eq!(registry.get(path).await.1.to_string(), version, "{path}");
    }
    let looked_up = registry.post("/subjects/s", json!({ "schema": "\"int\"" })).await;
    assert_eq!(looked_up.1.to_string(), version);
    let by_id = registry.get("/schemas/ids/1").await.1;
    assert_eq!(
        by_id.to_string(),
        format!(
            r#"{{"schemaType":"AVRO","schema":"\"int\"","ts":{ts},"guid":"{guid}","subject":"s","version":1,"deleted":false}}"#
        )
    );
    assert_eq!(registry.get(&format!("/schemas/guids/{guid}")).await.1, by_id);
    assert_eq!(
        registry.get(&format!("/schemas/guids/{guid}/ids")).await.1,
        json!([{ "context": ".", "id": 1 }])
    );
    assert_eq!(registry.get("/schemas/ids/1/schema").await, (200, json!("int")));
    assert_eq!(registry.get("/subjects/s/versions/1/schema").await, (200, json!("int")));
    assert_eq!(registry.get("/schemas").await.1, json!([serde_json::from_str::<Value>(&version).unwrap()]));
    assert_eq!(registry.get("/schemas/ids/1?fetchMaxId=true").await.1["maxId"], 1);
}

/// Every row is a request to a registry in which the subject `s` has the versions `int` and `long`, `dead` is soft
/// deleted, and nothing else is.
#[tokio::test]
async fn errors_have_confluents_codes_and_texts() {
    let registry = Fixture::new().await;
    registry.register("s", &json!("int")).await;
    registry.register("s", &json!("long")).await;
    registry.register("dead", &json!("string")).await;
    registry.delete("/subjects/dead").await;
    let version_text = |version: &str| {
        format!(
            "The specified version '{version}' is not a valid version id. Allowed values are between [1, 2^31-1] and the string \"latest\""
        )
    };
    let levels = "Invalid compatibility level. Valid values are none, backward, forward, full, backward_transitive, forward_transitive, and full_transitive";
    let modes = "Invalid mode. Valid values are READWRITE, READONLY, IMPORT and FORWARD.";
    let none = Value::Null;
    let (int, bytes) = (json!({ "schema": "\"int\"" }), json!({ "schema": "\"bytes\"" }));
    let table: Vec<(&str, &str, &Value, u16, u32, String)> = vec![
        ("GET", "/nowhere", &none, 404, 404, "HTTP 404 Not Found".into()),
        ("PATCH", "/subjects", &none, 405, 405, "HTTP 405 Method Not Allowed".into()),
        ("GET", "/subjects/none/versions", &none, 404, 40401, "Subject 'none' not found.".into()),
        ("GET", "/subjects/dead/versions", &none, 404, 40401, "Subject 'dead' not found.".into()),
        ("GET", "/subjects/none/versions/1", &none, 404, 40401, "Subject 'none' not found.".into()),
        ("GET", "/subjects/none/versions/latest", &none, 404, 40401, "Subject 'none' not found.".into()),
        ("GET", "/subjects/s/versions/3", &none, 404, 40402, "Version 3 not found.".into()),
        ("GET", "/subjects/s/versions/0", &none, 422, 42202, version_text("0")),
        ("GET", "/subjects/s/versions/x", &none, 422, 42202, version_text("x")),
        ("GET", "/subjects/s/versions/2147483648", &none, 422, 42202, version_text("2147483648")),
        ("GET", "/schemas/ids/7", &none, 404, 40403, "Schema 7 not found".into()),
        ("GET", "/schemas/ids/7/schema", &none, 404, 40403, "Schema 7 not found".into()),
        ("GET", "/schemas/ids/7/subjects", &none, 404, 40403, "Schema not found".into()),
        ("GET", "/schemas/ids/7/versions", &none, 404, 40403, "Schema not found".into()),
        ("GET", "/schemas/ids/x", &none, 404, 404, "HTTP 404 Not Found".into()),
        ("GET", "/subjects?offset=x", &none, 404, 404, "HTTP 404 Not Found".into()),
        ("GET", "/schemas/guids/zz", &none, 404, 40403, "Schema not found".into()),
        ("POST", "/subjects/none", &int, 404, 40401, "Subject 'none' not found.".into()),
        ("POST", "/subjects/s", &bytes, 404, 40403, "Schema not found".into()),
        ("DELETE", "/subjects/none", &none, 404, 40401, "Subject 'none' not found.".into()),
        (
            "DELETE",
            "/subjects/dead",
            &none,
            404,
            40404,
            "Subject 'dead' was soft deleted.Set permanent=true to delete permanently".into(),
        ),
        (
            "DELETE",
            "/subjects/s?permanent=true",
            &none,
            404,
            40405,
            "Subject 's' was not deleted first before being permanently deleted".into(),
        ),
        (
            "DELETE",
            "/subjects/dead/versions/1",
            &none,
            404,
            40406,
            "Subject 'dead' Version 1 was soft deleted.Set permanent=true to delete permanently".into(),
        ),
        (
            "DELETE",
            "/subjects/s/versions/1?permanent=true",
            &none,
            404,
            40407,
            "Subject 's' Version 1 was not deleted first before being permanently deleted".into(),
        ),
        ("DELETE", "/subjects/s/versions/9", &none, 404, 40402, "Version 9 not found.".into()),
        ("DELETE", "/subjects/none/versions/1", &none, 404, 40401, "Subject 'none' not found.".into()),
        ("DELETE", "/subjects/s/versions/x", &none, 422, 42202, version_text("x")),
        (
            "GET",
            "/config/s",
            &none,
            404,
            40408,
            "Subject 's' does not have subject-level compatibility configured".into(),
        ),
        (
            "GET",
            "/mode/s",
            &none,
            404,
            40409,
            "Subject 's' does not have subject-level mode configured".into(),
        ),
        ("DELETE", "/config/s", &none, 404, 40401, "Subject 's' not found.".into()),
        ("DELETE", "/mode/s", &none, 404, 40401, "Subject 's' not found.".into()),
        (
            "GET",
            "/subjects/__GLOBAL/versions",
            &none,
            422,
            42208,
            "The specified subject '__GLOBAL' is not a valid.".into(),
        ),
    ];
    for (method, path, body, status, code, message) in table {
        let body = (!body.is_null()).then_some(body);
        assert_eq!(
            registry.call(method, path, body).await,
            (status, error(code, &message)),
            "{method} {path}"
        );
    }
    assert_eq!(
        registry.put("/config", json!({ "compatibility": "sideways" })).await,
        (422, error(42203, levels))
    );
    assert_eq!(registry.put("/mode", json!({ "mode": "sideways" })).await, (422, error(42204, modes)));
}

#[tokio::test]
async fn schemas_that_are_not_understood_are_refused_with_the_whole_story() {
    let registry = Fixture::new().await;
    let (status, answer) = registry.post("/subjects/s/versions", json!({ "schema": "\"nope\"" })).await;
    assert_eq!(status, 422);
    assert_eq!(
        answer,
        error(
            42201,
            "Invalid schema of type AVRO, details: Invalid schema {subject=s,version=null,id=null,guid=897f8ac7-d3db-39de-75ea-0569c871c7bb,schemaType=AVRO,references=[],metadata=null,ruleSet=null,schema=\"nope\",schemaTags=null,ts=null,deleted=null} with refs [] of type AVRO, details: Undefined schema: nope"
        )
    );
    let refused = |answer: (u16, Value), text: &str| assert_eq!(answer, (422, error(42201, text)));
    for kind in ["XML", "JSON", "PROTOBUF", "avro", ""] {
        let body = json!({ "schemaType": kind, "schema": "\"int\"" });
        refused(registry.post("/subjects/s/versions", body).await, &format!("Invalid schema type {kind}"));
    }
    refused(registry.post("/subjects/s/versions", json!({})).await, "Empty schema");
    let body = json!({ "schemaType": null, "schema": "\"int\"" });
    assert_eq!(registry.post("/subjects/s/versions", body).await.0, 200);
    assert_eq!(registry.post("/subjects/s/versions", json!({})).await.1["id"], 1);
    assert_eq!(registry.get("/schemas/types").await.1, json!(["AVRO"]));
}

#[tokio::test]
async fn incompatible_schemas_are_told_in_confluents_words() {
    let registry = Fixture::new().await;
    registry.register("s", &record(&["a"])).await;
    let body = json!({ "schema": record(&["a", "b"]).to_string() });
    let difference = "{errorType:'READER_FIELD_MISSING_DEFAULT_VALUE', description:'The field 'b' at path '/fields/1' in the new schema has no default value and is missing in the old schema', additionalInfo:'b'}";
    let old =
        "{oldSchema: '{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"a\",\"type\":\"int\"}]}'}";
    let level = "{validateFields: 'false', compatibility: 'BACKWARD'}";
    let text = format!(
        "Schema being registered is incompatible with an earlier schema for subject \"s\", details: [{difference}, {{oldSchemaVersion: 1}}, {old}, {level}]"
    );
    assert_eq!(registry.post("/subjects/s/versions", body.clone()).await, (409, error(40901, &text)));
    let check = "/compatibility/subjects/s/versions";
    assert_eq!(registry.post(check, body.clone()).await, (200, json!({ "is_compatible": false })));
    let messages = json!([difference, "{oldSchemaVersion: 1}", old, level]);
    for path in ["?verbose=true", "/latest?verbose=true", "/1?verbose=true"] {
        let answer = registry.post(&format!("{check}{path}"), body.clone()).await;
        assert_eq!(answer, (200, json!({ "is_compatible": false, "messages": messages })), "{path}");
    }
    let fine = json!({ "schema": record(&["a", "b?"]).to_string() });
    assert_eq!(registry.post(check, fine.clone()).await, (200, json!({ "is_compatible": true })));
    let answer = registry.post(&format!("{check}?verbose=true"), fine).await;
    assert_eq!(answer, (200, json!({ "is_compatible": true, "messages": [] })));

    let older = Fixture::with(&[("incompatible.error.code", "409")]).await;
    older.register("s", &record(&["a"])).await;
    assert_eq!(older.post("/subjects/s/versions", body).await.1["error_code"], 409);
}

#[tokio::test]
async fn compatibility_requests_about_what_is_not_there() {
    let registry = Fixture::new().await;
    let body = json!({ "schema": "\"int\"" });
    let path = "/compatibility/subjects/none/versions";
    assert_eq!(registry.post(path, body.clone()).await, (200, json!({ "is_compatible": true })));
    assert_eq!(
        registry.post(&format!("{path}/latest"), body.clone()).await,
        (200, json!({ "is_compatible": true }))
    );
    assert_eq!(registry.post(&format!("{path}/1"), body).await, (404, error(40402, "Version 1 not found.")));
    let bad = json!({ "schema": "\"nope\"" });
    assert_eq!(registry.post(path, bad.clone()).await.1["error_code"], 42201);
    let (status, answer) = registry.post(&format!("{path}?verbose=true"), bad).await;
    assert_eq!((status, &answer["is_compatible"]), (200, &json!(false)));
    assert!(answer["messages"][0].as_str().unwrap().ends_with("Undefined schema: nope"));
}

/// The field `b` is added, then the field `a` loses its default: each level refuses something else.
#[tokio::test]
async fn all_seven_levels_judge_registrations() {
    // Of each level: may a field without default be added, removed; may one that an older version lacks be required.
    let table = [
        ("NONE", true, true, true),
        ("BACKWARD", false, true, true),
        ("BACKWARD_TRANSITIVE", false, true, false),
        ("FORWARD", true, false, true),
        ("FORWARD_TRANSITIVE", true, false, true),
        ("FULL", false, false, true),
        ("FULL_TRANSITIVE", false, false, false),
    ];
    for (level, added, removed, against_older) in table {
        let registry = Fixture::new().await;
        assert_eq!(registry.put("/config", json!({ "compatibility": level })).await.0, 200);
        let expect = |allowed: bool| if allowed { 200 } else { 409 };
        registry.register("add", &record(&["a"])).await;
        assert_eq!(registry.register("add", &record(&["a", "b"])).await.0, expect(added), "{level}: added");
        registry.register("remove", &record(&["a", "b"])).await;
        assert_eq!(registry.register("remove", &record(&["a"])).await.0, expect(removed), "{level}: removed");
        registry.register("older", &record(&["a"])).await;
        assert_eq!(registry.register("older", &record(&["a", "b?"])).await.0, 200, "{level}: optional");
        assert_eq!(
            registry.register("older", &record(&["a", "b"])).await.0,
            expect(against_older),
            "{level}: older"
        );
    }
}

#[tokio::test]
async fn settings_are_inherited_set_and_removed() {
    let registry = Fixture::with(&[("schema.compatibility.level", "full")]).await;
    assert_eq!(registry.get("/config").await, (200, json!({ "compatibilityLevel": "FULL" })));
    assert_eq!(
        registry.put("/config", json!({ "compatibility": "none" })).await,
        (200, json!({ "compatibility": "NONE" }))
    );
    assert_eq!(registry.get("/config").await, (200, json!({ "compatibilityLevel": "NONE" })));
    assert_eq!(
        registry.get("/config/s?defaultToGlobal=true").await,
        (200, json!({ "compatibilityLevel": "NONE" }))
    );
    registry.put("/config/s", json!({ "compatibility": "FORWARD", "unknown": 1 })).await;
    assert_eq!(registry.get("/config/s").await, (200, json!({ "compatibilityLevel": "FORWARD" })));
    registry.put("/config/t", json!({ "normalize": true })).await;
    assert_eq!(registry.get("/config/t").await.1, json!({ "compatibilityLevel": "NONE", "normalize": true }));
    assert_eq!(registry.delete("/config/s").await, (200, json!({ "compatibilityLevel": "FORWARD" })));
    assert_eq!(registry.get("/config/s").await.0, 404);
    assert_eq!(registry.delete("/config").await, (200, json!({ "compatibilityLevel": "NONE" })));
    assert_eq!(registry.get("/config").await, (200, json!({ "compatibilityLevel": "FULL" })));
    let refused = registry.put("/config/s", json!({ "compatibility": "NONE", "alias": "t" })).await;
    assert_eq!(refused, (501, error(501, "alias of a config is not implemented")));
}

#[tokio::test]
async fn a_read_only_subject_refuses_writes() {
    let registry = Fixture::new().await;
    assert_eq!(registry.get("/mode").await, (200, json!({ "mode": "READWRITE" })));
    registry.register("s", &json!("int")).await;
    assert_eq!(
        registry.put("/mode/s", json!({ "mode": "READONLY" })).await,
        (200, json!({ "mode": "READONLY" }))
    );
    let refusal = error(42205, "Subject s in context  is in read-only mode");
    let long = json!({ "schema": "\"long\"" });
    assert_eq!(registry.post("/subjects/s/versions", long.clone()).await, (422, refusal.clone()));
    assert_eq!(registry.delete("/subjects/s").await, (422, refusal.clone()));
    assert_eq!(registry.delete("/subjects/s/versions/1").await, (422, refusal.clone()));
    assert_eq!(registry.put("/config/s", json!({ "compatibility": "NONE" })).await, (422, refusal));
    assert_eq!(registry.register("s", &json!("int")).await, (200, 1, 1), "what is there already is no write");
    assert_eq!(registry.register("t", &json!("long")).await.0, 200);
    assert_eq!(registry.delete("/mode/s").await, (200, json!({ "mode": "READONLY" })));
    assert_eq!(registry.post("/subjects/s/versions", long).await.0, 200);
    assert_eq!(registry.put("/mode", json!({ "mode": "FORWARD" })).await.0, 501);
    let with_id = json!({ "schema": "\"double\"", "id": 9 });
    let told = error(42205, "Subject s in context  is not in import mode");
    assert_eq!(registry.post("/subjects/s/versions", with_id).await, (422, told));
}

#[tokio::test]
async fn deletion_is_soft_first_and_keeps_ids_readable() {
    let registry = Fixture::new().await;
    for schema in ["int", "long", "double"] {
        registry.register("s", &json!(schema)).await;
    }
    assert_eq!(registry.delete("/subjects/s/versions/latest").await, (200, json!(3)));
    assert_eq!(registry.get("/subjects/s/versions").await.1, json!([1, 2]));
    assert_eq!(registry.get("/subjects/s/versions?deleted=true").await.1, json!([1, 2, 3]));
    assert_eq!(registry.get("/subjects/s/versions?deletedOnly=true").await.1, json!([3]));
    assert_eq!(registry.get("/subjects/s/versions?deletedAsNegative=true").await.1, json!([1, 2, -3]));
    assert_eq!(registry.get("/subjects/s/versions/3").await, (404, error(40402, "Version 3 not found.")));
    assert_eq!(registry.get("/subjects/s/versions/3?deleted=true").await.1["deleted"], true);
    assert_eq!(registry.get("/subjects/s/versions/latest?deleted=true").await.1["version"], 2);
    assert_eq!(registry.get("/schemas/ids/3").await.1["deleted"], true);
    assert_eq!(registry.get("/schemas/ids/3/subjects").await.1, json!([]));
    assert_eq!(registry.get("/schemas/ids/3/subjects?deleted=true").await.1, json!(["s"]));
    let double = json!({ "schema": "\"double\"" });
    assert_eq!(registry.post("/subjects/s", double.clone()).await, (404, error(40403, "Schema not found")));
    assert_eq!(registry.post("/subjects/s?deleted=true", double).await.1["version"], 3);
    assert_eq!(registry.register("s", &json!("double")).await, (200, 3, 4), "a new version with the same id");
    assert_eq!(
        registry.get("/subjects/s/versions?deleted=true").await.1,
        json!([1, 2, 4]),
        "the old one is gone"
    );
    assert_eq!(registry.delete("/subjects/s").await, (200, json!([1, 2, 4])));
    assert_eq!(registry.get("/subjects").await.1, json!([]));
    assert_eq!(registry.get("/subjects?deleted=true").await.1, json!(["s"]));
    assert_eq!(registry.get("/subjects?deletedOnly=true").await.1, json!(["s"]));
    assert_eq!(registry.delete("/subjects/s/versions/4?permanent=true").await, (200, json!(4)));
    assert_eq!(registry.get("/schemas/ids/3").await.0, 404);
    assert_eq!(registry.delete("/subjects/s?permanent=true").await, (200, json!([1, 2])));
    assert_eq!(registry.get("/subjects?deleted=true").await.1, json!([]));
    assert_eq!(registry.register("s", &json!("int")).await, (200, 4, 1), "versions start again, ids do not");
}

#[tokio::test]
async fn deleting_a_subject_for_good_deletes_its_settings() {
    let registry = Fixture::new().await;
    registry.register("s", &json!("int")).await;
    registry.put("/config/s", json!({ "compatibility": "NONE" })).await;
    registry.delete("/subjects/s").await;
    assert_eq!(registry.get("/config/s").await.0, 200);
    registry.delete("/subjects/s?permanent=true").await;
    assert_eq!(registry.get("/config/s").await.0, 404);
}

#[tokio::test]
async fn references_are_resolved_and_hold_what_they_refer_to() {
    let registry = Fixture::new().await;
    let other = json!({ "type": "record", "name": "n.Other", "fields": [] });
    registry.register("other", &other).await;
    let user = json!({ "type": "record", "name": "User", "fields": [{ "name": "o", "type": "n.Other" }] });
    let body = json!({ "schema": user.to_string(), "references": [{ "name": "n.Other", "subject": "other", "version": 1 }] });
    let (status, answer) = registry.post("/subjects/user/versions", body.clone()).await;
    assert_eq!(status, 200, "{answer}");
    assert_eq!(answer["schema"].as_str().unwrap(), user.to_string());
    assert_eq!(answer["references"], body["references"]);
    assert_eq!(registry.get("/subjects/other/versions/1/referencedby").await, (200, json!([2])));
    let held = "One or more references exist to the schema {magic=1,keytype=SCHEMA,subject=other,version=1}.";
    assert_eq!(registry.delete("/subjects/other/versions/1").await, (422, error(42206, held)));
    assert_eq!(registry.delete("/subjects/other").await, (422, error(42206, held)));
    registry.delete("/subjects/user").await;
    assert_eq!(registry.delete("/subjects/other").await, (200, json!([1])));
    let missing = json!({ "schema": user.to_string(), "references": [{ "name": "n.Other", "subject": "gone", "version": 1 }] });
    let text = registry.post("/subjects/x/versions", missing).await.1["message"].to_string();
    assert!(text.contains("No schema reference found for subject \\\"gone\\\" and version 1"), "{text}");
}

#[tokio::test]
async fn contexts_have_ids_of_their_own() {
    let registry = Fixture::new().await;
    registry.register("s", &json!("int")).await;
    assert_eq!(registry.register(":.c:s", &json!("long")).await, (200, 1, 1));
    assert_eq!(registry.get("/contexts").await, (200, json!([".", ".c"])));
    assert_eq!(registry.get("/schemas/ids/1?subject=:.c:s").await.1["schema"], "\"long\"");
    assert_eq!(registry.get("/schemas/ids/1").await.1["schema"], "\"int\"");
    assert_eq!(registry.get("/subjects").await.1, json!([":.c:s", "s"]));
    assert_eq!(registry.get("/subjects?subjectPrefix=:.c:").await.1, json!([":.c:s"]));
    assert_eq!(registry.get("/contexts/.c/subjects").await.1, json!([":.c:s"]));
    assert_eq!(registry.get("/contexts/c/subjects/s/versions").await.1, json!([1]));
    assert_eq!(registry.get("/contexts/.c/schemas/ids/1").await.1["schema"], "\"long\"");
    registry.put("/contexts/.c/mode", json!({ "mode": "READONLY" })).await;
    let told = error(42205, "Subject :.c:s in context :.c: is in read-only mode");
    assert_eq!(
        registry.post("/subjects/:.c:s/versions", json!({ "schema": "\"float\"" })).await,
        (422, told)
    );
}

#[tokio::test]
async fn metadata_is_part_of_a_schema() {
    let registry = Fixture::new().await;
    let with = |owner: &str| json!({ "schema": "\"int\"", "metadata": { "properties": { "owner": owner } } });
    assert_eq!(registry.post("/subjects/s/versions", with("a")).await.1["id"], 1);
    assert_eq!(registry.post("/subjects/s/versions", with("b")).await.1["id"], 2);
    assert_eq!(registry.post("/subjects/s/versions", with("a")).await.1["version"], 1);
    assert_eq!(registry.get("/schemas/ids/2").await.1["metadata"], json!({ "properties": { "owner": "b" } }));
    let rules = json!({ "schema": "\"int\"", "ruleSet": { "domainRules": [] } });
    assert_eq!(registry.post("/subjects/s/versions", rules).await.0, 501);
}

#[tokio::test]
async fn equal_schemas_are_found_after_normalising() {
    let registry = Fixture::new().await;
    let first = json!({ "schema": r#"{"type":"int","b":1,"a":2}"# });
    assert_eq!(
        registry.post("/subjects/s/versions?normalize=true", first.clone()).await.1["schema"],
        r#"{"type":"int","a":2,"b":1}"#
    );
    assert_eq!(registry.post("/subjects/s?normalize=true", first.clone()).await.1["version"], 1);
    assert_eq!(registry.post("/subjects/s", first.clone()).await.0, 404);
    registry.put("/config/s", json!({ "normalize": true })).await;
    assert_eq!(registry.post("/subjects/s", first).await.1["version"], 1);
}

#[tokio::test]
async fn subjects_in_paths_are_decoded() {
    let registry = Fixture::new().await;
    assert_eq!(registry.register("a%2Fb%20%C3%A9", &json!("int")).await, (200, 1, 1));
    assert_eq!(registry.get("/subjects").await.1, json!(["a/b é"]));
    assert_eq!(registry.get("/subjects/a%2Fb%20%C3%A9/versions").await.1, json!([1]));
    assert_eq!(registry.register("a%0Ab", &json!("int")).await.0, 422);
}

#[tokio::test]
async fn the_server_tells_what_it_is() {
    let registry = Fixture::new().await;
    assert_eq!(registry.get("/").await, (200, json!({})));
    assert_eq!(registry.post("/", json!({ "a": 1 })).await, (200, json!({})));
    assert_eq!(registry.get("/v1/metadata/version").await.1["version"], "8.3.1");
    assert_eq!(registry.get("/v1/metadata/id").await.1["scope"]["path"], json!([]));
}

#[tokio::test]
async fn media_types_are_negotiated_and_request_ids_returned() {
    let registry = Fixture::new().await;
    let request = |accept: &str| {
        let request =
            Request::builder().uri("/subjects").header("accept", accept).header("x-request-id", "r1");
        request.body(Body::empty()).unwrap()
    };
    let response = registry.send(request("application/json")).await;
    assert_eq!(response.headers()["content-type"], "application/json");
    assert_eq!(response.headers()["x-request-id"], "r1");
    let response = registry.send(request("*/*")).await;
    assert_eq!(response.headers()["content-type"], "application/vnd.schemaregistry.v1+json");
    assert_eq!(registry.send(request("text/html")).await.status(), 406);
    let text =
        Request::post("/subjects/s/versions").header("content-type", "text/plain").body(Body::from("{}"));
    assert_eq!(registry.send(text.unwrap()).await.status(), 415);
    let without = Request::post("/subjects/s/versions").body(Body::from(r#"{"schema":"\"int\""}"#));
    assert_eq!(registry.send(without.unwrap()).await.status(), 200);
}

#[tokio::test]
async fn schemas_are_imported_with_their_ids() {
    let registry = Fixture::new().await;
    registry.register("old", &json!("int")).await;
    let existing = error(42205, "Cannot import since found existing subjects");
    assert_eq!(registry.put("/mode", json!({ "mode": "IMPORT" })).await, (422, existing));
    registry.delete("/subjects/old").await;
    assert_eq!(registry.put("/mode", json!({ "mode": "IMPORT" })).await, (200, json!({ "mode": "IMPORT" })));
    assert_eq!(registry.get("/subjects?deleted=true").await.1, json!([]), "what was soft deleted is gone");
    let path = "/subjects/s/versions";
    let (_, answer) = registry.post(path, json!({ "schema": "\"long\"", "id": 7, "version": 3 })).await;
    assert_eq!((&answer["id"], &answer["version"]), (&json!(7), &json!(3)));
    let (_, again) = registry.post(path, json!({ "schema": "\"long\"", "id": 7, "version": 3 })).await;
    assert_eq!(again, answer);
    let (_, next) = registry.post(path, json!({ "schema": "\"string\"", "id": 9 })).await;
    assert_eq!((&next["id"], &next["version"]), (&json!(9), &json!(4)), "compatibility is not asked for");
    let told = error(42205, "Overwrite new schema with id 7 in context  is not permitted.");
    assert_eq!(registry.post(path, json!({ "schema": "\"bytes\"", "id": 7 })).await, (422, told));
    let told = error(42205, "Subject s in context  is not in read-write mode");
    assert_eq!(registry.post(path, json!({ "schema": "\"bytes\"" })).await, (422, told));
    let lenient = json!({ "schema": r#"{"type":"enum","name":"a-b","symbols":[]}"#, "id": 20 });
    assert_eq!(registry.post("/subjects/t/versions", lenient).await.0, 200);
    registry.put("/mode", json!({ "mode": "READWRITE" })).await;
    assert_eq!(registry.register("u", &json!("float")).await, (200, 21, 1));
}
