//! The state machine of the group: applies record batches to the image, and stores snapshots.

use std::fs::{self, File};
use std::io::{self, Cursor, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arc_swap::ArcSwap;
use openraft::storage::RaftStateMachine;
use openraft::{BasicNode, EntryPayload, OptionalSend, RaftSnapshotBuilder, Snapshot, StorageIOError};
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use super::frame::{self, Frame};
use super::type_config::{Applied, Entry, LogId, SnapshotMeta, StorageError, StoredMembership, TypeConfig};
use crate::metadata::image::{ImageSnapshot, MetadataImage};

/// Where the applied image is seen from outside the group.
#[derive(Debug)]
pub(crate) struct AppliedImage {
    image: ArcSwap<MetadataImage>,
    offset: watch::Sender<u64>,
}

impl AppliedImage {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self { image: ArcSwap::default(), offset: watch::Sender::new(0) })
    }

    /// The newest image.
    pub(crate) fn load(&self) -> Arc<MetadataImage> {
        self.image.load_full()
    }

    /// Tells the offset of each new image.
    pub(crate) fn subscribe(&self) -> watch::Receiver<u64> {
        self.offset.subscribe()
    }

    fn store(&self, image: MetadataImage) {
        let offset = image.offset;
        self.image.store(Arc::new(image));
        self.offset.send_replace(offset);
    }
}

/// The state machine.
#[derive(Debug)]
pub(crate) struct StateMachine {
    snapshot_path: PathBuf,
    last_applied: Option<LogId>,
    membership: StoredMembership,
    image: Arc<AppliedImage>,
}

#[derive(Debug, Serialize, Deserialize)]
struct StoredSnapshot {
    meta: SnapshotMeta,
    image: ImageSnapshot,
}

impl StateMachine {
    /// Starts from the snapshot in `folder`, if there is one.
    pub(crate) fn open(folder: &Path, image: Arc<AppliedImage>) -> io::Result<Self> {
        let snapshot_path = folder.join("snapshot");
        let mut machine =
            Self { snapshot_path, last_applied: None, membership: StoredMembership::default(), image };
        if let Some(stored) = machine.read_stored()? {
            machine.restore(stored);
        }
        Ok(machine)
    }

    /// The last entry that is in the image.
    pub(crate) fn last_applied(&self) -> Option<LogId> {
        self.last_applied
    }

    fn restore(&mut self, stored: StoredSnapshot) {
        self.last_applied = stored.meta.last_log_id;
        self.membership = stored.meta.last_membership;
        self.image.store(stored.image.into());
    }

    fn read_stored(&self) -> io::Result<Option<StoredSnapshot>> {
        match fs::read(&self.snapshot_path) {
            Ok(bytes) => decode_snapshot(&bytes).map(Some).map_err(|error| {
                io::Error::new(error.kind(), format!("{}: {error}", self.snapshot_path.display()))
            }),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(e),
        }
    }
}

impl RaftStateMachine<TypeConfig> for StateMachine {
    type SnapshotBuilder = SnapshotBuilder;

    async fn applied_state(&mut self) -> Result<(Option<LogId>, StoredMembership), StorageError> {
        Ok((self.last_applied, self.membership.clone()))
    }

    async fn apply<I>(&mut self, entries: I) -> Result<Vec<Applied>, StorageError>
    where
        I: IntoIterator<Item = Entry> + OptionalSend,
        I::IntoIter: OptionalSend,
    {
        let mut image = (*self.image.load()).clone();
        let mut applied = Vec::new();
        for entry in entries {
            let offset = entry.log_id.index;
            self.last_applied = Some(entry.log_id);
            match entry.payload {
                EntryPayload::Blank => {}
                EntryPayload::Normal(batch) => image = image.apply(offset, &batch.records),
                EntryPayload::Membership(members) => {
                    self.membership = StoredMembership::new(Some(entry.log_id), members);
                }
            }
            image.offset = offset;
            applied.push(Applied { offset });
        }
        self.image.store(image);
        Ok(applied)
    }

    async fn get_snapshot_builder(&mut self) -> SnapshotBuilder {
        SnapshotBuilder {
            path: self.snapshot_path.clone(),
            last_applied: self.last_applied,
            membership: self.membership.clone(),
            image: self.image.load(),
        }
    }

    async fn begin_receiving_snapshot(&mut self) -> Result<Box<Cursor<Vec<u8>>>, StorageError> {
        Ok(Box::new(Cursor::new(Vec::new())))
    }

