//! A model of a disk: what is durable of files and folders, and what was done since. Pure.

use std::collections::{BTreeMap, HashMap};

/// Identity of a file or folder.
pub(crate) type NodeId = u64;

/// A change of a file's bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Change {
    Write {
        at: u64,
        bytes: Vec<u8>,
    },
    SetLen(u64),
    /// Makes the file at least this long.
    Extend(u64),
}

/// A change of names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NameChange {
    Link { dir: NodeId, name: String, node: NodeId },
    Unlink { dir: NodeId, name: String, node: NodeId },
    Rename { from: NodeId, old: String, to: NodeId, new: String, node: NodeId },
}

#[derive(Debug, Default)]
pub(crate) struct FileState {
    pub(crate) durable: Vec<u8>,
    /// Changes since, each with its place in the order of all.
    pub(crate) pending: Vec<(u64, Change)>,
}

#[derive(Debug, Default)]
pub(crate) struct DirState {
    pub(crate) live: BTreeMap<String, NodeId>,
    pub(crate) durable: BTreeMap<String, NodeId>,
}

#[derive(Debug)]
pub(crate) enum Node {
    File(FileState),
    Dir(DirState),
}

/// Everything below one folder, which is node 0 and durable itself.
#[derive(Debug)]
pub(crate) struct Disk {
    pub(crate) nodes: HashMap<NodeId, Node>,
    pub(crate) names: Vec<(u64, NameChange)>,
    next_node: NodeId,
    clock: u64,
}

pub(crate) const ROOT: NodeId = 0;

impl Disk {
    pub(crate) fn new() -> Self {
        let nodes = HashMap::from([(ROOT, Node::Dir(DirState::default()))]);
        Self { nodes, names: Vec::new(), next_node: 1, clock: 0 }
    }

    /// Puts a durable file or folder into a durable folder.
    pub(crate) fn put(&mut self, dir: NodeId, name: &str, node: Node) -> NodeId {
        let id = self.add(node);
        let dir = self.dir(dir);
        dir.live.insert(name.to_owned(), id);
        dir.durable.insert(name.to_owned(), id);
        id
    }

    /// The node with this path of names.
    pub(crate) fn find<'n>(&self, names: impl IntoIterator<Item = &'n str>) -> Option<NodeId> {
        let mut at = ROOT;
        for name in names {
            let Node::Dir(dir) = &self.nodes[&at] else { return None };
            at = *dir.live.get(name)?;
        }
        Some(at)
    }

    /// A new file or folder.
    pub(crate) fn create(&mut self, dir: NodeId, name: &str, node: Node) -> NodeId {
        let id = self.add(node);
        self.dir(dir).live.insert(name.to_owned(), id);
        self.note_name(NameChange::Link { dir, name: name.to_owned(), node: id });
        id
    }

    pub(crate) fn unlink(&mut self, dir: NodeId, name: &str) {
        if let Some(node) = self.dir(dir).live.remove(name) {
            self.note_name(NameChange::Unlink { dir, name: name.to_owned(), node });
        }
    }

    pub(crate) fn rename(&mut self, from: NodeId, old: &str, to: NodeId, new: &str) {
        if let Some(node) = self.dir(from).live.remove(old) {
            self.dir(to).live.insert(new.to_owned(), node);
            let (old, new) = (old.to_owned(), new.to_owned());
            self.note_name(NameChange::Rename { from, old, to, new, node });
        }
    }

    pub(crate) fn change(&mut self, file: NodeId, change: Change) {
        self.clock += 1;
        let clock = self.clock;
        if let Some(Node::File(file)) = self.nodes.get_mut(&file) {
            file.pending.push((clock, change));
        }
    }

    /// The present moment, for a [`sync`](Disk::sync) that ends later.
    pub(crate) fn now(&self) -> u64 {
        self.clock
    }

    /// Makes durable what was done to a node up to a moment.
    pub(crate) fn sync(&mut self, node: NodeId, upto: u64) {
        match self.nodes.get_mut(&node) {
            Some(Node::File(file)) => {
                let later = file.pending.split_off(file.pending.partition_point(|(at, _)| *at <= upto));
                for (_, change) in std::mem::replace(&mut file.pending, later) {
                    apply(&mut file.durable, &change);
                }
            }
            Some(Node::Dir(_)) => {
                let concerns = |at: u64, change: &NameChange| at <= upto && touches(change, node);
                let (now, later) =
                    std::mem::take(&mut self.names).into_iter().partition(|(at, c)| concerns(*at, c));
                self.names = later;
                let now: Vec<(u64, NameChange)> = now;
                for (_, change) in now {
                    self.apply_name(&change);
                }
            }
            None => {}
        }
    }

    /// Does a change of names to what is durable.
    pub(crate) fn apply_name(&mut self, change: &NameChange) {
        match change {
            NameChange::Link { dir, name, node } => {
                self.dir(*dir).durable.insert(name.clone(), *node);
            }
            NameChange::Unlink { dir, name, node } => self.forget(*dir, name, *node),
            NameChange::Rename { from, old, to, new, node } => {
                self.forget(*from, old, *node);
                self.dir(*to).durable.insert(new.clone(), *node);
            }
        }
    }

    fn forget(&mut self, dir: NodeId, name: &str, node: NodeId) {
        let durable = &mut self.dir(dir).durable;
        if durable.get(name) == Some(&node) {
            durable.remove(name);
        }
    }

    fn add(&mut self, node: Node) -> NodeId {
        let id = self.next_node;
        self.next_node += 1;
        self.nodes.insert(id, node);
        id
    }

    fn note_name(&mut self, change: NameChange) {
        self.clock += 1;
        self.names.push((self.clock, change));
    }

    fn dir(&mut self, id: NodeId) -> &mut DirState {
        match self.nodes.get_mut(&id) {
            Some(Node::Dir(dir)) => dir,
            other => panic!("node {id} is no folder: {other:?}"),
        }
    }
}

pub(crate) fn apply(content: &mut Vec<u8>, change: &Change) {
    match change {
        Change::Write { at, bytes } => {
            let (at, end) = (*at as usize, *at as usize + bytes.len());
            if content.len() < end {
                content.resize(end, 0);
            }
            content[at..end].copy_from_slice(bytes);
        }
        Change::SetLen(len) => content.resize(*len as usize, 0),
        Change::Extend(len) => content.resize(content.len().max(*len as usize), 0),
    }
}

fn touches(change: &NameChange, dir: NodeId) -> bool {
    match change {
        NameChange::Link { dir: at, .. } | NameChange::Unlink { dir: at, .. } => *at == dir,
        NameChange::Rename { from, to, .. } => *from == dir || *to == dir,
    }
}
