//! The entries of the metadata log on disk.
//!
//! Files `log-<first index>`, each a run of [`frame`]s. A file is started only by
//! [`LogFiles::reserve`], appended to, cut at its end, and deleted whole once everything in it is
//! purged; it is never rewritten. Each entry says how much of its file was durable before it was
//! written: so what a crash has torn, and may be cut, is told from damage to what was there. All entries
//! that are not purged are also kept in memory: snapshots, taken every so many entries, bound them.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::frame::{self, Frame};
use super::state_file::read_from_disk;
use super::type_config::Entry;

/// Bytes reserved at a time, and the size from which the next file is started.
const RESERVE: u64 = 1 << 20;

/// The entries and the files that hold them.
#[derive(Debug)]
pub(crate) struct LogFiles {
    folder: PathBuf,
    files: Vec<LogFile>,
    entries: BTreeMap<u64, Located>,
    next_index: u64,
}

#[derive(Debug)]
struct LogFile {
    path: PathBuf,
    file: File,
    length: u64,
    reserved: u64,
}

/// An entry as it is stored.
#[derive(Debug, Serialize, Deserialize)]
struct Stored<E> {
    /// The first byte of its file that was not durable when it was written.
    after: u64,
    entry: E,
}

#[derive(Debug)]
struct Located {
    entry: Entry,
    file: PathBuf,
    position: u64,
}

impl LogFiles {
    /// Opens the files of `folder`, cuts a torn tail, and reads every entry after `purged`.
    ///
    /// # Errors
    /// I/O errors, damage to what was durable, and entries that are missing: the log is then not to be trusted.
    pub(crate) fn open(folder: &Path, purged: Option<u64>) -> io::Result<Self> {
        let paths = list(folder)?;
        // Names too: this folder's files may have been made, or replaced, by a process that could not sync them.
        File::open(folder)?.sync_all()?;
        let mut log =
            Self { folder: folder.to_owned(), files: Vec::new(), entries: BTreeMap::new(), next_index: 0 };
        let last = paths.len().saturating_sub(1);
        for (at, (_, path)) in paths.into_iter().enumerate() {
            log.open_file(path, at == last)?;
        }
        if let Some(purged) = purged {
            log.entries = log.entries.split_off(&(purged + 1));
        }
        let mut next = purged.map_or(0, |purged| purged + 1);
        for index in log.entries.keys() {
            if *index != next {
                return Err(invalid(format!("{}: entry {next} is missing before {index}", folder.display())));
            }
            next += 1;
        }
        log.next_index = next;
        Ok(log)
    }

    /// Whether a folder holds any.
    pub(crate) fn are_in(folder: &Path) -> io::Result<bool> {
        Ok(!list(folder)?.is_empty())
    }

