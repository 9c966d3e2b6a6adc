//! The shared picture and the task that renews it: when it is old, when somebody lacks a topic, when a broker says it
//! is wrong.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use aqueduct_protocol::ErrorCode;
use aqueduct_protocol::messages::metadata_request::MetadataRequestTopic;
use aqueduct_protocol::messages::{MetadataRequest, MetadataResponse};
use aqueduct_service::Shutdown;
use arc_swap::ArcSwap;
use bytestring::ByteString;
use parking_lot::Mutex;
use rand::seq::SliceRandom;
use tokio::sync::{Notify, watch};
use tokio::time::Instant;

use super::{ClusterMetadata, TopicMetadata};
use crate::ClientError;
use crate::config::ClientConfig;
use crate::net::{Backoff, Lane, Pool};

#[derive(Debug)]
pub(crate) struct MetadataCache {
    config: Arc<ClientConfig>,
    pool: Arc<Pool>,
    current: ArcSwap<ClusterMetadata>,
    /// Topics to ask about, and when they were last used.
    wanted: Mutex<HashMap<ByteString, Instant>>,
    asked: Notify,
    /// Counts the attempts to refresh, with the last one's failure.
    attempts: watch::Sender<(u64, Option<ClientError>)>,
}

/// Whether everything in an answer stands, or some topic is just being created or elected for.
enum Settled {
    Yes,
    NotYet,
}

impl MetadataCache {
    pub(crate) fn new(config: Arc<ClientConfig>, pool: Arc<Pool>) -> MetadataCache {
        MetadataCache {
            config,
            pool,
            current: ArcSwap::default(),
            wanted: Mutex::default(),
            asked: Notify::new(),
            attempts: watch::Sender::new((0, None)),
        }
    }

    /// The picture as it is now.
    pub(crate) fn current(&self) -> Arc<ClusterMetadata> {
        self.current.load_full()
    }

    /// Asks for a new picture soon.
    pub(crate) fn request(&self) {
        self.asked.notify_one();
    }

    /// Notes that a topic is used.
    pub(crate) fn want(&self, topic: &ByteString) {
        let new = self.wanted.lock().insert(topic.clone(), Instant::now()).is_none();
        if new && self.current.load().topic(topic).is_none() {
            self.request();
        }
    }

    /// Believes a broker that named another leader in its answer.
    pub(crate) fn learn_leader(&self, topic: &str, partition: i32, leader: i32, leader_epoch: i32) {
        if let Some(next) = self.current.load().with_leader(topic, partition, leader, leader_epoch) {
            self.current.store(Arc::new(next));
        }
    }

    /// Told after every attempt to refresh, whether it succeeded or not.
    pub(crate) fn changes(&self) -> watch::Receiver<(u64, Option<ClientError>)> {
        self.attempts.subscribe()
    }

    /// Why the last attempt to refresh failed, if it did.
    pub(crate) fn last_failure(&self) -> Option<ClientError> {
        self.attempts.borrow().1.clone()
    }

    /// Waits for the first picture.
    pub(crate) async fn first(&self) -> Result<(), ClientError> {
        let mut changes = self.changes();
        // Looks again after each attempt, one that ends while it looks included.
        let pictured = changes.wait_for(|_| self.current.load().version > 0);
        if tokio::time::timeout(self.config.api_timeout, pictured).await.is_ok() {
            return Ok(());
        }
        let failure = self.attempts.borrow().1.clone();
        Err(failure.unwrap_or_else(|| self.no_broker("no answer in time")))
    }

    /// A topic that exists; waits until `deadline` for one that does not, or not yet.
    pub(crate) async fn topic(
        &self,
        name: &ByteString,
        deadline: Instant,
    ) -> Result<Arc<TopicMetadata>, ClientError> {
        let asked = Instant::now();
        let mut changes = self.changes();
        self.want(name);
        loop {
            changes.mark_unchanged();
            let mut last = None;
            if let Some(topic) = self.current.load().topic(name) {
                match topic.error {
                    ErrorCode::None if !topic.partitions.is_empty() => return Ok(topic.clone()),
                    code if !code.is_retriable() && code.is_error() => {
                        return Err(ClientError::Broker {
                            what: format!("topic {name}"),
                            code,
                            message: None,
                        });
                    }
                    code => last = Some(code),
                }
            }
            self.request();
            if tokio::time::timeout_at(deadline, changes.changed()).await.is_err() {
                return Err(match last {
                    Some(code) if code.is_error() => {
                        ClientError::Broker { what: format!("topic {name}"), code, message: None }
                    }
                    _ => ClientError::Timeout {
                        what: format!("waiting for topic {name} to be present in metadata"),
                        after: asked.elapsed(),
                    },
                });
            }
        }
    }

