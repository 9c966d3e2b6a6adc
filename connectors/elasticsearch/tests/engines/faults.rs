//! Faults a real engine cannot be made to show when a test wants them.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use aqueduct_plugin_api::{ErrorClass, SinkRecord, Value};

use crate::scripted::{Reply, Scripted, answer, ids};
use crate::sink::{Sink, document, record};

const QUICK: &[(&str, &str)] = &[("retry.backoff.ms", "1"), ("retry.backoff.max.ms", "5")];

fn records(count: i64) -> Vec<SinkRecord> {
    (0..count).map(|n| record("i", n, Value::Int64(n), document("n", Value::Int64(n)))).collect()
}

#[tokio::test]
async fn only_refused_items_are_sent_again() {
    let server = Scripted::start(|request, before| {
        answer(request, |id| if before == 0 && ["1", "3"].contains(&id) { 429 } else { 201 })
    })
    .await;
    let mut sink = Sink::start(&server.url, QUICK).await;
    sink.write(records(5)).await;
    let bulks = server.bulks();
    assert_eq!(ids(&bulks[0]).len(), 5);
    let mut again: Vec<String> = bulks[1..].iter().flat_map(ids).collect();
    again.sort();
    assert_eq!(again, ["1", "3"]);
}

#[tokio::test]
async fn items_in_another_order_are_matched_by_id() {
    let server = Scripted::start(|request, _| {
        let Reply::Status(status, body) = answer(request, |id| if id == "0" { 400 } else { 201 }) else {
            return Reply::HangUp;
        };
        let mut json: serde_json::Value = serde_json::from_str(&body).unwrap();
        json["items"].as_array_mut().unwrap().reverse();
        Reply::Status(status, json.to_string())
    })
    .await;
    let mut sink = Sink::start(&server.url, &[("behavior.on.malformed.documents", "report")]).await;
    let failures = sink.put(records(4)).await.failures().await;
    assert_eq!(failures.len(), 1);
    assert_eq!((failures[0].0, failures[0].1.class), (0, ErrorClass::Data));
}

