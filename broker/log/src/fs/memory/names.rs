//! The names of files and directories: as they are, as they are durable, and the changes between the two.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use super::random::Random;

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Entry {
    Dir,
    File(u64),
}

/// A change, and the directories it has to be synced with.
struct Change {
    dirs: Vec<PathBuf>,
    what: Rename,
}

/// A change of a name.
#[derive(Clone, Debug)]
pub(super) enum Rename {
    Add(PathBuf, Entry),
    Remove(PathBuf),
    Move(PathBuf, PathBuf),
}

/// All names of a disk.
#[derive(Default)]
pub(super) struct Names {
    now: BTreeMap<PathBuf, Entry>,
    durable: BTreeMap<PathBuf, Entry>,
    /// Changes since the last sync of their directory, in order.
    journal: Vec<Change>,
}

impl Names {
    /// What a name stands for, if there is one.
    pub(super) fn get(&self, path: &Path) -> Option<Entry> {
        self.now.get(path).copied()
    }

    /// The inode of a file's name.
    pub(super) fn file(&self, path: &Path) -> io::Result<u64> {
        match self.now.get(path) {
            Some(Entry::File(inode)) => Ok(*inode),
            Some(Entry::Dir) => Err(io::ErrorKind::IsADirectory.into()),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }

    /// The names in a directory.
    pub(super) fn in_dir(&self, dir: &Path) -> impl Iterator<Item = (&Path, Entry)> {
        let within = self.now.iter().filter(move |(path, _)| path.parent() == Some(dir));
        within.map(|(path, entry)| (path.as_path(), *entry))
    }

    /// The inodes that have a name.
    pub(super) fn inodes(&self) -> impl Iterator<Item = u64> {
        self.now
            .values()
            .filter_map(|entry| if let Entry::File(number) = entry { Some(*number) } else { None })
    }

    /// Changes a name; durable once its directory is synced.
    pub(super) fn change(&mut self, what: Rename) {
        let parent = |path: &Path| path.parent().unwrap_or(Path::new("/")).to_path_buf();
        let dirs = match &what {
            Rename::Add(path, _) | Rename::Remove(path) => vec![parent(path)],
            Rename::Move(from, to) => vec![parent(from), parent(to)],
        };
        apply(&mut self.now, &what);
        self.journal.push(Change { dirs, what });
    }

    /// Makes the changes of a directory durable. A journal commits in order: with them, all that came before them.
    pub(super) fn sync(&mut self, dir: &Path) {
        let of_dir = |change: &Change| change.dirs.iter().any(|changed| changed == dir);
        let committed = self.journal.iter().rposition(of_dir).map_or(0, |last| last + 1);
        for change in self.journal.drain(..committed) {
            apply(&mut self.durable, &change.what);
        }
    }

    /// What a crash leaves: what was durable, and of the later changes a prefix, as a file system with a journal keeps
    /// it, or any of them.
    pub(super) fn forget_unsynced(&mut self, random: &mut Random) {
        let journalled = random.below(2) == 0;
        let keep = random.below(self.journal.len() + 1);
        for (i, change) in std::mem::take(&mut self.journal).into_iter().enumerate() {
            let kept = if journalled { i < keep } else { random.below(2) == 0 };
            if kept {
                apply(&mut self.durable, &change.what);
            }
        }
        self.now = self.durable.clone();
    }
}

fn apply(names: &mut BTreeMap<PathBuf, Entry>, change: &Rename) {
    match change {
        Rename::Add(path, entry) => {
            names.insert(path.clone(), *entry);
        }
        Rename::Remove(path) => {
            names.retain(|name, _| !name.starts_with(path));
        }
        Rename::Move(from, to) => {
            let moved: Vec<_> = names
                .iter()
                .filter(|(name, _)| name.starts_with(from))
                .map(|(n, e)| (n.clone(), *e))
                .collect();
            for (name, entry) in moved {
                names.remove(&name);
                let rest = name.strip_prefix(from).expect("filtered by prefix");
                let target = if rest.as_os_str().is_empty() { to.clone() } else { to.join(rest) };
                names.insert(target, entry);
            }
        }
    }
}