    /// The task that refreshes, until `shutdown`.
    pub(crate) async fn run(self: Arc<MetadataCache>, shutdown: Shutdown) {
        let mut backoff = Backoff::new(self.config.retry_backoff, self.config.retry_backoff_max);
        let mut number = 0;
        loop {
            let outcome = tokio::select! {
                () = shutdown.triggered() => return,
                outcome = self.refresh() => outcome,
            };
            number += 1;
            // However often it is asked for, it is not done more often than this.
            let pause = match &outcome {
                Ok(Settled::Yes) => {
                    backoff.reset();
                    self.config.retry_backoff
                }
                Ok(Settled::NotYet) => backoff.next(),
                Err(error) => {
                    tracing::warn!("metadata of the cluster cannot be read: {error}");
                    backoff.next()
                }
            };
            let retry = outcome.is_err();
            self.attempts.send_replace((number, outcome.err()));
            if !shutdown.sleep(pause).await {
                return;
            }
            let age = if retry { Duration::ZERO } else { self.config.metadata_max_age };
            tokio::select! {
                () = shutdown.triggered() => return,
                () = self.asked.notified() => {}
                () = tokio::time::sleep(age) => {}
            }
        }
    }

    /// Asks one broker after the other; tells whether something in the answer is not settled yet.
    async fn refresh(&self) -> Result<Settled, ClientError> {
        let request = self.request_for_wanted();
        let mut last = None;
        for address in self.candidates() {
            match self.ask(&address, &request).await {
                Ok(response) => {
                    let next = self.current.load().updated(&response);
                    if next.brokers.is_empty() {
                        last = Some("the answer names no brokers".to_owned());
                        continue;
                    }
                    self.current.store(Arc::new(next));
                    let retriable = |code| ErrorCode::from_code(code).is_retriable();
                    let open = response.topics.iter().any(|topic| retriable(topic.error_code));
                    return Ok(if open { Settled::NotYet } else { Settled::Yes });
                }
                Err(error) => {
                    tracing::debug!("metadata from {address}: {error}");
                    last = Some(error.to_string());
                }
            }
        }
        Err(self.no_broker(&last.unwrap_or_default()))
    }

    async fn ask(&self, address: &str, request: &MetadataRequest) -> Result<MetadataResponse, ClientError> {
        let within = self.config.request_timeout;
        let connection = self.pool.connection(address, Lane::Shared, Instant::now() + within).await?;
        connection.call(request, within).await
    }

    fn request_for_wanted(&self) -> MetadataRequest {
        let mut wanted = self.wanted.lock();
        let idle = self.config.metadata_max_idle;
        wanted.retain(|_, used| used.elapsed() <= idle);
        let topics =
            wanted.keys().map(|name| MetadataRequestTopic { name: Some(name.clone()), ..Default::default() });
        MetadataRequest {
            topics: Some(topics.collect()),
            allow_auto_topic_creation: self.config.allow_auto_create_topics,
            ..MetadataRequest::default()
        }
    }

    /// Brokers to ask: connected ones first, then the other known ones, then the bootstrap addresses (KIP-899).
    fn candidates(&self) -> Vec<Arc<str>> {
        let mut known: Vec<Arc<str>> =
            self.current.load().brokers.values().map(|broker| broker.address.clone()).collect();
        known.shuffle(&mut rand::rng());
        known.sort_by_key(|address| !self.pool.is_connected(address));
        for address in &self.config.bootstrap_servers {
            if known.iter().all(|other| **other != **address) {
                known.push(address.as_str().into());
            }
        }
        known
    }

    fn no_broker(&self, last: &str) -> ClientError {
        ClientError::NoBroker { addresses: self.config.bootstrap_servers.join(","), last: last.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aqueduct_service::Tasks;
    use std::sync::Barrier;

    /// A cache that has no brokers to ask; a picture comes only from the test.
    fn cache(api_timeout: Duration) -> Arc<MetadataCache> {
        let config = Arc::new(ClientConfig { api_timeout, ..ClientConfig::new("127.0.0.1:1") });
        let pool = Arc::new(Pool::new(config.clone(), Tasks::new("test", Shutdown::new())));
        Arc::new(MetadataCache::new(config, pool))
    }

    fn picture() -> Arc<ClusterMetadata> {
        let mut picture = ClusterMetadata::default();
        picture.version = 1;
        Arc::new(picture)
    }

    #[test]
    fn a_first_picture_that_comes_while_the_wait_begins_is_seen() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        for _ in 0..5_000 {
            let cache = cache(Duration::from_secs(5));
            let together = Barrier::new(2);
            std::thread::scope(|scope| {
                scope.spawn(|| {
                    together.wait();
                    cache.current.store(picture());
                    cache.attempts.send_replace((1, None));
                });
                together.wait();
                runtime.block_on(cache.first()).expect("the picture is there");
            });
        }
    }
}
