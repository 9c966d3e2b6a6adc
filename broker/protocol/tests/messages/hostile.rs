//! Bytes that no honest peer sends: nothing panics, and memory stays within a multiple of the input.

use bytes::Bytes;

use aqueduct_protocol::ApiKey;
use aqueduct_protocol::codec::{DecodeError, Decoder, MAX_ARRAY_ELEMENTS, Message, decode_request_header};
use aqueduct_protocol::messages::{CreateTopicsRequest, MetadataRequest, RequestBody, ResponseBody};

use crate::allocation::peak_of;
use crate::catalogue::OURS;
use crate::random::Random;
use crate::round_trip::descriptors;
use crate::wire::{Writer, varint};

/// Decoding may hold eight times its input and a mebibyte, the input itself not counted.
fn allowed(input: usize) -> usize {
    8 * input + 1024 * 1024
}

/// Decodes `bytes` as any kind of message and checks memory; gives whether it was valid.
fn decode_bounded(name: &str, bytes: &Bytes, version: i16) -> bool {
    let ours = crate::round_trip::ours(name);
    let (peak, valid) = peak_of(|| (ours.decode_only)(bytes.clone(), version));
    assert!(peak <= allowed(bytes.len()), "{name} v{version}: {peak} bytes for an input of {}", bytes.len());
    valid.is_ok()
}

/// A valid message of each kind and version.
fn samples(seed: u64, mut with: impl FnMut(&str, i16, &[u8], &mut Random)) {
    let mut random = Random(seed);
    for message in &descriptors() {
        for version in message.versions.low..=message.versions.high {
            let bytes = Writer { message, version, random: &mut random, unknown_tags: true }.write();
            with(&message.root.name, version, &bytes, &mut random);
        }
    }
}

#[test]
fn message_cut_anywhere_is_an_error() {
    samples(3, |name, version, bytes, _| {
        let whole = Bytes::copy_from_slice(bytes);
        // Long samples are cut at every byte of their ends.
        let cuts = (0..bytes.len()).filter(|cut| *cut < 400 || bytes.len() - cut < 100);
        for cut in cuts {
            assert!(!decode_bounded(name, &whole.slice(..cut), version), "{name} v{version} cut at {cut}");
        }
    });
}

#[test]
fn bytes_after_a_message_are_an_error() {
    samples(4, |name, version, bytes, _| {
        let longer = Bytes::from([bytes, &[0]].concat());
        assert!(!decode_bounded(name, &longer, version), "{name} v{version}");
    });
}

#[test]
fn mutated_messages_neither_panic_nor_take_memory() {
    samples(5, |name, version, bytes, random| {
        for _ in 0..40 {
            let mut mutated = bytes.to_vec();
            for _ in 0..1 + random.below(3) {
                mutate(&mut mutated, random);
            }
            decode_bounded(name, &Bytes::from(mutated), version);
        }
    });
}

fn mutate(bytes: &mut Vec<u8>, random: &mut Random) {
    let at = random.below(bytes.len() + 1);
    match random.below(4) {
        0 => bytes.truncate(at),
        1 => bytes.insert(at, random.next() as u8),
        2 => {
            let huge: &[u8] = if random.once_in(2) { &[0x7f, 0xff, 0xff, 0xff] } else { &[0xff; 5] };
            bytes.splice(at..bytes.len().min(at + huge.len()), huge.iter().copied());
        }
        _ => {
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= 1 << random.below(8);
            }
        }
    }
}

#[test]
fn random_bytes_neither_panic_nor_take_memory() {
    let mut random = Random(6);
    for ours in OURS {
        for version in ours.versions.0..=ours.versions.1 {
            for _ in 0..10 {
                let length = random.below(300);
                let bytes: Vec<u8> = (0..length).map(|_| (random.next() >> 58) as u8).collect();
                decode_bounded(ours.name, &Bytes::from(bytes), version);
            }
        }
    }
}

#[test]
fn count_beyond_the_bytes_left_is_refused_before_it_allocates() {
    for count in [2, 1000, 1_000_000, i32::MAX] {
        let bytes = Bytes::copy_from_slice(&count.to_be_bytes());
        let (peak, result) = peak_of(|| MetadataRequest::decode(&mut Decoder::new(bytes), 1));
        assert!(matches!(result, Err(DecodeError::TooManyElements { .. })), "{result:?}");
        assert!(peak < 64, "{peak}");
    }
}

#[test]
fn millions_of_one_byte_names_are_refused() {
    // 20 MiB: two bytes of length and one of name each.
    let count = MAX_ARRAY_ELEMENTS;
    let mut bytes = (count as i32).to_be_bytes().to_vec();
    bytes.extend([0, 1, b'x'].repeat(count));
    assert!(!decode_bounded("MetadataRequest", &Bytes::from(bytes.clone()), 1));

    let count = 20 * 1024 * 1024 / 3;
    let mut bytes = (count as i32).to_be_bytes().to_vec();
    bytes.extend([0, 1, b'x'].repeat(count));
    assert!(!decode_bounded("MetadataRequest", &Bytes::from(bytes), 1));
}

#[test]
fn topic_with_millions_of_empty_configs_is_refused() {
    let configs = 900_000;
    let mut bytes = vec![2, 2, b't', 0, 0, 0, 1, 0, 1, 1];
    varint(configs + 1, &mut bytes);
    bytes.extend([1, 1, 0].repeat(configs as usize));
    bytes.extend([0, 0, 0, 0, 0, 0, 0]);
    let (peak, result) =
        peak_of(|| CreateTopicsRequest::decode(&mut Decoder::new(Bytes::from(bytes.clone())), 7));
    assert!(matches!(result, Err(DecodeError::MemoryBudget { .. })), "{:?}", result.map(|_| ()));
    assert!(peak <= allowed(bytes.len()));
}

#[test]
fn many_unknown_tags_stay_within_the_budget() {
    let mut bytes = vec![];
    varint(10_000, &mut bytes);
    for tag in 100..10_100 {
        varint(tag, &mut bytes);
        bytes.push(0);
    }
    decode_bounded("HeartbeatResponse", &Bytes::from([&[0, 0, 0, 0, 0, 0][..], &bytes].concat()), 4);
}

#[test]
fn large_metadata_request_of_ordinary_names_is_accepted() {
    let count = 100_000;
    let mut bytes = vec![];
    varint(count + 1, &mut bytes);
    for topic in 0..count {
        bytes.extend([0; 16]);
        let name = format!("topic-{topic}");
        varint(name.len() as u32 + 1, &mut bytes);
        bytes.extend(name.as_bytes());
        bytes.push(0);
    }
    bytes.extend([1, 0, 0]);
    assert!(decode_bounded("MetadataRequest", &Bytes::from(bytes), 13));
}

#[test]
fn any_key_and_version_decodes_without_a_panic() {
    let mut random = Random(7);
    for key in -2..100 {
        for version in [-1, 0, 1, 5, 12, 100, i16::MAX] {
            let mut frame = [i16::to_be_bytes(key), i16::to_be_bytes(version)].concat();
            frame.extend((0..random.below(60)).map(|_| (random.next() >> 60) as u8).collect::<Vec<_>>());
            let mut decoder = Decoder::new(Bytes::from(frame));
            if let Ok((key, header)) = decode_request_header(&mut decoder) {
                let _ = RequestBody::decode(key, &mut decoder, header.request_api_version);
            }
            if let Ok(key) = ApiKey::try_from(key) {
                let _ = ResponseBody::decode(key, &mut Decoder::new(Bytes::from(vec![0; 50])), version);
            }
        }
    }
}
