//! A sink task: consume, convert, put, and commit only what the sink has reported durable.
//!
//! Several batches may be under way. While records have to be put again, or too much is under way, the partitions are
//! paused: the group goes on, nothing new is read.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use aqueduct_client::consumer::ConsumeError;
use aqueduct_client::{Consumer, ConsumerEvent, ConsumerRecord, Delivery, TopicPartition};
use aqueduct_plugin_abi::CatalogEntry;
use aqueduct_plugin_api::{ConfigMap, ConnectError, ConnectorKind, Plugin, PutOutcome, SinkTask};
use aqueduct_service::timer::until;
use tokio::sync::mpsc;
use tokio::task::JoinError;
use tokio::time::{Instant, MissedTickBehavior, interval_at};

use super::commit::CommitUnderWay;
use super::connector::within;
use super::control::{Control, Reporter};
use super::conversion::Conversion;
use super::env::WorkerEnv;
use super::kept_consumer::KeptConsumer;
use super::sink_progress::Progress;
use super::sink_trouble::Trouble;
use super::source_sender::record_topic;
use super::task_metrics::{ErrorMetrics, SinkMetrics};
use crate::errors::dead_letter::DeadLetterQueue;
use crate::errors::policy::ErrorPolicy;
use crate::herder::spec::Spec;
use crate::id::TaskId;

/// Records under way beyond which nothing is read.
const MAX_UNDER_WAY: usize = 50_000;
/// Wait after a fault of the cluster that may pass.
pub(super) const POLL_BACKOFF: Duration = Duration::from_millis(100);
/// Longest wait of one poll: commits and outcomes do not wait for it.
const POLL: Duration = Duration::from_secs(10);
/// Longest wait for what is under way when partitions are to be given up.
const REVOKE_GRACE: Duration = Duration::from_secs(20);

/// Runs a sink task until it is to stop. The consumer stays in its group at the end: whoever starts the task again or
/// not decides.
pub(crate) async fn run(
    env: Arc<WorkerEnv>,
    id: TaskId,
    plugin: CatalogEntry,
    spec: Spec,
    mut control: Control,
    kept: &mut KeptConsumer,
) -> Result<(), ConnectError> {
    let connector_config = env.resolve(&spec.connector).await?;
    let task_config = env.resolve(spec.task.as_ref().unwrap_or(&spec.connector)).await?;
    let errors = ErrorHandling::from_config(&env, &id, &connector_config).await?;
    let conversion = Conversion::new(&env.config, &connector_config)?;
    let consumer_config = env.consumer_config(&id.connector, &connector_config)?;
    let call_deadline = consumer_config.max_poll_interval;
    kept.prepare(&env.client, consumer_config, &connector_config).await?;
    let library = env.catalog.open(&plugin).await?;
    let class = &plugin.class.class;
    let mut task = library
        .sink_task(class)
        .ok_or_else(|| ConnectError::fatal(format!("the plug-in makes no sink task of {class}")))?;
    let context = env.task_context(&id);
    tokio::select! {
        started = within(env.config.plugin_call_timeout, "start", task.start(context, &task_config)) => started?,
        never = kept.stay() => match never {},
        () = control.stop.triggered() => return Ok(()),
    }
    let (consumer, held) = kept.begin().ok_or_else(|| ConnectError::fatal("the consumer is gone"))?;
    let reporter = control.reporter.clone();
    let mut loop_ = SinkLoop::new(env.clone(), id, consumer, conversion, errors, call_deadline, reporter);
    let stop = control.stop.clone();
    let outcome = tokio::select! {
        outcome = loop_.run(held, task.as_mut(), &mut control) => outcome,
        () = stop.triggered() => Ok(()),
    };
    let grace = env.config.graceful_stop.mul_f64(0.8);
    if tokio::time::timeout(grace, loop_.finish(task.as_mut(), outcome.is_ok(), grace)).await.is_err() {
        tracing::warn!("task {}: not everything was written and committed within {grace:?}", loop_.id);
    }
    let reads = loop_.reads;
    drop(loop_);
    if !reads {
        kept.close(grace).await;
    }
    outcome
}

