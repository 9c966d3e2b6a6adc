//! The task: takes batches in, makes operations of them, and hands them to the sender.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use aqueduct_plugin_api::{
    ConfigMap, ConnectError, PutCompletion, SchemaRef, SinkRecord, SinkTask, TaskContext, TopicPartition,
};
use async_trait::async_trait;
use bytestring::ByteString;
use tokio::time::Instant;

use crate::bulk::{Batch, Encoded, Encoder, Gauges, Sender, SenderSettings, Ticket};
use crate::document::index_name;
use crate::engine::{Client, IdentityError, IndexCatalog, WantedIndex};
use crate::preparation::Preparation;
use crate::probe;
use crate::settings::{Dialect, DocumentSettings, SinkSettings, VersionSource};

/// How long a start waits for the engine. One that is away then is waited for by the first records.
const START_PATIENCE: Duration = Duration::from_secs(5);

/// How long a batch waits for room in the buffer, and how long for that and its indices together. The worker must not
/// wait longer for a call: it has rebalances to take part in, and a pause or a stop to obey.
const ROOM_PATIENCE: Duration = Duration::from_millis(500);
const PUT_PATIENCE: Duration = Duration::from_secs(1);

/// A task.
#[derive(Debug)]
pub(crate) struct ElasticsearchSinkTask {
    dialect: Dialect,
    running: Option<Running>,
}

#[derive(Debug)]
struct Running {
    settings: SinkSettings,
    sender: Sender,
    indices_ready: Preparation,
    gauges: Gauges,
    /// The index of each topic, by the topic's name after transformations.
    indices: HashMap<ByteString, Arc<str>>,
    /// Names of topics in the log, shared by their operations.
    topics: HashMap<ByteString, Arc<str>>,
    /// Bytes of the last batch: a guess of the next one's.
    last_bytes: usize,
}

impl ElasticsearchSinkTask {
    pub(crate) fn new(dialect: Dialect) -> Self {
        Self { dialect, running: None }
    }

    fn running(&mut self) -> Result<&mut Running, ConnectError> {
        self.running.as_mut().ok_or_else(|| ConnectError::fatal("the task was used before it was started"))
    }
}

#[async_trait]
impl SinkTask for ElasticsearchSinkTask {
    async fn start(&mut self, context: TaskContext, config: &ConfigMap) -> Result<(), ConnectError> {
        let settings = SinkSettings::parse(self.dialect, config).map_err(ConnectError::config)?;
        let client = Client::new(&settings.connection);
        let client =
            client.map_err(|error| ConnectError::config("the connection settings").caused_by(&error))?;
        let client = Arc::new(client);
        greet(&client).await?;
        let gauges = Gauges(context.metrics.clone());
        let document = &settings.document;
        let sender = SenderSettings {
            bulk: settings.bulk.clone(),
            on_malformed: document.on_malformed,
            on_conflict: document.on_conflict,
            versions_are_offsets: document.version == VersionSource::Offset,
        };
        self.running = Some(Running {
            sender: Sender::start(client.clone(), sender, gauges.clone()),
            indices_ready: Preparation::new(IndexCatalog::new(client, document.json())),
            settings,
            gauges,
            indices: HashMap::new(),
            topics: HashMap::new(),
            last_bytes: 0,
        });
        Ok(())
    }

    async fn open(&mut self, partitions: &[TopicPartition]) -> Result<(), ConnectError> {
        self.running()?.sender.open(partitions.iter().map(pair));
        Ok(())
    }

    async fn put(&mut self, records: Vec<SinkRecord>, completion: PutCompletion) -> Result<(), ConnectError> {
        let until = Instant::now() + PUT_PATIENCE;
        let running = match self.running() {
            Ok(running) => running,
            Err(error) => return refuse(completion, error),
        };
        if let Err(error) = running.sender.room(ROOM_PATIENCE).await {
            return refuse(completion, error);
        }
        if let Err(error) = running.ensure_indices(&records, until).await {
            return refuse(completion, error);
        }
        let tickets = Batch::open(records.len(), completion);
        running.take_in(&records, tickets);
        Ok(())
    }

    async fn flush(&mut self) -> Result<(), ConnectError> {
        let running = self.running()?;
        running.sender.flush();
        let trouble = running.sender.trouble();
        match trouble.as_deref().or(running.indices_ready.trouble()) {
            None => Ok(()),
            Some(reason) => Err(ConnectError::retriable(reason)),
        }
    }

    async fn close(&mut self, partitions: &[TopicPartition]) -> Result<(), ConnectError> {
        let running = self.running()?;
        // Also when the worker does not wait so long.
        let given_up = GivenUp { sender: &running.sender, partitions };
        if !running.sender.drain(running.settings.bulk.flush_timeout).await {
            tracing::warn!(
                partitions = partitions.len(),
                "not all records were acknowledged in time; the next owner of the partitions reads them again"
            );
        }
        drop(given_up);
        Ok(())
    }

    async fn stop(&mut self) {
        if let Some(running) = self.running.take() {
            running.sender.stop().await;
        }
    }
}

impl Running {
    /// Makes every index ready that the batch needs. Most records share topic and schema with the one before.
    async fn ensure_indices(&mut self, records: &[SinkRecord], until: Instant) -> Result<(), ConnectError> {
        let mut wanted = Vec::new();
        let mut last: Option<(&ByteString, Option<&SchemaRef>)> = None;
        for record in records {
            let schema = self.settings.document.mapped_schema(record);
            let same =
                last.is_some_and(|(topic, before)| *topic == record.topic && same_schema(before, schema));
            if same {
                continue;
            }
            last = Some((&record.topic, schema));
            if let Some(error) = self.settings.document.no_resource(&record.topic) {
                return Err(error);
            }
            let index = self.index(&record.topic);
            if !self.indices_ready.is_ready(&index, schema) {
                let external = self.settings.document.resources.contains_key(&*record.topic);
                wanted.push(WantedIndex { index, schema: schema.cloned(), external });
            }
        }
        // What is under way already may be another batch's, hence a second round.
        for _ in 0..2 {
            if wanted.is_empty() {
                break;
            }
            self.indices_ready.make_ready(wanted.clone(), until).await?;
            wanted.retain(|one| !self.indices_ready.is_ready(&one.index, one.schema.as_ref()));
        }
        Ok(())
    }

