//! `.kafka_cleanshutdown`: the marker that all logs of a directory were flushed and closed.

use std::io;
use std::path::{Path, PathBuf};

use super::replace_file;
use crate::fs::FileSystem;

/// The marker of one log directory.
pub(crate) struct CleanShutdown {
    path: PathBuf,
}

impl CleanShutdown {
    pub(crate) fn new(log_dir: &Path) -> CleanShutdown {
        CleanShutdown { path: log_dir.join(".kafka_cleanshutdown") }
    }

    pub(crate) fn is_set(&self, fs: &dyn FileSystem) -> io::Result<bool> {
        fs.exists(&self.path)
    }

    /// Sets the marker, with the content Kafka gives it (KIP-966; the broker epoch is not known here).
    pub(crate) fn set(&self, fs: &dyn FileSystem) -> io::Result<()> {
        replace_file(fs, &self.path, br#"{"version":0,"brokerEpoch":-1}"#)
    }

    /// Removes the marker, durably: before anything is appended.
    pub(crate) fn clear(&self, fs: &dyn FileSystem) -> io::Result<()> {
        match fs.remove_file(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            other => other?,
        }
        fs.sync_dir(self.path.parent().unwrap_or(Path::new(".")))
    }
}
