//! The task that sends: looks at the queues that have something, puts one batch of each into requests to their
//! leaders, and hands the answers back.

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use aqueduct_protocol::ErrorCode;
use aqueduct_protocol::codec::Message;
use aqueduct_protocol::ids::{ProducerEpoch, ProducerId};
use aqueduct_protocol::messages::{InitProducerIdRequest, ProduceRequest, ProduceResponse};
use aqueduct_service::Shutdown;
use aqueduct_service::timer::until;
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::time::Instant;

use super::ProduceError;
use super::batch::Batch;
use super::handle::Shared;
use super::partition_queue::{Ready, Verdict};
use super::request::{PartitionAnswer, ProduceBuilder, TopicNames, answers_by_partition};
use super::sequence::Identity;
use super::topic::SharedQueue;
use crate::net::{Backoff, Connection, Lane, TryCallError};
use crate::{ClientError, Target};

/// How much longer than the broker may take an answer is waited for.
const GRACE: Duration = Duration::from_secs(5);
/// The pause before a request is offered again to a connection that has no place for it.
const BUSY_PAUSE: Duration = Duration::from_millis(5);
/// How often topics in use are noted as such, so that their metadata stay fresh.
const TOPIC_USE_INTERVAL: Duration = Duration::from_secs(30);

pub(super) struct Sender {
    shared: Arc<Shared>,
    /// Queues with something in them.
    active: Vec<Arc<SharedQueue>>,
    nodes: HashMap<i32, Node>,
    identity: Option<Identity>,
    identity_asked: bool,
    identity_backoff: Backoff,
    works: FuturesUnordered<Pin<Box<dyn Future<Output = Done> + Send>>>,
    metadata_version: u64,
    topics_noted: Instant,
}

/// What the sender has to do with a broker.
#[derive(Default)]
struct Node {
    connection: Option<Arc<Connection>>,
    connecting: bool,
    in_flight: usize,
}

/// Something that was waited for is done.
enum Done {
    Connected {
        node: i32,
        result: Result<Arc<Connection>, ClientError>,
    },
    Identified(Result<Identity, ClientError>),
    Retry,
    Answered {
        node: i32,
        sent: Vec<Sent>,
        names: TopicNames,
        result: Result<Option<ProduceResponse>, ClientError>,
    },
}

/// A batch on its way.
pub(super) struct Sent {
    pub(super) queue: Arc<SharedQueue>,
    pub(super) batch: Batch,
}

impl Sender {
    pub(super) fn new(shared: Arc<Shared>) -> Sender {
        let config = shared.client.config();
        let identity_backoff = Backoff::new(config.retry_backoff, config.retry_backoff_max);
        Sender {
            shared,
            active: Vec::new(),
            nodes: HashMap::new(),
            identity: None,
            identity_asked: false,
            identity_backoff,
            works: FuturesUnordered::new(),
            metadata_version: 0,
            topics_noted: Instant::now(),
        }
    }

    pub(super) async fn run(mut self, shutdown: Shutdown) {
        let mut changes = self.shared.client.metadata_cache().changes();
        loop {
            let look_again = self.send_what_is_ready();
            let shared = self.shared.clone();
            tokio::select! {
                () = shutdown.triggered() => break,
                () = shared.wake.notified() => {}
                Some(done) = self.works.next() => self.finish(done),
                _ = changes.changed() => {}
                () = until(look_again) => {}
            }
        }
        self.abandon();
    }

    /// Sends what can be sent; gives the time at which more may be.
    fn send_what_is_ready(&mut self) -> Option<Instant> {
        self.active.append(&mut self.shared.fresh.lock());
        self.note_metadata();
        let now = Instant::now();
        let hurry = self.shared.hurry.load(Ordering::SeqCst) > 0;
        let mut look_again: Option<Instant> = None;
        let mut builders: HashMap<i32, ProduceBuilder> = HashMap::new();
        let mut progress = true;
        while progress {
            progress = false;
            for index in (0..self.active.len()).rev() {
                let queue = self.active[index].clone();
                let verdict = queue.queue.lock().expire(now, &self.shared.rules);
                self.heed(verdict);
                match self.look_at(&queue, now, hurry, &mut builders) {
                    Look::Took => progress = true,
                    Look::Later(at) => look_again = look_again.into_iter().chain(at).min(),
                    Look::Done => {
                        self.active.swap_remove(index);
                    }
                }
            }
            for (node, builder) in builders.drain() {
                self.submit(node, builder);
            }
        }
        look_again
    }

