//! The task that fetches: one long poll per broker, positions looked up as needed, buffers kept within bounds.

use std::collections::{HashMap, HashSet};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use aqueduct_protocol::ErrorCode;
use aqueduct_protocol::codec::Message;
use aqueduct_protocol::messages::fetch_request::{FetchPartition, FetchTopic};
use aqueduct_protocol::messages::fetch_response::PartitionData;
use aqueduct_protocol::messages::{FetchRequest, FetchResponse};
use aqueduct_service::Shutdown;
use aqueduct_service::timer::until;
use bytestring::ByteString;
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use parking_lot::Mutex;
use tokio::sync::Notify;
use tokio::time::Instant;

use super::ConsumeError;
use super::cursor::Fetched;
use super::partitions::{Partitions, ToFetch};
use super::positions::{Resolved, resolve};
use crate::client::patience;
use crate::config::{AutoOffsetReset, ConsumerConfig, IsolationLevel};
use crate::metadata::ClusterMetadata;
use crate::net::{Backoff, LaneGuard};
use crate::{Client, ClientError, TopicPartition};

/// First version that names topics by id only.
const TOPIC_IDS: i16 = 13;
/// How often the topics in use are noted as such, so that their metadata stay fresh.
const TOPIC_USE_INTERVAL: Duration = Duration::from_secs(30);

/// What the user's calls and the fetcher share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) client: Client,
    pub(super) config: ConsumerConfig,
    pub(super) partitions: Mutex<Partitions>,
    /// Wakes the user: records, errors or positions are there.
    pub(super) news: Notify,
    /// Wakes the fetcher: partitions, positions or room changed.
    pub(super) wake: Notify,
}

pub(super) struct Fetcher {
    shared: Arc<Shared>,
    lane: LaneGuard,
    busy: HashSet<i32>,
    works: FuturesUnordered<Pin<Box<dyn Future<Output = Done> + Send>>>,
    topics_noted: Option<Instant>,
}

enum Done {
    Resolved(Vec<Resolved>),
    Fetched { node: i32, asked: Vec<ToFetch>, result: Result<FetchResponse, ClientError> },
}

impl Fetcher {
    pub(super) fn new(shared: Arc<Shared>) -> Fetcher {
        let lane = shared.client.dedicated_lane();
        Fetcher { shared, lane, busy: HashSet::new(), works: FuturesUnordered::new(), topics_noted: None }
    }

    pub(super) async fn run(mut self, shutdown: Shutdown) {
        let mut changes = self.shared.client.metadata_cache().changes();
        loop {
            let look_again = self.start_works();
            let shared = self.shared.clone();
            tokio::select! {
                () = shutdown.triggered() => return,
                () = shared.wake.notified() => {}
                Some(done) = self.works.next() => self.finish(done),
                _ = changes.changed() => {}
                () = until(look_again) => {}
            }
        }
    }

    /// Starts what can be started; gives the time to look again.
    fn start_works(&mut self) -> Option<Instant> {
        let now = Instant::now();
        self.note_topics(now);
        let metadata = self.shared.client.metadata();
        let config = &self.shared.config;
        let (fetches, again_fetch, resolves, again_resolve) = {
            let mut partitions = self.shared.partitions.lock();
            let per_partition = config.max_partition_fetch_bytes as usize;
            let budget = config.prefetch_max_bytes;
            let (fetches, again_fetch) = partitions.plan(&metadata, &self.busy, now, budget, per_partition);
            let (resolves, again_resolve) = partitions.unresolved(now);
            (fetches, again_fetch, resolves, again_resolve)
        };
        if !resolves.is_empty() {
            let shared = self.shared.clone();
            self.works.push(Box::pin(async move {
                Done::Resolved(resolve(&shared.client, &shared.config, resolves).await)
            }));
        }
        for (node, asked) in fetches {
            self.busy.insert(node);
            let work = fetch(self.shared.clone(), node, asked, metadata.clone(), self.lane.lane());
            self.works.push(Box::pin(work));
        }
        if again_fetch.is_some() {
            self.shared.client.request_metadata();
        }
        again_fetch.into_iter().chain(again_resolve).min()
    }

