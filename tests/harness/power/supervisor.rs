//! The supervisor: carries the watched calls of a process over to the model of its disk.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::io;
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Component, Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::disk::{Change, DirState, Disk, FileState, Node, NodeId, ROOT, apply};
use super::notification::{Answer, Notification, receive};
use super::power::{Call, Fault};

/// What a test and the thread that supervises share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) root: PathBuf,
    pub(super) disk: Disk,
    /// Which node a real file or folder is, by device and inode.
    known: HashMap<(u64, u64), NodeId>,
    /// Files that the kernel wrote at a cursor, or extended: a kill may come before the change that was announced.
    by_cursor: HashSet<NodeId>,
    pub(super) on: bool,
    pub(super) syncs: Vec<Sync>,
    pub(super) faults: Vec<Fault>,
    pub(super) hit: usize,
    pub(super) violations: Vec<String>,
}

/// A sync that has begun.
#[derive(Debug)]
pub(super) struct Sync {
    call: Notification,
    node: NodeId,
    upto: u64,
    due: Instant,
}

pub(super) fn locked(shared: &Mutex<Shared>) -> MutexGuard<'_, Shared> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Answers the calls of a process until it has ended.
pub(super) fn supervise(listener: &OwnedFd, shared: &Mutex<Shared>) {
    loop {
        let due = locked(shared).syncs.iter().map(|sync| sync.due).min();
        let wait = due.map_or(50, |due| {
            due.saturating_duration_since(Instant::now()).as_micros().div_ceil(1000) as i32
        });
        let mut poll = libc::pollfd { fd: listener.as_raw_fd(), events: libc::POLLIN, revents: 0 };
        // SAFETY: one pollfd, which outlives the call.
        unsafe { libc::poll(&raw mut poll, 1, wait) };
        if poll.revents & libc::POLLIN != 0
            && let Some(call) = receive(listener)
        {
            let mut shared = locked(shared);
            if shared.on
                && let Some(answer) = shared.handle(&call)
            {
                call.answer(listener, answer);
            }
        } else if poll.revents & libc::POLLHUP != 0 {
            return;
        }
        locked(shared).end_syncs(listener);
    }
}

impl Shared {
    /// Of a process whose data lie below `root`, which is there.
    pub(super) fn new(root: PathBuf) -> Shared {
        let mut shared = Shared {
            root,
            disk: Disk::new(),
            known: HashMap::new(),
            by_cursor: HashSet::new(),
            on: true,
            syncs: Vec::new(),
            faults: Vec::new(),
            hit: 0,
            violations: Vec::new(),
        };
        shared.take_stock();
        shared
    }

    /// Begins with what lies in the folder now, all of it durable.
    pub(super) fn take_stock(&mut self) {
        self.disk = Disk::new();
        self.known.clear();
        self.by_cursor.clear();
        self.syncs.clear();
        let root = self.root.clone();
        self.learn(&root, ROOT);
        self.take_folder(&root, ROOT);
    }

    fn take_folder(&mut self, path: &Path, dir: NodeId) {
        for entry in fs::read_dir(path).expect("the folder can be read").flatten() {
            let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
            if path.is_dir() {
                let node = self.disk.put(dir, &name, Node::Dir(DirState::default()));
                self.learn(&path, node);
                self.take_folder(&path, node);
            } else {
                let durable = fs::read(&path).expect("the file can be read");
                let state = FileState { durable, pending: Vec::new() };
                let node = self.disk.put(dir, &name, Node::File(state));
                self.learn(&path, node);
            }
        }
    }

    /// After the end of a process: whether every file is what the model says it was made. A difference is a violation.
    pub(super) fn compare(&mut self) {
        let mut dirs = vec![(self.root.clone(), ROOT)];
        while let Some((path, dir)) = dirs.pop() {
            let Node::Dir(state) = &self.disk.nodes[&dir] else { continue };
            for (name, node) in &state.live {
                let path = path.join(name);
                match &self.disk.nodes[node] {
                    Node::Dir(_) => dirs.push((path, *node)),
                    Node::File(file) => {
                        let mut made = file.durable.clone();
                        file.pending.iter().for_each(|(_, change)| apply(&mut made, change));
                        if fs::read(&path).ok().as_ref() != Some(&made) && !self.by_cursor.contains(node) {
                            self.violations.push(format!("{} is not what was written", path.display()));
                        }
                    }
                }
            }
        }
    }

    fn learn(&mut self, path: &Path, node: NodeId) {
        let metadata = fs::metadata(path).expect("what was just made or listed is there");
        self.known.insert((metadata.dev(), metadata.ino()), node);
    }

