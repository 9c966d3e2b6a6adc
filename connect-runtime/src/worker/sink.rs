//! A sink task: consume, convert, put, and commit only what the sink has reported durable.
//!
//! Several batches may be under way. While records have to be put again, or too much is under way, the partitions are
//! paused: the group goes on, nothing new is read.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use aqueduct_client::consumer::{CommittedOffset, ConsumeError};
use aqueduct_client::{Consumer, ConsumerEvent, ConsumerRecord, Delivery, TopicPartition};
use aqueduct_plugin_abi::CatalogEntry;
use aqueduct_plugin_api::{
    ConnectError, ConnectorKind, ErrorClass, Plugin, PutCompletion, PutOutcome, SinkRecord, SinkTask,
    TaskContext,
};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::{Instant, MissedTickBehavior, interval_at};

use super::connector::within;
use super::control::Control;
use super::conversion::{Conversion, NotConverted};
use super::env::WorkerEnv;
use super::sink_batches::judge;
use super::sink_progress::Progress;
use super::sink_trouble::Trouble;
use super::source_sender::record_topic;
use super::task_metrics::{ErrorMetrics, SinkMetrics, plugin_metrics};
use crate::config::connector_keys::{TOPICS, TOPICS_REGEX};
use crate::errors::dead_letter::DeadLetterQueue;
use crate::errors::policy::{ErrorPolicy, tolerance_exceeded};
use crate::errors::report::{RecordFault, Stage, log_line};
use crate::herder::spec::Spec;
use crate::id::TaskId;
use crate::plugins::topic_rules::{list, whole};

/// Records under way beyond which nothing is read.
const MAX_UNDER_WAY: usize = 50_000;
/// Waits before records are put again.
const RETRY_BACKOFF: Duration = Duration::from_millis(100);
const RETRY_BACKOFF_MAX: Duration = Duration::from_secs(30);
/// Longest wait of one poll: commits and outcomes do not wait for it.
const POLL: Duration = Duration::from_secs(10);
/// Longest wait for what is under way when partitions are to be given up.
const REVOKE_GRACE: Duration = Duration::from_secs(20);

/// Runs a sink task until it is to stop.
pub(crate) async fn run(
    env: Arc<WorkerEnv>,
    id: TaskId,
    plugin: CatalogEntry,
    spec: Spec,
    mut control: Control,
) -> Result<(), ConnectError> {
    let connector_config = env.resolve(&spec.connector).await?;
    let task_config = env.resolve(spec.task.as_ref().unwrap_or(&spec.connector)).await?;
    let policy = ErrorPolicy::from_config(ConnectorKind::Sink, &connector_config)?;
    let dead_letters = match policy.dead_letters.clone() {
        Some(settings) => {
            let producer = env.producer_config(&connector_config)?;
            Some(DeadLetterQueue::open(&env.client, settings, producer, id.clone()).await?)
        }
        None => None,
    };
    let conversion = Conversion::new(&env.config, &connector_config)?;
    let mut consumer = env.client.consumer(env.consumer_config(&id.connector, &connector_config)?);
    subscribe(&mut consumer, &connector_config)?;
    let library = env.catalog.open(&plugin).await?;
    let class = &plugin.class.class;
    let mut task = library
        .sink_task(class)
        .ok_or_else(|| ConnectError::fatal(format!("the plug-in makes no sink task of {class}")))?;
    let context = TaskContext {
        connector: id.connector.clone(),
        task: id.task,
        offsets: env.offsets.reader(&id.connector),
        metrics: plugin_metrics(&id.connector, Some(id.task)),
    };
    tokio::select! {
        started = within(env.config.plugin_call_timeout, "start", task.start(context, &task_config)) => started?,
        () = control.stop.triggered() => return Ok(()),
    }
    let (outcomes_sender, outcomes) = mpsc::unbounded_channel();
    let mut loop_ = SinkLoop {
        env: env.clone(),
        consumer,
        conversion,
        policy,
        dead_letters,
        progress: Progress::default(),
        under_way: BTreeMap::new(),
        retries: VecDeque::new(),
        records_under_way: 0,
        next_batch: 0,
        outcomes_sender,
        outcomes,
        commit: None,
        held: false,
        trouble: Trouble::default(),
        errors: ErrorMetrics::of(&id),
        metrics: SinkMetrics::of(&id),
        id,
    };
    let stop = control.stop.clone();
    let outcome = tokio::select! {
        outcome = loop_.run(task.as_mut(), &mut control) => outcome,
        () = stop.triggered() => Ok(()),
    };
    let grace = env.config.graceful_stop.mul_f64(0.8);
    if tokio::time::timeout(grace, loop_.finish(task.as_mut(), outcome.is_ok(), grace)).await.is_err() {
        tracing::warn!("task {}: not everything was written and committed within {grace:?}", loop_.id);
    }
    let id = loop_.id.clone();
    if let Err(error) = loop_.consumer.close().await {
        tracing::warn!("task {id}: leaving the group: {error}");
    }
    outcome
}

