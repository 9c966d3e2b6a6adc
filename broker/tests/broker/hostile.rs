//! What peers get that do not keep to the protocol: an answer or a closed connection, and nobody
//! else notices.

use std::io::{Read, Write};
use std::time::Duration;

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