    /// Makes sure that `bytes` more can be appended even if the disk is full by then. Called
    /// before anything is proposed; its error leaves the log as it was.
    pub(crate) fn reserve(&mut self, bytes: u64) -> io::Result<()> {
        let wanted = bytes + 4096;
        let start_next = self.files.last().is_none_or(|file| file.length >= RESERVE);
        if start_next {
            let path = self.folder.join(format!("log-{:020}", self.next_index));
            let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path)?;
            allocate(&file, 0, wanted.max(RESERVE))?;
            file.sync_all()?;
            File::open(&self.folder)?.sync_all()?;
            // A file of that name without entries may be left from a truncation.
            self.files.retain(|known| known.path != path);
            self.files.push(LogFile { path, file, length: 0, reserved: wanted.max(RESERVE) });
        }
        if let Some(file) = self.files.last_mut()
            && file.reserved < file.length + wanted
        {
            let more = wanted.max(RESERVE);
            allocate(&file.file, file.length, more)?;
            file.reserved = file.length + more;
        }
        Ok(())
    }

    /// Appends entries and syncs them.
    pub(crate) fn append(&mut self, entries: Vec<Entry>) -> io::Result<()> {
        if self.files.is_empty() {
            self.reserve(0)?;
        }
        let Some(file) = self.files.last_mut() else {
            return Err(io::Error::other("the metadata log has no file"));
        };
        let mut bytes = Vec::new();
        let mut appended = Vec::with_capacity(entries.len());
        for entry in entries {
            let position = file.length + bytes.len() as u64;
            frame::encode(&Stored { after: file.length, entry: &entry }, &mut bytes)?;
            appended.push(Located { file: file.path.clone(), position, entry });
        }
        file.file.write_all_at(&bytes, file.length)?;
        file.file.sync_data()?;
        file.length += bytes.len() as u64;
        for located in appended {
            let index = located.entry.log_id.index;
            self.next_index = index + 1;
            self.entries.insert(index, located);
        }
        Ok(())
    }

    /// Removes the entries from `index` on.
    pub(crate) fn truncate(&mut self, index: u64) -> io::Result<()> {
        let Some(first) = self.entries.split_off(&index).into_values().next() else {
            return Ok(());
        };
        self.next_index = index;
        while let Some(file) = self.files.last_mut() {
            if file.path == first.file {
                file.file.set_len(first.position)?;
                file.file.sync_all()?;
                file.length = first.position;
                file.reserved = first.position;
                break;
            }
            fs::remove_file(&file.path)?;
            self.files.pop();
        }
        File::open(&self.folder)?.sync_all()
    }

    /// Forgets the entries up to `index`, and deletes the files that hold nothing else.
    pub(crate) fn purge(&mut self, index: u64) -> io::Result<()> {
        self.entries = self.entries.split_off(&(index + 1));
        self.next_index = self.next_index.max(index + 1);
        let keep = self.entries.first_key_value().map(|(_, located)| located.file.clone());
        while self.files.len() > 1 && Some(&self.files[0].path) != keep.as_ref() {
            let file = self.files.remove(0);
            fs::remove_file(&file.path)?;
        }
        Ok(())
    }

    /// The last entry.
    pub(crate) fn last(&self) -> Option<&Entry> {
        self.entries.last_key_value().map(|(_, located)| &located.entry)
    }

    /// The entries of a range of indexes.
    pub(crate) fn range(&self, range: impl std::ops::RangeBounds<u64>) -> Vec<Entry> {
        self.entries.range(range).map(|(_, located)| located.entry.clone()).collect()
    }

    fn open_file(&mut self, path: PathBuf, is_last: bool) -> io::Result<()> {
        let file = OpenOptions::new().read(true).write(true).open(&path)?;
        if is_last {
            read_from_disk(&file)?;
        }
        let bytes = fs::read(&path)?;
        let mut position = 0;
        while let Frame::Whole(payload, length) = frame::split(&bytes[position..]) {
            let entry = decode(payload).map_err(|error| {
                invalid(format!("{} cannot be read at byte {position}: {error}", path.display()))
            })?;
            let located = Located { entry, file: path.clone(), position: position as u64 };
            self.entries.insert(located.entry.log_id.index, located);
            position += length;
        }
        if position < bytes.len() {
            if !is_last || is_followed(&bytes, position) {
                return Err(invalid(format!("{} is damaged at byte {position}", path.display())));
            }
            if bytes[position..].iter().any(|byte| *byte != 0) {
                tracing::warn!(file = %path.display(), position, "cut a torn tail of the metadata log");
            }
            file.set_len(position as u64)?;
            file.sync_all()?;
        }
        self.files.push(LogFile { path, file, length: position as u64, reserved: position as u64 });
        Ok(())
    }
}

/// An entry's payload. Before it was stored how much was durable there was the entry alone.
fn decode(payload: &[u8]) -> io::Result<Entry> {
    frame::decode(payload).map(|stored: Stored<Entry>| stored.entry).or_else(|_| frame::decode(payload))
}

/// Whether an entry stands behind `position` that was written when what is there was durable. Entries that were written
/// together with it, and by chance reached the disk when it did not, are torn off with it.
fn is_followed(bytes: &[u8], position: usize) -> bool {
    (position + 1..bytes.len()).any(|at| match frame::split(&bytes[at..]) {
        Frame::Whole(payload, _) => {
            frame::decode(payload).is_ok_and(|stored: Stored<Entry>| stored.after > position as u64)
        }
        Frame::Torn => false,
    })
}

fn invalid(text: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, text)
}

