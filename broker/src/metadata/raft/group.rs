//! The running Raft group and its [`MetadataLog`] face.

use std::collections::BTreeMap;
use std::fs;
use std::future::Future;
use std::io;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use aqueduct_log::fs::{PosixFs, make_durable_dir};
use openraft::error::{ClientWriteError, Fatal, RaftError};
use openraft::{BasicNode, Config, Raft, SnapshotPolicy};
use tokio::sync::watch;

use super::log_store::LogStore;
use super::network::NoNetwork;
use super::state_machine::{AppliedImage, StateMachine, snapshot_fits};
use super::type_config::{RecordBatch, TypeConfig};
use crate::metadata::image::MetadataImage;
use crate::metadata::metadata_log::{MetadataLog, MetadataLogError};
use crate::metadata::record::MetadataRecord;

/// Entries after which a snapshot is taken and the log before it purged.
const SNAPSHOT_EVERY: u64 = 1000;
/// How often the folder is looked for: files that are open can be written to long after their names are gone.
const LOOK: Duration = Duration::from_secs(1);
/// How long the start waits for the group to have a leader.
const LEADER_TIMEOUT: Duration = Duration::from_secs(10);

/// The group of which this node is the only voter.
pub(crate) struct RaftMetadataLog {
    raft: Raft<TypeConfig>,
    store: LogStore,
    image: Arc<AppliedImage>,
    folder: PathBuf,
    last_snapshot: AtomicU64,
    /// Held as long as the folder is in use.
    _lock: fs::File,
}

impl RaftMetadataLog {
    /// Opens the log in `folder` (made if absent) and leads it. Returns when the image contains
    /// everything that was ever committed.
    pub(crate) async fn start(folder: &Path, node: i32) -> Result<Self, MetadataLogError> {
        make_durable_dir(&PosixFs, folder).map_err(MetadataLogError::Open)?;
        let lock = lock(folder)?;
        let store = LogStore::open(folder).map_err(MetadataLogError::Open)?;
        // The new leader writes one entry of its own.
        if let Err(error) = store.reserve(0) {
            tracing::warn!(%error, "no space to reserve for the metadata log");
        }
        let image = AppliedImage::new();
        let machine = StateMachine::open(folder, Arc::clone(&image)).map_err(MetadataLogError::Open)?;
        if store.purged() > machine.last_applied() {
            // What was purged is in the snapshot or nowhere: going on would forget topics.
            let text = format!("{} is missing or older than the log", folder.join("snapshot").display());
            return Err(MetadataLogError::Open(io::Error::new(io::ErrorKind::InvalidData, text)));
        }
        let config = Arc::new(group_of_one().validate().map_err(|e| stopped(&e))?);
        let node = u64::from(node.unsigned_abs());
        let raft =
            Raft::new(node, config, NoNetwork, store.clone(), machine).await.map_err(|e| stopped(&e))?;
        if raft.is_initialized().await.map_err(|e| stopped(&e))? {
            if raft.current_leader().await != Some(node) {
                raft.trigger().elect().await.map_err(|e| stopped(&e))?;
            }
        } else {
            let members = BTreeMap::from([(node, BasicNode::default())]);
            raft.initialize(members).await.map_err(|e| stopped(&e))?;
        }
        raft.wait(Some(LEADER_TIMEOUT))
            .metrics(
                |m| m.current_leader == Some(node) && m.last_applied.map(|id| id.index) == m.last_log_index,
                "lead the metadata log",
            )
            .await
            .map_err(|e| stopped(&e))?;
        store.note_durable().map_err(MetadataLogError::Open)?;
        let last_snapshot = AtomicU64::new(image.load().offset);
        Ok(Self { raft, store, image, folder: folder.to_owned(), last_snapshot, _lock: lock })
    }

    async fn append_records(&self, records: Vec<MetadataRecord>) -> Result<u64, MetadataLogError> {
        let size = serde_json::to_vec(&records).map_or(0, |bytes| bytes.len() as u64);
        self.store.reserve(2 * size).map_err(MetadataLogError::NoSpace)?;
        let written = self.raft.client_write(RecordBatch { records }).await;
        let offset = match written {
            Ok(response) => response.data.offset,
            Err(RaftError::APIError(ClientWriteError::ForwardToLeader(_))) => {
                return Err(MetadataLogError::NotLeader);
            }
            Err(error) => return Err(stopped(&error)),
        };
        self.maybe_snapshot(offset).await;
        Ok(offset)
    }