    fn note_topics(&mut self, now: Instant) {
        if self.topics_noted.is_some_and(|noted| now.duration_since(noted) < TOPIC_USE_INTERVAL) {
            let cache = self.shared.client.metadata_cache();
            let metadata = cache.current();
            for partition in self.shared.partitions.lock().names() {
                if metadata.topic(&partition.topic).is_none() {
                    cache.want(&partition.topic);
                }
            }
            return;
        }
        self.topics_noted = Some(now);
        let topics: HashSet<ByteString> =
            self.shared.partitions.lock().names().into_iter().map(|partition| partition.topic).collect();
        for topic in topics {
            self.shared.client.metadata_cache().want(&topic);
        }
    }

    fn finish(&mut self, done: Done) {
        match done {
            Done::Resolved(results) => self.finish_resolve(results),
            Done::Fetched { node, asked, result } => {
                self.busy.remove(&node);
                self.finish_fetch(asked, result);
            }
        }
        self.shared.news.notify_one();
    }

    fn finish_resolve(&self, results: Vec<Resolved>) {
        let mut partitions = self.shared.partitions.lock();
        for (ticket, result) in results {
            match result {
                Ok(offset) => partitions.resolved(&ticket, offset),
                Err(ConsumeError::Client(error)) if error.is_retriable() => {
                    tracing::debug!(partition = %ticket.partition, "looking the position up: {error}");
                    partitions.failed(&ticket, Instant::now(), self.wait());
                }
                Err(error) => partitions.told(&ticket, error),
            }
        }
    }

    fn finish_fetch(&self, asked: Vec<ToFetch>, result: Result<FetchResponse, ClientError>) {
        let now = Instant::now();
        let response = result.and_then(|response| {
            ClientError::check(response.error_code, None, || "Fetch".to_owned()).map(|()| response)
        });
        let response = match response {
            Ok(response) => response,
            Err(error) => {
                self.shared.client.request_metadata();
                let mut partitions = self.shared.partitions.lock();
                for fetch in asked {
                    match error.is_retriable() {
                        true => partitions.failed(&fetch.ticket, now, self.wait()),
                        false => partitions.told(&fetch.ticket, error.clone().into()),
                    }
                }
                return;
            }
        };
        let metadata = self.shared.client.metadata();
        let mut answers = answers_by_partition(response, &metadata);
        let mut partitions = self.shared.partitions.lock();
        for fetch in asked {
            match answers.remove(&fetch.ticket.partition) {
                Some(answer) => self.take_answer(&mut partitions, &fetch, answer, now),
                None => partitions.release(&fetch.ticket),
            }
        }
    }

    fn take_answer(&self, partitions: &mut Partitions, fetch: &ToFetch, answer: PartitionData, now: Instant) {
        let ticket = &fetch.ticket;
        let leader = &answer.current_leader;
        if leader.leader_epoch >= 0 {
            let (cache, partition) = (self.shared.client.metadata_cache(), &ticket.partition);
            let (leader, epoch) = (leader.leader_id, leader.leader_epoch);
            cache.learn_leader(&partition.topic, partition.partition, leader, epoch);
        }
        match ErrorCode::from_code(answer.error_code) {
            // A follower that is behind, or ahead of its log's start: the leader knows.
            ErrorCode::OffsetOutOfRange if partitions.back_to_leader(ticket) => {}
            ErrorCode::None if answer.preferred_read_replica >= 0 => {
                let until = now + self.shared.client.config().metadata_max_age;
                partitions.redirected(ticket, answer.preferred_read_replica, until);
            }
            ErrorCode::None => {
                let end = match self.shared.config.isolation_level {
                    IsolationLevel::ReadUncommitted => answer.high_watermark,
                    IsolationLevel::ReadCommitted => answer.last_stable_offset,
                };
                let aborted = answer.aborted_transactions.unwrap_or_default();
                let aborted = aborted.iter().map(|aborted| (aborted.producer_id, aborted.first_offset));
                let records = answer.records.filter(|records| !records.is_empty());
                let piece = records.map(|records| {
                    let bytes = records.len();
                    (Fetched::new(records, fetch.offset, aborted.collect()), bytes)
                });
                partitions.fetched(ticket, piece, end);
            }
            ErrorCode::OffsetOutOfRange => match self.shared.config.auto_offset_reset {
                AutoOffsetReset::None => {
                    let (partition, offset) = (ticket.partition.clone(), fetch.offset);
                    partitions.told(ticket, ConsumeError::OffsetOutOfRange { partition, offset });
                }
                _ => {
                    tracing::info!(partition = %ticket.partition, "offset {} is out of range: reset", fetch.offset);
                    partitions.out_of_range(ticket);
                }
            },
            // Retriable by its code, but the batch stays as it is: Kafka's consumer does not go on in silence either.
            ErrorCode::CorruptMessage => {
                let (partition, offset) = (ticket.partition.clone(), fetch.offset);
                partitions.told(ticket, ConsumeError::CorruptMessage { partition, offset });
            }
            // The broker's own trouble, as Kafka's consumer sees it: not the end of reading.
            ErrorCode::UnknownServerError => {
                tracing::warn!(partition = %ticket.partition, offset = fetch.offset, "fetch: unknown server error");
                partitions.failed(ticket, now, self.wait());
            }
            code if code.is_retriable() => {
                tracing::debug!(partition = %ticket.partition, "fetch: {code}");
                partitions.failed(ticket, now, self.wait());
                self.shared.client.request_metadata();
            }
            code => {
                let what = format!("Fetch {}", ticket.partition);
                partitions.told(ticket, ClientError::Broker { what, code, message: None }.into());
            }
        }
    }

