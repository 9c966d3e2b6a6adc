//! Promise: a power cut costs no schema, compatibility level or connector that was acknowledged.
//!
//! Broker, registry and Connect run in one process (`aqueduct dev`) on a model of a disk (`harness/power`). While
//! threads register schemas, set levels, delete schemas for good and create, change and delete connectors, the power is
//! cut; after each start everything that was acknowledged is compared with what registry and Connect tell.
//! `AQUEDUCT_REST_POWER_CUTS` sets how often.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use aqueduct_tests::aqueduct::Server;
use aqueduct_tests::load::times;
use aqueduct_tests::power::Power;
use aqueduct_tests::{ports, rest, skip, wait};
use serde_json::{Value, json};

use super::power_cut::in_memory;
use super::registry_kill::{Book, StopAtEnd, compare, send, write};

const REGISTRY_WRITERS: usize = 2;
/// Connectors that are there at a time.
const CONNECTORS: usize = 12;

#[test]
fn acknowledged_schemas_and_connectors_survive_power_cuts() {
    let test = "acknowledged_schemas_and_connectors_survive_power_cuts";
    if !Power::is_possible() {
        return skip::note(
            test,
            "the system lets no test supervise the calls of a process (seccomp user notification)",
        );
    }
    let folder = in_memory();
    let mut server = start(folder.path());
    let (registry, connect) = (server.address("registry"), server.address("connect"));
    rest::must("PUT", &format!("{registry}/config"), Some(&json!({ "compatibility": "NONE" })));
    let (book, connectors) = (Mutex::new(Book::default()), Mutex::new(Connectors::default()));
    let stop = AtomicBool::new(false);
    let cuts = times("AQUEDUCT_REST_POWER_CUTS", 4);
    std::thread::scope(|scope| {
        // A failed assertion here must end the writers too, or the test would wait for them.
        let _ends = StopAtEnd(&stop);
        for writer in 0..REGISTRY_WRITERS {
            let (registry, book, stop) = (&registry, &book, &stop);
            scope.spawn(move || write(registry, writer, book, stop));
        }
        scope.spawn(|| come_and_go(&connect, &connectors, &stop));
        let mut seen = BTreeMap::new();
        for _ in 0..cuts {
            let written =
                || (book.lock().expect("sound").writes(), connectors.lock().expect("sound").written);
            let (schemas, changes) = written();
            let more = rand::random_range(3..30);
            wait::until("writes are acknowledged between cuts", Duration::from_secs(60), || {
                match written() {
                    (s, c) if s >= schemas + more && c > changes => Ok(()),
                    now => Err(format!("{now:?} after {schemas}, {changes}")),
                }
            });
            server.cut_power();
            server.restart();
            compare(&registry, &book, &mut seen, 20);
            compare_connectors(&connect, &connectors);
        }
        stop.store(true, Ordering::Relaxed);
    });
    compare(&registry, &book, &mut BTreeMap::new(), usize::MAX);
    compare_connectors(&connect, &connectors);
    server.power().assert_faithful();
    let (schemas, changes) =
        (book.into_inner().expect("sound").writes(), connectors.into_inner().expect("sound").written);
    eprintln!("{cuts} power cuts: {schemas} writes of the registry and {changes} of Connect acknowledged");
}

fn start(folder: &std::path::Path) -> Server {
    let data = folder.join("disk");
    let power = Power::new(&data, true);
    // Ports of their own, which stay the same from start to start.
    let [broker, registry, connect, admin] = std::array::from_fn(|_| ports::free().to_string());
    let data = data.display().to_string();
    let arguments = [
        ["--data-dir", &data],
        ["--broker-port", &broker],
        ["--registry-port", &registry],
        ["--connect-port", &connect],
        ["--admin-port", &admin],
    ];
    let arguments: Vec<&str> = std::iter::once("dev").chain(arguments.into_iter().flatten()).collect();
    Server::start_with_power("dev", folder, &arguments, power)
}

