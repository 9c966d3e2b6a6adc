//! The state behind the log: read by everybody, written by one at a time, each write answered once it has come back.

use crate::error::RegistryError;
use crate::log::{LogError, LogRecord, NewRecord, RecordLog, RecordLogs};
use crate::records::Key;
use crate::state::{RecentRecord, Snapshot};
use arc_swap::ArcSwap;
use parking_lot::Mutex;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// The pause before the log is tried again for a repair.
const RETRY: Duration = Duration::from_secs(1);

/// How often a write starts again because another registry wrote in between.
const MAX_RESTARTS: usize = 8;

/// What a write wants to do about the state it was shown.
#[derive(Debug)]
pub struct Decision<T> {
    /// What to write, in this order; nothing if there is nothing to do.
    pub records: Vec<NewRecord>,
    /// What the writer learns once the records are in force.
    pub answer: T,
}

/// Why the store cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The log is not usable.
    #[error("the log cannot be opened: {0}")]
    Log(#[from] LogError),
    /// The log was not read to its end in time.
    #[error("the log was not read to its end within {0:?} (kafkastore.init.timeout.ms)")]
    Timeout(Duration),
}

/// The registry's data.
pub struct Store {
    log: Box<dyn RecordLog>,
    published: Arc<ArcSwap<Snapshot>>,
    applied: watch::Receiver<i64>,
    /// Held by the one write that is under way.
    writer: tokio::sync::Mutex<Writer>,
    timeout: Duration,
}

/// What a writer leaves to the next one.
struct Writer {
    /// Whether records may still be on their way that no one has seen: an append failed, or its writer went away. The
    /// next writer must first see the log's end.
    unsure: bool,
}

impl Store {
    /// Reads the log to its end.
    ///
    /// # Errors
    /// The log is not usable, or not read within `init_timeout`.
    pub async fn open(
        logs: &dyn RecordLogs,
        timeout: Duration,
        init_timeout: Duration,
    ) -> Result<Store, OpenError> {
        let within =
            tokio::time::timeout(init_timeout, Store::open_and_catch_up(logs, timeout, init_timeout));
        within.await.map_err(|_| OpenError::Timeout(init_timeout))?
    }

    async fn open_and_catch_up(
        logs: &dyn RecordLogs,
        timeout: Duration,
        init_timeout: Duration,
    ) -> Result<Store, OpenError> {
        let replay = Arc::new(Mutex::new(Replay { state: Snapshot::default(), serving: None }));
        let published = Arc::new(ArcSwap::default());
        let (applied_sender, applied) = watch::channel(0);
        let sink = {
            let replay = replay.clone();
            Box::new(move |record: LogRecord| {
                let next = replay.lock().take(&record);
                applied_sender.send_replace(next);
            })
        };
        let log = logs.open(sink).await?;
        // A record of our own marks the end: all that was written before it has been read when it comes back.
        let end = log.append(vec![noop()]).await?;
        let store = Store {
            log,
            published: published.clone(),
            applied,
            writer: tokio::sync::Mutex::new(Writer { unsure: false }),
            timeout,
        };
        let last = end.last().copied().unwrap_or(-1);
        store.wait_for(last, init_timeout).await.map_err(|Late| OpenError::Timeout(init_timeout))?;
        replay.lock().serve(published);
        Ok(store)
    }