    async fn storage_failure(&self) -> String {
        let mut metrics = self.raft.metrics();
        let state = self.folder.join("state");
        loop {
            let running = metrics.borrow_and_update().running_state.clone();
            match running {
                Ok(()) => {}
                Err(Fatal::Stopped) => return std::future::pending().await,
                Err(error) => return error.to_string(),
            }
            match state.try_exists() {
                Ok(true) => {}
                Ok(false) => return format!("{} is gone", state.display()),
                Err(error) => return format!("{}: {error}", state.display()),
            }
            // The group's end is told by its state, which is looked at again.
            let _ = tokio::time::timeout(LOOK, metrics.changed()).await;
        }
    }

    async fn maybe_snapshot(&self, offset: u64) {
        if offset < self.last_snapshot.load(Ordering::Relaxed) + SNAPSHOT_EVERY {
            return;
        }
        self.last_snapshot.store(offset, Ordering::Relaxed);
        if !snapshot_fits(&self.folder, &self.image.load()) {
            tracing::warn!(offset, "no space for a metadata snapshot, put off");
            return;
        }
        if let Err(error) = self.raft.trigger().snapshot().await {
            tracing::error!(%error, "metadata snapshot could not be started");
        }
    }
}

impl MetadataLog for RaftMetadataLog {
    fn append(
        &self,
        records: Vec<MetadataRecord>,
    ) -> Pin<Box<dyn Future<Output = Result<u64, MetadataLogError>> + Send + '_>> {
        Box::pin(self.append_records(records))
    }

    fn image(&self) -> Arc<MetadataImage> {
        self.image.load()
    }

    fn subscribe(&self) -> watch::Receiver<u64> {
        self.image.subscribe()
    }

    fn epoch(&self) -> i32 {
        let term = self.raft.metrics().borrow().current_term;
        i32::try_from(term).unwrap_or(i32::MAX)
    }

    fn failed(&self) -> Pin<Box<dyn Future<Output = String> + Send + '_>> {
        Box::pin(self.storage_failure())
    }

    fn shutdown(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(async move {
            if let Err(error) = self.raft.shutdown().await {
                tracing::error!(%error, "the metadata log ended with an error");
            } else if let Err(error) = self.store.note_durable() {
                tracing::warn!(%error, "the end of the metadata log is not noted");
            }
        })
    }
}

/// Two processes that vote in one folder would be two leaders.
fn lock(folder: &Path) -> Result<fs::File, MetadataLogError> {
    let path = folder.join("lock");
    let file = fs::OpenOptions::new().write(true).create(true).truncate(false).open(&path);
    let file = file.map_err(MetadataLogError::Open)?;
    match rustix::fs::flock(&file, rustix::fs::FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(file),
        Err(rustix::io::Errno::WOULDBLOCK) => Err(MetadataLogError::InUse(folder.to_owned())),
        Err(error) => Err(MetadataLogError::Open(error.into())),
    }
}

/// No timers: one voter has nobody to send heartbeats to, and elects itself when told.
fn group_of_one() -> Config {
    Config {
        cluster_name: "aqueduct".to_owned(),
        enable_tick: false,
        enable_heartbeat: false,
        enable_elect: false,
        snapshot_policy: SnapshotPolicy::Never,
        max_in_snapshot_log_to_keep: 0,
        ..Config::default()
    }
}

fn stopped(error: &dyn std::error::Error) -> MetadataLogError {
    MetadataLogError::Stopped(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(next_producer_id: i64) -> Vec<MetadataRecord> {
        vec![MetadataRecord::ProducerIds { next_producer_id }]
    }

    #[tokio::test]
    async fn records_survive_a_restart_with_and_without_a_snapshot() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let mut expected = 0;
        for round in 0..3 {
            let log = RaftMetadataLog::start(folder.path(), 1).await.expect("starts");
            assert_eq!(log.image().next_producer_id(), expected, "round {round}");
            for _ in 0..2 {
                expected += 1;
                log.append(ids(expected)).await.expect("appends");
            }
            if round == 1 {
                log.raft.trigger().snapshot().await.expect("triggers");
                log.raft
                    .wait(Some(LEADER_TIMEOUT))
                    .metrics(|m| m.snapshot.is_some() && m.purged.is_some(), "snapshot")
                    .await
                    .expect("takes a snapshot");
            }
            log.shutdown().await;
        }
    }

    #[tokio::test]
    async fn a_folder_has_one_user() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let log = RaftMetadataLog::start(folder.path(), 1).await.expect("starts");
        let second = RaftMetadataLog::start(folder.path(), 1).await.err();
        assert!(matches!(second, Some(MetadataLogError::InUse(_))));
        log.shutdown().await;
    }

    #[tokio::test]
    async fn an_append_is_in_the_image_when_it_resolves() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let log = RaftMetadataLog::start(folder.path(), 1).await.expect("starts");
        let offset = log.append(ids(9)).await.expect("appends");
        let image = log.image();
        assert!(image.offset >= offset);
        assert_eq!(image.next_producer_id(), 9);
        log.shutdown().await;
    }
}
