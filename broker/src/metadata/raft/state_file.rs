//! The small state that Raft must never lose: the vote, the purge point, and how far the log was durable.
//!
//! One file of two slots of 4 KiB. A write goes to the older slot, in place, and is synced; a
//! write that is cut leaves the other slot. Nothing is allocated after the file exists, so a node
//! can vote and start on a full disk.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::frame::{self, Frame};
use super::type_config::{LogId, Vote};

const SLOT: usize = 4096;

/// What the file holds.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct DurableState {
    sequence: u64,
    /// Last vote that this node gave.
    pub(crate) vote: Option<Vote>,
    /// Last entry that was purged.
    pub(crate) purged: Option<LogId>,
    /// Entries up to this index were durable when it was noted: now and then, for a log that ends before is no torn
    /// one.
    #[serde(default)]
    pub(crate) durable_to: Option<u64>,
}

/// The open file and its current contents.
#[derive(Debug)]
pub(crate) struct StateFile {
    file: File,
    state: DurableState,
}

impl StateFile {
    /// Its length in bytes, from the moment it is made.
    pub(crate) const LENGTH: u64 = 2 * SLOT as u64;

    /// Opens the file, or makes it. What is read is durable, but for the file's name, which is the caller's to sync.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
        if file.metadata()?.len() < Self::LENGTH {
            file.write_all_at(&[0; 2 * SLOT], 0)?;
        }
        read_from_disk(&file)?;
        let mut bytes = vec![0; 2 * SLOT];
        file.read_exact_at(&mut bytes, 0)?;
        let state = bytes.chunks(SLOT).filter_map(read_slot).max_by_key(|state| state.sequence);
        // A crash can harm the slot that was being written, not the other one.
        let written = bytes.chunks(SLOT).all(|slot| slot.iter().any(|byte| *byte != 0));
        if state.is_none() && written {
            let text = format!("{} is damaged: both of its slots", path.display());
            return Err(io::Error::new(io::ErrorKind::InvalidData, text));
        }
        Ok(Self { file, state: state.unwrap_or_default() })
    }

    /// Whether nothing was ever written to it.
    pub(crate) fn is_new(&self) -> bool {
        self.state.sequence == 0
    }

    /// The current contents.
    pub(crate) fn state(&self) -> &DurableState {
        &self.state
    }

    /// Changes the contents, durably.
    pub(crate) fn update(&mut self, change: impl FnOnce(&mut DurableState)) -> io::Result<()> {
        let mut next = self.state.clone();
        change(&mut next);
        next.sequence += 1;
        let mut bytes = Vec::with_capacity(SLOT);
        frame::encode(&next, &mut bytes)?;
        if bytes.len() > SLOT {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "raft state over 4 KiB"));
        }
        bytes.resize(SLOT, 0);
        let slot = next.sequence % 2;
        self.file.write_all_at(&bytes, slot * SLOT as u64)?;
        self.file.sync_data()?;
        self.state = next;
        Ok(())
    }
}

/// Makes what a process before this one wrote durable before it is relied upon. It may have ended after a sync that
/// failed: the system then holds what never reached the disk, and must forget it.
pub(super) fn read_from_disk(file: &File) -> io::Result<()> {
    rustix::fs::fadvise(file, 0, None, rustix::fs::Advice::DontNeed)?;
    file.sync_all()
}

fn read_slot(slot: &[u8]) -> Option<DurableState> {
    match frame::split(slot) {
        Frame::Whole(payload, _) => frame::decode(payload).ok(),
        Frame::Torn => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn damage_that_no_crash_leaves_is_named() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let path = folder.path().join("state");
        std::fs::write(&path, [7; 2 * SLOT]).expect("writes");
        let error = StateFile::open(&path).expect_err("refuses");
        assert!(error.to_string().contains("state is damaged"), "{error}");
    }

    #[test]
    fn a_cut_write_leaves_the_state_before_it() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let path = folder.path().join("state");
        let mut file = StateFile::open(&path).expect("opens");
        file.update(|s| s.vote = Some(Vote::new(1, 1))).expect("writes");
        file.update(|s| s.vote = Some(Vote::new(2, 1))).expect("writes");
        let last_slot = file.state.sequence % 2;
        file.file.write_all_at(&[7; 40], last_slot * SLOT as u64 + 10).expect("damages the last slot");
        let reopened = StateFile::open(&path).expect("opens again");
        assert_eq!(reopened.state().vote, Some(Vote::new(1, 1)));
    }
}