    async fn install_snapshot(
        &mut self,
        meta: &SnapshotMeta,
        snapshot: Box<Cursor<Vec<u8>>>,
    ) -> Result<(), StorageError> {
        let bytes = snapshot.into_inner();
        let stored =
            decode_snapshot(&bytes).map_err(|e| StorageIOError::read_snapshot(Some(meta.signature()), &e))?;
        write_snapshot(&self.snapshot_path, &bytes)
            .map_err(|e| StorageIOError::write_snapshot(Some(meta.signature()), &e))?;
        self.restore(stored);
        Ok(())
    }

    async fn get_current_snapshot(&mut self) -> Result<Option<Snapshot<TypeConfig>>, StorageError> {
        let stored = self.read_stored().map_err(|e| StorageIOError::read_snapshot(None, &e))?;
        let Some(stored) = stored else { return Ok(None) };
        let bytes = encode_snapshot(&stored).map_err(|e| StorageIOError::read_snapshot(None, &e))?;
        Ok(Some(Snapshot { meta: stored.meta, snapshot: Box::new(Cursor::new(bytes)) }))
    }
}

/// Builds a snapshot of the image at one moment.
#[derive(Debug)]
pub(crate) struct SnapshotBuilder {
    path: PathBuf,
    last_applied: Option<LogId>,
    membership: StoredMembership,
    image: Arc<MetadataImage>,
}

impl RaftSnapshotBuilder<TypeConfig> for SnapshotBuilder {
    async fn build_snapshot(&mut self) -> Result<Snapshot<TypeConfig>, StorageError> {
        let index = self.last_applied.map_or(0, |id| id.index);
        let meta = openraft::SnapshotMeta::<u64, BasicNode> {
            last_log_id: self.last_applied,
            last_membership: self.membership.clone(),
            snapshot_id: index.to_string(),
        };
        let stored = StoredSnapshot { meta: meta.clone(), image: ImageSnapshot::from(&*self.image) };
        let bytes = encode_snapshot(&stored)
            .and_then(|bytes| write_snapshot(&self.path, &bytes).map(|()| bytes))
            .map_err(|e| StorageIOError::write_snapshot(Some(meta.signature()), &e))?;
        Ok(Snapshot { meta, snapshot: Box::new(Cursor::new(bytes)) })
    }
}

/// Whether a snapshot of `image` would fit on the disk now. A snapshot that fails stops the
/// group for good, one that is put off does not.
pub(crate) fn snapshot_fits(folder: &Path, image: &MetadataImage) -> bool {
    let Ok(bytes) = serde_json::to_vec(&ImageSnapshot::from(image)) else { return false };
    let path = folder.join("snapshot.new");
    let reserved = File::create(&path).and_then(|file| {
        let length = bytes.len() as u64 + 64 * 1024;
        match rustix::fs::fallocate(&file, rustix::fs::FallocateFlags::KEEP_SIZE, 0, length) {
            Err(rustix::io::Errno::OPNOTSUPP | rustix::io::Errno::NOSYS) => Ok(()),
            other => other.map_err(io::Error::from),
        }
    });
    if reserved.is_err() {
        // The file would hold the last free blocks; if it cannot go either, the next try says so.
        let _ = fs::remove_file(&path);
    }
    reserved.is_ok()
}

fn encode_snapshot(stored: &StoredSnapshot) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    frame::encode(stored, &mut bytes)?;
    Ok(bytes)
}

fn decode_snapshot(bytes: &[u8]) -> io::Result<StoredSnapshot> {
    match frame::split(bytes) {
        Frame::Whole(payload, _) => frame::decode(payload),
        Frame::Torn => Err(io::Error::new(io::ErrorKind::InvalidData, "the metadata snapshot is damaged")),
    }
}

/// Replaces the snapshot so that a crash leaves the old one or the new one.
fn write_snapshot(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let new = path.with_extension("new");
    let mut file = fs::OpenOptions::new().write(true).create(true).truncate(false).open(&new)?;
    file.write_all(bytes)?;
    file.set_len(bytes.len() as u64)?;
    file.sync_all()?;
    fs::rename(&new, path)?;
    match path.parent() {
        Some(folder) => File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::log_store::LogStore;
    use super::*;
    use openraft::testing::{StoreBuilder, Suite};

    struct InTemporaryFolder;

    impl StoreBuilder<TypeConfig, LogStore, StateMachine, tempfile::TempDir> for InTemporaryFolder {
        async fn build(&self) -> Result<(tempfile::TempDir, LogStore, StateMachine), StorageError> {
            let folder = tempfile::tempdir().expect("temporary folder");
            let log = LogStore::open(folder.path()).expect("opens the log");
            let machine = StateMachine::open(folder.path(), AppliedImage::new()).expect("opens the machine");
            Ok((folder, log, machine))
        }
    }

    #[test]
    fn storage_passes_the_conformance_suite_of_openraft() {
        Suite::test_all(InTemporaryFolder).expect("conforms");
    }
}
