//! The status topic as workers use it: a snapshot to read, and writes that nobody waits for.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use aqueduct_service::Shutdown;
use parking_lot::Mutex;
use tokio::sync::Notify;

use super::log::{Apply, CompactedLog, StorageError};
use super::snapshot::Snapshot;
use super::status_records::{Status, StatusRecord, TopicStatus};
use super::status_state::StatusState;
use crate::id::Instance;

/// The statuses of the cluster.
pub(crate) struct StatusStore {
    log: Box<dyn CompactedLog>,
    state: Snapshot<StatusState>,
    /// Statuses to be written: the latest of each connector and task.
    pending: Mutex<HashMap<Instance, (Status, bool)>>,
    wake: Notify,
}

/// Applies records of the status topic to a snapshot.
pub(crate) fn applier(state: Snapshot<StatusState>) -> Apply {
    Box::new(move |record| match StatusRecord::decode(&record.key, record.value.as_deref()) {
        Ok(decoded) => state.update(|state| state.apply(decoded)),
        Err(error) => tracing::warn!(offset = record.offset, "status topic: {error}"),
    })
}

impl StatusStore {
    /// The store on a log opened with [`applier`] of the same snapshot.
    pub(crate) fn new(log: Box<dyn CompactedLog>, state: Snapshot<StatusState>) -> Self {
        Self { log, state, pending: Mutex::default(), wake: Notify::new() }
    }

    /// What is known now.
    pub(crate) fn state(&self) -> Arc<StatusState> {
        self.state.load()
    }

    /// Notes a status to be written soon, whatever stands there.
    pub(crate) fn put(&self, of: Instance, status: Status) {
        self.pending.lock().insert(of, (status, false));
        self.wake.notify_one();
    }

    /// Notes a status to be written soon unless a later owner has written one.
    pub(crate) fn put_safe(&self, of: Instance, status: Status) {
        self.pending.lock().insert(of, (status, true));
        self.wake.notify_one();
    }

    /// The status as last put here, though it may not be in the topic yet, or read from the topic.
    pub(crate) fn latest(&self, of: &Instance) -> Option<Status> {
        let state = self.state.load();
        let pending = self.pending.lock().get(of).cloned();
        let pending = pending
            .filter(|(status, safe)| {
                !safe || state.may_replace_safely(of, &status.worker_id, status.generation)
            })
            .map(|(status, _)| status);
        pending.or_else(|| state.status(of).cloned())
    }

    /// Writes tombstones for everything known of a connector.
    pub(crate) async fn remove(&self, connector: &str) -> Result<(), StorageError> {
        self.pending.lock().retain(|of, _| of.connector() != connector);
        self.write(self.state.load().removal_of(connector)).await
    }

    /// Forgets the topics of a connector.
    pub(crate) async fn reset_topics(&self, connector: &str) -> Result<(), StorageError> {
        self.write(self.state.load().topics_removal_of(connector)).await
    }

    /// Tombstones single statuses: tasks that a connector no longer has.
    pub(crate) async fn remove_instances(&self, gone: &[Instance]) -> Result<(), StorageError> {
        self.pending.lock().retain(|of, _| !gone.contains(of));
        self.write(gone.iter().map(|of| of.record(None)).collect()).await
    }

    /// Records that a connector uses a topic.
    pub(crate) async fn put_topic(&self, status: TopicStatus) -> Result<(), StorageError> {
        let record = StatusRecord::Topic {
            topic: status.topic.clone(),
            connector: status.connector.clone(),
            status: Some(status),
        };
        self.write(vec![record]).await
    }

    async fn write(&self, records: Vec<StatusRecord>) -> Result<(), StorageError> {
        if records.is_empty() {
            return Ok(());
        }
        self.log.append(records.iter().map(StatusRecord::encode).collect()).await
    }

    /// Writes what is put, trying again for ever, until shutdown; then once more, within `last_words`.
    pub(crate) async fn run_writer(self: Arc<Self>, shutdown: Shutdown, last_words: Duration) {
        let mut backoff = Duration::from_millis(100);
        loop {
            tokio::select! {
                () = self.wake.notified() => {}
                () = shutdown.triggered() => break,
            }
            loop {
                // A cluster that is away must not hold the end of the worker up.
                let written = tokio::select! {
                    written = self.write_pending() => written,
                    () = shutdown.triggered() => break,
                };
                let Err(error) = written else { break };
                tracing::warn!("statuses are not written: {error}; trying again");
                if !shutdown.sleep(backoff).await {
                    break;
                }
                backoff = (backoff * 2).min(Duration::from_secs(2));
            }
            backoff = Duration::from_millis(100);
        }
        match tokio::time::timeout(last_words, self.write_pending()).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!("the last statuses were not written: {error}"),
            Err(_) => tracing::warn!("the last statuses were not written within {last_words:?}"),
        }
    }

    async fn write_pending(&self) -> Result<(), StorageError> {
        let pending: Vec<_> =
            self.pending.lock().iter().map(|(of, status)| (of.clone(), status.clone())).collect();
        let state = self.state.load();
        let due = pending.iter().filter(|(of, (status, safe))| {
            !safe || state.may_replace_safely(of, &status.worker_id, status.generation)
        });
        self.write(due.map(|(of, (status, _))| of.record(Some(status.clone()))).collect()).await?;
        let mut left = self.pending.lock();
        for (of, written) in pending {
            if left.get(&of) == Some(&written) {
                left.remove(&of);
            }
        }
        Ok(())
    }
}