    fn wait(&self) -> impl Fn(u32) -> Duration + 'static {
        let config = self.shared.client.config();
        let backoff = Backoff::new(config.retry_backoff, config.retry_backoff_max);
        move |failures| backoff.after_failures(failures)
    }
}

async fn fetch(
    shared: Arc<Shared>,
    node: i32,
    asked: Vec<ToFetch>,
    metadata: Arc<ClusterMetadata>,
    lane: crate::net::Lane,
) -> Done {
    let config = &shared.config;
    let within = patience(shared.client.config(), config.fetch_max_wait);
    let result = async {
        let deadline = Instant::now() + shared.client.config().request_timeout;
        let connection = shared.client.node_connection(node, lane, deadline).await?;
        let mut version = connection.version_of::<FetchRequest>(FetchRequest::MAX_VERSION)?;
        let topics = topics_of(&asked, &metadata, config.max_partition_fetch_bytes);
        if topics.iter().any(|topic| topic.topic_id.is_nil()) {
            version = version.min(TOPIC_IDS - 1);
        }
        let request = FetchRequest {
            max_wait_ms: i32::try_from(config.fetch_max_wait.as_millis()).unwrap_or(i32::MAX),
            min_bytes: config.fetch_min_bytes,
            max_bytes: config.fetch_max_bytes,
            isolation_level: config.isolation_level.id(),
            topics: named_for(topics, version),
            rack_id: if version >= 11 { config.client_rack.as_str().into() } else { ByteString::new() },
            ..FetchRequest::default()
        };
        connection.call_version(&request, version, within).await
    };
    let result = result.await;
    Done::Fetched { node, asked, result }
}

fn topics_of(asked: &[ToFetch], metadata: &ClusterMetadata, max_bytes: i32) -> Vec<FetchTopic> {
    let mut topics: Vec<FetchTopic> = Vec::new();
    for fetch in asked {
        let partition = FetchPartition {
            partition: fetch.ticket.partition.partition,
            current_leader_epoch: fetch.leader_epoch,
            fetch_offset: fetch.offset,
            partition_max_bytes: max_bytes,
            ..FetchPartition::default()
        };
        let name = &fetch.ticket.partition.topic;
        match topics.last_mut().filter(|topic| topic.topic == *name) {
            Some(topic) => topic.partitions.push(partition),
            None => topics.push(FetchTopic {
                topic: name.clone(),
                topic_id: metadata.topic(name).map(|topic| topic.id).unwrap_or_default(),
                partitions: vec![partition],
                ..FetchTopic::default()
            }),
        }
    }
    topics
}

/// Leaves the names or the ids, whichever the version carries; and no leader epochs before there were any.
fn named_for(mut topics: Vec<FetchTopic>, version: i16) -> Vec<FetchTopic> {
    for topic in &mut topics {
        match version {
            TOPIC_IDS.. => topic.topic = ByteString::new(),
            _ => topic.topic_id = uuid::Uuid::nil(),
        }
        if version < 9 {
            topic.partitions.iter_mut().for_each(|partition| partition.current_leader_epoch = -1);
        }
    }
    topics
}

fn answers_by_partition(
    response: FetchResponse,
    metadata: &ClusterMetadata,
) -> HashMap<TopicPartition, PartitionData> {
    let mut answers = HashMap::new();
    for topic in response.responses {
        let name =
            if topic.topic.is_empty() { metadata.topic_name(topic.topic_id) } else { Some(&topic.topic) };
        let Some(name) = name.cloned() else { continue };
        for answer in topic.partitions {
            answers.insert(TopicPartition::new(name.clone(), answer.partition_index), answer);
        }
    }
    answers
}
