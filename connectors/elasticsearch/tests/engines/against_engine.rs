//! Against real engines: every one that is named gets the same records, settings and faults.

use std::path::PathBuf;
use std::time::Duration;

use aqueduct_connector_elasticsearch::{CLASS_NAME, ElasticsearchPlugin};
use aqueduct_plugin_api::{ErrorClass, Plugin, Schema, SchemaRef, SinkRecord, Type, Value, logical};
use aqueduct_tests::search::Search;
use aqueduct_tests::{rest, skip};
use serde_json::{Value as Json, json};
use tokio::sync::Mutex;

use crate::sink::{Pending, Sink, config, document, record, row};

/// One engine at a time: each takes half a gigabyte and a core.
static ONE_AT_A_TIME: Mutex<()> = Mutex::const_new(());

#[tokio::test(flavor = "multi_thread")]
async fn opensearch_1() {
    on("opensearch1").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn opensearch_2() {
    on("opensearch2").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn opensearch_3() {
    on("opensearch3").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn elasticsearch_7() {
    on("elasticsearch7").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn elasticsearch_8() {
    on("elasticsearch8").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn elasticsearch_9() {
    on("elasticsearch9").await;
}

/// A write queue that is full at once, and bodies of at most 1 MB.
const TIGHT: &[&str] =
    &["thread_pool.write.size=1", "thread_pool.write.queue_size=1", "http.max_content_length=1mb"];

/// The whole scenario on one engine.
async fn on(engine: &'static str) {
    let Some(home) = installed(engine) else { return };
    let _one = ONE_AT_A_TIME.lock().await;
    let (_folder, search) = start(home, TIGHT).await;
    assert_it_is(&search, engine).await;
    inserts_and_versions(&search).await;
    mapping_follows_the_schema(&search).await;
    a_mapping_in_the_way_costs_only_the_records_it_refuses(&search).await;
    deletes(&search).await;
    upserts(&search).await;
    malformed_documents(&search).await;
    a_failing_pipeline_is_the_records_fault(&search).await;
    coordinates_and_engine_ids(&search).await;
    blocked_indices_are_waited_for(&search).await;
    validation_tells_what_is_wrong(&search).await;
    let search = a_full_queue_a_small_limit_and_a_restart_lose_nothing(search).await;
    blocking(move || drop(search)).await;
}

/// The folder of an engine, below `AQUEDUCT_SEARCH_ENGINES_HOME`. `AQUEDUCT_SEARCH_ENGINES` may name fewer.
fn installed(engine: &str) -> Option<PathBuf> {
    let chosen = std::env::var("AQUEDUCT_SEARCH_ENGINES").unwrap_or_default();
    let chosen: Vec<&str> = chosen.split([' ', ',']).filter(|name| !name.is_empty()).collect();
    if !chosen.is_empty() && !chosen.contains(&engine) {
        skip::note(engine, "not among AQUEDUCT_SEARCH_ENGINES");
        return None;
    }
    let folder = skip::peer(engine, "AQUEDUCT_SEARCH_ENGINES_HOME", "search engines")?.join(engine);
    if !folder.join("jdk").exists() {
        skip::note(engine, "not installed");
        return None;
    }
    Some(folder)
}

/// The engine is the one that the test is named for.
async fn assert_it_is(search: &Search, engine: &str) {
    let version = get(search.url()).await.body["version"].clone();
    let name = version["distribution"].as_str().unwrap_or("elasticsearch");
    let major = version["number"].as_str().and_then(|number| number.split('.').next()).unwrap_or_default();
    assert_eq!(format!("{name}{major}"), engine);
}

/// Blocking calls of the harness, off the runtime.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.expect("the harness does not panic")
}

async fn start(installed: PathBuf, settings: &'static [&'static str]) -> (tempfile::TempDir, Search) {
    blocking(move || {
        let folder = tempfile::tempdir().expect("a folder");
        let search = Search::start(&installed, folder.path(), settings);
        // In this order the engine is stopped before its folder goes, also when a test fails.
        (folder, search)
    })
    .await
}

async fn get(url: String) -> rest::Answer {
    blocking(move || rest::get(&url)).await.expect("an answer")
}

/// Null is no body.
async fn must(method: &'static str, url: String, body: Json) -> Json {
    blocking(move || rest::must(method, &url, Some(&body).filter(|body| !body.is_null()))).await
}

async fn source(search: &Search, index: &str, id: &str) -> Json {
    get(format!("{}/{index}/_doc/{id}", search.url())).await.body["_source"].clone()
}

async fn properties(search: &Search, index: &str) -> Json {
    get(format!("{}/{index}/_mapping", search.url())).await.body[index]["mappings"]["properties"].clone()
}

async fn count(search: &Search, index: &str) -> u64 {
    let url = search.url();
    let index = index.to_owned();
    let counted = blocking(move || {
        let _ = rest::send("POST", &format!("{url}/{index}/_refresh"), None);
        rest::get(&format!("{url}/{index}/_count")).expect("an answer").body["count"].as_u64()
    });
    counted.await.expect("a count")
}

fn order_schema() -> SchemaRef {
    Schema::structure("order")
        .field("id", Schema::of(Type::Int64))
        .field("name", Schema::of(Type::String).optional())
        .field("price", logical::decimal(2))
        .field("day", logical::date())
        .field("at", logical::timestamp())
        .into()
}

fn order(offset: i64, id: i64, name: &str) -> SinkRecord {
    let price = Value::Decimal("12.30".parse().expect("a decimal"));
    let values = vec![
        Value::Int64(id),
        Value::string(name.to_owned()),
        price,
        Value::Date(20_000),
        Value::Timestamp(1_700_000_000_123),
    ];
    row("mysql.Orders", offset, id, &order_schema(), values)
}

async fn inserts_and_versions(search: &Search) {
    let mut sink = Sink::start(&search.url(), &[]).await;
    sink.write(vec![order(0, 1, "a"), order(1, 2, "b"), order(2, 1, "c")]).await;
    assert_eq!(source(search, "mysql.orders", "1").await["name"], "c");
    // Delivered again: nothing goes back in time.
    sink.write(vec![order(0, 1, "a")]).await;
    assert_eq!(source(search, "mysql.orders", "1").await["name"], "c");
    assert_eq!(count(search, "mysql.orders").await, 2);
    sink.stop().await;
}

async fn mapping_follows_the_schema(search: &Search) {
    let found = properties(search, "mysql.orders").await;
    for (field, kind) in
        [("id", "long"), ("name", "text"), ("price", "double"), ("day", "date"), ("at", "date")]
    {
        assert_eq!(found[field]["type"], kind, "{field}");
    }
    let wider: SchemaRef = Schema::structure("order")
        .field("id", Schema::of(Type::Int64))
        .field("paid_at", logical::timestamp())
        .field("total", logical::decimal(3))
        .into();
    let mut sink =
        Sink::start(&search.url(), &[("decimal.format", "number"), ("date.time.format", "iso")]).await;
    let total = Value::Decimal("99999999999.125".parse().expect("a decimal"));
    sink.write(vec![row("mysql.Orders", 3, 9, &wider, vec![Value::Int64(9), Value::Timestamp(0), total])])
        .await;
    let found = properties(search, "mysql.orders").await;
    assert_eq!(found["paid_at"]["type"], "date");
    // The Elasticsearch 8 and 9 of the peer script have no scaled_float: the mapping is refused there, and the engine
    // guesses.
    let version = get(search.url()).await.body["version"].clone();
    let number = version["number"].as_str().unwrap_or_default();
    let bare = version["distribution"].is_null() && (number.starts_with('8') || number.starts_with('9'));
    assert_eq!(found["total"]["type"], if bare { "float" } else { "scaled_float" });
    let stored = source(search, "mysql.orders", "9").await;
    assert_eq!(
        (&stored["paid_at"], stored["total"].to_string()),
        (&"1970-01-01T00:00:00.000Z".into(), "99999999999.125".to_owned())
    );
    sink.stop().await;
}

async fn deletes(search: &Search) {
    let mut sink = Sink::start(&search.url(), &[("behavior.on.null.values", "delete")]).await;
    let put = |offset, key: &str| {
        record("del", offset, Value::string(key.to_owned()), document("a", Value::Int8(1)))
    };
    let delete = |offset, key: &str| record("del", offset, Value::string(key.to_owned()), Value::Null);
    sink.write(vec![put(0, "x"), put(1, "y"), delete(2, "x"), delete(3, "never there")]).await;
    assert_eq!(count(search, "del").await, 1);
    // A stale delete and a stale insert leave things as they are, and are done.
    sink.write(vec![delete(0, "y"), put(1, "x")]).await;
    assert_eq!(count(search, "del").await, 1);
    sink.stop().await;
}

async fn upserts(search: &Search) {
    let mut sink = Sink::start(&search.url(), &[("write.method", "UPSERT")]).await;
    let put =
        |offset, field: &str| record("ups", offset, Value::Int32(1), document(field, Value::Int64(offset)));
    sink.write(vec![put(0, "a"), put(1, "b"), put(2, "a")]).await;
    assert_eq!(source(search, "ups", "1").await, json!({"a": 2, "b": 1}));
    sink.stop().await;
}

async fn malformed_documents(search: &Search) {
    let schema: SchemaRef = Schema::structure("m").field("n", Schema::of(Type::Int32)).into();
    let bad =
        |offset| record("mal", offset, Value::Int64(offset), document("n", Value::string("not a number")));
    let batch = || {
        vec![
            row("mal", 0, 0, &schema, vec![Value::Int32(0)]),
            bad(1),
            row("mal", 2, 2, &schema, vec![Value::Int32(2)]),
        ]
    };
    for (policy, class) in [
        ("report", Some(ErrorClass::Data)),
        ("fail", Some(ErrorClass::Fatal)),
        ("warn", None),
        ("ignore", None),
    ] {
        let mut sink = Sink::start(&search.url(), &[("behavior.on.malformed.documents", policy)]).await;
        let failures = sink.put(batch()).await.failures().await;
        assert_eq!(
            failures.first().map(|(at, error)| (*at, error.class)),
            class.map(|class| (1, class)),
            "{policy}"
        );
        sink.stop().await;
    }
    assert_eq!(count(search, "mal").await, 2);
}

async fn coordinates_and_engine_ids(search: &Search) {
    let put = |offset| record("ids", offset, Value::Null, document("a", Value::Int8(1)));
    let mut sink = Sink::start(&search.url(), &[("key.ignore", "true")]).await;
    sink.write(vec![put(0), put(1)]).await;
    sink.write(vec![put(0), put(1)]).await;
    sink.stop().await;
    let mut sink = Sink::start(&search.url(), &[("use.autogenerated.ids", "true")]).await;
    sink.write(vec![put(0), put(1), put(2)]).await;
    sink.stop().await;
    assert_eq!(count(search, "ids").await, 5);
}

/// A document that no field is wrong with, but one of them fails the pipeline of its index.
async fn a_failing_pipeline_is_the_records_fault(search: &Search) {
    let url = search.url();
    let fail = json!({"processors": [{"fail": {"message": "told to"}}]});
    must("PUT", format!("{url}/_ingest/pipeline/broken"), fail).await;
    must("PUT", format!("{url}/piped"), json!({"settings": {"index.default_pipeline": "broken"}})).await;
    let settings = [
        ("max.retries", "1"),
        ("retry.backoff.ms", "1"),
        ("behavior.on.malformed.documents", "report"),
        ("topics", "piped"),
    ];
    let mut sink = Sink::start(&url, &settings).await;
    let put = record("piped", 0, Value::Int8(1), document("a", Value::Int8(1)));
    let failures = sink.put(vec![put]).await.failures().await;
    assert_eq!(failures.len(), 1);
    assert_eq!(failures[0].1.class, ErrorClass::Data, "{}", failures[0].1);
    sink.stop().await;
}

/// A field has another type in the index than the schema asks for: it stays, and the engine judges each document.
async fn a_mapping_in_the_way_costs_only_the_records_it_refuses(search: &Search) {
    let url = search.url();
    let mapping = json!({"mappings": {"dynamic": "strict", "properties": {"n": {"type": "date"}}}});
    must("PUT", format!("{url}/conflict"), mapping).await;
    let schema: SchemaRef = Schema::structure("c").field("n", Schema::of(Type::String)).into();
    let put =
        |offset, text: &'static str| row("conflict", offset, offset, &schema, vec![Value::string(text)]);
    let mut sink = Sink::start(&url, &[("behavior.on.malformed.documents", "report")]).await;
    let records = vec![put(0, "2026-01-01"), put(1, "no date"), put(2, "2026-01-02")];
    let failures = sink.put(records).await.failures().await;
    let failures: Vec<_> = failures.iter().map(|(at, error)| (*at, error.class)).collect();
    assert_eq!(failures, [(1, ErrorClass::Data)]);
    let unmapped = record("conflict", 3, Value::Int64(3), document("other", Value::Int8(1)));
    let failures = sink.put(vec![unmapped]).await.failures().await;
    assert_eq!(failures[0].1.class, ErrorClass::Data, "strict mappings are kept");
    assert_eq!(count(search, "conflict").await, 2);
    sink.stop().await;
}

/// Write blocks, the block of a full disk, a closed index: told while they last, nothing lost, and written after.
async fn blocked_indices_are_waited_for(search: &Search) {
    let url = search.url();
    let settings = [("behavior.on.malformed.documents", "fail"), ("retry.backoff.max.ms", "100")];
    let mut sink = Sink::start(&url, &settings).await;
    let put = |offset| record("blocked", offset, Value::Int64(offset), document("a", Value::Int8(1)));
    sink.write(vec![put(0)]).await;
    let block = |name: &'static str, on: bool| {
        let value = if on { Json::Bool(true) } else { Json::Null };
        must("PUT", format!("{url}/blocked/_settings"), json!({ name: value }))
    };
    for (offset, name) in
        [(1, "index.blocks.write"), (2, "index.blocks.read_only"), (3, "index.blocks.read_only_allow_delete")]
    {
        block(name, true).await;
        let pending = sink.put(vec![put(offset)]).await;
        assert_told(&mut sink, &pending, "[blocked]").await;
        block(name, false).await;
        pending.all_done().await;
    }
    must("POST", format!("{url}/blocked/_close"), Json::Null).await;
    let pending = sink.put(vec![put(4)]).await;
    assert_told(&mut sink, &pending, "blocked").await;
    must("POST", format!("{url}/blocked/_open"), Json::Null).await;
    pending.all_done().await;
    assert_eq!(count(search, "blocked").await, 5);
    assert_eq!(sink.task.flush().await, Ok(()), "what is over is not told any more");
    sink.stop().await;
}

/// The task says that it cannot write and why, and goes on trying.
async fn assert_told(sink: &mut Sink, pending: &Pending, reason: &str) {
    let told = async {
        loop {
            match sink.task.flush().await {
                Ok(()) => tokio::time::sleep(Duration::from_millis(20)).await,
                Err(error) => return error,
            }
        }
    };
    let error = tokio::time::timeout(Duration::from_secs(60), told).await.expect("a trouble is told");
    assert_eq!(error.class, ErrorClass::Retriable);
    assert!(error.message.contains(reason), "{error}");
    assert!(!pending.is_told());
}

async fn validation_tells_what_is_wrong(search: &Search) {
    let connector = ElasticsearchPlugin.connector(CLASS_NAME).expect("a connector");
    assert!(connector.validate(&config(&search.url(), &[])).await.unwrap().is_empty());
    let nobody = format!("http://127.0.0.1:{}", aqueduct_tests::ports::free());
    let reports = connector.validate(&config(&nobody, &[])).await.unwrap();
    assert_eq!(reports[0].name, "connection.url");
    assert!(reports[0].errors[0].contains("Could not connect"), "{:?}", reports[0]);
}

/// Text of about 700 bytes that begins with the offset; ids repeat every 9,000 offsets.
fn load(offset: i64) -> SinkRecord {
    let text = format!("{offset} {}", "x".repeat(700));
    record("load", offset, Value::Int64(offset % 9_000), document("text", Value::string(text)))
}

async fn a_full_queue_a_small_limit_and_a_restart_lose_nothing(search: Search) -> Search {
    let url = search.url();
    let shards = json!({"settings": {"number_of_shards": 4, "number_of_replicas": 0}});
    must("PUT", format!("{url}/load"), shards).await;
    // Eight requests at once on one writing thread with a queue of one, each larger than the engine takes.
    let settings = [
        ("max.in.flight.requests", "8"),
        ("batch.size", "2000"),
        ("retry.backoff.ms", "10"),
        ("behavior.on.malformed.documents", "report"),
    ];
    let mut sink = Sink::start(&url, &settings).await;
    let mut pending = Vec::new();
    for batch in 0..20 {
        pending.push(sink.put((batch * 500..(batch + 1) * 500).map(load).collect()).await);
    }
    let restarting = tokio::task::spawn_blocking(move || {
        search.signal(libc::SIGKILL);
        search.stop();
        search.launch(TIGHT);
        search
    });
    for batch in 20..40 {
        pending.push(sink.put((batch * 500..(batch + 1) * 500).map(load).collect()).await);
    }
    let search = restarting.await.expect("the engine starts again");
    for batch in pending {
        batch.all_done().await;
    }
    assert_eq!(count(&search, "load").await, 9_000);
    for (id, newest) in [("0", 18_000), ("1", 18_001), ("5000", 14_000), ("8999", 17_999)] {
        let text = source(&search, "load", id).await["text"].to_string();
        assert!(text.starts_with(&format!("\"{newest} ")), "{id}: {}", &text[..20]);
    }
    one_document_too_large(sink).await;
    search
}

/// One document that is too large for the engine all alone: it is reported, the others are written.
async fn one_document_too_large(mut sink: Sink) {
    let text = Value::string("y".repeat(1_200_000));
    let huge = record("load", 30_001, Value::string("huge"), document("text", text));
    let failures = sink.put(vec![load(30_000), huge, load(30_002)]).await.failures().await;
    let failures: Vec<_> = failures.iter().map(|(at, error)| (*at, error.class)).collect();
    assert_eq!(failures, [(1, ErrorClass::Data)]);
    sink.stop().await;
}
