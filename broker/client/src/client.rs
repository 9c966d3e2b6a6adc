//! The client: what producers, consumers, members and admin calls share.

use std::sync::Arc;
use std::time::Duration;

use aqueduct_protocol::ErrorCode;
use aqueduct_protocol::codec::Request;
use aqueduct_service::{Shutdown, Tasks};
use bytestring::ByteString;
use rand::seq::IteratorRandom;
use tokio::time::Instant;
use tower::ServiceExt;

use crate::config::{ClientConfig, ConsumerConfig, ProducerConfig};
use crate::coordinators::{CoordinatorKind, Coordinators};
use crate::metadata::{ClusterMetadata, MetadataCache};
use crate::net::{Call, Connection, Lane, LaneGuard, Pool, service};
use crate::{Admin, ClientError, Consumer, Producer};

/// A cluster as seen from here: connections, metadata, coordinators. Clones share everything; when the last
/// clone (and the last producer, consumer or member made from it) is dropped, connections and tasks end.
#[derive(Clone, Debug)]
pub struct Client {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    config: Arc<ClientConfig>,
    pool: Arc<Pool>,
    metadata: Arc<MetadataCache>,
    coordinators: Coordinators,
    tasks: Tasks,
}

/// Which broker a request is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// Any broker.
    Any,
    /// The controller, or any broker that forwards to it.
    Controller,
    /// The broker with this id.
    Node(i32),
    /// The coordinator of a consumer group.
    Group(ByteString),
    /// The coordinator of a transactional id.
    Transaction(ByteString),
}

impl Client {
    /// Reaches one of the bootstrap brokers and reads the cluster's metadata; tries again until
    /// `default.api.timeout.ms` has passed.
    pub async fn connect(config: ClientConfig) -> Result<Client, ClientError> {
        let client = Client::lazy(config);
        client.shared.metadata.first().await?;
        Ok(client)
    }

    /// A client that has not reached a broker yet and goes on trying in the background. Must be called within a tokio
    /// runtime.
    pub fn lazy(config: ClientConfig) -> Client {
        let config = Arc::new(config);
        let tasks = Tasks::new("client", Shutdown::new());
        let pool = Arc::new(Pool::new(config.clone(), tasks.clone()));
        let metadata = Arc::new(MetadataCache::new(config.clone(), pool.clone()));
        tasks.spawn("metadata", metadata.clone().run(tasks.shutdown().clone()));
        let coordinators = Coordinators::default();
        Client { shared: Arc::new(Shared { config, pool, metadata, coordinators, tasks }) }
    }

    /// The settings in force.
    pub fn config(&self) -> &ClientConfig {
        &self.shared.config
    }

    /// The cluster's id, if it is known and has one.
    pub fn cluster_id(&self) -> Option<ByteString> {
        self.metadata().cluster_id.clone()
    }

    /// The picture of the cluster as it is now: brokers, and the topics used lately.
    pub fn metadata(&self) -> Arc<ClusterMetadata> {
        self.shared.metadata.current()
    }

    /// The number of partitions of a topic; waits for metadata, and for a topic that is being created, until
    /// `default.api.timeout.ms`.
    pub async fn partition_count(&self, topic: &ByteString) -> Result<i32, ClientError> {
        let deadline = Instant::now() + self.shared.config.api_timeout;
        Ok(self.shared.metadata.topic(topic, deadline).await?.partition_count())
    }

    /// Why no broker could be asked for the cluster's metadata, if that failed the last time. It is tried again until
    /// it works, at least every `retry.backoff.max.ms`.
    pub fn unreachable(&self) -> Option<ClientError> {
        self.shared.metadata.last_failure()
    }

    /// Calls for administrators.
    pub fn admin(&self) -> Admin {
        Admin::new(self.clone())
    }

    /// A producer of its own. Cheap enough for one per task: shared connections, own buffers and producer id.
    pub fn producer(&self, config: ProducerConfig) -> Producer {
        Producer::new(self.clone(), config)
    }

    /// A consumer of its own, without partitions yet.
    pub fn consumer(&self, config: ConsumerConfig) -> Consumer {
        Consumer::new(self.clone(), config)
    }

    /// Sends any request of the protocol to the right broker and waits for its answer, with retries of what
    /// the connection or `judge` (the error of the answer as a whole, if the API has one) calls
    /// retriable, until `default.api.timeout.ms`. Errors of single items in the answer are the caller's.
    pub async fn request<R>(
        &self,
        target: Target,
        request: R,
        judge: fn(&R::Response) -> ErrorCode,
    ) -> Result<R::Response, ClientError>
    where
        R: Request + Send + Sync + 'static,
        R::Response: Send + 'static,
    {
        let within = self.shared.config.request_timeout;
        service(self).oneshot(Call { target, request, judge, within }).await
    }

    /// Closes all connections; calls that wait fail. Dropping the last clone does the same.
    pub fn close(&self) {
        self.shared.tasks.shutdown().trigger();
        self.shared.pool.close();
    }

