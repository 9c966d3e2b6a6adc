//! Promise: whatever is sent to the HTTP servers of registry, Connect and metrics, they go on answering, their memory
//! is back afterwards, no name leads out of a folder, and no page of another site is obeyed.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use aqueduct_protocol::messages::metadata_request::MetadataRequestTopic;
use aqueduct_protocol::messages::offset_commit_request::{
    OffsetCommitRequestPartition, OffsetCommitRequestTopic,
};
use aqueduct_protocol::messages::{
    MetadataRequest, MetadataResponse, OffsetCommitRequest, OffsetCommitResponse,
};
use aqueduct_tests::aqueduct::Server;
use aqueduct_tests::{rest, soon};
use serde_json::json;

/// How long a connection of an attack may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// What an attack may leave behind: allocators keep some of what they had.
const SLACK: u64 = 48 << 20;

/// The servers under attack, and some beside them that are left in peace.
struct Victim {
    server: Server,
    memory: u64,
    folder: tempfile::TempDir,
    undisturbed: Server,
    _folder: tempfile::TempDir,
}

/// Each server, and a path that it answers with 200.
const SERVERS: [(&str, &str); 3] =
    [("registry", "/subjects"), ("connect", "/connectors"), ("admin", "/health")];

impl Victim {
    fn start() -> Self {
        let [(mut server, folder), (undisturbed, _folder)] = [(); 2].map(|()| {
            let folder = tempfile::tempdir().expect("a folder");
            let arguments = super::cli::dev(folder.path());
            let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
            (Server::start("dev", folder.path(), &arguments), folder)
        });
        let memory = server.process().memory();
        Self { server, memory, folder, undisturbed, _folder }
    }

    /// `host:port` of a server.
    fn address(&self, server: &str) -> String {
        host_and_port(&self.server, server)
    }

    /// Every server answers soon, and the memory is back.
    fn recovers(&mut self, after: &str) {
        self.serves(after);
        self.server.process().assert_unharmed(after, self.memory + SLACK);
    }

    /// Every server answers soon.
    fn serves(&self, after: &str) {
        for (server, path) in SERVERS {
            let [attacked, undisturbed] =
                [&self.server, &self.undisturbed].map(|process| host_and_port(process, server));
            let after = format!("{after}: {server}");
            soon::assert(&after, || serve(&attacked, path, &after), || serve(&undisturbed, path, "nothing"));
        }
    }
}

/// `host:port` of a server of this process.
fn host_and_port(process: &Server, server: &str) -> String {
    let address = process.address(server);
    address.trim_start_matches("http://").trim_end_matches('/').to_owned()
}

/// A good client gets its answer.
fn serve(address: &str, path: &str, after: &str) {
    let answer = rest::get(&format!("http://{address}{path}"));
    let answer = answer.unwrap_or_else(|error| panic!("after {after}: {error}"));
    assert_eq!(answer.status, 200, "after {after}");
}

/// Sends a request as it is, its body in pieces, and gives the status; `None` if there was no answer.
fn raw(address: &str, head: &str, body: impl Iterator<Item = Vec<u8>>) -> Option<u16> {
    let mut stream = TcpStream::connect(address).expect("the server takes connections");
    stream.set_read_timeout(Some(Duration::from_secs(20))).expect("set");
    stream.set_write_timeout(Some(Duration::from_secs(20))).expect("set");
    stream.write_all(format!("{head}\r\n\r\n").as_bytes()).ok();
    for piece in body {
        // A server that has refused the request need not read the rest.
        if stream.write_all(&piece).is_err() {
            break;
        }
    }
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).ok()?;
    std::str::from_utf8(&answer[9..12]).ok()?.parse().ok()
}

fn post(address: &str, path: &str, body: &[u8]) -> Option<u16> {
    let length = body.len();
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: {length}"
    );
    raw(address, &head, body.chunks(64 << 10).map(<[u8]>::to_vec))
}

