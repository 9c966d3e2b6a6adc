//! What a power cut leaves of a [`Disk`]: all that is durable, and by chance some of the rest. Pure but for the dice.

use rand::Rng;

use super::disk::{Change, Disk, Node, NodeId, apply};

/// The unit that a disk writes whole.
const SECTOR: u64 = 512;

/// What happens to changes that were not synced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// All are lost.
    Lost,
    /// The first are there, the last of them torn; the others are lost.
    Beginning,
    /// Any are there, in pieces.
    Any,
    /// All are there.
    Kept,
}

impl Fate {
    fn by_chance(dice: &mut impl Rng) -> Self {
        [Self::Lost, Self::Lost, Self::Beginning, Self::Any, Self::Kept][dice.random_range(0..5)]
    }
}

/// Files and folders after the cut, by path.
#[derive(Debug, Default)]
pub(crate) struct Remains {
    pub(crate) dirs: Vec<String>,
    /// Path, node, and the new content if it is not what the file has now.
    pub(crate) files: Vec<(String, NodeId, Option<Vec<u8>>)>,
}

/// Cuts the power.
pub(crate) fn cut(disk: &mut Disk, dice: &mut impl Rng) -> Remains {
    let names = std::mem::take(&mut disk.names);
    let kept = match Fate::by_chance(dice) {
        Fate::Lost => 0..0,
        Fate::Beginning => 0..dice.random_range(0..=names.len()),
        Fate::Any | Fate::Kept => 0..names.len(),
    };
    let all = dice.random_bool(0.5);
    for (_, change) in &names[kept] {
        if all || dice.random_bool(0.5) {
            disk.apply_name(change);
        }
    }
    let mut remains = Remains::default();
    collect(disk, super::disk::ROOT, "", dice, &mut remains);
    remains
}

fn collect(disk: &Disk, dir: NodeId, path: &str, dice: &mut impl Rng, remains: &mut Remains) {
    let Node::Dir(state) = &disk.nodes[&dir] else { return };
    for (name, node) in &state.durable {
        let path = format!("{path}/{name}");
        match &disk.nodes[node] {
            Node::Dir(_) => {
                remains.dirs.push(path.clone());
                collect(disk, *node, &path, dice, remains);
            }
            Node::File(file) if file.pending.is_empty() => remains.files.push((path, *node, None)),
            Node::File(file) => {
                let changes: Vec<&Change> = file.pending.iter().map(|(_, change)| change).collect();
                let content = survivors(&file.durable, &changes, Fate::by_chance(dice), dice);
                remains.files.push((path, *node, Some(content)));
            }
        }
    }
}

/// A file's content after the cut.
pub(crate) fn survivors(durable: &[u8], changes: &[&Change], fate: Fate, dice: &mut impl Rng) -> Vec<u8> {
    let mut content = durable.to_vec();
    match fate {
        Fate::Lost => {}
        Fate::Kept => changes.iter().for_each(|change| apply(&mut content, change)),
        Fate::Beginning => {
            let whole = dice.random_range(0..=changes.len());
            changes[..whole].iter().for_each(|change| apply(&mut content, change));
            if let Some(Change::Write { at, bytes }) = changes.get(whole) {
                let torn = dice.random_range(0..=bytes.len());
                apply(&mut content, &Change::Write { at: *at, bytes: bytes[..torn].to_vec() });
            }
        }
        Fate::Any => {
            // A hole is where a file was extended and its bytes did not arrive: zeros, or what lay there before.
            let garbage = dice.random_bool(0.3);
            let extended = dice.random_bool(0.5);
            for change in changes {
                scatter(&mut content, change, garbage, extended, dice);
            }
        }
    }
    content
}

