//! A file that is opened when it is first used and closed when it has been idle.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::RwLock;

use crate::fs::{File, FileSystem, OpenMode};

/// A file by its path. Thousands of partitions then cost descriptors only for what is read and written.
pub(crate) struct LazyFile {
    fs: Arc<dyn FileSystem>,
    state: RwLock<State>,
    /// Used since the last [`close_if_idle`](LazyFile::close_if_idle).
    used: AtomicBool,
}

struct State {
    path: PathBuf,
    file: Option<Arc<dyn File>>,
}

impl LazyFile {
    pub(crate) fn new(fs: Arc<dyn FileSystem>, path: PathBuf) -> LazyFile {
        LazyFile { fs, state: RwLock::new(State { path, file: None }), used: AtomicBool::new(false) }
    }

    /// The open file; it must be there.
    pub(crate) fn get(&self) -> io::Result<Arc<dyn File>> {
        self.open(OpenMode::Write)
    }

    /// The open file, made if it is missing. A new name is durable only after a sync of the folder.
    pub(crate) fn get_or_create(&self) -> io::Result<Arc<dyn File>> {
        self.open(OpenMode::Create)
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.state.read().path.clone()
    }

    /// Closes the file if it was not used since the last call. Handles given out stay open.
    pub(crate) fn close_if_idle(&self) {
        if !self.used.swap(false, Ordering::Relaxed) {
            self.state.write().file = None;
        }
    }

    /// Renames the file, if it is there.
    pub(crate) fn rename(&self, to: PathBuf) -> io::Result<()> {
        let mut state = self.state.write();
        match self.fs.rename(&state.path, &to) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        state.path = to;
        Ok(())
    }

    fn open(&self, mode: OpenMode) -> io::Result<Arc<dyn File>> {
        if !self.used.load(Ordering::Relaxed) {
            self.used.store(true, Ordering::Relaxed);
        }
        if let Some(file) = &self.state.read().file {
            return Ok(file.clone());
        }
        let mut state = self.state.write();
        if let Some(file) = &state.file {
            return Ok(file.clone());
        }
        let file = self.fs.open(&state.path, mode)?;
        state.file = Some(file.clone());
        Ok(file)
    }
}