#[test]
fn huge_deep_and_endless_requests_cost_nothing() {
    let mut victim = Victim::start();
    let posts = [
        ("registry", "/subjects/s/versions"),
        ("registry", "/compatibility/subjects/s/versions/latest"),
        ("connect", "/connectors"),
        ("admin", "/metrics"),
    ];
    for (server, path) in posts {
        let address = victim.address(server);
        let status = post(&address, path, &vec![b' '; 100 << 20]);
        assert!(status.is_none_or(|status| (400..500).contains(&status)), "{server}: {status:?}");
        // Without a length, in chunks.
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked"
        );
        let chunk = [b"100000\r\n".to_vec(), vec![b'['; 0x100000], b"\r\n".to_vec()].concat();
        let status = raw(&address, &head, std::iter::repeat_n(chunk, 100));
        assert!(status.is_none_or(|status| (400..500).contains(&status)), "{server}: {status:?}");
        victim.recovers(&format!("100 MB for {server}{path}"));
        for open in ["[", "{\"a\":", "{\"schema\":[", "{\"config\":{\"a\":["] {
            let status = post(&address, path, open.repeat(100_000).as_bytes());
            assert!(status.is_some_and(|status| (400..500).contains(&status)), "{server} {open}: {status:?}");
        }
        let schema = json!({ "schema": "[".repeat(100_000) + &"]".repeat(100_000) }).to_string();
        let status = post(&address, path, schema.as_bytes());
        assert!(status.is_some_and(|status| (400..500).contains(&status)), "{server} schema: {status:?}");
        let long = format!("GET /{} HTTP/1.1\r\nHost: {address}", "a".repeat(1 << 20));
        let status = raw(&address, &long, std::iter::empty());
        assert!(status.is_none_or(|status| (400..500).contains(&status)), "{server}: {status:?}");
        let headers = format!("GET / HTTP/1.1\r\nHost: {address}{}", "\r\nX-A: b".repeat(10_000));
        let status = raw(&address, &headers, std::iter::empty());
        assert!(status.is_none_or(|status| (400..500).contains(&status)), "{server}: {status:?}");
        victim.recovers(&format!("deep and long requests for {server}{path}"));
    }
    let mut idle = Vec::new();
    for (server, _) in SERVERS {
        for _ in 0..300 {
            let mut stream = TcpStream::connect(victim.address(server)).expect("connected");
            stream.write_all(b"POST / HTTP/1.1\r\nHost: ").expect("sent");
            idle.push(stream);
        }
    }
    victim.recovers("900 slow connections");
    let slow_bodies = slow_bodies(&victim);
    victim.serves("bodies that do not arrive");
    let deaf = deaf(&victim);
    victim.serves("clients that never read");
    drop((idle, slow_bodies, deaf));
    victim.recovers("all of them left");
}

/// Bodies of which all but the last byte came, as much as each server takes: together more than it has room for.
fn slow_bodies(victim: &Victim) -> Vec<TcpStream> {
    let mut held = Vec::new();
    for (server, path, size) in
        [("registry", "/subjects/s/versions", 4 << 20), ("connect", "/connectors", 1 << 20)]
    {
        let address = victim.address(server);
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\nContent-Length: {size}\r\n\r\n"
        );
        let body = vec![b' '; size - 1];
        for _ in 0..40 {
            let mut stream = TcpStream::connect(&address).expect("connected");
            stream.write_all(head.as_bytes()).expect("sent");
            // Beyond its room a server does not read, and a little later it refuses.
            stream.set_nonblocking(true).expect("set");
            let _ = stream.write(&body);
            held.push(stream);
        }
    }
    held
}

/// Clients that ask again and again and never read an answer.
fn deaf(victim: &Victim) -> Vec<TcpStream> {
    let mut held = Vec::new();
    for (server, path) in [("registry", "/schemas"), ("connect", "/connector-plugins"), ("admin", "/metrics")]
    {
        let address = victim.address(server);
        let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\n\r\n").repeat(200);
        for _ in 0..20 {
            let mut stream = TcpStream::connect(&address).expect("connected");
            stream.set_nonblocking(true).expect("set");
            for _ in 0..20 {
                if stream.write(request.as_bytes()).is_err() {
                    break;
                }
            }
            held.push(stream);
        }
    }
    held
}

