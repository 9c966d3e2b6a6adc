//! The end of a file: what is appended is on disk, whole, before it is reported.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// Where lines go.
#[derive(Debug)]
pub(crate) enum Appender {
    /// Standard output: flushed, nothing more can be promised.
    Stdout,
    /// A file.
    File(FileEnd),
}

#[derive(Debug)]
pub(crate) struct FileEnd {
    path: PathBuf,
    /// `None` after a failed sync: what the system still holds of the file cannot be relied upon, so it is opened anew.
    file: Option<File>,
}

impl Appender {
    /// Opens a file for appending, or makes it.
    pub(crate) fn open(path: &Path) -> std::io::Result<Self> {
        let file = open(path)?;
        Ok(Self::File(FileEnd { path: path.to_owned(), file: Some(file) }))
    }

    /// Appends whole lines. After an error none of them is in the file, unless the disk refuses even that; the same
    /// lines may be appended again.
    pub(crate) fn append(&mut self, lines: &[u8]) -> std::io::Result<()> {
        match self {
            Self::Stdout => {
                let mut out = std::io::stdout().lock();
                out.write_all(lines)?;
                out.flush()
            }
            Self::File(end) => end.append(lines),
        }
    }
}

/// The longest last line that is looked at for whether it is torn, in bytes.
const LONGEST_LINE: u64 = 64 << 20;

impl FileEnd {
    fn append(&mut self, lines: &[u8]) -> std::io::Result<()> {
        let mut file = match self.file.take() {
            Some(file) => file,
            None => open(&self.path)?,
        };
        // Other tasks may write the same file: what a failed write cuts off must be its own. Closing unlocks.
        file.lock()?;
        let found = file.metadata()?;
        let before = found.len();
        // Devices and pipes have nothing that could be synchronised, and say so.
        let synced = |file: &File| if found.is_file() { file.sync_data() } else { Ok(()) };
        match file.write_all(lines).and_then(|()| synced(&file)) {
            Ok(()) => {
                // The lines are durable: after a failed unlock the file is opened anew, no more.
                if file.unlock().is_ok() {
                    self.file = Some(file);
                }
                Ok(())
            }
            Err(error) => {
                // Best effort: a torn line is worse than none. The first error is the one to report.
                if found.is_file()
                    && let Err(cut) = file.set_len(before)
                {
                    tracing::warn!(file = %self.path.display(), error = %cut, "a torn line could not be cut off");
                }
                Err(error)
            }
        }
    }
}

/// Opens a file for appending. One that did not exist is made, and its folder synced: lines in a file that a power cut
/// takes away are not durable.
fn open(path: &Path) -> std::io::Result<File> {
    let exists = path.exists();
    let file = OpenOptions::new().create(true).append(true).open(path)?;
    if !exists && let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        File::open(folder)?.sync_all()?;
    }
    Ok(file)
}

/// Ends a last line that a crash has torn: one that is not whole is cut off, one that only lacks its end gets it. The
/// records of a torn line were never reported as written, so they come again.
pub(crate) fn mend_json_lines(path: &Path) -> std::io::Result<()> {
    let mut file = match OpenOptions::new().read(true).write(true).open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    if !file.metadata()?.is_file() {
        return Ok(());
    }
    // Another task may be writing: its line is not torn. Closing unlocks.
    file.lock()?;
    let last = last_line(&mut file)?;
    if last.is_empty() {
        return Ok(());
    }
    if serde_json::from_slice::<&serde_json::value::RawValue>(&last).is_ok() {
        file.seek(SeekFrom::End(0))?;
        file.write_all(b"\n")?;
    } else {
        let whole = file.metadata()?.len() - last.len() as u64;
        tracing::warn!(file = %path.display(), bytes = last.len(), "cut off a torn last line");
        file.set_len(whole)?;
    }
    file.sync_data()
}

/// What stands behind the last line end of a file: nothing, if it ends in one.
fn last_line(file: &mut File) -> std::io::Result<Vec<u8>> {
    let end = file.metadata()?.len();
    let mut length = end.min(64 << 10);
    loop {
        let mut tail = vec![0; length as usize];
        file.seek(SeekFrom::Start(end - length))?;
        file.read_exact(&mut tail)?;
        if let Some(end) = tail.iter().rposition(|byte| *byte == b'\n') {
            return Ok(tail.split_off(end + 1));
        }
        if length == end {
            return Ok(tail);
        }
        if length > LONGEST_LINE {
            let text = format!("its last line is longer than {LONGEST_LINE} bytes: is it a file of lines?");
            return Err(std::io::Error::other(text));
        }
        length = end.min(length * 2);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mended(text: &str) -> String {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lines");
        std::fs::write(&path, text).unwrap();
        mend_json_lines(&path).unwrap();
        std::fs::read_to_string(&path).unwrap()
    }

    #[test]
    fn a_device_takes_lines_and_a_file_without_lines_is_refused() {
        Appender::open(Path::new("/dev/null")).unwrap().append(b"line\n").unwrap();
        let file = tempfile::NamedTempFile::new().unwrap();
        file.as_file().set_len(LONGEST_LINE * 3).unwrap();
        let refused = mend_json_lines(file.path()).unwrap_err();
        assert!(refused.to_string().starts_with("its last line is longer"), "{refused}");
    }

    #[test]
    fn a_torn_last_line_is_cut_off_and_a_whole_one_is_ended() {
        assert_eq!(mended("{\"a\":1}\n{\"b\":"), "{\"a\":1}\n");
        assert_eq!(mended("{\"a\":1}\n{\"b\":2}"), "{\"a\":1}\n{\"b\":2}\n");
        assert_eq!(mended("{\"a\":1}\n"), "{\"a\":1}\n");
        assert_eq!(mended(""), "");
        assert_eq!(mended(&format!("{{}}\n\"{}", "x".repeat(200_000))), "{}\n");
    }
}