/// The files of a folder by their first index, ascending.
fn list(folder: &Path) -> io::Result<Vec<(u64, PathBuf)>> {
    let mut paths: Vec<(u64, PathBuf)> = Vec::new();
    for item in fs::read_dir(folder)? {
        let path = item?.path();
        let name = path.file_name().and_then(|n| n.to_str()).unwrap_or_default();
        if let Some(first) = name.strip_prefix("log-").and_then(|digits| digits.parse().ok()) {
            paths.push((first, path));
        }
    }
    paths.sort();
    Ok(paths)
}

/// Reserves blocks without changing the file's length. A file system that cannot do it is used
/// without the reserve.
fn allocate(file: &File, offset: u64, length: u64) -> io::Result<()> {
    match rustix::fs::fallocate(file, rustix::fs::FallocateFlags::KEEP_SIZE, offset, length) {
        Err(rustix::io::Errno::OPNOTSUPP | rustix::io::Errno::NOSYS) => Ok(()),
        other => other.map_err(io::Error::from),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use openraft::{CommittedLeaderId, EntryPayload, LogId};

    fn entry(index: u64) -> Entry {
        Entry { log_id: LogId::new(CommittedLeaderId::new(1, 1), index), payload: EntryPayload::Blank }
    }

    fn indexes(log: &LogFiles) -> Vec<u64> {
        log.range(..).iter().map(|entry| entry.log_id.index).collect()
    }

    #[test]
    fn entries_come_back_after_a_restart_at_any_cut_of_the_last_write() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let mut log = LogFiles::open(folder.path(), None).expect("opens");
        log.append((0..3).map(entry).collect()).expect("appends");
        let whole = log.files[0].length;
        log.append(vec![entry(3)]).expect("appends");
        let path = log.files[0].path.clone();
        let bytes = fs::read(&path).expect("reads");
        for cut in whole..bytes.len() as u64 {
            fs::write(&path, &bytes[..cut as usize]).expect("cuts");
            let mut reopened = LogFiles::open(folder.path(), None).expect("opens");
            assert_eq!(indexes(&reopened), [0, 1, 2], "cut at {cut}");
            reopened.append(vec![entry(3)]).expect("appends after the cut");
            let again = LogFiles::open(folder.path(), None).expect("opens");
            assert_eq!(indexes(&again), [0, 1, 2, 3]);
        }
    }

    #[test]
    fn damage_to_what_was_durable_is_named_and_not_cut() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let mut log = LogFiles::open(folder.path(), None).expect("opens");
        log.append((0..3).map(entry).collect()).expect("appends");
        let whole = log.files[0].length as usize;
        log.append((3..6).map(entry).collect()).expect("appends");
        let path = log.files[0].path.clone();
        let bytes = fs::read(&path).expect("reads");
        for at in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[at] ^= 0x5a;
            fs::write(&path, &damaged).expect("damages");
            match LogFiles::open(folder.path(), None) {
                // All of the last append may be torn: one sync was for all of it.
                Ok(log) => assert!(at >= whole && indexes(&log).starts_with(&[0, 1, 2]), "byte {at}"),
                Err(error) => {
                    assert!(at < whole, "byte {at}: {error}");
                    assert!(error.to_string().contains("log-00000000000000000000 is damaged"), "{error}");
                    assert_eq!(fs::read(&path).expect("reads"), damaged, "it is left as it is");
                }
            }
        }
    }

    #[test]
    fn a_missing_entry_is_named() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let mut log = LogFiles::open(folder.path(), None).expect("opens");
        log.append((0..3).map(entry).collect()).expect("appends");
        drop(log);
        assert!(LogFiles::open(folder.path(), Some(1)).is_ok());
        let mut log = LogFiles::open(folder.path(), None).expect("opens");
        log.next_index = 7;
        log.append((7..8).map(entry).collect()).expect("appends");
        let error = LogFiles::open(folder.path(), None).expect_err("refuses");
        assert!(error.to_string().contains("entry 3 is missing before 7"), "{error}");
    }

    #[test]
    fn truncated_and_purged_entries_do_not_come_back() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let mut log = LogFiles::open(folder.path(), None).expect("opens");
        log.append((0..10).map(entry).collect()).expect("appends");
        log.truncate(7).expect("truncates");
        log.purge(3).expect("purges");
        assert_eq!(indexes(&log), [4, 5, 6]);
        let reopened = LogFiles::open(folder.path(), Some(3)).expect("opens");
        assert_eq!(indexes(&reopened), [4, 5, 6]);
    }
}