#[test]
fn no_name_leads_out_of_a_folder() {
    let mut victim = Victim::start();
    let secret = victim.folder.path().join("secret.txt");
    std::fs::write(&secret, "the secret").expect("written");
    let before = listing(victim.folder.path());
    let odd = [
        "..%2F..%2Fsecret.txt",
        "%2e%2e%2fsecret.txt",
        "..",
        "%2e%2e",
        "a%00b",
        "%c0%af",
        "....//",
        "%5c..%5c",
    ];
    let paths: [(&str, &[&str]); 3] = [
        (
            "registry",
            &["/subjects/{}/versions", "/config/{}", "/mode/{}", "/schemas/ids/{}", "/contexts/{}", "/{}"],
        ),
        (
            "connect",
            &[
                "/connectors/{}",
                "/connectors/{}/config",
                "/connectors/{}/status",
                "/connector-plugins/{}/config",
                "/admin/loggers/{}",
                "/{}",
            ],
        ),
        ("admin", &["/{}", "/metrics/{}", "/health/{}"]),
    ];
    for (server, paths) in paths {
        let address = victim.address(server);
        for name in odd {
            for path in paths {
                let path = path.replace("{}", name);
                let head = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close");
                let answer = whole(&address, &head);
                assert!(!answer.contains("the secret"), "{server} {path}");
                assert!(!answer.starts_with("HTTP/1.1 5"), "{server} {path}: {answer}");
            }
        }
    }
    let registry = victim.address("registry");
    let schema = json!({ "schema": "\"string\"" });
    let url = format!("http://{registry}/subjects/..%2F..%2Fescaped/versions");
    let registered = rest::send("POST", &url, Some(&schema)).expect("answered");
    assert!(registered.status < 500, "{registered:?}");
    let connect = victim.address("connect");
    for name in ["../../escaped", "/escaped", "..", "a\0b"] {
        let config =
            json!({ "connector.class": "FileStreamSource", "file": "/dev/null", "topic": "../escaped" });
        let created = rest::send(
            "POST",
            &format!("http://{connect}/connectors"),
            Some(&json!({ "name": name, "config": config })),
        );
        assert!(created.expect("answered").status < 500, "{name}");
    }
    odd_names_of_every_other_kind(&registry, &connect);
    let broker = victim.address("broker");
    let mut client =
        aqueduct_tests::kafka_connection::KafkaConnection::open(&broker, PATIENCE).expect("connected");
    for topic in ["../escaped", "..", ".", "/escaped", "a/b", "a\0b", "a\\b", "%2e%2e"] {
        assert!(client.create_topic(topic, &[]).is_err(), "topic {topic:?}");
        // Groups may have any name: it is no file's.
        let partition = OffsetCommitRequestPartition { committed_offset: 1, ..Default::default() };
        let of = OffsetCommitRequestTopic {
            name: topic.into(),
            partitions: vec![partition],
            ..Default::default()
        };
        let commit = OffsetCommitRequest { group_id: topic.into(), topics: vec![of], ..Default::default() };
        let answer: OffsetCommitResponse = client.ask(&commit, 7).expect("answered");
        assert_ne!(answer.topics[0].partitions[0].error_code, 0, "an offset of topic {topic:?}");
        // Topics are made for who asks for them, if the name is one.
        let asked = MetadataRequestTopic { name: Some(topic.into()), ..Default::default() };
        let metadata = MetadataRequest {
            topics: Some(vec![asked]),
            allow_auto_topic_creation: true,
            ..Default::default()
        };
        let answer: MetadataResponse = client.ask(&metadata, 8).expect("answered");
        assert_ne!(answer.topics[0].error_code, 0, "topic {topic:?}");
    }
    victim.recovers("odd names");
    let after = listing(victim.folder.path());
    let new: Vec<&String> = after.iter().filter(|name| !before.contains(name)).collect();
    assert!(new.is_empty(), "beside the data folder: {new:?}");
    assert!(!victim.folder.path().parent().expect("a parent").join("escaped").exists());
}

