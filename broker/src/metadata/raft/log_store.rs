//! [`LogFiles`] and [`StateFile`] as the log storage of `openraft`.

use std::fmt::Debug;
use std::fs;
use std::io;
use std::ops::RangeBounds;
use std::path::Path;
use std::sync::Arc;

use openraft::storage::{LogFlushed, RaftLogStorage};
use openraft::{ErrorSubject, ErrorVerb, LogState, OptionalSend, RaftLogReader};
use parking_lot::Mutex;

use super::log_files::LogFiles;
use super::state_file::StateFile;
use super::type_config::{Entry, LogId, StorageError, TypeConfig, Vote};

/// The stored log. Clones share it.
#[derive(Debug, Clone)]
pub(crate) struct LogStore {
    inner: Arc<Mutex<Inner>>,
}

#[derive(Debug)]
struct Inner {
    state: StateFile,
    log: LogFiles,
}

impl LogStore {
    /// Opens the store in an existing folder.
    ///
    /// # Errors
    /// I/O errors, and damage that no crash leaves: it is named, and nothing is begun anew over what is left.
    pub(crate) fn open(folder: &Path) -> io::Result<Self> {
        let path = folder.join("state");
        let damaged =
            |what: &str| io::Error::new(io::ErrorKind::InvalidData, format!("{} {what}", path.display()));
        if LogFiles::are_in(folder)? {
            match fs::metadata(&path) {
                Ok(found) if found.len() < StateFile::LENGTH => return Err(damaged("is too short")),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    return Err(damaged("is missing beside a log"));
                }
                other => other.map(drop)?,
            }
        }
        let state = StateFile::open(&path)?;
        let log = LogFiles::open(folder, state.state().purged.map(|id| id.index))?;
        let last = log.last().map(|entry| entry.log_id.index);
        // The first entry is written before the first vote, no other is.
        if state.is_new() && last.is_some_and(|last| last > 0) {
            return Err(damaged("is empty beside a log"));
        }
        let last = last.max(state.state().purged.map(|id| id.index));
        if let Some(durable) = state.state().durable_to.filter(|durable| last < Some(*durable)) {
            let text = match last {
                Some(last) => format!("the log in {} ends at entry {last}", folder.display()),
                None => format!("the log in {} has no entry", folder.display()),
            };
            let text = format!("{text}, but was durable up to entry {durable}: its files are cut or missing");
            return Err(io::Error::new(io::ErrorKind::InvalidData, text));
        }
        Ok(Self { inner: Arc::new(Mutex::new(Inner { state, log })) })
    }

    /// The last entry that only the snapshot holds.
    pub(crate) fn purged(&self) -> Option<LogId> {
        self.inner.lock().state.state().purged
    }

    /// Notes that all entries are durable that the log has now: every append is when it returns.
    pub(crate) fn note_durable(&self) -> io::Result<()> {
        let mut inner = self.inner.lock();
        let last = inner.log.last().map(|entry| entry.log_id.index);
        inner.state.update(|state| state.durable_to = last.max(state.purged.map(|id| id.index)))
    }

    /// See [`LogFiles::reserve`].
    pub(crate) fn reserve(&self, bytes: u64) -> io::Result<()> {
        self.inner.lock().log.reserve(bytes)
    }
}

impl RaftLogReader<TypeConfig> for LogStore {
    async fn try_get_log_entries<RB: RangeBounds<u64> + Clone + Debug + OptionalSend>(
        &mut self,
        range: RB,
    ) -> Result<Vec<Entry>, StorageError> {
        Ok(self.inner.lock().log.range(range))
    }
}

impl RaftLogStorage<TypeConfig> for LogStore {
    type LogReader = Self;

    async fn get_log_state(&mut self) -> Result<LogState<TypeConfig>, StorageError> {
        let inner = self.inner.lock();
        let last_purged_log_id = inner.state.state().purged;
        let last_log_id = inner.log.last().map(|entry| entry.log_id).or(last_purged_log_id);
        Ok(LogState { last_purged_log_id, last_log_id })
    }

    async fn get_log_reader(&mut self) -> Self {
        self.clone()
    }

    async fn save_vote(&mut self, vote: &Vote) -> Result<(), StorageError> {
        let saved = self.inner.lock().state.update(|state| state.vote = Some(*vote));
        saved.map_err(|e| StorageError::from_io_error(ErrorSubject::Vote, ErrorVerb::Write, e))
    }

    async fn read_vote(&mut self) -> Result<Option<Vote>, StorageError> {
        Ok(self.inner.lock().state.state().vote)
    }

    async fn append<I>(&mut self, entries: I, callback: LogFlushed<TypeConfig>) -> Result<(), StorageError>
    where
        I: IntoIterator<Item = Entry> + OptionalSend,
        I::IntoIter: OptionalSend,
    {
        // The append syncs before it returns, on this task: metadata writes are rare, and the
        // group has this one task for them.
        let appended = self.inner.lock().log.append(entries.into_iter().collect());
        callback.log_io_completed(appended);
        Ok(())
    }

    async fn truncate(&mut self, log_id: LogId) -> Result<(), StorageError> {
        let mut inner = self.inner.lock();
        let Inner { state, log } = &mut *inner;
        let kept = state.state().durable_to.is_none_or(|durable| durable < log_id.index);
        let noted =
            if kept { Ok(()) } else { state.update(|state| state.durable_to = log_id.index.checked_sub(1)) };
        let truncated = noted.and_then(|()| log.truncate(log_id.index));
        truncated.map_err(|e| StorageError::from_io_error(ErrorSubject::Logs, ErrorVerb::Delete, e))
    }

    async fn purge(&mut self, log_id: LogId) -> Result<(), StorageError> {
        let mut inner = self.inner.lock();
        let Inner { state, log } = &mut *inner;
        state
            .update(|state| state.purged = Some(log_id))
            .and_then(|()| log.purge(log_id.index))
            .map_err(|e| StorageError::from_io_error(ErrorSubject::Logs, ErrorVerb::Delete, e))
    }
}
