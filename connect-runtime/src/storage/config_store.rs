//! The config topic as the herder uses it: a snapshot to read, records to write, events of what others changed.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::mpsc;

use super::config_records::ConfigRecord;
use super::config_state::{ConfigEvent, ConfigState};
use super::log::{Apply, CompactedLog, StorageError};
use super::snapshot::Snapshot;

/// The configuration of the cluster.
pub(crate) struct ConfigStore {
    log: Box<dyn CompactedLog>,
    shared: ConfigShared,
}

/// What the reading and the writing half of the store have in common.
#[derive(Clone)]
pub(crate) struct ConfigShared {
    state: Snapshot<ConfigState>,
    /// Whether events are sent: not for what is read at start.
    live: Arc<AtomicBool>,
}

/// Events in the order of the log.
pub(crate) type ConfigEvents = mpsc::UnboundedReceiver<ConfigEvent>;

/// How long a write may take, with reading it back.
const WRITE_BUDGET: Duration = Duration::from_secs(30);

/// The reading half: what a log needs, what the store needs, what the herder needs.
pub(crate) fn config_applier() -> (Apply, ConfigShared, ConfigEvents) {
    let shared = ConfigShared { state: Snapshot::new(ConfigState::new()), live: Arc::default() };
    let (sender, events) = mpsc::unbounded_channel();
    let applied = shared.clone();
    let apply: Apply = Box::new(move |record| {
        let decoded = ConfigRecord::decode(&record.key, record.value.as_deref());
        let event = applied.state.update(|state| match decoded {
            Ok(decoded) => state.apply(record.offset, decoded),
            Err(error) => {
                state.offset = record.offset;
                tracing::warn!(offset = record.offset, "config topic: {error}");
                None
            }
        });
        // Readers see the new snapshot before anybody hears of it. Nobody listens any more at shutdown.
        if let Some(event) = event.filter(|_| applied.live.load(Ordering::Acquire)) {
            drop(sender.send(event));
        }
    });
    (apply, shared, events)
}

impl ConfigStore {
    /// The store on a log that was opened with the applier's `apply` and read to its end. From now on events are sent.
    pub(crate) fn new(log: Box<dyn CompactedLog>, shared: ConfigShared) -> Self {
        shared.live.store(true, Ordering::Release);
        Self { log, shared }
    }

    /// What is configured now.
    pub(crate) fn state(&self) -> Arc<ConfigState> {
        self.shared.state.load()
    }

    /// Writes records; returns when they are durable and [`state`](Self::state) shows them.
    pub(crate) async fn write(&self, records: &[ConfigRecord]) -> Result<(), StorageError> {
        let append = self.log.append(records.iter().map(ConfigRecord::encode).collect());
        tokio::time::timeout(WRITE_BUDGET, append).await.unwrap_or_else(|_| {
            Err(StorageError::TimedOut {
                what: "writing to the config topic".to_owned(),
                seconds: WRITE_BUDGET.as_secs(),
            })
        })
    }

    /// Reads what others wrote up to now.
    pub(crate) async fn read_to_end(&self) -> Result<(), StorageError> {
        self.log.read_to_end().await
    }
}
