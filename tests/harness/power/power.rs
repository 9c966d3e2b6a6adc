//! The power of a process, as a test switches it off, and calls of the process, as a test makes them fail.

use std::fs;
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixDatagram;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use super::cut::{Remains, cut};
use super::descriptor::{receive_descriptor, send_descriptor};
use super::disk::{Disk, Node};
use super::filter;
use super::supervisor::{Shared, locked, supervise};

/// A kind of call that can be made to fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Call {
    /// `pread`, and `sendfile` from the file.
    Read,
    /// `write`, `pwrite`, `pwritev`.
    Write,
    /// `fsync`, `fdatasync`. What the sync should have made durable never is.
    Sync,
}

/// Calls on certain files fail.
#[derive(Debug, Clone)]
pub struct Fault {
    /// Which calls.
    pub call: Call,
    /// On files whose path ends so.
    pub path_end: String,
    /// With this `errno`.
    pub errno: i32,
    /// How many times.
    pub times: usize,
}

/// The power of a process whose data lies below one folder.
#[derive(Debug)]
pub struct Power {
    shared: Arc<Mutex<Shared>>,
    reads: bool,
    supervisor: Option<JoinHandle<()>>,
}

/// What a command needs between being prepared and running.
#[derive(Debug)]
pub(crate) struct Prepared {
    receiver: UnixDatagram,
    _sender: UnixDatagram,
}

impl Power {
    /// For processes whose data will lie below `root`, which is made, or taken as durable if it is there. `reads`:
    /// reads can be made to fail, too.
    pub fn new(root: &Path, reads: bool) -> Self {
        fs::create_dir_all(root).expect("the folder can be made");
        let root = root.canonicalize().expect("the folder is there");
        let shared = Arc::new(Mutex::new(Shared::new(root)));
        Self { shared, reads, supervisor: None }
    }

    /// Whether this machine lets a test supervise a process.
    pub fn is_possible() -> bool {
        let mut command = Command::new("true");
        // Tests of one process ask at the same time.
        let folder = tempfile::tempdir().expect("a folder");
        let probe = Self::new(folder.path(), false);
        let prepared = probe.prepare(&mut command);
        match command.spawn() {
            Ok(mut child) => {
                let mut probe = probe;
                probe.watch(prepared);
                child.wait().is_ok_and(|status| status.success())
            }
            Err(_) => false,
        }
    }

    /// Puts a command that has not started yet under supervision; [`watch`](Power::watch) must follow its start.
    pub(crate) fn prepare(&self, command: &mut Command) -> Prepared {
        let (receiver, sender) = UnixDatagram::pair().expect("a pair of sockets");
        let (socket, program) = (sender.as_raw_fd(), filter::program(self.reads));
        // SAFETY: between fork and exec only system calls are made, none of which allocates.
        unsafe {
            command.pre_exec(move || {
                let listener = filter::install(&program)?;
                send_descriptor(socket, listener)
            });
        }
        Prepared { receiver, _sender: sender }
    }

    /// Begins to supervise a command that has started.
    pub(crate) fn watch(&mut self, prepared: Prepared) {
        let listener = receive_descriptor(&prepared.receiver).expect("the process sent its listener");
        locked(&self.shared).on = true;
        let shared = Arc::clone(&self.shared);
        self.supervisor = Some(std::thread::spawn(move || supervise(&listener, &shared)));
    }

    /// The process is to be killed: from now on nothing more becomes durable, and no sync is answered.
    pub(crate) fn off(&self) {
        let mut shared = locked(&self.shared);
        shared.on = false;
        shared.syncs.clear();
    }

    /// The process has been killed and the machine lost its power: the folder is made anew from what is durable, and
    /// by chance some of the rest.
    pub(crate) fn lose(&mut self) {
        self.join();
        let mut shared = locked(&self.shared);
        let Shared { disk, root, .. } = &mut *shared;
        let remains = cut(disk, &mut rand::rng());
        restore(root, disk, &remains);
        shared.take_stock();
    }

    /// Waits for the supervisor of a process that has ended.
    pub(crate) fn join(&mut self) {
        if let Some(supervisor) = self.supervisor.take() {
            supervisor.join().expect("the supervisor ends with its process");
            locked(&self.shared).compare();
        }
    }

    /// Makes calls fail from now on.
    pub fn inject(&self, fault: Fault) {
        locked(&self.shared).faults.push(fault);
    }

    /// No more calls fail.
    pub fn heal(&self) {
        locked(&self.shared).faults.clear();
    }

    /// How many calls were made to fail.
    pub fn failed_calls(&self) -> usize {
        locked(&self.shared).hit
    }

    /// Panics if the process did what the model does not know: then its findings mean nothing.
    pub fn assert_faithful(&self) {
        let shared = locked(&self.shared);
        assert!(shared.violations.is_empty(), "calls that are not modelled: {:?}", shared.violations);
    }
}

/// Makes the folder what the cut left. Files that are as they were keep their bytes.
fn restore(root: &Path, disk: &Disk, remains: &Remains) {
    let aside = root.with_extension("before-the-cut");
    fs::rename(root, &aside).expect("the folder can be moved");
    fs::create_dir(root).expect("the folder can be made");
    let place = |path: &str| root.join(path.trim_start_matches('/'));
    for dir in &remains.dirs {
        fs::create_dir(place(dir)).expect("folders can be made");
    }
    for (path, node, content) in &remains.files {
        let Node::File(file) = &disk.nodes[node] else { continue };
        let content = content.as_deref().unwrap_or(&file.durable);
        fs::write(place(path), content).expect("files can be written");
    }
    fs::remove_dir_all(&aside).expect("the old folder can be removed");
}