/// Names of subjects to change, of classes to load, of loggers to set.
fn odd_names_of_every_other_kind(registry: &str, connect: &str) {
    let refused = |method: &str, url: &str, body: &serde_json::Value| {
        let answer = rest::send(method, url, Some(body)).expect("answered");
        assert!(answer.status < 500, "{method} {url} {body}: {answer:?}");
        answer.status
    };
    let level = json!({ "compatibility": "NONE" });
    let mode = json!({ "mode": "READONLY" });
    for name in ["..%2F..%2Fescaped", "%2Fetc%2Fpasswd", "%5c..%5cescaped", "a%00b"] {
        refused("PUT", &format!("http://{registry}/config/{name}"), &level);
        refused("PUT", &format!("http://{registry}/mode/{name}"), &mode);
        refused("POST", &format!("http://{registry}/subjects/{name}"), &json!({ "schema": "\"int\"" }));
        refused("DELETE", &format!("http://{registry}/subjects/{name}"), &json!({}));
        refused("PUT", &format!("http://{connect}/admin/loggers/{name}"), &json!({ "level": "INFO" }));
        let validate = format!("http://{connect}/connector-plugins/{name}/config/validate");
        refused("PUT", &validate, &json!({ "connector.class": name }));
        refused("PUT", &format!("http://{connect}/connectors/{name}/offsets"), &json!({}));
    }
    for class in ["../../../escaped", "/tmp/escaped.so", "libaqueduct_file.so", "a\0b", "..\\escaped"] {
        let good = json!({ "connector.class": "FileStreamSource", "file": "/dev/null", "topic": "t" });
        for key in
            ["connector.class", "key.converter", "value.converter", "header.converter", "transforms.x.type"]
        {
            let mut config = good.clone();
            config["transforms"] = json!(if key.starts_with("transforms") { "x" } else { "" });
            config[key] = json!(class);
            let body = json!({ "name": "odd", "config": config });
            let status = refused("POST", &format!("http://{connect}/connectors"), &body);
            assert_eq!(status, 400, "{key}={class}");
        }
    }
}

fn listing(folder: &std::path::Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect()
}

/// A request without a body, and all of its answer.
pub(crate) fn whole(address: &str, head: &str) -> String {
    let mut stream = TcpStream::connect(address).expect("the server takes connections");
    stream.set_read_timeout(Some(Duration::from_secs(10))).expect("set");
    stream.write_all(format!("{head}\r\n\r\n").as_bytes()).expect("sent");
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

#[test]
fn pages_of_other_sites_are_not_obeyed() {
    let mut victim = Victim::start();
    let requests = [
        ("registry", "POST", "/subjects/s/versions", r#"{"schema":"\"string\""}"#),
        ("registry", "PUT", "/config", r#"{"compatibility":"NONE"}"#),
        ("registry", "DELETE", "/subjects/s", ""),
        ("connect", "POST", "/connectors", r#"{"name":"c","config":{}}"#),
        ("connect", "PUT", "/connectors/c/pause", ""),
        ("connect", "DELETE", "/connectors/c", ""),
    ];
    for (server, method, path, body) in requests {
        let address = victim.address(server);
        let port = address.rsplit_once(':').expect("a port").1;
        let rebound = format!("evil.test:{port}");
        for (host, origin) in [
            (address.as_str(), "http://evil.test"),
            (&rebound, &*format!("http://{rebound}")),
            (&address, "null"),
        ] {
            for kind in ["application/json", "application/x-www-form-urlencoded", "text/plain"] {
                let head = format!(
                    "{method} {path} HTTP/1.1\r\nHost: {host}\r\nOrigin: {origin}\r\nContent-Type: {kind}\r\nConnection: close\r\nContent-Length: {}",
                    body.len()
                );
                let answer = whole(&address, format!("{head}\r\n\r\n{body}").trim_end());
                assert!(answer.starts_with("HTTP/1.1 4"), "{server} {method} {path} from {origin}: {answer}");
                assert!(!answer.to_ascii_lowercase().contains("access-control-allow-origin"), "{answer}");
            }
        }
        // A page that has rebound its name may not read either; the same from this machine's own names may.
        let (_, good) = SERVERS.into_iter().find(|(name, _)| *name == server).expect("one of them");
        let get = |host: &str| {
            whole(&address, &format!("GET {good} HTTP/1.1\r\nHost: {host}\r\nConnection: close"))
        };
        assert!(get(&rebound).starts_with("HTTP/1.1 403"), "{server}: {}", get(&rebound));
        assert!(get(&format!("localhost:{port}")).starts_with("HTTP/1.1 200"), "{server}");
    }
    super::metrics_ports::serves_own_hosts_only(&victim.address("admin"));
    let connect = victim.address("connect");
    assert_eq!(rest::must("GET", &format!("http://{connect}/connectors"), None), json!([]));
    victim.recovers("foreign origins");
}