pub(super) struct SinkLoop<'a> {
    pub(super) reporter: Reporter,
    /// Longest time that a put may take to return: that of a consumer between two polls.
    pub(super) call_deadline: Duration,
    pub(super) env: Arc<WorkerEnv>,
    pub(super) id: TaskId,
    pub(super) consumer: &'a mut Consumer,
    pub(super) conversion: Conversion,
    pub(super) policy: ErrorPolicy,
    pub(super) dead_letters: Option<DeadLetterQueue>,
    pub(super) progress: Progress,
    /// Batches without their last outcome, by number.
    pub(super) under_way: BTreeMap<u64, UnderWay>,
    /// Batches of which something has to be put again, and when.
    pub(super) retries: VecDeque<(Instant, u64)>,
    pub(super) records_under_way: usize,
    pub(super) next_batch: u64,
    pub(super) outcomes_sender: mpsc::UnboundedSender<Told>,
    pub(super) outcomes: mpsc::UnboundedReceiver<Told>,
    pub(super) commit: CommitUnderWay<Committed>,
    /// The batch whose put has not returned. When the task is stopped in the middle of it nothing will be told of it.
    pub(super) putting: Option<u64>,
    /// Whether the consumer works: one that failed is not used again.
    reads: bool,
    /// Whether the partitions are paused.
    pub(super) held: bool,
    pub(super) trouble: Trouble,
    pub(super) errors: ErrorMetrics,
    pub(super) metrics: SinkMetrics,
}

/// A batch whose outcome is open: the records still to be written, as they were read.
pub(super) struct UnderWay {
    pub(super) records: Vec<ConsumerRecord>,
    /// Dead letters that must be durable before the batch is.
    pub(super) letters: Vec<Delivery>,
    /// Counts puts, so that a late word on an earlier one is not taken for a later one's.
    pub(super) attempt: u32,
    /// How often something of it had to be put again.
    pub(super) refusals: u32,
    /// When it was read.
    pub(super) since: Instant,
    /// When it was last put.
    pub(super) put_at: Instant,
}

/// What a sink told: batch, attempt, outcome.
pub(super) type Told = (u64, u32, PutOutcome);
pub(super) type Offsets = Vec<(TopicPartition, i64)>;
pub(super) type Committed = (Offsets, Result<(), ConsumeError>);

enum Woken {
    Polled(Result<ConsumerEvent, ConsumeError>),
    Told(Told),
    Retry,
    CommitDue,
    Committed(Result<Committed, JoinError>),
    Target,
    Silence,
}

/// What is done with records that cannot be converted or are refused.
struct ErrorHandling {
    policy: ErrorPolicy,
    dead_letters: Option<DeadLetterQueue>,
}

impl ErrorHandling {
    async fn from_config(env: &WorkerEnv, id: &TaskId, connector: &ConfigMap) -> Result<Self, ConnectError> {
        let policy = ErrorPolicy::from_config(ConnectorKind::Sink, connector)?;
        let dead_letters = match policy.dead_letters.clone() {
            Some(settings) => {
                let producer = env.producer_config(connector)?;
                Some(DeadLetterQueue::open(&env.client, settings, producer, id.clone()).await?)
            }
            None => None,
        };
        Ok(Self { policy, dead_letters })
    }
}

impl<'a> SinkLoop<'a> {
    fn new(
        env: Arc<WorkerEnv>,
        id: TaskId,
        consumer: &'a mut Consumer,
        conversion: Conversion,
        handling: ErrorHandling,
        call_deadline: Duration,
        reporter: Reporter,
    ) -> Self {
        let (outcomes_sender, outcomes) = mpsc::unbounded_channel();
        Self {
            reporter,
            call_deadline,
            env,
            consumer,
            conversion,
            policy: handling.policy,
            dead_letters: handling.dead_letters,
            progress: Progress::default(),
            under_way: BTreeMap::new(),
            retries: VecDeque::new(),
            records_under_way: 0,
            next_batch: 0,
            outcomes_sender,
            outcomes,
            commit: CommitUnderWay::none(),
            putting: None,
            reads: true,
            held: false,
            trouble: Trouble::default(),
            errors: ErrorMetrics::of(&id),
            metrics: SinkMetrics::of(&id),
            id,
        }
    }

    /// `held` are the partitions that the consumer has already.
    async fn run(
        &mut self,
        held: Vec<TopicPartition>,
        task: &mut dyn SinkTask,
        control: &mut Control,
    ) -> Result<(), ConnectError> {
        let every = self.env.config.offset_flush_interval;
        let mut due = interval_at(Instant::now() + every, every);
        due.set_missed_tick_behavior(MissedTickBehavior::Delay);
        self.report(control);
        if !held.is_empty() {
            self.on_event(ConsumerEvent::Assigned(held), task).await?;
        }
        loop {
            self.hold_if(control.is_paused());
            match self.wake(&mut due, control).await {
                Woken::Polled(Ok(event)) => self.on_event(event, task).await?,
                Woken::Polled(Err(error)) => self.on_consume_error(error).await?,
                Woken::Told(told) => self.on_told(told).await?,
                Woken::Retry => self.put_again(task).await?,
                Woken::CommitDue => self.on_commit_due(task).await?,
                Woken::Committed(outcome) => self.on_committed(outcome),
                Woken::Target => self.report(control),
                Woken::Silence => self.on_silence(task).await?,
            }
            if self.trouble.has_news() && !control.is_paused() {
                self.report(control);
            }
        }
    }