    /// The answer to a call; `None` if it comes later.
    fn handle(&mut self, call: &Notification) -> Option<Answer> {
        let [a, b, c, d, e, _] = call.arguments;
        Some(match i64::from(call.call) {
            libc::SYS_write => self.write(call, a, None, || call.read(b, c as usize)),
            libc::SYS_writev => self.write(call, a, None, || call.read_slices(b, c)),
            libc::SYS_pwrite64 => self.write(call, a, Some(d), || call.read(b, c as usize)),
            libc::SYS_pwritev | libc::SYS_pwritev2 => {
                self.write(call, a, Some(d | e << 32), || call.read_slices(b, c))
            }
            libc::SYS_pread64 => match self.read_fault(call, a) {
                Some(errno) => Answer::Fail(errno),
                None => Answer::Go,
            },
            libc::SYS_ftruncate => self.set_len(call, a, b),
            libc::SYS_fallocate => self.allocate(call, a, b, c + d),
            libc::SYS_fsync | libc::SYS_fdatasync => return self.sync(call, a),
            libc::SYS_open | libc::SYS_creat => self.open(call, None, a, if call.call == 2 { b } else { 0 }),
            libc::SYS_openat => self.open(call, Some(a), b, c),
            libc::SYS_mkdir => self.make_dir(call.path(a, None)),
            libc::SYS_mkdirat => self.make_dir(call.path(b, Some(a))),
            libc::SYS_unlink | libc::SYS_rmdir => self.remove(call.path(a, None), call.call == 84),
            libc::SYS_unlinkat => self.remove(call.path(b, Some(a)), c as i32 & libc::AT_REMOVEDIR != 0),
            libc::SYS_rename => self.rename(call.path(a, None), call.path(b, None)),
            libc::SYS_renameat | libc::SYS_renameat2 if call.call == 264 || e == 0 => {
                self.rename(call.path(b, Some(a)), call.path(d, Some(c)))
            }
            libc::SYS_mmap => self.unmodelled(call, e),
            libc::SYS_sendfile => match self.read_fault(call, b) {
                Some(errno) => Answer::Fail(errno),
                None => self.unmodelled(call, a),
            },
            libc::SYS_splice => self.unmodelled(call, c),
            other => {
                self.violations.push(format!("call {other}"));
                Answer::Fail(libc::ENOSYS)
            }
        })
    }

    /// A write at a position is done here, so that it has happened when the model says so: between the answer and the
    /// kernel's work the process may be killed.
    fn write(
        &mut self,
        call: &Notification,
        fd: u64,
        at: Option<u64>,
        bytes: impl FnOnce() -> io::Result<Vec<u8>>,
    ) -> Answer {
        let Some(node) = self.node(call, fd) else { return Answer::Go };
        if let Some(errno) = self.fault(call, fd, Call::Write) {
            return Answer::Fail(errno);
        }
        let (position, bytes) =
            match at.map_or_else(|| call.position(fd), Ok).and_then(|at| Ok((at, bytes()?))) {
                Ok(write) => write,
                Err(error) => {
                    self.violations.push(format!("a write that cannot be followed: {error}"));
                    return Answer::Go;
                }
            };
        let length = bytes.len() as i64;
        if at.is_none() {
            // The cursor is the process's own.
            self.by_cursor.insert(node);
            self.disk.change(node, Change::Write { at: position, bytes });
            return Answer::Go;
        }
        let written = call.open(fd).and_then(|file| file.write_all_at(&bytes, position));
        self.done(written, |this| {
            this.disk.change(node, Change::Write { at: position, bytes });
            length
        })
    }

    fn set_len(&mut self, call: &Notification, fd: u64, len: u64) -> Answer {
        let Some(node) = self.node(call, fd) else { return Answer::Go };
        self.done(call.open(fd).and_then(|file| file.set_len(len)), |this| {
            this.disk.change(node, Change::SetLen(len));
            0
        })
    }

    fn allocate(&mut self, call: &Notification, fd: u64, mode: u64, end: u64) -> Answer {
        match mode as i32 {
            0 => {
                if let Some(node) = self.node(call, fd) {
                    self.by_cursor.insert(node);
                    self.disk.change(node, Change::Extend(end));
                }
                Answer::Go
            }
            libc::FALLOC_FL_KEEP_SIZE => Answer::Go,
            _ => self.unmodelled(call, fd),
        }
    }

    /// A sync is answered after a while. The real one is not done: what is durable is up to the model.
    fn sync(&mut self, call: &Notification, fd: u64) -> Option<Answer> {
        let Some(node) = self.node(call, fd) else { return Some(Answer::Go) };
        if let Some(errno) = self.fault(call, fd, Call::Sync) {
            // The system forgets what it could not write: no later sync makes it durable.
            if let Some(Node::File(file)) = self.disk.nodes.get_mut(&node) {
                file.pending.clear();
            }
            return Some(Answer::Fail(errno));
        }
        let due = Instant::now() + Duration::from_micros(rand::random_range(50..3_000));
        self.syncs.push(Sync { call: *call, node, upto: self.disk.now(), due });
        None
    }

    fn end_syncs(&mut self, listener: &OwnedFd) {
        let now = Instant::now();
        for sync in self.syncs.extract_if(.., |sync| sync.due <= now).collect::<Vec<_>>() {
            self.disk.sync(sync.node, sync.upto);
            sync.call.answer(listener, Answer::Done(0));
        }
    }

