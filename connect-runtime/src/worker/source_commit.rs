//! A source task's offsets: written for what is durable, at their time and at the end.

use std::time::Duration;

use aqueduct_plugin_api::SourceTask;
use tokio::task::JoinError;

use super::source::SourceLoop;
use crate::storage::log::StorageError;
use crate::storage::offset_store::PendingOffsets;

/// A commit's outcome: what is left to write, and whether writing worked.
pub(super) type Written = (PendingOffsets, Result<(), StorageError>);

impl SourceLoop {
    /// Writes offsets in a task of its own, one commit at a time.
    pub(super) fn begin_commit(&mut self) {
        if self.commit.is_some() || self.pending.is_empty() {
            return;
        }
        let (env, connector) = (self.env.clone(), self.id.connector.to_string());
        let mut offsets = std::mem::take(&mut self.pending);
        self.commit.begin(async move {
            let taken = offsets.take();
            let timeout = env.config.offset_flush_timeout;
            let written = tokio::time::timeout(timeout, env.offsets.write(&connector, &taken)).await;
            let written = written.unwrap_or_else(|_| {
                Err(StorageError::TimedOut {
                    what: "a commit of offsets".to_owned(),
                    seconds: timeout.as_secs(),
                })
            });
            if written.is_err() {
                offsets.put_back(taken);
            }
            (offsets, written)
        });
    }

    /// Takes the outcome; what was not written is with the next commit.
    pub(super) fn on_committed(&mut self, outcome: Result<Written, JoinError>) {
        match outcome {
            Ok((_, Ok(()))) => self.metrics.commits.increment(1),
            Ok((mut unwritten, Err(error))) => {
                self.metrics.commit_failures.increment(1);
                tracing::warn!(
                    "task {}: offsets are not committed: {error}; they will be with the next commit",
                    self.id
                );
                self.pending.put_back(unwritten.take());
            }
            Err(panic) => tracing::error!("task {}: the commit of offsets failed: {panic}", self.id),
        }
    }

    async fn end_commit(&mut self) {
        if self.commit.is_some() {
            let outcome = self.commit.ended().await;
            self.on_committed(outcome);
        }
    }

    /// Waits for what is on its way, for a part of the time there is; commits, stops the task.
    pub(super) async fn finish(&mut self, task: &mut dyn SourceTask, wait: bool, grace: Duration) {
        if wait && tokio::time::timeout(grace.mul_f64(0.4), self.sender.producer.flush()).await.is_err() {
            tracing::warn!("task {}: stopping before all records were acknowledged", self.id);
        }
        // After a failure only what came before it counts.
        if let Err(error) = self.settle() {
            tracing::debug!("task {}: {error}", self.id);
        }
        // A cluster that is away must leave the task time to stop.
        let committed = async {
            self.end_commit().await;
            self.begin_commit();
            self.end_commit().await;
        };
        if tokio::time::timeout(grace.mul_f64(0.4), committed).await.is_err() {
            tracing::warn!("task {}: stopping before all offsets were committed", self.id);
        }
        if let Err(error) = self.tell_durable(task).await {
            tracing::debug!("task {}: {error}", self.id);
        }
        task.stop().await;
    }
}
