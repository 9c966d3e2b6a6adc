//! What bad input gets: an error, in time and within memory.

use super::{Fixture, answer, record};
use aqueduct_schema_registry::log::MemoryLog;
use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};
use std::time::Instant;

async fn post_text(registry: &Fixture, path: &str, body: impl Into<Body>) -> (u16, Value) {
    let request = Request::post(path).header("content-type", "application/json").body(body.into()).unwrap();
    answer(registry.send(request).await).await
}

#[tokio::test]
async fn bodies_that_are_no_requests_are_refused() {
    let registry = Fixture::new().await;
    let path = "/subjects/s/versions";
    for empty in ["", " \n", "null"] {
        assert_eq!(post_text(&registry, path, empty).await.1["error_code"], 422, "{empty:?}");
    }
    for malformed in ["{", "x", "{\"schema\":}", "[]", "{\"schema\":{}}", "{\"schema\":\"\\ud800\"}", "\u{0}"]
    {
        let (status, answer) = post_text(&registry, path, malformed).await;
        assert_eq!((status, &answer["error_code"]), (400, &json!(400)), "{malformed:?}");
    }
    assert_eq!(post_text(&registry, path, &b"\xff\xfe{}"[..]).await.0, 400);
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_refused() {
    let registry = Fixture::with(&[("request.max.bytes", "2048")]).await;
    let large = json!({ "schema": "x".repeat(4096) }).to_string();
    let (status, answer) = post_text(&registry, "/subjects/s/versions", large).await;
    assert_eq!((status, &answer["error_code"]), (413, &json!(413)));
}

#[tokio::test]
async fn deep_nesting_is_an_error_wherever_it_stands() {
    let registry = Fixture::new().await;
    let deep = |open: &str, middle: &str, close: &str| open.repeat(10_000) + middle + &close.repeat(10_000);
    let path = "/subjects/s/versions";
    for schema in [
        deep(r#"{"type":"array","items":"#, "\"int\"", "}"),
        deep("[", "", "]"),
        format!(r#"{{"type":"int","p":{}}}"#, deep("{\"a\":", "1", "}")),
    ] {
        let (status, answer) = registry.post(path, json!({ "schema": schema })).await;
        assert_eq!((status, &answer["error_code"]), (422, &json!(42201)));
    }
    let ignored = format!(r#"{{"schema":"\"int\"","unknown":{}}}"#, deep("[", "", "]"));
    assert_eq!(post_text(&registry, path, ignored).await.0, 200);
    let counted = format!(r#"{{"schema":"\"int\"","ruleSet":{}}}"#, deep("[", "", "]"));
    assert_eq!(post_text(&registry, path, counted).await.0, 400);
}

#[tokio::test]
async fn pages_of_other_sites_cannot_write() {
    let registry = Fixture::new().await;
    let from = |method: &str, origin: &str| {
        let request =
            Request::builder().method(method).uri("/subjects/s/versions").header("host", "localhost:8081");
        request.header("origin", origin).body(Body::from(r#"{"schema":"\"int\""}"#)).unwrap()
    };
    assert_eq!(registry.send(from("POST", "http://evil.example")).await.status(), 403);
    assert_eq!(registry.send(from("POST", "null")).await.status(), 403);
    assert_eq!(registry.send(from("POST", "http://localhost:8081")).await.status(), 200);
    assert_eq!(registry.send(from("GET", "http://evil.example")).await.status(), 200);
}

/// A subject with very many versions costs what a small one does, save for what the level asks for.
#[tokio::test]
async fn a_registration_does_not_go_through_all_versions() {
    let log = MemoryLog::new();
    for i in 0..10_000_u32 {
        let schema = format!(
            r#"{{\"type\":\"record\",\"name\":\"R\",\"fields\":[{{\"name\":\"f{i}\",\"type\":\"int\",\"default\":0}}]}}"#
        );
        let version = i + 1;
        let key = format!(r#"{{"keytype":"SCHEMA","subject":"s","version":{version},"magic":1}}"#);
        let value = format!(
            r#"{{"subject":"s","version":{version},"id":{version},"schema":"{schema}","deleted":false}}"#
        );
        log.write(key, Some(value.into()));
    }
    let start = Instant::now();
    let registry = Fixture::on(log, &[]).await;
    let all = start.elapsed();
    // Loading reads every version once; the quickest of some registrations is one that nothing else held up.
    let mut quickest = all;
    for n in 1..=5 {
        let start = Instant::now();
        let fields: Vec<_> = (0..n).map(|i| format!("a{i}?")).collect();
        let fields: Vec<_> = fields.iter().map(String::as_str).collect();
        assert_eq!(registry.register("s", &record(&fields)).await, (200, 10_000 + n, 10_000 + n));
        quickest = quickest.min(start.elapsed());
    }
    assert!(quickest < all / 10, "a registration took {quickest:?}, reading all versions {all:?}");
    assert_eq!(registry.register("s", &record(&["f7?"])).await, (200, 8, 8));
}