#[tokio::test]
async fn an_operation_the_engine_left_out_is_sent_again_and_then_reported() {
    let server = Scripted::start(|request, _| {
        let kept: Vec<String> = ids(request)
            .iter()
            .filter(|id| *id != "2")
            .map(|id| format!(r#"{{"index":{{"_id":"{id}","status":201}}}}"#))
            .collect();
        Reply::Status(200, format!(r#"{{"items":[{}]}}"#, kept.join(",")))
    })
    .await;
    let settings = [QUICK, &[("max.retries", "2")]].concat();
    let mut sink = Sink::start(&server.url, &settings).await;
    let failures = sink.put(records(4)).await.failures().await;
    assert_eq!((failures.len(), failures[0].0, failures[0].1.class), (1, 2, ErrorClass::Data));
    assert_eq!(server.bulks().len(), 3);
}

#[tokio::test]
async fn lost_answers_busy_engines_and_proxies_are_waited_for() {
    let server = Scripted::start(|request, before| match before {
        0 => Reply::HangUp,
        1 => Reply::Status(
            429,
            r#"{"error":{"type":"es_rejected_execution_exception"},"status":429}"#.to_owned(),
        ),
        2 => Reply::Status(503, String::new()),
        3 => Reply::Status(200, "<html>hello</html>".to_owned()),
        4..=20 => Reply::Status(504, "<html>".to_owned()),
        _ => answer(request, |_| 201),
    })
    .await;
    let mut sink = Sink::start(&server.url, QUICK).await;
    sink.write(records(3)).await;
    assert!(server.bulks().iter().all(|bulk| ids(bulk) == ["0", "1", "2"]));
}

#[tokio::test]
async fn one_bad_line_is_found_and_the_others_are_written() {
    let server = Scripted::start(|request, _| {
        if ids(request).iter().any(|id| id == "5") {
            return Reply::Status(
                400,
                r#"{"error":{"type":"illegal_argument_exception","reason":"line"}}"#.to_owned(),
            );
        }
        answer(request, |_| 201)
    })
    .await;
    let mut sink = Sink::start(&server.url, &[("behavior.on.malformed.documents", "report")]).await;
    let failures = sink.put(records(9)).await.failures().await;
    assert_eq!(failures.iter().map(|(at, _)| *at).collect::<Vec<_>>(), [5]);
    assert!(failures[0].1.message.contains("i-0@5"), "{}", failures[0].1.message);
}

#[tokio::test]
async fn a_refused_login_fails_the_task_and_names_the_index() {
    let server = Scripted::start(|_, _| {
        Reply::Status(403, r#"{"error":{"type":"security_exception","reason":"no permissions"}}"#.to_owned())
    })
    .await;
    let mut sink = Sink::start(&server.url, &[]).await;
    let failures = sink.put(records(2)).await.failures().await;
    assert_eq!(failures.len(), 2);
    assert_eq!(failures[0].1.class, ErrorClass::Fatal);
    assert!(failures[0].1.message.contains("index i:"), "{}", failures[0].1.message);
    assert!(sink.try_put(records(1)).await.is_err(), "a failed task takes no more");
}

#[tokio::test]
async fn operations_on_one_document_never_overlap_and_keep_their_order() {
    let server = Scripted::start(|request, before| {
        let mut ids = ids(request);
        let count = ids.len();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), count, "one document twice in a request");
        answer(request, |_| if before % 2 == 0 { 429 } else { 201 })
    })
    .await;
    let settings =
        [QUICK, &[("batch.size", "3"), ("max.in.flight.requests", "4"), ("external.version.source", "none")]]
            .concat();
    let mut sink = Sink::start(&server.url, &settings).await;
    let batch =
        (0..30).map(|n| record("i", n, Value::Int64(n % 3), document("n", Value::Int64(n)))).collect();
    sink.write(batch).await;
    let mut last = [-1; 3];
    for bulk in server.bulks() {
        let text = String::from_utf8(bulk.body).unwrap();
        for pair in text.lines().collect::<Vec<_>>().chunks(2) {
            let n: i64 = serde_json::from_str::<serde_json::Value>(pair[1]).unwrap()["n"].as_i64().unwrap();
            let seen = &mut last[(n % 3) as usize];
            assert!(*seen <= n, "{n} after {seen}");
            *seen = n;
        }
    }
    assert_eq!(last, [27, 28, 29]);
}

#[tokio::test]
async fn a_dead_node_is_passed_over() {
    let server = Scripted::start(|request, _| answer(request, |_| 201)).await;
    let dead = format!("http://127.0.0.1:{}", aqueduct_tests::ports::free());
    let urls = format!("{dead},{}", server.url);
    let mut sink = Sink::start(&urls, QUICK).await;
    for _ in 0..3 {
        sink.write(records(2)).await;
    }
}

#[tokio::test]
async fn a_partition_taken_away_while_the_engine_is_dead_gets_its_outcomes() {
    let server = Scripted::start(|_, _| Reply::HangUp).await;
    let settings = [QUICK, &[("flush.timeout.ms", "1000")]].concat();
    let mut sink = Sink::start(&server.url, &settings).await;
    let pending = sink.put(records(3)).await;
    sink.close("i").await;
    let failures = pending.failures().await;
    assert_eq!(failures.len(), 3);
    assert!(failures.iter().all(|(_, error)| error.class == ErrorClass::Retriable));
    sink.stop().await;
}

/// A full buffer is no reason to keep the worker waiting: the batch is refused and put again, and what the task is told
/// meanwhile is done. Nothing is lost by any of it.
#[tokio::test]
async fn a_full_buffer_refuses_for_a_while_and_then_everything_is_written() {
    let away = Arc::new(AtomicBool::new(true));
    let written: Arc<Mutex<Vec<String>>> = Arc::default();
    let (gone, seen) = (away.clone(), written.clone());
    let server = Scripted::start(move |request, _| {
        if gone.load(Ordering::Relaxed) {
            return Reply::HangUp;
        }
        seen.lock().unwrap().extend(ids(request));
        answer(request, |_| 201)
    })
    .await;
    let bounds = [("batch.size", "10"), ("max.in.flight.requests", "2"), ("max.buffered.records", "20")];
    let mut sink = Sink::start(&server.url, &[QUICK, &bounds].concat()).await;
    let mut batches: VecDeque<Vec<SinkRecord>> = records(60).chunks(10).map(<[_]>::to_vec).collect();
    let mut pending = Vec::new();
    let refusal = loop {
        match sink.try_put(batches[0].clone()).await {
            Ok(taken) => {
                batches.pop_front();
                pending.push(taken)
            }
            Err(error) => break error,
        }
    };
    assert_eq!(pending.len(), 2, "as much as the buffer takes");
    assert_eq!(refusal.class, ErrorClass::Retriable);
    assert!(refusal.retry_after.is_some(), "the worker is told when");
    assert!(refusal.message.contains("takes no requests"), "{refusal}");
    assert_eq!(sink.task.flush().await.map_err(|error| error.class), Err(ErrorClass::Retriable));
    away.store(false, Ordering::Relaxed);
    while let Some(batch) = batches.pop_front() {
        match sink.try_put(batch.clone()).await {
            Ok(taken) => pending.push(taken),
            Err(_) => batches.push_front(batch),
        }
    }
    for batch in pending {
        batch.all_done().await;
    }
    let mut written: Vec<i64> = written.lock().unwrap().iter().map(|id| id.parse().unwrap()).collect();
    written.sort_unstable();
    assert_eq!(written, (0..60).collect::<Vec<_>>());
    assert_eq!(sink.task.flush().await, Ok(()));
}

/// The same for an engine that takes requests and never answers, already when the index is to be made ready.
#[tokio::test]
async fn an_engine_that_never_answers_keeps_nobody_waiting() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let mut sink = Sink::start(&url, QUICK).await;
    let refusal = sink.try_put(records(3)).await.map(drop).unwrap_err();
    assert_eq!(refusal.class, ErrorClass::Retriable);
    assert!(refusal.retry_after.is_some());
    sink.close("i").await;
    sink.stop().await;
    drop(listener);
}

#[tokio::test]
async fn a_stopped_task_tells_what_it_did_not_write() {
    let server = Scripted::start(|_, _| Reply::Status(503, String::new())).await;
    let mut sink = Sink::start(&server.url, QUICK).await;
    let pending = sink.put(records(3)).await;
    sink.stop().await;
    assert_eq!(pending.failures().await.len(), 3);
}

#[tokio::test]
async fn credentials_and_compression_are_sent() {
    let server = Scripted::start(|_, _| {
        Reply::Status(200, r#"{"items":[{"index":{"_id":"0","status":201}}]}"#.to_owned())
    })
    .await;
    let key = [("connection.api.key", "id:secret"), ("connection.compression", "true")];
    let mut sink = Sink::start(&server.url, &key).await;
    let long = Value::string("x".repeat(5_000));
    sink.write(vec![record("i", 0, Value::Int64(0), document("n", long))]).await;
    let bulk = &server.bulks()[0];
    assert!(
        bulk.headers.iter().any(|header| header == "authorization: ApiKey aWQ6c2VjcmV0"),
        "{:?}",
        bulk.headers
    );
    assert!(bulk.headers.iter().any(|header| header == "content-encoding: gzip"));
    assert!(bulk.body.len() < 500);
}