    /// Raised when the client is closed.
    pub(crate) fn shutdown(&self) -> &Shutdown {
        self.shared.tasks.shutdown()
    }

    /// Starts a task that lives as long as the client, whoever asked for it.
    pub(crate) fn spawn(&self, name: String, work: impl Future<Output = ()> + Send + 'static) {
        self.shared.tasks.spawn(name, work);
    }

    pub(crate) fn metadata_cache(&self) -> &Arc<MetadataCache> {
        &self.shared.metadata
    }

    pub(crate) fn request_metadata(&self) {
        self.shared.metadata.request();
    }

    pub(crate) fn dedicated_lane(&self) -> LaneGuard {
        self.shared.pool.dedicated()
    }

    /// A connection to a broker by its id.
    pub(crate) async fn node_connection(
        &self,
        node: i32,
        lane: Lane,
        deadline: Instant,
    ) -> Result<Arc<Connection>, ClientError> {
        let address = self.metadata().brokers.get(&node).map(|broker| broker.address.clone());
        let Some(address) = address else {
            self.request_metadata();
            return Err(ClientError::UnknownNode { node });
        };
        let opened = self.shared.pool.connection(&address, lane, deadline).await;
        if opened.is_err() {
            self.request_metadata();
        }
        opened
    }

    /// A connection for a request.
    pub(crate) async fn connection_for(
        &self,
        target: &Target,
        deadline: Instant,
    ) -> Result<Arc<Connection>, ClientError> {
        if self.shared.tasks.shutdown().is_triggered() {
            return Err(ClientError::Closed);
        }
        match target {
            Target::Any => self.any_connection(deadline).await,
            Target::Controller => match self.metadata().controller {
                controller @ 0.. => self.node_connection(controller, Lane::Admin, deadline).await,
                _ => self.any_connection(deadline).await,
            },
            Target::Node(node) => self.node_connection(*node, Lane::Shared, deadline).await,
            Target::Group(group) => {
                let node = self.coordinator(CoordinatorKind::Group, group, deadline).await?;
                self.node_connection(node, Lane::Shared, deadline).await
            }
            Target::Transaction(id) => {
                let node = self.coordinator(CoordinatorKind::Transaction, id, deadline).await?;
                self.node_connection(node, Lane::Shared, deadline).await
            }
        }
    }

    /// The broker that coordinates a group or a transactional id.
    pub(crate) async fn coordinator(
        &self,
        kind: CoordinatorKind,
        key: &ByteString,
        deadline: Instant,
    ) -> Result<i32, ClientError> {
        self.shared.coordinators.find(self, kind, key, deadline).await
    }

    /// Forgets what an answer shows to be wrong.
    pub(crate) fn learn_from(&self, target: &Target, code: ErrorCode) {
        match (target, code) {
            (Target::Group(key), ErrorCode::NotCoordinator | ErrorCode::CoordinatorNotAvailable) => {
                self.shared.coordinators.forget(CoordinatorKind::Group, key)
            }
            (Target::Transaction(key), ErrorCode::NotCoordinator | ErrorCode::CoordinatorNotAvailable) => {
                self.shared.coordinators.forget(CoordinatorKind::Transaction, key)
            }
            (Target::Controller, ErrorCode::NotController) => self.request_metadata(),
            _ => {}
        }
    }

    /// Forgets a coordinator that a call could not reach.
    pub(crate) fn suspect(&self, target: &Target, error: &ClientError) {
        if error.code().is_none() {
            self.learn_from(target, ErrorCode::CoordinatorNotAvailable);
        }
    }

    /// Forgets a coordinator that cannot be reached.
    pub(crate) fn forget_coordinator(&self, kind: CoordinatorKind, key: &ByteString) {
        self.shared.coordinators.forget(kind, key);
    }

    /// A connection to some broker: a connected one, else any, else a bootstrap address.
    pub(crate) async fn any_connection(&self, deadline: Instant) -> Result<Arc<Connection>, ClientError> {
        let pool = &self.shared.pool;
        let metadata = self.metadata();
        let brokers = || metadata.brokers.values().map(|broker| &*broker.address);
        let connected = brokers().filter(|address| pool.is_connected(address)).choose(&mut rand::rng());
        let known = connected.or_else(|| brokers().choose(&mut rand::rng()));
        let bootstrap = || self.shared.config.bootstrap_servers.iter().choose(&mut rand::rng());
        let address = known.or_else(|| bootstrap().map(String::as_str)).unwrap_or_default();
        let opened = pool.connection(address, Lane::Shared, deadline).await;
        if opened.is_err() {
            self.request_metadata();
        }
        opened
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.tasks.shutdown().trigger();
        self.pool.close();
    }
}

/// The longest wait for one answer to a request that itself may wait `extra` at the broker.
pub(crate) fn patience(config: &ClientConfig, extra: Duration) -> Duration {
    config.request_timeout.saturating_add(extra)
}
