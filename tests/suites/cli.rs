//! The command line: help, errors that say where, `dev` and its servers, clean stops.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use aqueduct_tests::aqueduct::{Server, binary};
use aqueduct_tests::database::MySql;
use aqueduct_tests::process::Process;
use aqueduct_tests::{process, rest, skip, wait};

fn run(arguments: &[&str]) -> (i32, String) {
    let output = Command::new(binary()).args(arguments).output().expect("the command starts");
    let text = [output.stdout, output.stderr].concat();
    (output.status.code().unwrap_or(-1), String::from_utf8_lossy(&text).into_owned())
}

/// Arguments of `dev` with ports chosen by the system.
pub(crate) fn dev(folder: &Path) -> Vec<String> {
    let data = folder.join("data").display().to_string();
    [
        "dev",
        "--data-dir",
        &data,
        "--broker-port",
        "0",
        "--registry-port",
        "0",
        "--connect-port",
        "0",
        "--admin-port",
        "0",
    ]
    .map(str::to_owned)
    .to_vec()
}

#[test]
fn every_verb_has_help() {
    let (code, text) = run(&["--help"]);
    assert_eq!(code, 0);
    for verb in
        ["quickstart", "dev", "broker", "connect-distributed", "connect-standalone", "schema-registry"]
    {
        assert!(text.contains(verb), "{verb} is not in:\n{text}");
        let (code, help) = run(&[verb, "--help"]);
        assert_eq!(code, 0, "{verb}");
        assert!(help.contains("Usage:"), "{verb}: {help}");
    }
    assert_eq!(run(&["nonsense"]).0, 2);
}

#[test]
fn a_wrong_setting_is_told_with_its_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("server.properties");
    std::fs::write(&file, "# ours\nlog.dirs=/tmp/x\nnum.partitions=many\n").expect("written");
    let (code, text) = run(&["broker", &file.display().to_string()]);
    assert_eq!(code, 1);
    assert!(text.contains("line 3") && text.contains("num.partitions"), "{text}");
    let (code, text) = run(&["broker", "/does/not/exist.properties"]);
    assert!(code == 1 && text.contains("/does/not/exist.properties"), "{text}");
    let (code, text) = run(&["broker", &file.display().to_string(), "--override", "nothing"]);
    assert!(code == 1 && text.contains("key=value"), "{text}");
}

#[test]
fn each_wrong_setting_is_told_once_with_where_it_comes_from() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("worker.properties");
    let text = "bootstrap.servers=127.0.0.1:1\ngroup.id=g\noffset.flush.interval.ms=never\n";
    std::fs::write(&file, text).expect("written");
    let path = file.display().to_string();
    let (code, text) = run(&["connect-distributed", &path]);
    let line = format!("{path}, line 3: Invalid value never for configuration offset.flush.interval.ms");
    assert!(code == 1 && text.contains(&line), "{text}");
    assert_eq!(text.matches("offset.flush.interval.ms").count(), 1, "{text}");
    assert!(text.contains("config.storage.topic") && text.contains("key.converter"), "{text}");
    let (_, text) = run(&["connect-distributed", &path, "--override", "offset.flush.interval.ms=x"]);
    assert!(text.contains("--override: Invalid value x"), "{text}");
    let (code, text) = run(&["schema-registry", &folder.path().display().to_string()]);
    assert!(code == 1 && text.matches("Is a directory").count() == 1, "{text}");
}

#[test]
fn wrong_settings_are_told_in_the_order_of_the_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("server.properties");
    let text = "log.dirs=/tmp/x\nnum.partitions=x\nlog.retention.ms=x\nlog.segment.bytes=1\n";
    std::fs::write(&file, text).expect("written");
    let (_, text) = run(&["broker", &file.display().to_string()]);
    let line = |number: usize| text.find(&format!("line {number}:")).unwrap_or_else(|| panic!("{text}"));
    assert!(line(2) < line(3) && line(3) < line(4), "{text}");
}

#[test]
fn a_server_that_waits_for_its_cluster_ends_when_it_is_told_to() {
    let folder = tempfile::tempdir().expect("a folder");
    let json = "org.apache.kafka.connect.json.JsonConverter";
    let worker = format!("bootstrap.servers=127.0.0.1:1\nkey.converter={json}\nvalue.converter={json}\n");
    let topics = "group.id=g\nconfig.storage.topic=c\noffset.storage.topic=o\nstatus.storage.topic=s\n";
    let offsets = folder.path().join("offsets");
    let registry = "listeners=http://127.0.0.1:0\nkafkastore.bootstrap.servers=PLAINTEXT://127.0.0.1:1\n";
    for (verb, settings) in [
        ("connect-distributed", format!("{worker}{topics}")),
        ("connect-standalone", format!("{worker}offset.storage.file.filename={}\n", offsets.display())),
        ("schema-registry", registry.to_owned()),
    ] {
        let file = folder.path().join(format!("{verb}.properties"));
        std::fs::write(&file, settings).expect("written");
        let mut command = Command::new(binary());
        let mut server = Process::start(verb, command.arg(verb).arg(&file), &folder.path().join(verb));
        wait::until("it has told that nobody answers", Duration::from_secs(20), || {
            server.assert_running();
            let output = server.output();
            if output.contains("127.0.0.1:1:") { Ok(()) } else { Err(output) }
        });
        let status = server.terminate(Duration::from_secs(10));
        assert!(status.success(), "{verb}: {status}\n{}", server.output());
    }
}