fn subscribe(consumer: &mut Consumer, config: &aqueduct_plugin_api::ConfigMap) -> Result<(), ConnectError> {
    let topics = list(config, TOPICS);
    let subscribed = if topics.is_empty() {
        let pattern = config.get(TOPICS_REGEX).map(|text| text.trim()).unwrap_or_default();
        let regex = whole(pattern).map_err(|error| ConnectError::config(error.to_string()))?;
        consumer.subscribe_matching(move |topic| regex.is_match(topic))
    } else {
        consumer.subscribe(topics.into_iter().map(Into::into).collect())
    };
    subscribed.map_err(|error| ConnectError::config("the topics cannot be subscribed").caused_by(&error))
}

struct SinkLoop {
    env: Arc<WorkerEnv>,
    id: TaskId,
    consumer: Consumer,
    conversion: Conversion,
    policy: ErrorPolicy,
    dead_letters: Option<DeadLetterQueue>,
    progress: Progress,
    /// Batches without their last outcome, by number.
    under_way: BTreeMap<u64, UnderWay>,
    /// Batches of which something has to be put again, and when.
    retries: VecDeque<(Instant, u64)>,
    records_under_way: usize,
    next_batch: u64,
    outcomes_sender: mpsc::UnboundedSender<Told>,
    outcomes: mpsc::UnboundedReceiver<Told>,
    commit: Option<JoinHandle<Committed>>,
    /// Whether the partitions are paused.
    held: bool,
    trouble: Trouble,
    errors: ErrorMetrics,
    metrics: SinkMetrics,
}

/// A batch whose outcome is open: the records still to be written, as they were read.
struct UnderWay {
    records: Vec<ConsumerRecord>,
    /// Dead letters that must be durable before the batch is.
    letters: Vec<Delivery>,
    /// Counts puts, so that a late word on an earlier one is not taken for a later one's.
    attempt: u32,
    /// When it was read.
    since: Instant,
    /// When it was last put.
    put_at: Instant,
}

/// What a sink told: batch, attempt, outcome.
type Told = (u64, u32, PutOutcome);
type Offsets = Vec<(TopicPartition, i64)>;
type Committed = (Offsets, Result<(), ConsumeError>);

enum Woken {
    Polled(Result<ConsumerEvent, ConsumeError>),
    Told(Told),
    Retry,
    CommitDue,
    Committed(Result<Committed, tokio::task::JoinError>),
    Target,
    Silence,
}