    /// A new file is made here, so that its identity is known before anything is written to it.
    fn open(&mut self, call: &Notification, folder: Option<u64>, path: u64, flags: u64) -> Answer {
        let flags = flags as i32;
        let Ok(path) = call.path(path, folder) else { return Answer::Go };
        let Some(names) = self.below_root(&path) else { return Answer::Go };
        match fs::symlink_metadata(&path) {
            Ok(metadata) if flags & libc::O_TRUNC != 0 && metadata.len() > 0 => {
                if let Some(node) = self.known.get(&(metadata.dev(), metadata.ino())) {
                    self.disk.change(*node, Change::SetLen(0));
                }
            }
            Ok(_) => {}
            Err(_) if flags & libc::O_EXCL != 0 => {
                self.violations.push(format!("O_EXCL: {}", path.display()))
            }
            Err(_) => {
                if let Some((dir, name)) = self.folder_of(&names)
                    && fs::File::create(&path).is_ok()
                {
                    let node = self.disk.create(dir, &name, Node::File(FileState::default()));
                    self.learn(&path, node);
                }
            }
        }
        Answer::Go
    }

    fn make_dir(&mut self, path: io::Result<PathBuf>) -> Answer {
        let Ok(path) = path else { return Answer::Go };
        let Some(names) = self.below_root(&path) else { return Answer::Go };
        self.done(fs::create_dir(&path), |this| {
            if let Some((dir, name)) = this.folder_of(&names) {
                let node = this.disk.create(dir, &name, Node::Dir(DirState::default()));
                this.learn(&path, node);
            }
            0
        })
    }

    fn remove(&mut self, path: io::Result<PathBuf>, is_dir: bool) -> Answer {
        let Ok(path) = path else { return Answer::Go };
        let Some(names) = self.below_root(&path) else { return Answer::Go };
        let removed = if is_dir { fs::remove_dir(&path) } else { fs::remove_file(&path) };
        self.done(removed, |this| {
            if let Some((dir, name)) = this.folder_of(&names) {
                this.disk.unlink(dir, &name);
            }
            0
        })
    }

    fn rename(&mut self, old: io::Result<PathBuf>, new: io::Result<PathBuf>) -> Answer {
        let (Ok(old), Ok(new)) = (old, new) else { return Answer::Go };
        let (from, to) = match (self.below_root(&old), self.below_root(&new)) {
            (Some(from), Some(to)) => (from, to),
            (None, None) => return Answer::Go,
            _ => {
                self.violations.push(format!("{} renamed to {}", old.display(), new.display()));
                return Answer::Go;
            }
        };
        self.done(fs::rename(&old, &new), |this| {
            if let (Some((from, old)), Some((to, new))) = (this.folder_of(&from), this.folder_of(&to)) {
                this.disk.rename(from, &old, to, &new);
            }
            0
        })
    }

    /// The answer to a call that was done here; `then` tells the model, and gives what the call returns.
    fn done(&mut self, result: io::Result<()>, then: impl FnOnce(&mut Self) -> i64) -> Answer {
        match result {
            Ok(()) => Answer::Done(then(self)),
            Err(error) => Answer::Fail(error.raw_os_error().unwrap_or(libc::EIO)),
        }
    }

    /// A way to change a file that the model does not follow.
    fn unmodelled(&mut self, call: &Notification, fd: u64) -> Answer {
        if self.node(call, fd).is_some() {
            self.violations.push(format!("call {} on {:?}", call.call, fs::read_link(call.descriptor(fd))));
        }
        Answer::Go
    }

    fn node(&self, call: &Notification, fd: u64) -> Option<NodeId> {
        let metadata = fs::metadata(call.descriptor(fd)).ok()?;
        self.known.get(&(metadata.dev(), metadata.ino())).copied()
    }

    /// The error of a read of a file below the root, if it is to fail.
    fn read_fault(&mut self, call: &Notification, fd: u64) -> Option<i32> {
        self.node(call, fd).and_then(|_| self.fault(call, fd, Call::Read))
    }

    fn fault(&mut self, call: &Notification, fd: u64, kind: Call) -> Option<i32> {
        if self.faults.is_empty() {
            return None;
        }
        let path = fs::read_link(call.descriptor(fd)).ok()?;
        let path = path.to_string_lossy();
        let meant =
            |fault: &&mut Fault| fault.call == kind && fault.times > 0 && path.ends_with(&fault.path_end);
        let fault = self.faults.iter_mut().find(meant)?;
        fault.times -= 1;
        self.hit += 1;
        Some(fault.errno)
    }

    /// The names that lead from the root to a path, if it lies below.
    fn below_root(&self, path: &Path) -> Option<Vec<String>> {
        let rest = path.strip_prefix(&self.root).ok()?;
        let name = |part: Component<'_>| match part {
            Component::Normal(name) => Some(name.to_string_lossy().into_owned()),
            _ => None,
        };
        rest.components().map(name).collect::<Option<Vec<_>>>().filter(|names| !names.is_empty())
    }

    fn folder_of(&self, names: &[String]) -> Option<(NodeId, String)> {
        let (name, folders) = names.split_last()?;
        let dir = self.disk.find(folders.iter().map(String::as_str))?;
        Some((dir, name.clone()))
    }
}
