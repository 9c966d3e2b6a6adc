//! The API over a worker whose topics are in memory and whose cluster is never asked: paths, codes, texts.

use std::sync::Arc;

use aqueduct_client::Client;
use aqueduct_config::Properties;
use aqueduct_plugin_abi::PluginLibrary;
use aqueduct_plugin_api::{
    ConfigDef, Connector, ConnectorClass, ConnectorKind, KeyDef, KeyType, Manifest, Plugin, SinkTask,
    SourceTask,
};
use aqueduct_service::known_hosts::KnownHosts;
use aqueduct_service::{Shutdown, Tasks};
use axum::Router;
use axum::body::Body;
use http::{Request, Response};
use parking_lot::Mutex;
use serde_json::{Value as Json, json};
use tower::ServiceExt;

use super::routes::{RestState, router};
use super::safety::Guests;
use crate::config::worker_config::WorkerConfig;
use crate::herder::forward::Forwarder;
use crate::herder::handle::{Herder, NameLocks};
use crate::herder::task_configs::LatePublisher;
use crate::herder::view::{ClusterView, SharedView};
use crate::id::Instance;
use crate::plugins::catalog::Catalog;
use crate::storage::config_store::{ConfigStore, config_applier};
use crate::storage::log::MemoryLog;
use crate::storage::offset_store::{self, OffsetStore};
use crate::storage::snapshot::Snapshot;
use crate::storage::status_records::{State, Status};
use crate::storage::status_state::StatusState;
use crate::storage::status_store::{self, StatusStore};
use crate::worker::env::WorkerEnv;
use crate::worker::instances::Instances;

const SOURCE: &str = "org.example.LineSourceConnector";
const SINK: &str = "org.example.LineSinkConnector";

/// A plug-in whose connectors nobody starts.
struct Lines;

impl Plugin for Lines {
    fn manifest(&self) -> Manifest {
        let class = |class: &str, kind, keys: Vec<KeyDef>| ConnectorClass {
            class: class.to_owned(),
            aliases: Vec::new(),
            kind,
            config: ConfigDef::new(keys),
        };
        let source = vec![
            KeyDef::required("topic", KeyType::String, ""),
            KeyDef::optional("secret", KeyType::Password, ""),
        ];
        let connectors =
            vec![class(SOURCE, ConnectorKind::Source, source), class(SINK, ConnectorKind::Sink, Vec::new())];
        Manifest { name: "lines".to_owned(), version: "7.0".to_owned(), connectors }
    }

    fn connector(&self, _: &str) -> Option<Box<dyn Connector>> {
        None
    }

    fn source_task(&self, _: &str) -> Option<Box<dyn SourceTask>> {
        None
    }

    fn sink_task(&self, _: &str) -> Option<Box<dyn SinkTask>> {
        None
    }
}

struct Api {
    router: Router,
    herder: Arc<Herder>,
    view: SharedView,
}

fn api() -> Api {
    let text = "group.id=g\nconfig.storage.topic=c\noffset.storage.topic=o\nstatus.storage.topic=s\n\
        key.converter=JsonConverter\nvalue.converter=JsonConverter\nlisteners=http://127.0.0.1:0\nplugin.call.timeout.ms=500\n";
    let config = Arc::new(WorkerConfig::distributed(&Properties::parse(text).unwrap()).unwrap());
    let catalog = Arc::new(Catalog::new(vec![PluginLibrary::linked(Lines).unwrap()], &[]));
    let (apply, shared, _) = config_applier();
    let configs = Arc::new(ConfigStore::new(Box::new(MemoryLog::new(apply)), shared));
    let state = Arc::new(Mutex::default());
    let log = MemoryLog::new(offset_store::applier(Arc::clone(&state)));
    let offsets = Arc::new(OffsetStore::new(Box::new(log), state));
    let state = Snapshot::new(StatusState::default());
    let statuses =
        Arc::new(StatusStore::new(Box::new(MemoryLog::new(status_store::applier(state.clone()))), state));
    let env = Arc::new(WorkerEnv {
        config: config.clone(),
        client: Client::lazy(config.client.clone()),
        catalog: catalog.clone(),
        configs: configs.clone(),
        statuses: statuses.clone(),
        offsets: offsets.clone(),
        task_configs: LatePublisher::default(),
        worker_id: "w:1".to_owned(),
        generation: 1.into(),
    });
    let instances = Arc::new(Instances::new(env, Tasks::new("test", Shutdown::new())));
    let view = SharedView::new();
    view.publish(&ClusterView { is_leader: true, joined: true, generation: 1, ..ClusterView::default() });
    let herder = Arc::new(Herder {
        config,
        catalog,
        configs,
        statuses,
        offsets,
        view: view.clone(),
        instances,
        forwarder: Forwarder::new("http://w:1/").unwrap(),
        client: None,
        locks: NameLocks::default(),
    });
    let state = RestState {
        herder: herder.clone(),
        cluster_id: "cluster".to_owned(),
        guests: Guests { known: KnownHosts { loopback: true, names: Vec::new() }, origin: String::new() },
        allow_methods: String::new(),
        limits: herder.config.rest.requests,
    };
    Api { router: router(Arc::new(state)), herder, view }
}

