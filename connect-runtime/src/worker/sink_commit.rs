//! A sink task's offsets: committed for what is durable, at their time, when partitions are given up, and at the end.

use std::time::Duration;

use aqueduct_client::TopicPartition;
use aqueduct_client::consumer::CommittedOffset;
use aqueduct_plugin_api::{ConnectError, ErrorClass, SinkTask};
use tokio::task::JoinError;
use tokio::time::Instant;

use super::connector::within;
use super::sink::{Committed, SinkLoop, names};

impl SinkLoop<'_> {
    pub(super) async fn on_commit_due(&mut self, task: &mut dyn SinkTask) -> Result<(), ConnectError> {
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
    pub(super) fn begin_commit(&mut self) {
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
        self.commit.begin(async move {
            let outcome = tokio::time::timeout(timeout, commit).await;
            let late =
                || aqueduct_client::ClientError::Timeout { what: "OffsetCommit".to_owned(), after: timeout };
            (offsets, outcome.unwrap_or_else(|_| Err(late().into())))
        });
    }

    pub(super) fn on_committed(&mut self, outcome: Result<Committed, JoinError>) {
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

    pub(super) async fn commit_now(&mut self) {
        for _ in 0..2 {
            if self.commit.is_some() {
                let outcome = self.commit.ended().await;
                self.on_committed(outcome);
            }
            self.begin_commit();
        }
        if self.commit.is_some() {
            let outcome = self.commit.ended().await;
            self.on_committed(outcome);
        }
    }

    /// Has the task let go of partitions, within a time: it writes out what it can, and knows best how long its target
    /// is worth waiting for. What it does not tell as written by then is read again by the next owner.
    pub(super) async fn settle(
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
                Some(told) = self.outcomes.recv() => self.on_told(told).await?,
                () = tokio::time::sleep_until(deadline) => break,
            }
        }
        if !self.progress.open_in(partitions).is_empty() {
            tracing::warn!("task {}: partitions are given up before all their records were written", self.id);
        }
        Ok(())
    }

    /// Whether the task has batches of these partitions and has told nothing of them. Those it wants put again are not
    /// its any more, and the one whose put was cut off never was.
    pub(super) fn awaits_word_on(&self, partitions: &[TopicPartition]) -> bool {
        let open = self.progress.open_in(partitions);
        open.iter()
            .any(|batch| self.putting != Some(*batch) && self.retries.iter().all(|(_, again)| again != batch))
    }

    pub(super) async fn close(
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

    pub(super) fn forget(&mut self, partitions: &[TopicPartition]) {
        partitions.iter().for_each(|partition| self.progress.remove(partition));
        self.metrics.partitions.set(self.progress.len() as f64);
    }

    /// Writes out what is under way, commits, stops the task: each for a part of the time there is, so that a target
    /// that does not answer costs neither the commit nor the stop. A task that failed writes nothing more.
    pub(super) async fn finish(&mut self, task: &mut dyn SinkTask, works: bool, grace: Duration) {
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
    pub(super) async fn flush(&mut self, task: &mut dyn SinkTask) -> Result<(), ConnectError> {
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
