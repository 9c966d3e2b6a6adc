//! What Confluent's registry 8.3.1 answers, request by request, and that ours answers the same. `observed.jsonl` has a
//! request a line, in cases that each begin on an empty registry; where ours differs on purpose, its answer and the
//! reason stand beside. `"*"` as a value is anything, as a member any other members, `{"ends": …}` a text's end.

use super::{Fixture, answer};
use axum::body::Body;
use axum::http::Request;
use serde_json::Value;

#[tokio::test]
async fn answers_are_those_of_confluents_registry() {
    let mut registry = Fixture::new().await;
    let (mut case, mut asked) = (String::new(), 0);
    for line in include_str!("observed.jsonl").lines() {
        let row: Value = serde_json::from_str(line).unwrap();
        if let Some(name) = row["case"].as_str() {
            case = name.to_owned();
            registry = Fixture::new().await;
            continue;
        }
        let (status, found) = ask(&registry, &row).await;
        let expected = if row["ours"].is_object() { &row["ours"] } else { &row };
        let place = format!("{case}: {} {}", row["request"], row["body"]);
        assert_eq!(expected["status"], status, "{place}: {found}");
        if let Some(answer) = expected.get("answer") {
            assert!(matches(answer, &found), "{place}\nexpected {answer}\nfound    {found}");
        }
        asked += 1;
    }
    assert!(asked > 130, "only {asked} requests");
}

async fn ask(registry: &Fixture, row: &Value) -> (u16, Value) {
    let (method, path) = row["request"].as_str().unwrap().split_once(' ').unwrap();
    let mut request = Request::builder().method(method).uri(path);
    let body = match (row.get("raw"), row.get("body")) {
        (Some(raw), _) => raw.as_str().unwrap().to_owned(),
        (None, Some(body)) => body.to_string(),
        (None, None) => return answer(registry.send(request.body(Body::empty()).unwrap()).await).await,
    };
    request = request.header("content-type", "application/vnd.schemaregistry.v1+json");
    answer(registry.send(request.body(Body::from(body)).unwrap()).await).await
}

fn matches(expected: &Value, found: &Value) -> bool {
    match (expected, found) {
        (Value::String(any), _) if any == "*" => true,
        (Value::Object(wanted), Value::String(text)) => {
            wanted.get("ends").and_then(Value::as_str).is_some_and(|end| text.ends_with(end))
        }
        (Value::Object(wanted), Value::Object(members)) => {
            let named = wanted.iter().filter(|(name, _)| *name != "*");
            let more = wanted.contains_key("*");
            (more || wanted.len() == members.len())
                && named
                    .into_iter()
                    .all(|(name, value)| members.get(name).is_some_and(|found| matches(value, found)))
        }
        (Value::Array(wanted), Value::Array(elements)) => {
            wanted.len() == elements.len()
                && wanted.iter().zip(elements).all(|(one, other)| matches(one, other))
        }
        _ => expected == found,
    }
}
