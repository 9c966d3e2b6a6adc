//! What peers get that do not keep to the protocol: an answer or a closed connection, and nobody
//! else notices.

use std::io::{Read, Write};
use std::time::{Duration, Instant};

use aqueduct_protocol::messages::MetadataRequest;
use aqueduct_protocol::messages::metadata_request::MetadataRequestTopic;

use crate::fetching::until;
use crate::harness::{Client, TestBroker, batch};

fn is_closed(client: &mut Client) -> bool {
    let mut byte = [0];
    matches!(client.stream.read(&mut byte), Ok(0) | Err(_))
}

#[test]
fn impossible_frames_close_the_connection_and_no_other() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let broker = TestBroker::start(folder.path(), &[]);
    let mut good = broker.connect();
    good.create_topic("t", 1);
    let frames: [&[u8]; 6] = [
        &[0xff, 0xff, 0xff, 0xff],
        &[0x7f, 0xff, 0xff, 0xff],
        &[0, 0, 0, 0],
        &[0, 0, 0, 2, 0, 0],
        // An API key that does not exist.
        &[0, 0, 0, 10, 0x70, 0, 0, 0, 0, 0, 0, 1, 0xff, 0xff],
        // Metadata that announces two thousand million topics.
        &[0, 0, 0, 14, 0, 3, 0, 1, 0, 0, 0, 1, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xff],
    ];
    for frame in frames {
        let mut bad = broker.connect();
        bad.stream.write_all(frame).expect("writes");
        assert!(is_closed(&mut bad), "{frame:?}");
    }
    assert_eq!(good.produce("t", 0, batch(&["still here"])).error_code, 0);
}

#[test]
fn announcing_much_and_sending_little_takes_no_memory() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let broker = TestBroker::start(folder.path(), &[]);
    let before = resident_kib();
    let silent: Vec<Client> = (0..100)
        .map(|_| {
            let mut client = broker.connect();
            client.stream.write_all(&99_000_000_i32.to_be_bytes()).expect("writes");
            client.stream.write_all(&[0; 100]).expect("writes");
            client
        })
        .collect();
    let mut good = broker.connect();
    good.create_topic("t", 1);
    let grown = resident_kib().saturating_sub(before);
    assert!(grown < 40_000, "{grown} KiB for {} silent peers", silent.len());
}

#[test]
fn requests_that_all_wait_for_memory_do_not_wait_for_ever() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let broker = TestBroker::start(folder.path(), &["queued.max.request.bytes=1048576"]);
    let mut good = broker.connect();
    good.create_topic("t", 1);
    let mut holders: Vec<Client> = (0..4).map(|_| broker.connect()).collect();
    for holder in &mut holders {
        holder.stream.write_all(&(2_i32 << 20).to_be_bytes()).expect("writes");
        holder.stream.write_all(&[0; 100 * 1024]).expect("writes");
    }
    // By the time of these answers each has a part of the memory. Then each needs more than is left, beside the others'
    // parts: none of them is slow, all of them wait.
    let time_passes = |good: &mut Client| {
        (0..20).for_each(|_| assert_eq!(good.produce("t", 0, batch(&["small"])).error_code, 0));
    };
    time_passes(&mut good);
    for holder in &mut holders {
        holder.stream.set_nonblocking(true).expect("socket option");
        for _ in 0..18 {
            // As much as the sockets take.
            let _ = holder.stream.write(&[0; 100 * 1024]);
        }
    }
    time_passes(&mut good);
    let large = "x".repeat(200 * 1024);
    assert_eq!(good.produce("t", 0, batch(&[&large])).error_code, 0);
}

#[test]
fn more_connections_than_allowed_are_turned_away() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let broker = TestBroker::start(folder.path(), &["max.connections.per.ip=2"]);
    let mut first = broker.connect();
    let second = broker.connect();
    first.create_topic("t", 1);
    assert!(is_closed(&mut broker.connect()));
    drop(second);
    until("a place is free", || {
        let mut again = broker.connect();
        again.stream.set_read_timeout(Some(Duration::from_millis(100))).expect("socket option");
        let mut byte = [0];
        !matches!(again.stream.read(&mut byte), Ok(0))
    });
}

#[test]
fn an_idle_connection_is_closed() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let broker = TestBroker::start(folder.path(), &["connections.max.idle.ms=300"]);
    assert!(is_closed(&mut broker.connect()));
}

fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).expect("VmRSS");
    line.split_whitespace().nth(1).and_then(|kib| kib.parse().ok()).expect("a number")
}

#[test]
fn a_client_that_does_not_read_gets_all_its_answers_later_and_holds_up_nobody() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let broker = TestBroker::start(folder.path(), &[]);
    let mut good = broker.connect();
    good.create_topic("t", 100);
    let before = resident_kib();
    let mut lazy = broker.connect();
    let request = MetadataRequest { topics: None, ..Default::default() };
    let mut writer = Client { stream: lazy.stream.try_clone().expect("clones"), next_id: 1 };
    // 5,000 answers of some 4 KiB do not fit into the sockets: the broker must stop reading.
    let sender = std::thread::spawn(move || {
        for _ in 0..5000 {
            writer.send(&request, 12);
        }
    });
    assert_eq!(good.produce("t", 0, batch(&["not held up"])).error_code, 0);
    let grown = resident_kib().saturating_sub(before);
    for id in 1..=5000 {
        assert!(lazy.receive::<MetadataRequest>(id, 12).is_some(), "answer {id}");
    }
    sender.join().expect("all was sent");
    assert!(grown < 40_000, "{grown} KiB for a client that does not read");
}

#[test]
fn a_request_of_very_many_names_takes_neither_long_nor_much() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let broker = TestBroker::start(folder.path(), &["auto.create.topics.enable=true"]);
    let name = |name: String| MetadataRequestTopic { name: Some(name.into()), ..Default::default() };
    let topics = (0..200_000).map(|n| name(format!("{}", n % 10_000))).collect();
    let request =
        MetadataRequest { topics: Some(topics), allow_auto_topic_creation: false, ..Default::default() };
    let begun = Instant::now();
    let answer = broker.connect().ask(&request, 12);
    assert_eq!(answer.topics.len(), 10_000, "a name that stands twice is answered once");
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
}