fn scatter(content: &mut Vec<u8>, change: &Change, garbage: bool, extended: bool, dice: &mut impl Rng) {
    let Change::Write { at, bytes } = change else {
        if dice.random_bool(0.5) {
            apply(content, change);
        }
        return;
    };
    let end = at + bytes.len() as u64;
    let before = content.len() as u64;
    if extended && before < end {
        apply(content, &Change::Extend(end));
        if garbage {
            dice.fill_bytes(&mut content[before as usize..]);
        }
    }
    let mut from = *at;
    while from < end {
        let to = (from / SECTOR * SECTOR + SECTOR).min(end);
        if dice.random_bool(0.5) {
            let piece = bytes[(from - at) as usize..(to - at) as usize].to_vec();
            apply(content, &Change::Write { at: from, bytes: piece });
        }
        from = to;
    }
}

#[cfg(test)]
mod tests {
    use super::super::disk::{FileState, ROOT};
    use super::*;

    fn file() -> Node {
        Node::File(FileState::default())
    }

    fn write(at: u64, text: &str) -> Change {
        Change::Write { at, bytes: text.as_bytes().to_vec() }
    }

    fn content<'r>(remains: &'r Remains, path: &str) -> Option<&'r [u8]> {
        let (.., content) = remains.files.iter().find(|(at, ..)| at == path)?;
        content.as_deref()
    }

    #[test]
    fn what_was_synced_survives_every_cut_and_the_rest_only_some() {
        let (mut with_rest, mut without_name) = (0, 0);
        for _ in 0..200 {
            let mut disk = Disk::new();
            let synced = disk.create(ROOT, "synced", file());
            disk.change(synced, write(0, "abc"));
            disk.sync(synced, disk.now());
            disk.sync(ROOT, disk.now());
            disk.change(synced, write(3, "def"));
            let nameless = disk.create(ROOT, "nameless", file());
            disk.change(nameless, write(0, "x"));
            disk.sync(nameless, disk.now());
            let remains = cut(&mut disk, &mut rand::rng());
            let found = content(&remains, "/synced").expect("a synced name");
            assert!(found.starts_with(b"abc") && found.len() <= 6);
            with_rest += usize::from(found == b"abcdef");
            without_name += usize::from(!remains.files.iter().any(|(path, ..)| path == "/nameless"));
        }
        assert!((1..200).contains(&with_rest), "{with_rest}");
        assert!((1..200).contains(&without_name), "{without_name}");
    }

    #[test]
    fn a_sync_covers_what_was_done_before_it_began() {
        let mut disk = Disk::new();
        let node = disk.put(ROOT, "f", file());
        disk.change(node, write(0, "a"));
        let begun = disk.now();
        disk.change(node, write(1, "b"));
        disk.sync(node, begun);
        let Node::File(state) = &disk.nodes[&node] else { panic!("a file") };
        assert_eq!((state.durable.as_slice(), state.pending.len()), (&b"a"[..], 1));
    }

    #[test]
    fn a_replaced_file_is_the_old_or_the_new_one() {
        for _ in 0..100 {
            let mut disk = Disk::new();
            let old = FileState { durable: b"old".to_vec(), pending: Vec::new() };
            disk.put(ROOT, "f", Node::File(old));
            let new = disk.create(ROOT, "f.tmp", file());
            disk.change(new, write(0, "new"));
            disk.sync(new, disk.now());
            disk.rename(ROOT, "f.tmp", ROOT, "f");
            let remains = cut(&mut disk, &mut rand::rng());
            let (_, node, _) = remains.files.iter().find(|(path, ..)| path == "/f").expect("one of them");
            let Node::File(state) = &disk.nodes[node] else { panic!("a file") };
            assert!(state.durable == b"old" || state.durable == b"new");
        }
    }

    #[test]
    fn a_folder_whose_name_was_not_synced_takes_its_files_along() {
        let mut lost = false;
        for _ in 0..100 {
            let mut disk = Disk::new();
            let dir = disk.create(ROOT, "d", Node::Dir(Default::default()));
            let inside = disk.create(dir, "f", file());
            disk.change(inside, write(0, "x"));
            disk.sync(inside, disk.now());
            disk.sync(dir, disk.now());
            lost |= cut(&mut disk, &mut rand::rng()).dirs.is_empty();
        }
        assert!(lost);
    }
}
