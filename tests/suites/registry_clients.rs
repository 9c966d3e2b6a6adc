//! Confluent's own registry clients, in Python and JavaScript, with their Avro serialisers cannot tell the registry
//! from Confluent's.

use std::path::{Path, PathBuf};
use std::process::Command;

use aqueduct_tests::aqueduct::Server;
use aqueduct_tests::{process, skip};

#[test]
fn confluents_python_client_and_avro_serialiser_work() {
    let test = "confluents_python_client_and_avro_serialiser_work";
    let Some(python) = skip::peer(test, "AQUEDUCT_PYTHON", "Python with confluent-kafka") else { return };
    drive(Command::new(python).arg(script("registry.py")));
}

#[test]
fn confluents_javascript_client_and_avro_serialiser_work() {
    let test = "confluents_javascript_client_and_avro_serialiser_work";
    let Some(clients) = skip::peer(test, "AQUEDUCT_NODE_CLIENTS", "Node with JavaScript clients") else {
        return;
    };
    let modules = clients.join("node_modules");
    drive(Command::new("node").env("NODE_PATH", modules).arg(script("node/registry.js")));
}

fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("clients").join(name)
}

/// Runs a client's script against a registry of its own.
fn drive(command: &mut Command) {
    let folder = tempfile::tempdir().expect("a folder");
    let arguments = super::cli::dev(folder.path());
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let server = Server::start("dev", folder.path(), &arguments);
    let said = process::run(command.arg(server.address("registry")));
    assert!(said.contains("ok"), "{said}");
}
