//! The producer as its users hold it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aqueduct_protocol::record::{BATCH_OVERHEAD, record_size};
use aqueduct_service::Tasks;
use bytestring::ByteString;
use dashmap::DashMap;
use parking_lot::Mutex;
use tokio::sync::{Notify, OwnedSemaphorePermit};
use tokio::time::{Instant, timeout_at};

use super::batch::headers_of;
use super::outstanding::Outstanding;
use super::partition_queue::{Appended, QueueRules};
use super::sender::Sender;
use super::topic::{SharedQueue, TopicQueues};
use super::{Delivery, ProduceError, ProducerRecord, RecordMetadata, partition_for_key};
use crate::Client;
use crate::config::ProducerConfig;

/// Produces records. Clones share buffers, order and producer id; when the last is dropped what is buffered
/// is no longer sent (see [`close`](Producer::close)).
#[derive(Clone, Debug)]
pub struct Producer {
    handle: Arc<Handle>,
}

/// Ends the sender with the last clone.
#[derive(Debug)]
struct Handle {
    shared: Arc<Shared>,
    tasks: Tasks,
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.tasks.shutdown().trigger();
    }
}

/// What the users' calls and the sender share.
pub(super) struct Shared {
    pub(super) client: Client,
    pub(super) config: ProducerConfig,
    pub(super) rules: QueueRules,
    pub(super) topics: DashMap<ByteString, Arc<TopicQueues>>,
    pub(super) outstanding: Arc<Outstanding>,
    /// Queues with something new in them, not yet on the sender's list.
    pub(super) fresh: Mutex<Vec<Arc<SharedQueue>>>,
    /// Wakes the sender.
    pub(super) wake: Notify,
    /// How many calls want everything to be sent without lingering.
    pub(super) hurry: AtomicUsize,
    pub(super) closed: AtomicBool,
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Producer").field("config", &self.config).finish_non_exhaustive()
    }
}

/// Counts a call that hurries, for as long as it waits.
struct Hurry<'a>(&'a Shared);