    /// The state now.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.published.load_full()
    }

    /// The id of the cluster that has the log, if it has one.
    pub fn cluster_id(&self) -> Option<String> {
        self.log.cluster_id()
    }

    /// Decides on the latest state what to write, writes it, and waits until it is in force. `decide` must be quick:
    /// all other writes wait. It is called again if another registry wrote in between. The write is carried through
    /// even if the caller goes away.
    ///
    /// # Errors
    /// What `decide` refuses; the log fails (50001) or is too slow (50002): then it is not known whether the write
    /// will be in force.
    pub async fn write<T: Send + 'static>(
        self: &Arc<Self>,
        what: &'static str,
        decide: impl FnMut(&Snapshot) -> Result<Decision<T>, RegistryError> + Send + 'static,
    ) -> Result<(T, Arc<Snapshot>), RegistryError> {
        let store = self.clone();
        let write = tokio::spawn(async move { store.write_alone(what, decide).await });
        write.await.unwrap_or_else(|failure| {
            Err(RegistryError::Store(format!("{what} operation failed: {failure}")))
        })
    }

    async fn write_alone<T>(
        &self,
        what: &'static str,
        mut decide: impl FnMut(&Snapshot) -> Result<Decision<T>, RegistryError>,
    ) -> Result<(T, Arc<Snapshot>), RegistryError> {
        let mut writer = self.writer.lock().await;
        for _ in 0..MAX_RESTARTS {
            if writer.unsure {
                self.append(&mut writer, what, vec![noop()]).await?;
            }
            self.repair(&mut writer).await?;
            let base = self.snapshot();
            let Decision { records, answer } = decide(&base)?;
            if records.is_empty() {
                return Ok((answer, base));
            }
            let offsets = self.append(&mut writer, what, records).await?;
            let after = self.snapshot();
            match interference(&base, &after, &offsets) {
                None => return Ok((answer, after)),
                Some(lost) => {
                    tracing::error!("another registry writes to the same log; {what} is done again");
                    metrics::counter!("registry_foreign_writes_total").increment(1);
                    if !lost.is_empty() {
                        self.append(&mut writer, what, lost).await?;
                    }
                }
            }
        }
        Err(RegistryError::Store(format!("{what} operation failed: another registry writes to the same log")))
    }

    /// Writes again what is in force where a refused record of another registry, or of one that died, came last.
    async fn repair(&self, writer: &mut Writer) -> Result<(), RegistryError> {
        let repairs = self.snapshot().repairs();
        if repairs.is_empty() {
            return Ok(());
        }
        tracing::error!("another registry writes to the same log; {} records are put right", repairs.len());
        metrics::counter!("registry_repairs_total").increment(repairs.len() as u64);
        self.append(writer, "Repair", repairs).await.map(|_| ())
    }

    /// Repairs what other registries leave behind, as soon as it is seen. Ends with the log.
    pub async fn keep_repaired(self: Arc<Self>) {
        let mut applied = self.applied.clone();
        loop {
            if !self.snapshot().shadowed.is_empty() {
                let repaired = self.repair(&mut *self.writer.lock().await).await;
                if let Err(error) = repaired {
                    tracing::warn!("the log could not be put right yet: {error}");
                    tokio::time::sleep(RETRY).await;
                    continue;
                }
            }
            if applied.changed().await.is_err() {
                return;
            }
        }
    }

    /// Writes records and waits until they are in force.
    async fn append(
        &self,
        writer: &mut Writer,
        what: &'static str,
        records: Vec<NewRecord>,
    ) -> Result<Vec<i64>, RegistryError> {
        writer.unsure = true;
        let start = Instant::now();
        let append = tokio::time::timeout(self.timeout, self.log.append(records));
        let offsets = match append.await {
            Ok(Ok(offsets)) => offsets,
            Ok(Err(error)) => {
                tracing::warn!("{what}: the log failed: {error}");
                return Err(RegistryError::Store(format!(
                    "{what} operation failed while writing to the Kafka store: {error}"
                )));
            }
            Err(_) => return Err(RegistryError::Timeout(what)),
        };
        let last = offsets.iter().copied().max().unwrap_or(-1);
        self.wait_for(last, self.timeout).await.map_err(|Late| RegistryError::Timeout(what))?;
        // An offset that is not told belongs to a record that was written by an attempt whose answer was lost.
        writer.unsure = offsets.contains(&-1);
        metrics::histogram!("registry_write_seconds").record(start.elapsed().as_secs_f64());
        Ok(offsets)
    }

    /// Waits until a record is in force.
    async fn wait_for(&self, offset: i64, timeout: Duration) -> Result<(), Late> {
        let mut applied = self.applied.clone();
        let wait = tokio::time::timeout(timeout, applied.wait_for(|next| *next > offset));
        match wait.await {
            Ok(Ok(_)) => Ok(()),
            _ => Err(Late),
        }
    }
}

/// The log did not come back in time.
struct Late;

/// The state while records are applied. It is published record by record only once the replay is over: until then it
/// is not shared, and changes are made in place.
struct Replay {
    state: Snapshot,
    serving: Option<Arc<ArcSwap<Snapshot>>>,
}

impl Replay {
    fn take(&mut self, record: &LogRecord) -> i64 {
        if let Err(rejected) = self.state.apply(record) {
            tracing::warn!(offset = record.offset, "record of the schema log skipped: {rejected}");
            metrics::counter!("registry_skipped_records_total").increment(1);
        }
        self.publish();
        self.state.next_offset
    }

    fn serve(&mut self, published: Arc<ArcSwap<Snapshot>>) {
        self.serving = Some(published);
        self.publish();
    }

    fn publish(&self) {
        if let Some(published) = &self.serving {
            published.store(Arc::new(self.state.clone()));
            metrics::gauge!("registry_subjects").set(self.state.subjects.len() as f64);
        }
    }
}

fn noop() -> NewRecord {
    NewRecord { key: Key::Noop.to_bytes(), value: None }
}

/// Whether another writer spoiled a write: it came first, so that a record of the write was refused, or it wrote the
/// same key before, which the write has then overwritten. The answer then is what was overwritten: it has been promised
/// to the other's client and is put back before the write is decided anew.
///
/// `offsets` are those of the write, decided on `base`.
fn interference(base: &Snapshot, after: &Snapshot, offsets: &[i64]) -> Option<Vec<NewRecord>> {
    // What is forgotten came before what is remembered: the first of a hard delete of many versions, or what others
    // wrote before our record.
    let (own, foreign): (Vec<&RecentRecord>, Vec<&RecentRecord>) =
        after.recent.since(base.next_offset).partition(|record| offsets.contains(&record.offset));
    let mut spoiled = false;
    let mut lost = Vec::new();
    for record in &own {
        let earlier = |other: &&&RecentRecord| {
            other.key == record.key && other.offset < record.offset && other.accepted
        };
        if !record.accepted {
            spoiled = true;
        } else if let Some(other) = foreign.iter().rev().find(earlier) {
            spoiled = true;
            lost.push(NewRecord { key: other.key.clone(), value: other.value.clone() });
        }
    }
    spoiled.then_some(lost)
}
