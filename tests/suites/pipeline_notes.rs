//! What worker and registry acknowledge while they are killed under the pipeline: connectors that are created, changed
//! and deleted, schemas that are registered. All of it must be there afterwards, as it was acknowledged.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use aqueduct_tests::{rest, wait};
use serde_json::{Value, json};

/// Connectors that stay and are changed again and again.
const KEPT: usize = 20;
/// Between two writes of a writer: enough to meet every kill, and little beside the pipeline.
const PACE: Duration = Duration::from_millis(100);

/// What was asked for and what was acknowledged.
#[derive(Default)]
struct Notes {
    /// Of each connector that stays the last change acknowledged and the last one sent: what stands there is one of
    /// them or between them.
    changes: BTreeMap<String, (usize, usize)>,
    /// Connectors whose creation was acknowledged, and then their deletion.
    gone: BTreeSet<String>,
    /// Ids of schemas by subject.
    schemas: BTreeMap<String, i64>,
    acknowledged: usize,
}

/// Writes to a worker and a registry until it is dropped.
pub(crate) struct NoteTaker {
    connect: String,
    registry: String,
    notes: Arc<Mutex<Notes>>,
    stop: Arc<AtomicBool>,
    writers: Vec<JoinHandle<()>>,
}

impl NoteTaker {
    /// Begins to write, to both at once.
    pub(crate) fn start(connect: String, registry: String) -> Self {
        let (notes, stop) = (Arc::<Mutex<Notes>>::default(), Arc::<AtomicBool>::default());
        let writer = |url: &str, write: fn(&str, usize, &Mutex<Notes>) -> Result<(), String>| {
            let (url, notes, stop) = (url.to_owned(), notes.clone(), stop.clone());
            std::thread::spawn(move || {
                for n in 0.. {
                    if stop.load(Ordering::Relaxed) {
                        return;
                    }
                    // A server that is away is asked again at the same pace.
                    let _ = write(&url, n, &notes);
                    std::thread::sleep(PACE);
                }
            })
        };
        let writers = vec![writer(&connect, change_connectors), writer(&registry, register)];
        Self { connect, registry, notes, stop, writers }
    }

    /// Ends writing, and compares what was acknowledged with what is there; gives how much that was.
    pub(crate) fn end_and_compare(mut self) -> usize {
        self.stop.store(true, Ordering::Relaxed);
        for writer in self.writers.drain(..) {
            writer.join().expect("no answer was wrong");
        }
        self.compare();
        lock(&self.notes).acknowledged
    }

    /// Compares what was acknowledged before the question with the answer.
    pub(crate) fn compare(&self) {
        let (changes, gone, schemas) = {
            let notes = lock(&self.notes);
            (notes.changes.clone(), notes.gone.clone(), notes.schemas.clone())
        };
        let found = wait::until("the worker tells its connectors", Duration::from_secs(60), || {
            let answer = rest::get(&format!("{}/connectors?expand=info", self.connect))?;
            if answer.status == 200 { Ok(answer.body) } else { Err(answer.body.to_string()) }
        });
        for (name, (acknowledged, _)) in &changes {
            let stands = found[name]["info"]["config"]["topic"].as_str().map(change_of);
            let sent = lock(&self.notes).changes.get(name).map_or(0, |(_, sent)| *sent);
            let is_there = stands.is_some_and(|change| (*acknowledged..=sent).contains(&change));
            assert!(is_there, "{name}: change {acknowledged} was acknowledged, {stands:?} stands: {found}");
        }
        for name in &gone {
            assert!(found.get(name).is_none(), "{name} was deleted and is there: {found}");
        }
        let told = super::registry_kill::everything(&self.registry);
        for (subject, id) in &schemas {
            let (found, schema) =
                told.get(&(subject.clone(), 1)).unwrap_or_else(|| panic!("{subject} is lost"));
            assert_eq!(found, id, "{subject}");
            assert!(schema.contains(&schema_name(subject)), "{subject}: {schema}");
        }
    }
}

impl Drop for NoteTaker {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

fn lock(notes: &Mutex<Notes>) -> MutexGuard<'_, Notes> {
    notes.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Creates or changes one connector; every fifth time another one is created, and deleted once that is acknowledged.
/// They are stopped: their tasks would say nothing more.
fn change_connectors(url: &str, n: usize, notes: &Mutex<Notes>) -> Result<(), String> {
    let config =
        json!({ "connector.class": "FileStreamSource", "file": "/nowhere", "topic": format!("v{n}") });
    if n % 5 == 4 {
        let name = format!("gone-{n}");
        create(url, &name, &config)?;
        done("DELETE", &format!("{url}/connectors/{name}"), None)?;
        let mut notes = lock(notes);
        notes.gone.insert(name);
        notes.acknowledged += 2;
        return Ok(());
    }
    let name = format!("kept-{}", n % KEPT);
    let known = lock(notes).changes.get(&name).copied();
    if let Some((acknowledged, _)) = known {
        lock(notes).changes.insert(name.clone(), (acknowledged, n));
        done("PUT", &format!("{url}/connectors/{name}/config"), Some(&config))?;
    } else {
        create(url, &name, &config)?;
    }
    let mut notes = lock(notes);
    notes.changes.insert(name, (n, n));
    notes.acknowledged += 1;
    Ok(())
}

/// Creates a connector, stopped. One that is there was created by a request whose answer was lost: it is changed.
fn create(url: &str, name: &str, config: &Value) -> Result<(), String> {
    let body = json!({ "name": name, "config": config, "initial_state": "STOPPED" });
    let answer = rest::send("POST", &format!("{url}/connectors"), Some(&body))?;
    match answer.status {
        201 => Ok(()),
        409 => done("PUT", &format!("{url}/connectors/{name}/config"), Some(config)),
        status => Err(format!("{status} {}", answer.body)),
    }
}

fn done(method: &str, url: &str, body: Option<&Value>) -> Result<(), String> {
    let answer = rest::send(method, url, body)?;
    if answer.status < 300 { Ok(()) } else { Err(format!("{} {}", answer.status, answer.body)) }
}

fn register(url: &str, n: usize, notes: &Mutex<Notes>) -> Result<(), String> {
    // Of the prefixes by which all subjects are asked for.
    let subject = format!("s-{n}");
    let schema = json!({ "type": "fixed", "name": schema_name(&subject), "size": 1 }).to_string();
    let body = json!({ "schema": schema });
    let answer = rest::send("POST", &format!("{url}/subjects/{subject}/versions"), Some(&body))?;
    if answer.status >= 500 {
        return Err(answer.body.to_string());
    }
    let id =
        answer.body["id"].as_i64().unwrap_or_else(|| panic!("{subject}: {} {}", answer.status, answer.body));
    let mut notes = lock(notes);
    assert!(!notes.schemas.values().any(|known| *known == id), "id {id} was given twice");
    notes.schemas.insert(subject, id);
    notes.acknowledged += 1;
    Ok(())
}

/// The name of the schema of a subject, with an end: none begins another.
fn schema_name(subject: &str) -> String {
    format!("{}_", subject.replace('-', "_"))
}

fn change_of(topic: &str) -> usize {
    topic.trim_start_matches('v').parse().expect("a change made here")
}