impl<'a> Hurry<'a> {
    fn new(shared: &'a Shared) -> Hurry<'a> {
        shared.hurry.fetch_add(1, Ordering::SeqCst);
        shared.wake.notify_one();
        Hurry(shared)
    }
}

impl Drop for Hurry<'_> {
    fn drop(&mut self) {
        self.0.hurry.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Producer {
    pub(crate) fn new(client: Client, config: ProducerConfig) -> Producer {
        let rules = QueueRules {
            codec: config.codec,
            batch_size: config.batch_size,
            linger: config.linger,
            delivery_timeout: config.delivery_timeout,
            retries: config.retries,
            max_in_flight: config.max_in_flight,
            idempotent: config.idempotence,
            max_decompressed: config.batch_size.saturating_add(config.max_request_size).saturating_mul(2),
        };
        let tasks = Tasks::new("producer", client.shutdown().child());
        let shared = Arc::new(Shared {
            outstanding: Outstanding::new(config.buffer_memory),
            client,
            config,
            rules,
            topics: DashMap::new(),
            fresh: Mutex::default(),
            wake: Notify::new(),
            hurry: AtomicUsize::new(0),
            closed: AtomicBool::new(false),
        });
        tasks.spawn("sender", Sender::new(shared.clone()).run(tasks.shutdown().clone()));
        Producer { handle: Arc::new(Handle { shared, tasks }) }
    }

    /// Puts a record into its partition's batch and returns: delivery goes on in the background, in the order of
    /// the calls for each partition. Waits only for the topic's metadata (first record) and while
    /// `buffer.memory` is used up, at most `max.block.ms`.
    ///
    /// Cancel safe: a call that is dropped while it waits has not produced the record.
    pub async fn send(&self, record: ProducerRecord) -> Result<Delivery, ProduceError> {
        let shared = &*self.handle.shared;
        let record = match self.try_send(record)? {
            Ok(delivery) => return Ok(delivery),
            Err(record) => record,
        };
        let deadline = Instant::now() + shared.config.max_block;
        let topic = shared.topic(&record.topic, deadline).await?;
        let size = shared.checked_size(&record)?;
        let partition = shared.partition_for(&topic, &record, size);
        shared.await_partition(&topic, partition, deadline).await?;
        let mut memory = None;
        loop {
            match shared.append(&topic, partition, &record, size, &mut memory)? {
                Some(delivery) => return Ok(delivery),
                // The batches that hold the memory need not linger.
                None => {
                    let _hurry = Hurry::new(shared);
                    let taking = shared.outstanding.take(shared.memory_for(size));
                    let taken = timeout_at(deadline, taking).await;
                    let exhausted = ProduceError::BufferExhausted { waited: shared.config.max_block };
                    memory = Some(taken.ok().flatten().ok_or(exhausted)?);
                }
            }
        }
    }

    /// Puts a record into its batch if that is possible without waiting; gives it back (`Ok(Err(record))`) if
    /// not.
    pub fn try_send(&self, record: ProducerRecord) -> Result<Result<Delivery, ProducerRecord>, ProduceError> {
        let shared = &*self.handle.shared;
        let topic = shared.topics.get(&record.topic).map(|topic| topic.clone());
        let Some(topic) = topic else { return Ok(Err(record)) };
        let size = shared.checked_size(&record)?;
        let partition = shared.partition_for(&topic, &record, size);
        if usize::try_from(partition).is_ok_and(|index| index >= topic.partitions().len()) {
            return Ok(Err(record));
        }
        match shared.append(&topic, partition, &record, size, &mut None)? {
            Some(delivery) => Ok(Ok(delivery)),
            None => Ok(Err(record)),
        }
    }

    /// Produces a record and waits until it is acknowledged.
    pub async fn send_and_wait(&self, record: ProducerRecord) -> Result<RecordMetadata, ProduceError> {
        self.send(record).await?.await
    }

    /// Sends everything buffered without lingering and waits until every record produced before this
    /// call has been delivered or has failed. The tickets tell which.
    pub async fn flush(&self) {
        let _hurry = Hurry::new(&self.handle.shared);
        self.handle.shared.outstanding.settled().await;
    }

    /// Stops taking records, delivers what is buffered within `timeout`, and fails the rest with
    /// [`ProduceError::Closed`].
    pub async fn close(&self, timeout: Duration) {
        self.handle.shared.closed.store(true, Ordering::SeqCst);
        let _ = tokio::time::timeout(timeout, self.flush()).await;
        self.handle.tasks.stop(Duration::from_secs(1)).await;
    }

    /// The settings in force.
    pub fn config(&self) -> &ProducerConfig {
        &self.handle.shared.config
    }
}

impl Shared {
    async fn topic(&self, name: &ByteString, deadline: Instant) -> Result<Arc<TopicQueues>, ProduceError> {
        if let Some(topic) = self.topics.get(name) {
            return Ok(topic.clone());
        }
        let metadata = self.client.metadata_cache().topic(name, deadline).await?;
        let entry = self.topics.entry(name.clone()).or_insert_with(|| Arc::new(TopicQueues::new(&metadata)));
        Ok(entry.clone())
    }

    /// The most bytes that the record can take, if that is allowed.
    fn checked_size(&self, record: &ProducerRecord) -> Result<usize, ProduceError> {
        let size = record_size(record.key.as_deref(), record.value.as_deref(), headers_of(record));
        let whole = size + BATCH_OVERHEAD;
        let limits = [
            (self.config.max_request_size, "max.request.size"),
            (self.config.buffer_memory, "buffer.memory"),
        ];
        match limits.into_iter().find(|(limit, _)| whole > *limit) {
            Some((limit, setting)) => Err(ProduceError::RecordTooLarge { size: whole, limit, setting }),
            None => Ok(size),
        }
    }

    fn partition_for(&self, topic: &TopicQueues, record: &ProducerRecord, size: usize) -> i32 {
        let count = topic.partitions().len() as i32;
        match (record.partition, &record.key) {
            (Some(partition), _) => partition,
            (None, Some(key)) if !self.config.ignore_keys && count > 0 => partition_for_key(key, count),
            _ => topic.stick(size, self.config.batch_size, |partition| {
                let metadata = self.client.metadata();
                metadata.partition(&topic.name, partition).is_some_and(|partition| partition.leader >= 0)
            }),
        }
    }

    /// A partition that was asked for by number may be new.
    async fn await_partition(
        &self,
        topic: &TopicQueues,
        partition: i32,
        deadline: Instant,
    ) -> Result<(), ProduceError> {
        let known = |count: usize| usize::try_from(partition).is_ok_and(|index| index < count);
        if known(topic.partitions().len()) {
            return Ok(());
        }
        let mut changes = self.client.metadata_cache().changes();
        changes.mark_unchanged();
        loop {
            self.client.request_metadata();
            let attempted = timeout_at(deadline, changes.changed()).await;
            // An attempt that failed tells nothing of the partition.
            let failed = matches!(attempted, Ok(Ok(()))) && changes.borrow_and_update().1.is_some();
            if !failed {
                break;
            }
        }
        topic.grow(self.client.metadata_cache().topic(&topic.name, deadline).await?.partition_count());
        let count = topic.partitions().len();
        if known(count) {
            return Ok(());
        }
        Err(ProduceError::InvalidPartition { partition, count: count as i32 })
    }

    fn memory_for(&self, size: usize) -> u32 {
        let wanted = self.config.batch_size.max(size + BATCH_OVERHEAD).min(self.config.buffer_memory);
        u32::try_from(wanted).unwrap_or(u32::MAX)
    }

    /// Appends to the partition's batch; `None` if that needs memory, to be given in `memory`.
    fn append(
        &self,
        topic: &TopicQueues,
        partition: i32,
        record: &ProducerRecord,
        size: usize,
        memory: &mut Option<OwnedSemaphorePermit>,
    ) -> Result<Option<Delivery>, ProduceError> {
        if self.closed.load(Ordering::Relaxed) {
            return Err(ProduceError::Closed);
        }
        let partitions = topic.partitions();
        let queue = usize::try_from(partition).ok().and_then(|index| partitions.get(index));
        let Some(queue) = queue else {
            return Err(ProduceError::InvalidPartition { partition, count: partitions.len() as i32 });
        };
        let timestamp = record.timestamp.unwrap_or_else(now_ms);
        let mut take_memory = || {
            let permit = memory.take().or_else(|| self.outstanding.try_take(self.memory_for(size)))?;
            Some((self.outstanding.begin(permit), Instant::now()))
        };
        let appended = queue.queue.lock().append(record, size, timestamp, &self.rules, &mut take_memory);
        match appended {
            Appended::Joined(delivery) => Ok(Some(delivery)),
            Appended::Opened(delivery) => {
                if !queue.listed.swap(true, Ordering::AcqRel) {
                    self.fresh.lock().push(queue.clone());
                }
                self.wake.notify_one();
                Ok(Some(delivery))
            }
            Appended::NeedsMemory => Ok(None),
        }
    }
}

/// Milliseconds since 1970.
pub(super) fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
