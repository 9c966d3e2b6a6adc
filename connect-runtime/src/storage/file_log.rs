//! Source offsets of a standalone worker in one file, replaced as a whole at every commit.
//!
//! The file holds a line for each partition: key, a tab, value, both in the offset topic's JSON (which has neither
//! tabs nor line ends). It is written beside the old one, synced, and renamed over it. Apache's file is a serialized
//! Java map and is not read.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use parking_lot::Mutex;

use super::log::{Apply, CompactedLog, LogRecord, StorageError};
use super::offset_state::OffsetState;

/// The offsets file, and the snapshot it is written from.
pub(crate) struct FileLog {
    path: PathBuf,
    state: Arc<Mutex<OffsetState>>,
    apply: Mutex<Apply>,
    /// One writer at a time.
    writing: Arc<tokio::sync::Mutex<()>>,
}

impl FileLog {
    /// Reads the file, if it is there, into the snapshot.
    pub(crate) fn open(
        path: &Path,
        state: Arc<Mutex<OffsetState>>,
        mut apply: Apply,
    ) -> Result<Self, StorageError> {
        let refuse = |source| StorageError::File { path: path.to_owned(), source };
        match std::fs::read(path) {
            Ok(bytes) => read_lines(&bytes).map_err(refuse)?.into_iter().for_each(&mut apply),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(refuse(error)),
        }
        Ok(Self { path: path.to_owned(), state, apply: Mutex::new(apply), writing: Arc::default() })
    }
}

#[async_trait]
impl CompactedLog for FileLog {
    async fn append(&self, records: Vec<(Bytes, Option<Bytes>)>) -> Result<(), StorageError> {
        let writing = self.writing.clone().lock_owned().await;
        for (key, value) in records {
            (self.apply.lock())(LogRecord { offset: 0, key, value });
        }
        let mut text = Vec::new();
        for (key, value) in self.state.lock().records() {
            text.extend_from_slice(&key);
            text.push(b'\t');
            text.extend_from_slice(&value);
            text.push(b'\n');
        }
        let path = self.path.clone();
        // Held until the file is written: whoever waits for that may give up meanwhile.
        let replaced = move || {
            let _one = writing;
            replace(&path, &text)
        };
        let written = tokio::task::spawn_blocking(replaced).await;
        let written = written.unwrap_or_else(|failed| Err(std::io::Error::other(failed)));
        written.map_err(|source| StorageError::File { path: self.path.clone(), source })
    }

    async fn read_to_end(&self) -> Result<(), StorageError> {
        Ok(())
    }
}

fn read_lines(bytes: &[u8]) -> std::io::Result<Vec<LogRecord>> {
    let bad =
        || std::io::Error::new(std::io::ErrorKind::InvalidData, "not a file of offsets in lines of JSON");
    let line = |line: &[u8]| {
        let tab = line.iter().position(|byte| *byte == b'\t').ok_or_else(bad)?;
        let (key, value) = (Bytes::copy_from_slice(&line[..tab]), Bytes::copy_from_slice(&line[tab + 1..]));
        Ok(LogRecord { offset: 0, key, value: Some(value) })
    };
    bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).map(line).collect()
}

/// Writes beside, syncs, renames, syncs the folder.
fn replace(path: &Path, text: &[u8]) -> std::io::Result<()> {
    let beside = beside(path);
    let mut file = std::fs::File::create(&beside)?;
    file.write_all(text)?;
    file.sync_all()?;
    std::fs::rename(&beside, path)?;
    match path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        Some(folder) => std::fs::File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}

/// Where the next file is written, whatever this one is called.
fn beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    name.into()
}

#[cfg(test)]
mod tests {
    use std::process::Command;
    use std::time::Duration;

    use super::*;

    fn records() -> Vec<(Bytes, Option<Bytes>)> {
        vec![(Bytes::from_static(br#"["c",{"p":1}]"#), Some(Bytes::from_static(br#"{"n":1}"#)))]
    }

    #[tokio::test]
    async fn a_write_that_nobody_waits_for_any_more_holds_the_next_one_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("offsets.new");
        let state = Arc::new(Mutex::new(OffsetState::default()));
        let apply = crate::storage::offset_store::applier(state.clone());
        let log = FileLog::open(&path, state, apply).unwrap();
        log.append(records()).await.unwrap();
        // A disk that does not get on: opening a pipe to write waits for a reader.
        let pipe = beside(&path);
        assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let given_up = tokio::time::timeout(Duration::from_millis(100), log.append(records())).await;
        assert!(given_up.is_err());
        assert!(log.writing.try_lock().is_err(), "the first write is still under way");
        let read = tokio::task::spawn_blocking({
            let pipe = pipe.clone();
            move || std::fs::read(pipe)
        });
        read.await.unwrap().unwrap();
        std::fs::remove_file(&pipe).unwrap();
        log.append(records()).await.unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"[\"c\",{\"p\":1}]\t{\"n\":1}\n");
    }
}