/// What was acknowledged of connectors: by name the texts that its setting may have now (more than one after a change
/// without an answer), `None` where it may be gone.
#[derive(Default)]
struct Connectors {
    settings: BTreeMap<String, Vec<Option<String>>>,
    written: usize,
}

/// Creates, changes and deletes connectors until told to stop.
fn come_and_go(url: &str, connectors: &Mutex<Connectors>, stop: &AtomicBool) {
    for n in 0.. {
        if stop.load(Ordering::Relaxed) {
            return;
        }
        let names: Vec<String> = connectors.lock().expect("sound").settings.keys().cloned().collect();
        let done = match n % 3 {
            0 => put(url, &format!("c{n:06}"), n, connectors),
            1 if !names.is_empty() => put(url, &names[n % names.len()], n, connectors),
            _ if names.len() > CONNECTORS => delete(url, &names[0], connectors),
            _ => Some(()),
        };
        if done.is_none() {
            std::thread::sleep(Duration::from_millis(20)); // It is down, or does not take writes yet.
        }
    }
}

/// Creates or changes a connector. Until it is acknowledged both what was and what will be may be found.
fn put(url: &str, name: &str, n: usize, connectors: &Mutex<Connectors>) -> Option<()> {
    let text = format!("topic-{n}");
    expect(name, Some(text.clone()), connectors);
    // It does not read: nothing of that name is there.
    let config =
        json!({ "connector.class": "FileStreamSource", "topic": text, "file": "/nonexistent/aqueduct-test" });
    let (status, answer) = send("PUT", &format!("{url}/connectors/{name}/config"), config)?;
    settle(status, matches!(status, 200 | 201), &answer, name, Some(text), connectors)
}

fn delete(url: &str, name: &str, connectors: &Mutex<Connectors>) -> Option<()> {
    expect(name, None, connectors);
    let (status, answer) = send("DELETE", &format!("{url}/connectors/{name}"), Value::Null)?;
    // Not there: an earlier try did it.
    settle(status, matches!(status, 204 | 404), &answer, name, None, connectors)
}

fn expect(name: &str, may_be: Option<String>, connectors: &Mutex<Connectors>) {
    let mut connectors = connectors.lock().expect("sound");
    connectors.settings.entry(name.to_owned()).or_insert_with(|| vec![None]).push(may_be);
}

fn settle(
    status: u16,
    done: bool,
    answer: &Value,
    name: &str,
    is: Option<String>,
    connectors: &Mutex<Connectors>,
) -> Option<()> {
    assert!(done || status == 409, "{name}: {status} {answer}");
    if !done {
        return None;
    }
    let mut connectors = connectors.lock().expect("sound");
    connectors.written += 1;
    match is {
        Some(text) => connectors.settings.insert(name.to_owned(), vec![Some(text)]),
        None => connectors.settings.remove(name),
    };
    Some(())
}

/// Compares what was acknowledged with what Connect tells. Its writer goes on meanwhile: what it touched is left out.
fn compare_connectors(url: &str, connectors: &Mutex<Connectors>) {
    let before = connectors.lock().expect("sound").settings.clone();
    let told = rest::must("GET", &format!("{url}/connectors?expand=info"), None);
    let after = connectors.lock().expect("sound").settings.clone();
    for (name, may_be) in before.iter().filter(|(name, may_be)| after.get(*name) == Some(*may_be)) {
        let found = told[name]["info"]["config"]["topic"].as_str().map(str::to_owned);
        assert!(may_be.contains(&found), "connector {name} has {found:?}, acknowledged was {may_be:?}");
    }
    let names = told.as_object().expect("connectors by name").keys();
    let unknown: Vec<_> =
        names.filter(|name| !before.contains_key(*name) && !after.contains_key(*name)).collect();
    assert!(unknown.is_empty(), "{unknown:?} were deleted and are back");
}