impl Api {
    async fn send(&self, request: Request<Body>) -> Response<Body> {
        self.router.clone().oneshot(request).await.unwrap()
    }

    /// Status and JSON; null for an empty body.
    async fn call(&self, method: &str, path: &str, body: &str) -> (u16, Json) {
        let mut request = Request::builder().method(method).uri(path).header("host", "localhost:8083");
        if !body.is_empty() {
            request = request.header("content-type", "application/json");
        }
        let response = self.send(request.body(Body::from(body.to_owned())).unwrap()).await;
        let status = response.status().as_u16();
        let bytes = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
        (status, serde_json::from_slice(&bytes).unwrap_or(Json::Null))
    }

    async fn refusal(&self, method: &str, path: &str, body: &str) -> (u16, String) {
        let (status, json) = self.call(method, path, body).await;
        assert_eq!(json["error_code"], status, "{method} {path}: {json}");
        (status, json["message"].as_str().unwrap().to_owned())
    }

    async fn create(&self, name: &str) {
        let body = json!({ "name": name, "config": { "connector.class": "LineSource", "topic": "t" } });
        let (status, answer) = self.call("POST", "/connectors", &body.to_string()).await;
        assert_eq!(status, 201, "{answer}");
    }
}

#[tokio::test]
async fn a_connector_is_created_read_changed_and_deleted() {
    let api = api();
    api.create("one").await;
    let expected = json!({
        "name": "one",
        "config": { "connector.class": "LineSource", "name": "one", "topic": "t" },
        "tasks": [],
        "type": "source",
    });
    assert_eq!(api.call("GET", "/connectors/one", "").await, (200, expected));
    assert_eq!(api.call("GET", "/connectors/", "").await, (200, json!(["one"])));
    let body = r#"{"connector.class":"LineSource","topic":"u","n":1}"#;
    let (status, info) = api.call("PUT", "/connectors/one/config", body).await;
    assert_eq!((status, info["config"]["n"].as_str()), (200, Some("1")));
    let (status, _) = api.call("PUT", "/connectors/two/config", body).await;
    assert_eq!(status, 201);
    let (status, info) = api.call("PATCH", "/connectors/one/config", r#"{"n":null,"m":2}"#).await;
    assert_eq!((status, &info["config"]["m"], &info["config"]["n"]), (200, &json!("2"), &Json::Null));
    assert_eq!(api.call("DELETE", "/connectors/one", "").await.0, 204);
    assert_eq!(api.call("GET", "/connectors", "").await.1, json!(["two"]));
}

#[tokio::test]
async fn location_is_absolute_and_escaped() {
    let api = api();
    let body =
        json!({ "name": "a b>c:d", "config": { "connector.class": SOURCE, "topic": "t" } }).to_string();
    let request =
        Request::post("/connectors").header("host", "localhost:9").header("content-type", "application/json");
    let response = api.send(request.body(Body::from(body)).unwrap()).await;
    assert_eq!(response.headers()["location"], "http://localhost:9/connectors/a%20b%3Ec:d");
}

#[tokio::test]
async fn what_is_not_there_is_told_in_apaches_words() {
    let api = api();
    let table = [
        ("GET", "/connectors/x", 404, "Connector x not found"),
        ("GET", "/connectors/x/config", 404, "Connector x not found"),
        ("GET", "/connectors/x/tasks", 404, "Connector x not found"),
        ("GET", "/connectors/x/offsets", 404, "Connector x not found"),
        ("DELETE", "/connectors/x", 404, "Connector x not found"),
        ("GET", "/connectors/x/status", 404, "No status found for connector x"),
        ("GET", "/connectors/x/tasks/7/status", 404, "No status found for task x-7"),
        ("PUT", "/connectors/x/pause", 404, "Unknown connector x"),
        ("PUT", "/connectors/x/resume", 404, "Unknown connector x"),
        ("PUT", "/connectors/x/stop", 404, "Unknown connector x"),
        ("POST", "/connectors/x/restart", 404, "Unknown connector: x"),
        ("POST", "/connectors/x/tasks/0/restart", 404, "Unknown connector: x"),
        ("GET", "/connectors/x/tasks-config", 404, "HTTP 404 Not Found"),
        ("GET", "/nope", 404, "HTTP 404 Not Found"),
        ("GET", "/Connectors", 404, "HTTP 404 Not Found"),
        ("DELETE", "/connectors", 405, "HTTP 405 Method Not Allowed"),
        ("GET", "/connectors//x", 400, "HTTP 400 Bad Request"),
        ("GET", "/connector-plugins/Cast/config", 404, "Unknown plugin Cast."),
    ];
    for (method, path, status, message) in table {
        assert_eq!(api.refusal(method, path, "").await, (status, message.to_owned()), "{method} {path}");
    }
    let (status, json) = api.call("GET", "/connectors/x/topics", "").await;
    assert_eq!((status, json), (200, json!({ "x": { "topics": [] } })));
    assert_eq!(api.call("PUT", "/connectors/x/topics/reset", "").await.0, 202);
}

#[tokio::test]
async fn wrong_bodies_are_400_and_wrong_kinds_415() {
    let api = api();
    for body in ["{", "[]", "null", "{}", r#"{"name":"x"}"#, r#"{"name":"x","config":{"a":null}}"#] {
        assert_eq!(api.refusal("POST", "/connectors", body).await.0, 400, "{body}");
    }
    let text = Request::post("/connectors").header("host", "localhost").header("content-type", "text/plain");
    assert_eq!(api.send(text.body(Body::from("{}")).unwrap()).await.status(), 415);
    let none = Request::post("/connectors").header("host", "localhost").body(Body::empty()).unwrap();
    assert_eq!(api.send(none).await.status(), 415);
    let kind = "Application/JSON;charset=utf-8";
    let fine = Request::put("/connectors/x/config").header("host", "localhost").header("content-type", kind);
    let body = format!(r#"{{"connector.class":"{SOURCE}","topic":"t"}}"#);
    assert_eq!(api.send(fine.body(Body::from(body)).unwrap()).await.status(), 201);
    let accept = Request::get("/connectors").header("host", "localhost").header("accept", "text/html");
    assert_eq!(api.send(accept.body(Body::empty()).unwrap()).await.status(), 406);
    let large = format!(r#"{{"name":"x","config":{{"a":"{}"}}}}"#, "x".repeat(2 << 20));
    assert_eq!(api.refusal("POST", "/connectors", &large).await.0, 413);
}

#[tokio::test]
async fn names_are_checked_against_each_other() {
    let api = api();
    let mismatch =
        json!({ "name": "x", "config": { "name": " x ", "connector.class": SOURCE, "topic": "t" } });
    assert_eq!(
        api.refusal("POST", "/connectors", &mismatch.to_string()).await,
        (400, "Connector name configuration ( x ) doesn't match connector name in the URL (x)".to_owned())
    );
    let no_class = json!({ "name": "x", "config": { "db.password": "geheim" } });
    assert_eq!(
        api.refusal("POST", "/connectors", &no_class.to_string()).await,
        (400, "Connector config {db.password=[hidden], name=x} contains no connector type".to_owned())
    );
    let bell = json!({ "name": "x\u{7}", "config": { "connector.class": SOURCE, "topic": "t" } });
    let (status, message) = api.refusal("POST", "/connectors", &bell.to_string()).await;
    assert_eq!(status, 400);
    assert!(
        message.contains("String may not contain control sequences but had the following ASCII chars: 7")
    );
    api.create("x").await;
    let (status, message) = api
        .refusal(
            "POST",
            "/connectors",
            &json!({ "name": "x", "config": { "connector.class": SOURCE, "topic": "t" } }).to_string(),
        )
        .await;
    assert_eq!((status, message.as_str()), (409, "Connector x already exists"));
    let (status, _) = api.refusal("PATCH", "/connectors/x/config", r#"{"name":"y"}"#).await;
    assert_eq!(status, 400);
}

#[tokio::test]
async fn head_and_options_work_on_every_path() {
    let api = api();
    api.create("x").await;
    for path in
        ["/", "/connectors", "/connectors/x", "/connectors/x/config", "/connector-plugins", "/admin/loggers"]
    {
        let head = Request::head(path).header("host", "localhost").body(Body::empty()).unwrap();
        assert_eq!(api.send(head).await.status(), 200, "{path}");
        let options = Request::options(path).header("host", "localhost").body(Body::empty()).unwrap();
        let response = api.send(options).await;
        assert_eq!(response.status(), 200, "{path}");
        assert!(response.headers()["allow"].to_str().unwrap().contains("OPTIONS"));
    }
    let root = api.call("GET", "/", "").await.1;
    assert_eq!(root.as_object().unwrap().len(), 3);
    let numbers: Vec<&str> = root["version"].as_str().unwrap().split('.').take(2).collect();
    assert!(numbers.iter().all(|part| part.parse::<u32>().is_ok()), "{numbers:?}");
}

#[tokio::test]
async fn writes_go_to_the_leader_and_fail_when_there_is_none() {
    let api = api();
    api.create("x").await;
    // Requests wait for a leader: on a clock that runs ahead.
    tokio::time::pause();
    let gone = ClusterView { joined: true, generation: 1, ..ClusterView::default() };
    api.view.publish(&gone);
    let no_leader = "Cannot complete request momentarily due to no known leader URL, likely because a rebalance was underway.";
    assert_eq!(api.refusal("DELETE", "/connectors/x", "").await, (409, no_leader.to_owned()));
    api.view.publish(&ClusterView { leader_url: Some("http://127.0.0.1:1/".to_owned()), ..gone });
    let too_far = "Cannot complete request because of a conflicting operation (e.g. worker rebalance)";
    assert_eq!(api.refusal("DELETE", "/connectors/x?forward=false", "").await, (409, too_far.to_owned()));
    assert_eq!(api.refusal("DELETE", "/connectors/x", "").await.0, 500, "nobody listens there");
    assert_eq!(api.call("GET", "/connectors/x", "").await.0, 200, "reads need no leader");
}

#[tokio::test]
async fn internal_requests_need_a_signature() {
    let api = api();
    api.create("x").await;
    let message = "Internal request missing required signature".to_owned();
    assert_eq!(api.refusal("POST", "/connectors/x/tasks", "[]").await, (400, message));
}

#[tokio::test]
async fn restarting_tells_the_plan() {
    let api = api();
    api.create("x").await;
    let (status, message) = api.refusal("POST", "/connectors/x/restart?onlyFailed=true", "").await;
    assert_eq!((status, message.as_str()), (404, "Status for connector x not found"));
    let failed = Status { trace: Some("boom".to_owned()), ..Status::of(State::Failed, "w:1", 1) };
    api.herder.statuses.put(Instance::Connector("x".to_owned()), failed);
    let shutdown = Shutdown::new();
    shutdown.trigger();
    api.herder.statuses.clone().run_writer(shutdown, std::time::Duration::from_secs(1)).await;
    let (status, plan) = api.call("POST", "/connectors/x/restart?onlyFailed=TRUE", "").await;
    assert_eq!(status, 202);
    assert_eq!(plan["connector"], json!({ "state": "RESTARTING", "worker_id": "w:1", "trace": "boom" }));
    assert_eq!(
        api.call("POST", "/connectors/x/restart?includeTasks=yes", "").await.0,
        204,
        "yes is not true"
    );
}

#[tokio::test]
async fn an_initial_state_holds_and_a_stopped_connector_says_why_not() {
    let api = api();
    let body = json!({ "name": "x", "config": { "connector.class": SOURCE, "topic": "t" }, "initial_state": "stopped" });
    assert_eq!(api.call("POST", "/connectors", &body.to_string()).await.0, 201);
    let (status, message) = api.refusal("POST", "/connectors/x/tasks/0/restart", "").await;
    assert_eq!(status, 409);
    assert!(message.contains("is stopped"), "{message}");
    let (status, message) = api.refusal("PATCH", "/connectors/x/offsets", r#"{"offsets":[]}"#).await;
    assert_eq!(
        (status, message.as_str()),
        (400, "Partitions / offsets need to be provided for an alter offsets request")
    );
    let body = r#"{"offsets":[{"partition":{"f":"a"},"offset":{"n":3}}]}"#;
    assert_eq!(api.call("PATCH", "/connectors/x/offsets", body).await.0, 200);
    let offsets = api.call("GET", "/connectors/x/offsets", "").await.1;
    assert_eq!(offsets, json!({ "offsets": [{ "partition": { "f": "a" }, "offset": { "n": 3 } }] }));
}

#[tokio::test]
async fn validate_shows_every_key_and_hides_passwords() {
    let api = api();
    let body = r#"{"connector.class":"LineSource","name":"x","secret":"geheim","transforms":"r,r2","transforms.r.type":"RegexRouter","transforms.r.regex":"(","transforms.r.replacement":"x","transforms.r2.type":"Nope","key.converter":"StringConverter"}"#;
    let (status, infos) = api.call("PUT", "/connector-plugins/LineSource/config/validate", body).await;
    assert_eq!(status, 200, "{infos}");
    assert_eq!(infos["name"], "LineSource");
    let entry = |name: &str| {
        let found = infos["configs"].as_array().unwrap().iter().find(|info| info["value"]["name"] == name);
        found.unwrap_or_else(|| panic!("no {name}")).clone()
    };
    assert_eq!(
        entry("topic")["value"]["errors"][0],
        "Missing required configuration \"topic\" which has no default value."
    );
    assert_eq!(
        entry("transforms.r2.type")["value"]["errors"][0],
        "Invalid value Nope for configuration transforms.r2.type: Class Nope could not be found."
    );
    assert!(
        entry("transforms.r.regex")["value"]["errors"][0]
            .as_str()
            .unwrap()
            .starts_with("Invalid value ( for configuration regex: Invalid regex")
    );
    assert_eq!(entry("transforms.r.regex")["definition"]["group"], "Transforms: r");
    assert_eq!(entry("connector.plugin.version")["value"]["recommended_values"], json!(["7.0"]));
    assert_eq!(entry("key.converter.converter.encoding")["value"]["value"], "UTF-8");
    assert_eq!(infos["error_count"], 3);
    assert!(!infos.to_string().contains("geheim"));
    assert_eq!(infos["groups"][0], "Common");
    let (status, message) = api.refusal("PUT", "/connector-plugins/LineSink/config/validate", body).await;
    assert_eq!(
        (status, message.as_str()),
        (400, "Included connector type LineSource does not match request type LineSink")
    );
}

#[tokio::test]
async fn plugins_are_listed_with_their_kinds() {
    let api = api();
    let connectors = api.call("GET", "/connector-plugins", "").await.1;
    assert_eq!(
        connectors,
        json!([
            { "class": SINK, "type": "sink", "version": "7.0" },
            { "class": SOURCE, "type": "source", "version": "7.0" },
        ])
    );
    let all = api.call("GET", "/connector-plugins?connectorsOnly=false", "").await.1;
    let kinds: std::collections::BTreeSet<&str> =
        all.as_array().unwrap().iter().map(|plugin| plugin["type"].as_str().unwrap()).collect();
    let expected = ["converter", "header_converter", "predicate", "sink", "source", "transformation"];
    assert_eq!(kinds, expected.into());
    let keys = api.call("GET", "/connector-plugins/LineSource/config", "").await.1;
    assert_eq!(keys[0]["name"], "topic", "the connector's own keys come first");
    assert!(keys.as_array().unwrap().iter().any(|key| key["name"] == "tasks.max"));
}

#[tokio::test]
async fn loggers_refuse_what_is_no_level() {
    let api = api();
    assert_eq!(
        api.refusal("PUT", "/admin/loggers/x", r#"{"level":"LOUD"}"#).await,
        (404, "invalid log level 'LOUD'.".to_owned())
    );
    for body in ["{}", r#"{"level":""}"#] {
        assert_eq!(api.refusal("PUT", "/admin/loggers/x", body).await.0, 400);
    }
    assert_eq!(api.call("PUT", "/admin/loggers/x?scope=CLUSTER", r#"{"level":"debug"}"#).await.0, 204);
    assert_eq!(api.herder.configs.state().logger_levels["x"], "DEBUG");
}