    fn look_at(
        &mut self,
        queue: &Arc<SharedQueue>,
        now: Instant,
        hurry: bool,
        builders: &mut HashMap<i32, ProduceBuilder>,
    ) -> Look {
        let mut locked = queue.queue.lock();
        if locked.is_idle() {
            queue.listed.store(false, Ordering::Release);
            return Look::Done;
        }
        let expiry = Some(now + Duration::from_secs(1));
        if self.shared.rules.idempotent && self.identity.is_none() {
            self.ask_for_identity();
            return Look::Later(expiry);
        }
        let partition = locked.partition();
        let metadata = self.shared.client.metadata();
        let leader =
            metadata.partition(&partition.topic, partition.partition).map_or(-1, |known| known.leader);
        let topic_id = metadata.topic(&partition.topic).map(|topic| topic.id).unwrap_or_default();
        if leader < 0 {
            self.shared.client.metadata_cache().want(&partition.topic);
            self.shared.client.request_metadata();
            return Look::Later(expiry);
        }
        let max_in_flight = self.shared.rules.max_in_flight;
        let node = self.nodes.entry(leader).or_default();
        let connection = match &node.connection {
            Some(connection) if !connection.is_closed() => connection,
            _ => {
                let asked = !node.connecting;
                node.connecting = true;
                if asked {
                    self.works.push(connect(self.shared.clone(), leader));
                }
                return Look::Later(expiry);
            }
        };
        if node.in_flight >= max_in_flight {
            return Look::Later(expiry);
        }
        let version = match connection.version_of::<ProduceRequest>(ProduceRequest::MAX_VERSION) {
            Ok(version) => version,
            Err(error) => {
                let verdict = locked.fail_all(&error.into());
                drop(locked);
                self.heed(verdict);
                return Look::Later(expiry);
            }
        };
        let limit = self.shared.config.max_request_size;
        let builder = builders.entry(leader).or_insert_with(|| ProduceBuilder::new(version));
        if builder.size() >= limit || builder.has(partition) {
            // In the next request.
            return Look::Later(expiry);
        }
        let partition = partition.clone();
        match locked.next(now, hurry, self.identity, &self.shared.rules) {
            Ready::Batch(batch) => {
                drop(locked);
                builder.add(&partition, topic_id, Sent { queue: queue.clone(), batch });
                Look::Took
            }
            Ready::Later(at) => Look::Later(at.into_iter().chain(expiry).min()),
            Ready::Empty => {
                queue.listed.store(false, Ordering::Release);
                Look::Done
            }
        }
    }

    fn submit(&mut self, leader: i32, builder: ProduceBuilder) {
        if builder.is_empty() {
            return;
        }
        let config = &self.shared.config;
        let (request, version, sent, names) = builder.finish(config.acks.id(), config.request_timeout);
        let answered = config.acks.id() != 0;
        let node = self.nodes.entry(leader).or_default();
        let Some(connection) = node.connection.clone() else { return };
        node.in_flight += 1;
        match connection.try_call(&request, version, config.request_timeout + GRACE, answered) {
            Ok(answer) => self.works.push(Box::pin(async move {
                Done::Answered { node: leader, sent, names, result: answer.await }
            })),
            // Other producers share the connection.
            Err(TryCallError::Busy) => {
                node.in_flight -= 1;
                let not_before = Instant::now() + BUSY_PAUSE;
                for Sent { queue, batch } in sent {
                    queue.queue.lock().not_sent(batch, not_before);
                }
            }
            Err(TryCallError::Failed(error)) => {
                self.finish(Done::Answered { node: leader, sent, names, result: Err(error) });
            }
        }
    }

    fn finish(&mut self, done: Done) {
        match done {
            Done::Connected { node, result } => {
                let node = self.nodes.entry(node).or_default();
                node.connecting = false;
                match result {
                    Ok(connection) => node.connection = Some(connection),
                    Err(error) => {
                        tracing::debug!("produce: {error}");
                        self.shared.client.request_metadata();
                    }
                }
            }
            Done::Identified(result) => self.identified(result),
            Done::Retry => self.identity_asked = false,
            Done::Answered { node, sent, names, result } => {
                if let Some(node) = self.nodes.get_mut(&node) {
                    node.in_flight -= 1;
                }
                self.take_answers(sent, &names, result);
            }
        }
    }

    fn take_answers(
        &mut self,
        sent: Vec<Sent>,
        names: &TopicNames,
        result: Result<Option<ProduceResponse>, ClientError>,
    ) {
        let response = match result {
            Ok(Some(response)) => response,
            Ok(None) => {
                for Sent { queue, batch } in sent {
                    queue.queue.lock().delivered(batch, -1, -1);
                }
                return;
            }
            Err(error) => {
                self.shared.client.request_metadata();
                for Sent { queue, batch } in sent {
                    let now = Instant::now();
                    let mut backoff = self.backoff();
                    let verdict = queue.queue.lock().unanswered(
                        batch,
                        error.clone(),
                        now,
                        &self.shared.rules,
                        &mut backoff,
                    );
                    self.heed(verdict);
                }
                return;
            }
        };
        let mut answers = answers_by_partition(response, names);
        for Sent { queue, batch } in sent {
            let partition = queue.queue.lock().partition().clone();
            let answer = answers.remove(&partition).unwrap_or_else(PartitionAnswer::missing);
            if let Some((leader, epoch)) = answer.leader {
                let cache = self.shared.client.metadata_cache();
                cache.learn_leader(&partition.topic, partition.partition, leader, epoch);
            }
            self.take_answer(&queue, batch, answer);
        }
    }

