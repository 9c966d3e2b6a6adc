//! The offset topic as tasks and REST use it.

use std::collections::HashMap;
use std::sync::Arc;

use aqueduct_plugin_api::{ConnectError, OffsetMap, OffsetReader};
use async_trait::async_trait;
use parking_lot::Mutex;

use super::log::{Apply, CompactedLog, StorageError};
use super::offset_records::decode;
use super::offset_state::OffsetState;

/// The source offsets of the cluster.
pub(crate) struct OffsetStore {
    log: Box<dyn CompactedLog>,
    state: Arc<Mutex<OffsetState>>,
}

/// Applies records of the offset topic to a snapshot.
pub(crate) fn applier(state: Arc<Mutex<OffsetState>>) -> Apply {
    Box::new(move |record| match decode(&record.key, record.value.as_deref()) {
        Ok(decoded) => state.lock().apply(record.key, decoded),
        Err(error) => tracing::warn!(offset = record.offset, "offset topic: {error}"),
    })
}

impl OffsetStore {
    /// The store on a log opened with [`applier`] of the same snapshot.
    pub(crate) fn new(log: Box<dyn CompactedLog>, state: Arc<Mutex<OffsetState>>) -> Self {
        Self { log, state }
    }

    /// Writes offsets (`None` removes); returns when they are durable.
    pub(crate) async fn write(
        &self,
        connector: &str,
        offsets: &[(Arc<OffsetMap>, Option<OffsetMap>)],
    ) -> Result<(), StorageError> {
        let records: Vec<_> = {
            let state = self.state.lock();
            let writes = |(partition, offset): &(Arc<OffsetMap>, Option<OffsetMap>)| {
                state.writes(connector, partition, offset.as_ref())
            };
            offsets.iter().flat_map(writes).collect()
        };
        if records.is_empty() { Ok(()) } else { self.log.append(records).await }
    }

    /// All offsets of a connector, as of now.
    pub(crate) async fn all(&self, connector: &str) -> Result<Vec<(OffsetMap, OffsetMap)>, StorageError> {
        self.log.read_to_end().await?;
        Ok(self.state.lock().all(connector))
    }

    /// What the connectors and tasks of a name read.
    pub(crate) fn reader(self: &Arc<Self>, connector: &str) -> Arc<dyn OffsetReader> {
        Arc::new(Reader { store: self.clone(), connector: connector.to_owned() })
    }
}

struct Reader {
    store: Arc<OffsetStore>,
    connector: String,
}

#[async_trait]
impl OffsetReader for Reader {
    async fn offsets(&self, partitions: Vec<OffsetMap>) -> Result<Vec<Option<OffsetMap>>, ConnectError> {
        let read = self.store.log.read_to_end().await;
        read.map_err(|error| ConnectError::retriable("Failed to fetch offsets.").caused_by(&error))?;
        let state = self.store.state.lock();
        Ok(partitions.iter().map(|partition| state.get(&self.connector, partition).cloned()).collect())
    }
}

/// The latest acknowledged offset of each source partition that is not yet written.
#[derive(Debug, Default)]
pub(crate) struct PendingOffsets {
    latest: HashMap<Arc<OffsetMap>, OffsetMap>,
}

impl PendingOffsets {
    /// Notes an offset; a later one of the same partition replaces it.
    pub(crate) fn note(&mut self, partition: Arc<OffsetMap>, offset: OffsetMap) {
        self.latest.insert(partition, offset);
    }

    /// Whether there is nothing to write.
    pub(crate) fn is_empty(&self) -> bool {
        self.latest.is_empty()
    }

    /// Takes everything out to write it.
    pub(crate) fn take(&mut self) -> Vec<(Arc<OffsetMap>, Option<OffsetMap>)> {
        self.latest.drain().map(|(partition, offset)| (partition, Some(offset))).collect()
    }

    /// Puts back what could not be written, unless something later was noted meanwhile.
    pub(crate) fn put_back(&mut self, offsets: Vec<(Arc<OffsetMap>, Option<OffsetMap>)>) {
        for (partition, offset) in offsets {
            if let Some(offset) = offset {
                self.latest.entry(partition).or_insert(offset);
            }
        }
    }
}