impl SinkLoop {
    async fn run(&mut self, task: &mut dyn SinkTask, control: &mut Control) -> Result<(), ConnectError> {
        let every = self.env.config.offset_flush_interval;
        let mut due = interval_at(Instant::now() + every, every);
        due.set_missed_tick_behavior(MissedTickBehavior::Delay);
        self.report(control);
        loop {
            self.hold_if(control.is_paused());
            match self.wake(&mut due, control).await {
                Woken::Polled(Ok(event)) => self.on_event(event, task).await?,
                Woken::Polled(Err(error)) => self.on_consume_error(error).await?,
                Woken::Told(told) => self.on_told(told, task).await?,
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
    fn on_refused(&mut self, batch: Option<u64>, error: &ConnectError) -> bool {
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
            outcome = committed(&mut self.commit) => Woken::Committed(outcome),
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
                task.open(&names(&partitions)).await
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
                tokio::time::sleep(RETRY_BACKOFF).await;
                Ok(())
            }
            _ => Err(ConnectError::fatal("reading the topics failed").caused_by(&error)),
        }
    }

    /// A new batch.
    async fn take(
        &mut self,
        records: Vec<ConsumerRecord>,
        task: &mut dyn SinkTask,
    ) -> Result<(), ConnectError> {
        self.metrics.read.increment(records.len() as u64);
        let batch = self.next_batch;
        self.next_batch += 1;
        self.progress.begin(batch, ends(&records));
        self.records_under_way += records.len();
        let since = Instant::now();
        let under_way = UnderWay { records, letters: Vec::new(), attempt: 0, since, put_at: since };
        self.under_way.insert(batch, under_way);
        self.put(batch, task).await
    }

    /// Converts what is left of a batch and gives it to the sink.
    async fn put(&mut self, batch: u64, task: &mut dyn SinkTask) -> Result<(), ConnectError> {
        let Some(mut under_way) = self.under_way.remove(&batch) else { return Ok(()) };
        let records = std::mem::take(&mut under_way.records);
        self.records_under_way -= records.len();
        let mut converted = Vec::with_capacity(records.len());
        for record in records {
            if let Some(sink_record) = self.convert(&record, &mut under_way.letters).await? {
                converted.push(sink_record);
                under_way.records.push(record);
            }
        }
        under_way.attempt += 1;
        under_way.put_at = Instant::now();
        let attempt = under_way.attempt;
        self.records_under_way += under_way.records.len();
        self.metrics.active.set(self.records_under_way as f64);
        self.metrics.sent.increment(converted.len() as u64);
        self.under_way.insert(batch, under_way);
        if converted.is_empty() {
            return self.on_told((batch, attempt, PutOutcome::AllDone), task).await;
        }
        let sender = self.outcomes_sender.clone();
        // The receiver is gone only when the task has ended.
        let completion = PutCompletion::new(move |outcome| drop(sender.send((batch, attempt, outcome))));
        match task.put(converted, completion).await {
            Ok(()) => Ok(()),
            Err(error) if error.class == ErrorClass::Retriable => {
                self.retry_later(batch, &error);
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    /// `None` for a record that is left out.
    async fn convert(
        &mut self,
        record: &ConsumerRecord,
        letters: &mut Vec<Delivery>,
    ) -> Result<Option<SinkRecord>, ConnectError> {
        let mut tries = 0;
        let mut began: Option<Instant> = None;
        loop {
            let fault = match self.conversion.consumed(record) {
                Ok(converted) => return Ok(converted),
                Err(NotConverted::Fault(fault)) => fault,
                Err(NotConverted::Missing(stage, missing)) => {
                    match self.conversion.fetch(stage, missing).await {
                        Ok(()) => continue,
                        Err(fault) => fault,
                    }
                }
            };
            tries += 1;
            let elapsed = began.get_or_insert_with(Instant::now).elapsed();
            match self.policy.retry_after(&fault.error, tries, elapsed, rand::random()) {
                Some(wait) => {
                    self.errors.retries.increment(1);
                    tokio::time::sleep(wait).await;
                }
                None => {
                    letters.extend(self.tolerate(record, fault).await?);
                    return Ok(None);
                }
            }
        }
    }

    /// A fault of one record: logged, sent to the dead letter queue, skipped; or the end of the task.
    async fn tolerate(
        &self,
        record: &ConsumerRecord,
        fault: RecordFault,
    ) -> Result<Option<Delivery>, ConnectError> {
        self.errors.failures.increment(1);
        self.errors.errors.increment(1);
        // Something that may work later is not the record's fault: nothing is skipped for it.
        let tolerated = self.policy.tolerate && fault.error.class != ErrorClass::Retriable;
        if self.policy.log || !tolerated {
            let named = self.policy.log_records.then_some(record);
            tracing::error!("{} {}", log_line(&self.id, &fault, named), fault.error);
            self.errors.logged.increment(1);
        }
        if !tolerated {
            return Err(tolerance_exceeded(&fault.error));
        }
        let Some(queue) = &self.dead_letters else {
            self.errors.skipped.increment(1);
            return Ok(None);
        };
        self.errors.dead_letters.increment(1);
        let sent = queue.send(record, &fault).await;
        let delivery = sent.map_err(|error| {
            self.errors.dead_letter_failures.increment(1);
            ConnectError::fatal("Could not produce message to dead letter queue").caused_by(&error)
        })?;
        self.errors.skipped.increment(1);
        Ok(Some(delivery))
    }

    /// The sink's word on a batch.
    async fn on_told(&mut self, told: Told, _task: &mut dyn SinkTask) -> Result<(), ConnectError> {
        let (batch, attempt, outcome) = told;
        match self.under_way.get(&batch) {
            Some(under_way) if under_way.attempt == attempt => {}
            _ => return Ok(()),
        }
        let Some(mut under_way) = self.under_way.remove(&batch) else { return Ok(()) };
        self.records_under_way -= under_way.records.len();
        self.metrics.put_time.record(under_way.put_at.elapsed().as_secs_f64());
        let verdicts = judge(outcome, under_way.records.len());
        if let Some(error) = verdicts.fatal {
            return Err(error);
        }
        for (place, error) in verdicts.refused {
            let fault = RecordFault { stage: Stage::TaskPut, class: self.id.connector.clone(), error };
            let letter = self.tolerate(&under_way.records[place], fault).await?;
            under_way.letters.extend(letter);
        }
        if let Some(error) = verdicts.again_because {
            let mut again = verdicts.again.into_iter().peekable();
            let mut place = 0;
            under_way.records.retain(|_| {
                let keep = again.next_if_eq(&place).is_some();
                place += 1;
                keep
            });
            under_way.attempt += 1;
            self.records_under_way += under_way.records.len();
            self.under_way.insert(batch, under_way);
            self.retry_later(batch, &error);
            return Ok(());
        }
        for letter in under_way.letters {
            letter.await.map_err(|error| {
                self.errors.dead_letter_failures.increment(1);
                ConnectError::fatal("Could not produce message to dead letter queue").caused_by(&error)
            })?;
        }
        self.progress.complete(batch);
        if self.under_way.is_empty() {
            self.trouble.is_over();
        }
        self.metrics.active.set(self.records_under_way as f64);
        Ok(())
    }

    fn retry_later(&mut self, batch: u64, error: &ConnectError) {
        let tries = self.under_way.get(&batch).map_or(1, |under_way| under_way.attempt / 2 + 1);
        let backoff = RETRY_BACKOFF.saturating_mul(1 << tries.min(20)).min(RETRY_BACKOFF_MAX);
        let wait = error.retry_after.unwrap_or(backoff);
        self.errors.retries.increment(1);
        if self.on_refused(Some(batch), error) {
            tracing::warn!("task {}: {error}; putting again in {wait:?}", self.id);
        }
        let at = Instant::now() + wait;
        let place = self.retries.partition_point(|(other, _)| *other <= at);
        self.retries.insert(place, (at, batch));
    }

    async fn put_again(&mut self, task: &mut dyn SinkTask) -> Result<(), ConnectError> {
        let Some((_, batch)) = self.retries.pop_front() else { return Ok(()) };
        if let Some(under_way) = self.under_way.get_mut(&batch) {
            let before = under_way.records.len();
            let progress = &self.progress;
            under_way.records.retain(|record| progress.holds(&partition_of(record)));
            self.records_under_way -= before - under_way.records.len();
        }
        self.put(batch, task).await
    }

    async fn on_commit_due(&mut self, task: &mut dyn SinkTask) -> Result<(), ConnectError> {
        if !self.under_way.is_empty() {
            self.flush(task).await?;
        }
        let held = self.consumer.assignment();
        let lag = held.iter().filter_map(|partition| {
            let end = self.consumer.high_watermark(partition)?;
            let consumed = self.progress.position(partition)?;
            Some(end - consumed)
        });
        self.metrics.lag.set(lag.max().unwrap_or(0).max(0) as f64);
        self.begin_commit();
        Ok(())
    }

    /// Commits in a task of its own, one commit at a time.
    fn begin_commit(&mut self) {
        let offsets = self.progress.due();
        if self.commit.is_some() || offsets.is_empty() {
            return;
        }
        let given = offsets
            .iter()
            .map(|(partition, offset)| (partition.clone(), CommittedOffset::from(*offset)))
            .collect();
        let commit = self.consumer.commit_later(given);
        let timeout = self.env.config.offset_flush_timeout;
        self.commit = Some(tokio::spawn(async move {
            let outcome = tokio::time::timeout(timeout, commit).await;
            let late =
                || aqueduct_client::ClientError::Timeout { what: "OffsetCommit".to_owned(), after: timeout };
            (offsets, outcome.unwrap_or_else(|_| Err(late().into())))
        }));
    }

    fn on_committed(&mut self, outcome: Result<Committed, tokio::task::JoinError>) {
        match outcome {
            Ok((offsets, Ok(()))) => {
                self.metrics.commits.increment(1);
                self.progress.committed(&offsets);
            }
            Ok((_, Err(error))) => {
                self.metrics.commit_failures.increment(1);
                tracing::warn!("task {}: offsets are not committed: {error}", self.id);
            }
            Err(panic) => tracing::error!("task {}: the commit of offsets failed: {panic}", self.id),
        }
    }

    async fn commit_now(&mut self) {
        for _ in 0..2 {
            if self.commit.is_some() {
                let outcome = committed(&mut self.commit).await;
                self.on_committed(outcome);
            }
            self.begin_commit();
        }
        if self.commit.is_some() {
            let outcome = committed(&mut self.commit).await;
            self.on_committed(outcome);
        }
    }

    /// Has the task let go of partitions, within a time: it writes out what it can, and knows best how long its target
    /// is worth waiting for. What it does not tell as written by then is read again by the next owner.
    async fn settle(
        &mut self,
        partitions: &[TopicPartition],
        task: &mut dyn SinkTask,
        grace: Duration,
    ) -> Result<(), ConnectError> {
        let deadline = Instant::now() + grace;
        if !self.progress.open_in(partitions).is_empty() {
            self.flush(task).await?;
        }
        self.close(partitions, task, deadline).await?;
        while self.awaits_word_on(partitions) {
            tokio::select! {
                biased;
                Some(told) = self.outcomes.recv() => self.on_told(told, task).await?,
                () = tokio::time::sleep_until(deadline) => break,
            }
        }
        if !self.progress.open_in(partitions).is_empty() {
            tracing::warn!("task {}: partitions are given up before all their records were written", self.id);
        }
        Ok(())
    }

    /// Whether the task has batches of these partitions and has told nothing of them. Those it wants put again are not
    /// its any more.
    fn awaits_word_on(&self, partitions: &[TopicPartition]) -> bool {
        let open = self.progress.open_in(partitions);
        open.iter().any(|batch| self.retries.iter().all(|(_, again)| again != batch))
    }

    async fn close(
        &self,
        partitions: &[TopicPartition],
        task: &mut dyn SinkTask,
        deadline: Instant,
    ) -> Result<(), ConnectError> {
        match tokio::time::timeout_at(deadline, task.close(&names(partitions))).await {
            Err(_) => {
                tracing::warn!("task {}: closing its partitions takes too long", self.id);
                Ok(())
            }
            Ok(Err(error)) if error.class == ErrorClass::Retriable => {
                tracing::warn!("task {}: closing its partitions: {error}", self.id);
                Ok(())
            }
            Ok(closed) => closed,
        }
    }

    fn forget(&mut self, partitions: &[TopicPartition]) {
        partitions.iter().for_each(|partition| self.progress.remove(partition));
        self.metrics.partitions.set(self.progress.len() as f64);
    }

    /// Writes out what is under way, commits, stops the task: each for a part of the time there is, so that a target
    /// that does not answer costs neither the commit nor the stop. A task that failed writes nothing more.
    async fn finish(&mut self, task: &mut dyn SinkTask, works: bool, grace: Duration) {
        let all = self.consumer.assignment();
        let settled = match works {
            true => self.settle(&all, task, grace.mul_f64(0.5)).await,
            false => self.close(&all, task, Instant::now() + grace.mul_f64(0.25)).await,
        };
        if let Err(error) = settled {
            tracing::warn!("task {}: {error}", self.id);
        }
        if tokio::time::timeout(grace.mul_f64(0.25), self.commit_now()).await.is_err() {
            tracing::warn!("task {}: stopping before the last offsets were committed", self.id);
        }
        task.stop().await;
    }

    /// Has the task write what it holds back. One that cannot at the moment says why, and is asked again.
    async fn flush(&mut self, task: &mut dyn SinkTask) -> Result<(), ConnectError> {
        match within(self.env.config.plugin_call_timeout, "flush", task.flush()).await {
            Err(error) if error.class == ErrorClass::Retriable => {
                if self.on_refused(None, &error) {
                    tracing::warn!("task {}: {error}", self.id);
                }
                Ok(())
            }
            Ok(()) => {
                if self.retries.is_empty() {
                    self.trouble.is_over();
                }
                Ok(())
            }
            failed => failed,
        }
    }
}

fn names(partitions: &[TopicPartition]) -> Vec<aqueduct_plugin_api::TopicPartition> {
    let name = |partition: &TopicPartition| aqueduct_plugin_api::TopicPartition {
        topic: partition.topic.clone(),
        partition: partition.partition,
    };
    partitions.iter().map(name).collect()
}

fn partition_of(record: &ConsumerRecord) -> TopicPartition {
    TopicPartition { topic: record.topic.clone(), partition: record.partition }
}

/// For each partition of a batch the offset after its last record. Records of a partition come in runs.
fn ends(records: &[ConsumerRecord]) -> Vec<(TopicPartition, i64)> {
    let mut ends: Vec<(TopicPartition, i64)> = Vec::new();
    for record in records {
        let same = |(partition, _): &&mut (TopicPartition, i64)| {
            partition.partition == record.partition && partition.topic == record.topic
        };
        match ends.iter_mut().rev().find(same) {
            Some((_, end)) => *end = record.offset + 1,
            None => ends.push((partition_of(record), record.offset + 1)),
        }
    }
    ends
}

async fn until(at: Option<Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at).await,
        None => std::future::pending().await,
    }
}

async fn committed(commit: &mut Option<JoinHandle<Committed>>) -> Result<Committed, tokio::task::JoinError> {
    match commit {
        Some(handle) => {
            let outcome = handle.await;
            *commit = None;
            outcome
        }
        None => std::future::pending().await,
    }
}