    fn take_answer(&mut self, queue: &SharedQueue, batch: Batch, answer: PartitionAnswer) {
        if answer.code == ErrorCode::None {
            queue.queue.lock().delivered(batch, answer.base_offset, answer.append_time);
            return;
        }
        let mut backoff = self.backoff();
        let mut locked = queue.queue.lock();
        tracing::debug!(partition = %locked.partition(), "produce: {}", answer.code);
        let (code, now) = (answer.code, Instant::now());
        let verdict = locked.refused(batch, code, answer.message, now, &self.shared.rules, &mut backoff);
        drop(locked);
        if code.is_stale_metadata() {
            self.shared.client.request_metadata();
        }
        self.heed(verdict);
    }

    fn heed(&mut self, verdict: Verdict) {
        match verdict {
            Verdict::Settled | Verdict::Retry => {}
            // Brokers take the next epoch of an idempotent producer without being asked (KIP-360).
            Verdict::NewEpoch => {
                self.identity = self.identity.and_then(|identity| {
                    let epoch = identity.epoch.0.checked_add(1)?;
                    Some(Identity { epoch: ProducerEpoch(epoch), ..identity })
                });
            }
            Verdict::NewId => self.identity = None,
        }
    }

    fn backoff(&self) -> impl FnMut(u32) -> Duration + 'static {
        let config = self.shared.client.config();
        let (initial, max) = (config.retry_backoff, config.retry_backoff_max);
        move |failures| Backoff::new(initial, max).after_failures(failures)
    }

    fn ask_for_identity(&mut self) {
        if std::mem::replace(&mut self.identity_asked, true) {
            return;
        }
        let client = self.shared.client.clone();
        self.works.push(Box::pin(async move {
            let request = InitProducerIdRequest {
                transactional_id: None,
                transaction_timeout_ms: i32::MAX,
                producer_id: -1,
                producer_epoch: -1,
                ..InitProducerIdRequest::default()
            };
            let answer =
                client.request(Target::Any, request, |answer| ErrorCode::from_code(answer.error_code)).await;
            Done::Identified(answer.and_then(|answer| {
                ClientError::check(answer.error_code, None, || "InitProducerId".to_owned())?;
                let (id, epoch) = (ProducerId(answer.producer_id), ProducerEpoch(answer.producer_epoch));
                Ok(Identity { id, epoch })
            }))
        }));
    }

    fn identified(&mut self, result: Result<Identity, ClientError>) {
        match result {
            Ok(identity) => {
                self.identity = Some(identity);
                self.identity_asked = false;
                self.identity_backoff.reset();
            }
            Err(error) => {
                tracing::warn!("no producer id: {error}");
                if !error.is_retriable() {
                    for queue in &self.active {
                        queue.queue.lock().fail_all(&error.clone().into());
                    }
                }
                let wait = self.identity_backoff.next();
                self.works.push(Box::pin(async move {
                    tokio::time::sleep(wait).await;
                    Done::Retry
                }));
            }
        }
    }

    /// Takes new partitions in, and keeps the topics in use known.
    fn note_metadata(&mut self) {
        let metadata = self.shared.client.metadata();
        if metadata.version != self.metadata_version {
            self.metadata_version = metadata.version;
            for topic in &self.shared.topics {
                if let Some(known) = metadata.topic(&topic.name) {
                    topic.grow(known.partition_count());
                }
            }
        }
        if self.topics_noted.elapsed() >= TOPIC_USE_INTERVAL {
            self.topics_noted = Instant::now();
            for queue in &self.active {
                let topic = queue.queue.lock().partition().topic.clone();
                self.shared.client.metadata_cache().want(&topic);
            }
        }
    }

    /// Fails everything that is left.
    fn abandon(&mut self) {
        self.shared.closed.store(true, Ordering::SeqCst);
        for topic in &self.shared.topics {
            for queue in topic.partitions().iter() {
                queue.queue.lock().abandon(&ProduceError::Closed);
            }
        }
        self.works.clear();
    }
}

/// What looking at a queue led to.
enum Look {
    Took,
    Later(Option<Instant>),
    Done,
}

fn connect(shared: Arc<Shared>, node: i32) -> Pin<Box<dyn Future<Output = Done> + Send>> {
    Box::pin(async move {
        let deadline = Instant::now() + shared.client.config().connect_timeout;
        let result = shared.client.node_connection(node, Lane::Produce, deadline).await;
        if result.is_err() {
            // The pool waits between attempts to connect, but not while the node is unknown.
            tokio::time::sleep(shared.client.config().retry_backoff).await;
        }
        Done::Connected { node, result }
    })
}
