//! Promise: what the registry has acknowledged is there after SIGKILL, at any moment, and no id ever stands for a
//! second schema.
//!
//! A real registry on a real broker is killed and started again while threads register, configure and delete. After
//! each start everything that was acknowledged is compared with what the registry tells. `AQUEDUCT_REGISTRY_KILLS` sets
//! how often.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use aqueduct_tests::aqueduct::Server;
use aqueduct_tests::{ports, wait};
use serde_json::{Value, json};

const KILLS: usize = 20;
const WRITERS: usize = 4;
const LEVELS: [&str; 7] =
    ["NONE", "BACKWARD", "BACKWARD_TRANSITIVE", "FORWARD", "FORWARD_TRANSITIVE", "FULL", "FULL_TRANSITIVE"];

/// What was acknowledged.
#[derive(Default)]
pub(crate) struct Book {
    /// Schemas by id.
    schemas: BTreeMap<i64, String>,
    /// Ids by subject and version.
    versions: BTreeMap<(String, i64), i64>,
    /// Subjects and the level that each was given, once.
    levels: Vec<(String, &'static str)>,
    /// Ids whose last version was deleted for good.
    gone: BTreeSet<i64>,
    writes: usize,
}

impl Book {
    /// How many writes were acknowledged.
    pub(crate) fn writes(&self) -> usize {
        self.writes
    }
}

#[test]
fn nothing_acknowledged_is_lost_and_no_id_used_twice_by_kills() {
    let kills =
        std::env::var("AQUEDUCT_REGISTRY_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(KILLS);
    let folder = tempfile::tempdir().expect("a folder");
    let broker = super::clients::broker(folder.path(), "");
    let mut registry = start(folder.path(), &broker.address("broker"));
    let url = registry.address("registry");
    let book = Mutex::new(Book::default());
    let stop = AtomicBool::new(false);
    assert_eq!(
        send("PUT", &format!("{url}/config"), json!({ "compatibility": "NONE" })).expect("set").0,
        200
    );
    std::thread::scope(|scope| {
        // A failed assertion here must end the writers too, or the test would wait for them.
        let _ends = StopAtEnd(&stop);
        for writer in 0..WRITERS {
            let (url, book, stop) = (&url, &book, &stop);
            scope.spawn(move || write(url, writer, book, stop));
        }
        let mut seen = BTreeMap::new();
        for _ in 0..kills {
            let before = book.lock().expect("sound").writes;
            let more = rand::random_range(5..60);
            wait::until("writes are acknowledged between kills", Duration::from_secs(60), || {
                let now = book.lock().expect("sound").writes;
                if now >= before + more { Ok(()) } else { Err(format!("{now} after {before}")) }
            });
            registry.kill();
            registry.restart();
            compare(&url, &book, &mut seen, 20);
        }
        stop.store(true, Ordering::Relaxed);
    });
    compare(&url, &book, &mut BTreeMap::new(), usize::MAX);
    let book = book.into_inner().expect("sound");
    assert!(book.writes > kills * 5 && !book.gone.is_empty(), "{} writes", book.writes);
}

/// Ends the writers, however the test ends.
pub(crate) struct StopAtEnd<'a>(pub(crate) &'a AtomicBool);

impl Drop for StopAtEnd<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// A registry on a port that stays the same from start to start.
pub(crate) fn start(folder: &Path, bootstrap: &str) -> Server {
    let port = ports::free();
    let file = folder.join(format!("registry-{port}.properties"));
    let text = format!("kafkastore.bootstrap.servers={bootstrap}\nlisteners=http://127.0.0.1:{port}\n");
    std::fs::write(&file, text).expect("settings are written");
    Server::start(&format!("registry-{port}"), folder, &["schema-registry", &file.display().to_string()])
}

/// Sends a request; `None` if the answer was lost or the registry could not say whether the write was done.
pub(crate) fn send(method: &str, url: &str, body: Value) -> Option<(u16, Value)> {
    let client =
        reqwest::blocking::Client::builder().timeout(Duration::from_secs(20)).build().expect("a client");
    let method = method.parse().expect("a method");
    let mut request = client.request(method, url);
    if !body.is_null() {
        request = request.header("content-type", "application/json").body(body.to_string());
    }
    let answer = request.send().ok()?;
    let status = answer.status().as_u16();
    let body = answer.text().ok()?;
    let body = serde_json::from_str(&body).unwrap_or(Value::Null); // Nothing at all with 204.
    (status < 500).then_some((status, body))
}

/// Registers, configures and deletes until told to stop.
pub(crate) fn write(url: &str, writer: usize, book: &Mutex<Book>, stop: &AtomicBool) {
    for n in 0.. {
        if stop.load(Ordering::Relaxed) {
            return;
        }
        let schema = json!({ "type": "fixed", "name": format!("F{writer}_{n}"), "size": 1 }).to_string();
        let done = match n % 5 {
            0 => configure(url, &format!("config-{writer}-{n}"), n, book),
            1 => come_and_go(url, &format!("gone-{writer}-{n}"), &schema, book),
            2 => register(url, "shared", &schema, book).map(|_| ()),
            _ => register(url, &format!("s{writer}"), &schema, book).map(|_| ()),
        };
        if done.is_none() {
            std::thread::sleep(Duration::from_millis(20)); // The registry is down.
        }
    }
}

fn register(url: &str, subject: &str, schema: &str, book: &Mutex<Book>) -> Option<i64> {
    let (status, answer) =
        send("POST", &format!("{url}/subjects/{subject}/versions"), json!({ "schema": schema }))?;
    assert_eq!(status, 200, "{answer}");
    let (id, version) =
        (answer["id"].as_i64().expect("an id"), answer["version"].as_i64().expect("a version"));
    let mut book = book.lock().expect("sound");
    book.writes += 1;
    if let Some(other) = book.schemas.insert(id, schema.to_owned()) {
        assert_eq!(other, schema, "id {id} was given twice");
    }
    book.versions.insert((subject.to_owned(), version), id);
    Some(id)
}

fn configure(url: &str, subject: &str, n: usize, book: &Mutex<Book>) -> Option<()> {
    let level = LEVELS[n / 5 % LEVELS.len()];
    let (status, answer) =
        send("PUT", &format!("{url}/config/{subject}"), json!({ "compatibility": level }))?;
    assert_eq!(status, 200, "{answer}");
    let mut book = book.lock().expect("sound");
    book.writes += 1;
    book.levels.push((subject.to_owned(), level));
    Some(())
}

/// Registers a schema and deletes it for good; its id must never come back.
fn come_and_go(url: &str, subject: &str, schema: &str, book: &Mutex<Book>) -> Option<()> {
    let id = register(url, subject, schema, book)?;
    let url = format!("{url}/subjects/{subject}");
    // From here on it may be gone, whatever is answered.
    book.lock().expect("sound").versions.retain(|(name, _), _| name != subject);
    send("DELETE", &url, Value::Null)?;
    let (status, answer) = send("DELETE", &format!("{url}?permanent=true"), Value::Null)?;
    assert_eq!(status, 200, "{answer}");
    let mut book = book.lock().expect("sound");
    book.writes += 1;
    book.gone.insert(id);
    Some(())
}

/// Compares what was acknowledged before with what the registry tells now; of the levels, that many of the latest.
/// `seen` are the schemas of all ids so far.
pub(crate) fn compare(url: &str, book: &Mutex<Book>, seen: &mut BTreeMap<i64, String>, levels: usize) {
    // Acknowledged before the question is asked, so the answer must have it.
    let (versions, gone, levels) = {
        let book = book.lock().expect("sound");
        (
            book.versions.clone(),
            book.gone.clone(),
            book.levels.iter().rev().take(levels).cloned().collect::<Vec<_>>(),
        )
    };
    let told = everything(url);
    for ((subject, version), (id, schema)) in &told {
        let first = seen.entry(*id).or_insert_with(|| schema.clone());
        assert_eq!(first, schema, "id {id} of {subject} version {version} stands for another schema");
        assert!(!gone.contains(id), "id {id}, whose schema was deleted for good, came back as {subject}");
    }
    for (place, id) in &versions {
        match told.get(place) {
            Some((found, _)) => assert_eq!(found, id, "{place:?}"),
            // A writer may have begun to delete it since.
            None => assert!(place.0.starts_with("gone-"), "{place:?} with id {id} is lost"),
        }
    }
    for (subject, level) in levels {
        let (status, answer) =
            send("GET", &format!("{url}/config/{subject}"), Value::Null).expect("answered");
        assert_eq!((status, answer), (200, json!({ "compatibilityLevel": level })), "{subject}");
    }
    let book = book.lock().expect("sound");
    for (id, schema) in seen.iter() {
        if let Some(acknowledged) = book.schemas.get(id) {
            assert_eq!(acknowledged, schema, "id {id}");
        }
    }
}

/// Id and schema of every version, deleted ones too. Subjects that vanish between two pages would shift the others, so
/// those that do are asked for apart.
pub(crate) fn everything(url: &str) -> BTreeMap<(String, i64), (i64, String)> {
    let mut all = BTreeMap::new();
    for prefix in ["gone-", "s"] {
        for page in 0.. {
            let parameters = format!("deleted=true&subjectPrefix={prefix}&limit=1000&offset={}", page * 1000);
            let (_, answer) =
                send("GET", &format!("{url}/schemas?{parameters}"), Value::Null).expect("answered");
            let versions = answer.as_array().expect("a list");
            for version in versions {
                let text = |member: &str| version[member].as_str().expect("a text").to_owned();
                let number = |member: &str| version[member].as_i64().expect("a number");
                all.insert((text("subject"), number("version")), (number("id"), text("schema")));
            }
            if versions.len() < 1000 {
                break;
            }
        }
    }
    all
}
