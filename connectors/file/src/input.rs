//! Where lines come from: a regular file, read at positions, or a stream (standard input, a pipe), read once.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use aqueduct_plugin_api::ConnectError;
use bytes::{Bytes, BytesMut};
use tokio::sync::mpsc;

/// How much is read at once.
const CHUNK: usize = 256 * 1024;
/// The longest line. A longer one fails the task: it is kept in memory as a whole.
const LONGEST_LINE: usize = 64 << 20;

/// An open input.
#[derive(Debug)]
pub(crate) enum Input {
    /// A file that may grow.
    File { path: PathBuf, file: Arc<File> },
    /// What cannot be read again: a thread reads it.
    Stream(mpsc::Receiver<std::io::Result<Bytes>>),
    /// A stream that has ended.
    Ended,
}

impl Input {
    /// Opens a file; `None` while there is none of that name.
    pub(crate) fn open(path: &Path) -> Result<Option<Self>, ConnectError> {
        let failed = |error: std::io::Error| {
            ConnectError::fatal(format!("Error while trying to open file {}", path.display()))
                .caused_by(&error)
        };
        let kind = match std::fs::metadata(path) {
            Ok(found) => found.file_type(),
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed(error)),
        };
        if kind.is_dir() {
            return Err(ConnectError::config(format!("{} is a directory, not a file", path.display())));
        }
        if kind.is_file() {
            let file = Arc::new(File::open(path).map_err(failed)?);
            return Ok(Some(Self::File { path: path.to_owned(), file }));
        }
        let path = path.to_owned();
        // Opening a pipe waits until somebody writes to it.
        Self::stream(move || File::open(path)).map(Some).map_err(failed)
    }

    /// Standard input.
    pub(crate) fn stdin() -> Result<Self, ConnectError> {
        Self::stream(|| Ok(std::io::stdin()))
            .map_err(|error| ConnectError::fatal("standard input cannot be read").caused_by(&error))
    }

    /// Reads a stream on a thread of its own, which ends with the stream or when nobody takes what it read.
    fn stream<S: Read>(open: impl FnOnce() -> std::io::Result<S> + Send + 'static) -> std::io::Result<Self> {
        let (sender, receiver) = mpsc::channel(2);
        std::thread::Builder::new().name("file-source-stream".to_owned()).spawn(move || {
            let mut stream = match open() {
                Ok(stream) => stream,
                Err(error) => {
                    // Nobody to tell: the task has ended.
                    let _ = sender.blocking_send(Err(error));
                    return;
                }
            };
            let mut buffer = vec![0; CHUNK];
            loop {
                let read = match stream.read(&mut buffer) {
                    Ok(0) => return,
                    Ok(length) => Ok(Bytes::copy_from_slice(&buffer[..length])),
                    Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                    Err(error) => Err(error),
                };
                let failed = read.is_err();
                if sender.blocking_send(read).is_err() || failed {
                    return;
                }
            }
        })?;
        Ok(Self::Stream(receiver))
    }

    /// Whether positions mean anything.
    pub(crate) fn has_positions(&self) -> bool {
        matches!(self, Self::File { .. })
    }

    /// Reads on from a position: `unfinished` followed by what there is, or `None` if there is nothing now. May be
    /// dropped while it waits: a file is read again, a stream keeps what was not taken.
    pub(crate) async fn read(&mut self, unfinished: &Bytes, at: u64) -> Result<Option<Bytes>, ConnectError> {
        if unfinished.len() > LONGEST_LINE {
            return Err(ConnectError::fatal(format!(
                "a line before byte {at} is longer than {LONGEST_LINE} bytes"
            )));
        }
        match self {
            Self::File { path, file } => {
                let read = read_file(file.clone(), unfinished.clone(), at).await;
                read.map_err(|error| {
                    ConnectError::fatal(format!("Error while reading file {}", path.display()))
                        .caused_by(&error)
                })
            }
            Self::Stream(chunks) => match chunks.recv().await {
                Some(Ok(chunk)) if unfinished.is_empty() => Ok(Some(chunk)),
                Some(Ok(chunk)) => Ok(Some([unfinished, &chunk[..]].concat().into())),
                Some(Err(error)) => {
                    Err(ConnectError::fatal("Error while reading the input").caused_by(&error))
                }
                None => {
                    *self = Self::Ended;
                    Ok(None)
                }
            },
            Self::Ended => Ok(None),
        }
    }
}

async fn read_file(file: Arc<File>, unfinished: Bytes, at: u64) -> std::io::Result<Option<Bytes>> {
    // The length of an open file is at hand in memory: thousands of files that rest need no thread to look after them.
    if file.metadata()?.len() <= at {
        return Ok(None);
    }
    let read = move || {
        let known = unfinished.len();
        // A long line is read in ever larger pieces, so that it is copied a few times and not once for each.
        let chunk = CHUNK.max(known);
        let mut buffer = BytesMut::with_capacity(known + chunk);
        buffer.extend_from_slice(&unfinished);
        buffer.resize(known + chunk, 0);
        let length = loop {
            match file.read_at(&mut buffer[known..], at) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                other => break other?,
            }
        };
        buffer.truncate(known + length);
        Ok((length > 0).then(|| buffer.freeze()))
    };
    // A file may lie on a disk that does not answer: only a thread for such things waits for it.
    tokio::task::spawn_blocking(read).await.unwrap_or_else(|gone| Err(std::io::Error::other(gone)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_pipe_that_nobody_writes_to_is_waited_for_elsewhere() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&path).status().unwrap();
        assert!(made.success());
        let mut input = Input::open(&path).unwrap().expect("it is there");
        let writer = std::thread::spawn(move || std::fs::write(path, b"line\n").unwrap());
        assert_eq!(input.read(&Bytes::new(), 0).await.unwrap().as_deref(), Some(&b"line\n"[..]));
        writer.join().unwrap();
        assert_eq!(input.read(&Bytes::new(), 5).await.unwrap(), None);
    }
}