    fn take_in(&mut self, records: &[SinkRecord], tickets: Vec<Ticket>) {
        let mut settled = Vec::new();
        let mut encoder = Encoder::new(&self.settings.document, self.last_bytes);
        let mut nothing = 0;
        for (record, ticket) in records.iter().zip(tickets) {
            let index = index_of(&mut self.indices, &self.settings.document, &record.topic);
            let topic = shared(&mut self.topics, &record.original_topic);
            let (encoded, ticket) = encoder.push(record, &topic, &index, ticket);
            let Some(ticket) = ticket else { continue };
            let error = match encoded {
                Encoded::Refused(error) => Some(error),
                Encoded::Malformed(reason) => self.not_a_document(record, &index, &reason),
                Encoded::Nothing | Encoded::Operation => {
                    nothing += 1;
                    None
                }
            };
            settled.push((ticket, error));
        }
        let operations = encoder.finish();
        self.last_bytes = operations.iter().map(|operation| operation.lines.len()).sum();
        self.sender.push(operations, &self.gauges);
        self.gauges.records("nothing_to_do", nothing);
        for (ticket, error) in settled {
            match error {
                Some(error) => ticket.failed(error),
                None => ticket.done(),
            }
        }
    }

    /// A record that cannot be made into a document: dropped if the user says so, else a bad record. What the engine
    /// refuses is another matter, with a policy of its own.
    fn not_a_document(&self, record: &SinkRecord, index: &str, reason: &str) -> Option<ConnectError> {
        self.gauges.records("malformed", 1);
        let name = format!("{}-{}@{}", record.original_topic, record.partition, record.offset);
        if self.settings.document.drop_invalid {
            tracing::warn!(record = name, index, reason, "record dropped, as drop.invalid.message says");
            return None;
        }
        Some(ConnectError::data(format!("record {name} for index {index}: {reason}")))
    }

    fn index(&mut self, topic: &ByteString) -> Arc<str> {
        index_of(&mut self.indices, &self.settings.document, topic)
    }
}

/// Partitions that are no longer the task's, whether or not all of their records were written.
struct GivenUp<'a> {
    sender: &'a Sender,
    partitions: &'a [TopicPartition],
}

impl Drop for GivenUp<'_> {
    fn drop(&mut self) {
        self.sender.give_up(self.partitions.iter().map(pair));
    }
}

impl DocumentSettings {
    /// Every topic must have a resource if resources are named: an index that nobody asked for is not made.
    fn no_resource(&self, topic: &str) -> Option<ConnectError> {
        let missing = !self.resources.is_empty() && !self.resources.contains_key(topic);
        missing.then(|| {
            ConnectError::fatal(format!(
                "topic {topic} has no resource in topic.to.external.resource.mapping, which must name one for every topic"
            ))
        })
    }

    /// The schema a record's index gets a mapping from, if any.
    fn mapped_schema<'a>(&self, record: &'a SinkRecord) -> Option<&'a SchemaRef> {
        let ignored = self.ignore_schema || self.schemaless_topics.contains(&*record.topic);
        record.value_schema.as_ref().filter(|_| !ignored)
    }
}

/// Logs which engine it is. Only what waiting cannot mend is an error.
async fn greet(client: &Client) -> Result<(), ConnectError> {
    match tokio::time::timeout(START_PATIENCE, probe::any_node(client)).await {
        Ok(Ok(engine)) => tracing::info!(engine = engine.name, version = engine.version, "engine found"),
        Ok(Err(error @ IdentityError::TooOld { .. })) => return Err(ConnectError::config(error.to_string())),
        Ok(Err(error @ IdentityError::Unauthenticated { .. })) => {
            return Err(ConnectError::fatal(error.to_string()));
        }
        Ok(Err(error)) => tracing::warn!(%error, "the engine does not say what it is; going on"),
        Err(_) => tracing::warn!("no answer from the engine as yet; going on"),
    }
    Ok(())
}

fn index_of(
    indices: &mut HashMap<ByteString, Arc<str>>,
    settings: &DocumentSettings,
    topic: &ByteString,
) -> Arc<str> {
    if let Some(index) = indices.get(topic) {
        return index.clone();
    }
    let name = settings.resources.get(&**topic).cloned().unwrap_or_else(|| index_name(topic));
    let index: Arc<str> = name.into();
    indices.insert(topic.clone(), index.clone());
    index
}

fn shared(topics: &mut HashMap<ByteString, Arc<str>>, topic: &ByteString) -> Arc<str> {
    if let Some(name) = topics.get(topic) {
        return name.clone();
    }
    let name: Arc<str> = (**topic).into();
    topics.insert(topic.clone(), name.clone());
    name
}

fn same_schema(one: Option<&SchemaRef>, other: Option<&SchemaRef>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => Arc::ptr_eq(one, other),
        (None, None) => true,
        _ => false,
    }
}

fn pair(partition: &TopicPartition) -> (String, i32) {
    (partition.topic.to_string(), partition.partition)
}

/// The batch was not taken in: the error tells why, and the completion says nothing.
fn refuse(completion: PutCompletion, error: ConnectError) -> Result<(), ConnectError> {
    completion.void();
    Err(error)
}