#[test]
fn a_listener_beyond_loopback_needs_consent() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("server.properties");
    let text = format!("log.dirs={}\nlisteners=PLAINTEXT://0.0.0.0:0\n", folder.path().join("d").display());
    std::fs::write(&file, text).expect("written");
    let (code, text) = run(&["broker", &file.display().to_string()]);
    assert!(code == 1 && text.contains("allow.insecure.listeners"), "{text}");
}

#[test]
fn dev_serves_stops_cleanly_and_goes_on_where_it_was() {
    let folder = tempfile::tempdir().expect("a folder");
    let arguments = dev(folder.path());
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let mut server = Server::start("dev", folder.path(), &arguments);
    let connect = server.address("connect");
    assert_eq!(rest::must("GET", &format!("{connect}/connectors"), None), serde_json::json!([]));
    let plugins = rest::must("GET", &format!("{connect}/connector-plugins"), None).to_string();
    for class in ["JdbcSourceConnector", "ElasticsearchSinkConnector", "FileStreamSinkConnector"] {
        assert!(plugins.contains(class), "{class} is not among {plugins}");
    }
    let registry = server.address("registry");
    let schema = serde_json::json!({ "schema": "\"string\"" });
    let id = rest::must("POST", &format!("{registry}/subjects/s/versions"), Some(&schema));
    let metrics = reqwest::blocking::get(format!("{}/metrics", server.address("admin"))).expect("metrics");
    assert!(metrics.status().is_success());
    let mut second = dev(&folder.path().join("second"));
    let taken = registry.rsplit(':').next().unwrap_or_default();
    second[6] = taken.to_owned();
    let (code, text) = run(&second.iter().map(String::as_str).collect::<Vec<_>>());
    assert!(code == 1 && text.contains(taken), "{text}");
    assert_eq!(text.matches("Address already in use").count(), 1, "{text}");
    let status = server.process().terminate(Duration::from_secs(30));
    assert!(status.success(), "{status}\n{}", process::tail(&server.process().output()));

    server.restart();
    let registry = server.address("registry");
    let again = wait::until("the schema is there again", Duration::from_secs(20), || {
        let answer = rest::send("POST", &format!("{registry}/subjects/s/versions"), Some(&schema))?;
        if answer.status == 200 { Ok(answer.body) } else { Err(answer.body.to_string()) }
    });
    assert_eq!(again, id);
}

#[test]
fn nobody_reading_its_output_is_no_reason_to_fail() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut child = Command::new(binary())
        .arg("quickstart")
        .args(&dev(folder.path())[1..])
        .args(["--seconds", "2"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("the command ends");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn quickstart_counts_the_rows_of_a_database_itself() {
    let test = "quickstart_counts_the_rows_of_a_database_itself";
    let Some(home) = skip::peer(test, "AQUEDUCT_MYSQL_HOME", "MySQL 9") else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let mysql = MySql::start(&home, "shop");
    mysql.sql(
        "CREATE TABLE shop.orders (id INT AUTO_INCREMENT PRIMARY KEY, item VARCHAR(40)); \
         CREATE TABLE shop.`notes-2` (note_id BIGINT AUTO_INCREMENT PRIMARY KEY, t TEXT); \
         CREATE TABLE shop.empty (id INT AUTO_INCREMENT PRIMARY KEY); \
         CREATE TABLE shop.plain (k VARCHAR(20) PRIMARY KEY); INSERT INTO shop.plain VALUES ('a'); \
         INSERT INTO shop.orders (item) VALUES ('lamp'), ('kettle'); \
         INSERT INTO shop.`notes-2` (t) VALUES ('x'), ('y'), ('z')",
    );
    let url = format!("mysql://aqueduct:secret@127.0.0.1:{}/shop", mysql.port);
    let mut arguments = dev(folder.path());
    arguments[0] = "quickstart".to_owned();
    arguments.extend(["--seconds", "2", "--mysql", &url].map(str::to_owned));
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let delivered = || {
        let text = std::fs::read_to_string(folder.path().join("data/delivered.jsonl")).unwrap_or_default();
        text.lines().count()
    };
    let (code, text) = run(&arguments);
    assert!(code == 0 && text.contains("Every row has arrived."), "{text}");
    assert!(text.contains("no auto-increment column: plain"), "{text}");
    assert!(!text.contains("secret"), "{text}");
    assert_eq!(delivered(), 5);
    mysql.sql("INSERT INTO shop.orders (item) VALUES ('rug'); INSERT INTO shop.empty VALUES (7)");
    let (code, text) = run(&arguments);
    assert!(code == 0 && text.contains("Every row has arrived."), "{text}");
    assert_eq!(delivered(), 7, "the second start goes on where the first ended");
    let (code, text) = run(&["quickstart", "--mysql", "postgresql://a@b/c"]);
    assert!(code == 2 && text.contains("no MySQL"), "{text}");
}

#[test]
fn quickstart_delivers_every_row_and_carries_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut arguments = dev(folder.path());
    arguments[0] = "quickstart".to_owned();
    arguments.extend(["--seconds".to_owned(), "4".to_owned()]);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    for start in ["first", "second"] {
        let (code, text) = run(&arguments);
        assert_eq!(code, 0, "{start} start:\n{text}");
        assert!(text.contains("Every row has arrived."), "{start} start:\n{text}");
        assert!(text.contains("curl "), "{text}");
    }
}
