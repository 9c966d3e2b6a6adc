//! Every way in which the last bytes of a log can be torn: it is cut at the last whole batch, and nothing else goes.

use super::fixture::{Fixture, NOW, append, append_durably, batch, page_cache, read_all, small_segments};
use crate::fs::MemoryFs;

/// The batches of before, and how long the file is up to the end of each.
fn three_batches() -> (Fixture, Vec<usize>) {
    let fixture = Fixture::with(MemoryFs::new(), page_cache(), small_segments());
    let log = fixture.log();
    for i in 0..8 {
        append(&log, &batch(&[&format!("v{i}")], NOW)).unwrap();
    }
    // Flushed, recovery point and all: what comes after is past it.
    log.flush().wait().unwrap();
    fixture.manager.tick(NOW + 100_000);
    let mut ends = vec![log.size() as usize];
    for i in 8..11 {
        append(&log, &batch(&[&format!("v{i}"), "and more"], NOW)).unwrap();
        ends.push(log.size() as usize);
    }
    (fixture, ends)
}

fn sweep(damage: impl Fn(&mut Vec<u8>, usize)) {
    let (fixture, ends) = three_batches();
    let whole = fixture.fs.bytes(&fixture.folder().join("00000000000000000000.log")).unwrap();
    let expected = read_all(&fixture.log(), 0, 1000);
    let mut fixture = fixture;
    for at in ends[0]..*ends.last().unwrap() {
        let path = fixture.folder().join("00000000000000000000.log");
        fixture.fs.kill();
        let mut damaged = whole.clone();
        damage(&mut damaged, at);
        let kept = ends.iter().filter(|end| damaged.get(..**end) == Some(&whole[..**end])).count() - 1;
        fixture.fs.corrupt(&path, |bytes| *bytes = damaged).unwrap();
        fixture.kill_and_restart();
        let log = fixture.log();
        let records = read_all(&log, 0, 1000);
        assert_eq!(records.len(), 8 + 2 * kept, "damaged at {at}");
        assert_eq!(records[..], expected[..records.len()]);
        assert_eq!(log.size() as usize, ends[kept]);
        let next = append_durably(&log, &batch(&["next"], NOW));
        assert_eq!(next.first_offset.0, records.len() as i64, "the next record follows the last");
        fixture.kill_and_restart();
        assert_eq!(read_all(&fixture.log(), 0, 1000).len(), records.len() + 1);
        fixture.log().truncate_to(aqueduct_protocol::ids::Offset(8)).unwrap();
    }
}

#[test]
fn a_file_cut_at_any_byte() {
    sweep(|bytes, at| bytes.truncate(at));
}

#[test]
fn zeros_from_any_byte_on() {
    sweep(|bytes, at| bytes[at..].fill(0));
}

#[test]
fn garbage_from_any_byte_on() {
    sweep(|bytes, at| {
        for (i, byte) in bytes[at..].iter_mut().enumerate() {
            *byte ^= (i as u8).wrapping_mul(167) | 1;
        }
    });
}

#[test]
fn one_flipped_bit_at_any_byte() {
    sweep(|bytes, at| bytes[at] ^= 0x10);
}
