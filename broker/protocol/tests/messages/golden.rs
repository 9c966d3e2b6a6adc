//! What Apache Kafka's own classes write and read back (`golden/Golden.java` made the file).

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;

use crate::debug_tree::Tree;
use crate::round_trip::ours;

const GOLDEN: &str = include_str!("golden/apache-kafka-4.3.1.txt");

/// Fields of 4.3 that 4.4 renamed in all versions or removed, and a tagged field that it added to one.
const CHANGED_IN_4_4: [&str; 5] = [
    "ShareFetchRequest.topics.partitions.partitionmaxbytes",
    "StreamsGroupHeartbeatResponse.acceptablerecoverylag",
    "StreamsGroupHeartbeatResponse.acceptablerecoverylaglegacy",
    "StreamsGroupMetadataValue.storeddescriptiontopologyepoch",
    "StreamsGroupMetadataValue.faileddescriptiontopologyepoch",
];

#[test]
fn apache_kafkas_bytes_are_read_as_apache_kafka_reads_them_and_written_alike() {
    let lines: Vec<Line<'_>> = GOLDEN.lines().map(Line::parse).collect();
    let mut latest = BTreeMap::new();
    for line in &lines {
        latest.insert(line.name, line.version);
    }
    let mut faults = BTreeSet::new();
    for Line { name, version, bytes, value } in lines.iter().cloned() {
        let fault = |text: &str| format!("{name} v{version}: {text}");
        match (ours(name).decode)(bytes.clone(), version) {
            Err(error) => {
                faults.insert(fault(&error.to_string()));
            }
            Ok(decoded) => {
                let encoded = decoded.encoded.expect("what was decoded can be encoded").concat();
                if encoded != bytes {
                    faults.insert(fault("other bytes are written"));
                }
                // Java's classes have no `Option`, and keep unknown tagged fields apart.
                let (mine, javas) = (Tree::parse(&decoded.debug).without_some(), Tree::parse(value));
                let newer = ours(name).versions.1 > latest[name];
                let may_lack = |path: &str| newer || path.ends_with(".unknowntaggedfields");
                let differences = mine.differences(&javas, &may_lack);
                let known = |text: &&String| !CHANGED_IN_4_4.iter().any(|path| changed(path, name, text));
                faults.extend(differences.iter().filter(known).map(|text| fault(text)));
            }
        }
    }
    assert!(faults.is_empty(), "{} differences:\n{}", faults.len(), Vec::from_iter(faults).join("\n"));
    assert_eq!(latest.len(), 267, "messages of Apache Kafka 4.3.1");
}

/// A line of the file.
#[derive(Clone)]
struct Line<'a> {
    name: &'a str,
    version: i16,
    bytes: Bytes,
    value: &'a str,
}

impl<'a> Line<'a> {
    fn parse(line: &'a str) -> Self {
        let [name, version, bytes, value] = line.splitn(4, ' ').collect::<Vec<_>>()[..] else {
            panic!("not a golden line: {line}");
        };
        Self { name, version: version.parse().expect("a number"), bytes: unhex(bytes), value }
    }
}

/// Whether a difference is about the field at `path`, which begins with the message's name.
fn changed(path: &str, name: &str, difference: &str) -> bool {
    let field = path.strip_prefix(name).unwrap_or("?");
    difference.strip_prefix(field).is_some_and(|rest| rest.starts_with([':', ' ']))
}

pub(crate) fn unhex(text: &str) -> Bytes {
    let digits = text.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).expect("hex digits"));
    digits.map(|pair| u8::from_str_radix(pair, 16).expect("hex digits")).collect()
}
