//! Every message in every version: random bytes are read and written again without a change, and the
//! independent codec reads the same values out of them.

use std::collections::BTreeSet;
use std::path::Path;

use aqueduct_protocol_generator::descriptor::Message;
use aqueduct_protocol_generator::read_descriptors;
use bytes::Bytes;

use crate::catalogue::{OURS, Ours, THEIRS, Theirs};
use crate::debug_tree::Tree;
use crate::random::Random;
use crate::wire::Writer;

/// Messages in which the independent codec takes the field `Version` for the version to decode.
const WRONG_THERE: [&str; 2] = ["LeaderChangeMessage", "VotersRecord"];

/// Random values for each message and version.
const ROUNDS: usize = 24;

pub(crate) fn descriptors() -> Vec<Message> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("descriptors");
    let families = read_descriptors(&folder).expect("the descriptors are valid");
    families.into_iter().flat_map(|family| family.messages).collect()
}

pub(crate) fn ours(name: &str) -> &'static Ours {
    OURS.iter().find(|ours| ours.name == name).expect("every message is in the catalogue")
}

#[test]
fn catalogue_has_every_message() {
    let described: BTreeSet<_> = descriptors().iter().map(|message| message.root.name.clone()).collect();
    let listed: BTreeSet<_> = OURS.iter().map(|ours| ours.name.to_owned()).collect();
    assert_eq!(described, listed);
}

#[test]
fn every_message_survives_a_round_trip_in_every_version() {
    let mut random = Random(1);
    for message in &descriptors() {
        let ours = ours(&message.root.name);
        assert_eq!(ours.versions, (message.versions.low, message.versions.high), "{}", ours.name);
        for version in ours.versions.0..=ours.versions.1 {
            for round in 0..ROUNDS {
                let mut writer = Writer { message, version, random: &mut random, unknown_tags: true };
                let bytes = Bytes::from(writer.write());
                let what = format!("{} v{version} round {round}", ours.name);
                let decoded = (ours.decode)(bytes.clone(), version).unwrap_or_else(|e| panic!("{what}: {e}"));
                let encoded = decoded.encoded.unwrap_or_else(|e| panic!("{what}: {e}"));
                assert_eq!(encoded.concat(), bytes, "{what}: {}", decoded.debug);
            }
        }
    }
}

#[test]
fn independent_codec_reads_the_same_values() {
    let mut random = Random(2);
    let mut compared = 0;
    let mut not_there = BTreeSet::new();
    let mut faults = BTreeSet::new();
    for message in &descriptors() {
        let name = message.root.name.as_str();
        let theirs = THEIRS.iter().find(|theirs| theirs.name == name && !WRONG_THERE.contains(&name));
        for version in message.versions.low..=message.versions.high {
            let Some(theirs) = theirs.filter(|t| t.versions.0 <= version && version <= t.versions.1) else {
                not_there.insert(format!("{name} v{version}"));
                continue;
            };
            for _ in 0..ROUNDS {
                let mut writer = Writer { message, version, random: &mut random, unknown_tags: true };
                let bytes = Bytes::from(writer.write());
                faults.extend(compare(theirs, message, bytes, version));
            }
            compared += 1;
        }
    }
    assert!(faults.is_empty(), "{} differences:\n{}", faults.len(), Vec::from_iter(faults).join("\n"));
    println!("{compared} versions of messages compared; not in the independent codec: {not_there:?}");
}

fn compare(theirs: &Theirs, message: &Message, bytes: Bytes, version: i16) -> Vec<String> {
    let name = theirs.name;
    let fault = |text: &str| format!("{name} v{version}: {text}");
    let (debug, encoded) = match (theirs.round_trip)(bytes.clone(), version) {
        Ok(result) => result,
        Err(error) => return vec![fault(&error)],
    };
    let mut faults = Vec::new();
    if encoded != bytes {
        faults.push(fault("it writes other bytes"));
    }
    let mine = (ours(name).decode)(bytes, version).expect("checked by the round trip");
    // A field that came with a version the other codec does not know yet, or has no version any more.
    let newer = message.versions.high > theirs.versions.1;
    let (mut mine, mut peers) = (Tree::parse(&mine.debug), Tree::parse(&debug));
    if name == "ShareFetchResponse" {
        // Its records are an `Option` there, although no version allows null.
        (mine, peers) = (mine.without_some(), peers.without_some());
    }
    let differences = mine.differences(&peers, &|_| newer);
    faults.extend(differences.iter().map(|text| fault(text)));
    faults
}