    /// Says how the task does.
    fn report(&mut self, control: &Control) {
        match (control.is_paused(), self.trouble.tell()) {
            (true, _) => control.reporter.paused(),
            (false, None) => control.reporter.running(),
            (false, Some(trouble)) => control.reporter.troubled(trouble),
        }
    }

    /// A batch is under way for long: the task is asked to write it, and may say why it cannot.
    async fn on_silence(&mut self, task: &mut dyn SinkTask) -> Result<(), ConnectError> {
        self.trouble.asked(Instant::now());
        self.flush(task).await
    }

    /// A batch is not written: the task says why. Gives whether to log it.
    pub(super) fn on_refused(&mut self, batch: Option<u64>, error: &ConnectError) -> bool {
        let now = Instant::now();
        let batch = match batch {
            Some(batch) => self.under_way.get(&batch),
            None => self.under_way.values().next(),
        };
        self.trouble.on_refused(error, batch.map_or(now, |under_way| under_way.since), now)
    }

    async fn wake(&mut self, due: &mut tokio::time::Interval, control: &mut Control) -> Woken {
        let retry_at = self.retries.front().map(|(at, _)| *at);
        let oldest = self.under_way.values().next().map(|under_way| under_way.since);
        let ask_at = oldest.map(|oldest| self.trouble.ask_at(oldest));
        tokio::select! {
            biased;
            Some(told) = self.outcomes.recv() => Woken::Told(told),
            () = control.target_changed() => Woken::Target,
            _ = due.tick() => Woken::CommitDue,
            outcome = self.commit.ended() => Woken::Committed(outcome),
            () = until(retry_at) => Woken::Retry,
            () = until(ask_at) => Woken::Silence,
            event = self.consumer.poll(POLL) => Woken::Polled(event),
        }
    }

    /// Pauses the partitions while nothing more should be read.
    fn hold_if(&mut self, paused: bool) {
        let hold = paused || !self.retries.is_empty() || self.records_under_way >= MAX_UNDER_WAY;
        if hold != self.held {
            let all = self.consumer.assignment();
            if hold {
                self.consumer.pause(&all)
            } else {
                self.consumer.resume(&all)
            }
            self.held = hold;
        }
    }

    async fn on_event(&mut self, event: ConsumerEvent, task: &mut dyn SinkTask) -> Result<(), ConnectError> {
        match event {
            ConsumerEvent::Records(records) if records.is_empty() => Ok(()),
            ConsumerEvent::Records(records) => self.take(records, task).await,
            ConsumerEvent::Assigned(partitions) => {
                tracing::info!("task {} reads {} more partition(s)", self.id, partitions.len());
                partitions.iter().for_each(|partition| self.progress.add(partition.clone()));
                if self.held {
                    self.consumer.pause(&partitions);
                }
                if self.env.config.topic_tracking {
                    partitions
                        .iter()
                        .for_each(|partition| record_topic(&self.env, &self.id, &partition.topic));
                }
                self.metrics.partitions.set(self.progress.len() as f64);
                let names = names(&partitions);
                let opened = task.open(&names);
                within(self.env.config.plugin_call_timeout, "open its partitions", opened).await
            }
            ConsumerEvent::Revoked(partitions) => {
                self.settle(&partitions, task, REVOKE_GRACE).await?;
                self.commit_now().await;
                self.forget(&partitions);
                Ok(())
            }
            ConsumerEvent::Lost(partitions) => {
                self.forget(&partitions);
                self.close(&partitions, task, Instant::now() + REVOKE_GRACE).await
            }
        }
    }

    /// Faults of the cluster are retried by the consumer itself: what is told here needs a decision.
    async fn on_consume_error(&mut self, error: ConsumeError) -> Result<(), ConnectError> {
        match error.class() {
            aqueduct_client::ErrorClass::Retriable => {
                tracing::warn!("task {}: {error}", self.id);
                tokio::time::sleep(POLL_BACKOFF).await;
                Ok(())
            }
            _ => {
                self.reads = false;
                Err(ConnectError::fatal("reading the topics failed").caused_by(&error))
            }
        }
    }
}

pub(super) fn names(partitions: &[TopicPartition]) -> Vec<aqueduct_plugin_api::TopicPartition> {
    let name = |partition: &TopicPartition| aqueduct_plugin_api::TopicPartition {
        topic: partition.topic.clone(),
        partition: partition.partition,
    };
    partitions.iter().map(name).collect()
}
