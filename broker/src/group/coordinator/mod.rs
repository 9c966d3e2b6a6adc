//! The runtime around groups: finds them, persists them, waits for them, answers.
//!
//! Each partition of `__consumer_offsets` is a [`shard::Shard`]: its groups, its offsets, one lock. The lock is held
//! for the time of a decision and of an append to the log's page cache, never for the time of a flush.

mod commit;
mod expire;
mod groups;
mod load;
mod log;
mod membership;
mod rewrite;
mod shard;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use aqueduct_service::{Clock, Tasks};
use bytestring::ByteString;
use parking_lot::Mutex;
use tokio::sync::Notify;

use super::limits::GroupLimits;
use super::partition::partition_for;
use super::{GroupError, timers};
use shard::Shard;

pub use commit::OffsetCommit;
pub use groups::{GroupDescription, GroupListing};
pub use log::{Durable, OffsetsLog};

/// Coordinates the groups of this broker.
pub struct GroupCoordinator {
    log: Arc<dyn OffsetsLog>,
    limits: GroupLimits,
    clock: Arc<dyn Clock>,
    tasks: Tasks,
    shards: Mutex<HashMap<i32, Arc<Shard>>>,
    timers: Mutex<timers::Timers>,
    timer_set: Notify,
}

impl GroupCoordinator {
    /// A coordinator whose groups live in `log`. Runs its timers as one of `tasks`.
    pub fn start(
        log: Arc<dyn OffsetsLog>,
        limits: GroupLimits,
        clock: Arc<dyn Clock>,
        tasks: Tasks,
    ) -> Arc<Self> {
        let coordinator = Arc::new(Self {
            log,
            limits,
            clock,
            tasks: tasks.clone(),
            shards: Mutex::default(),
            timers: Mutex::default(),
            timer_set: Notify::new(),
        });
        tasks.spawn("group-timers", coordinator.clone().run_timers());
        coordinator
    }

    /// The partition of `__consumer_offsets` that keeps a group; `None` while the topic does not exist.
    pub fn partition_of(&self, group_id: &str) -> Option<i32> {
        self.log.partitions().map(|partitions| partition_for(group_id, partitions))
    }

    /// The shard of a group, if it can serve now. The first look at a shard begins to load it.
    fn shard(self: &Arc<Self>, group_id: &str) -> Result<Arc<Shard>, GroupError> {
        let partition = self.partition_of(group_id).ok_or(GroupError::NotAvailable)?;
        self.shard_of_partition(partition)
    }

    fn shard_of_partition(self: &Arc<Self>, partition: i32) -> Result<Arc<Shard>, GroupError> {
        let shard = {
            let mut shards = self.shards.lock();
            match shards.get(&partition) {
                Some(shard) => shard.clone(),
                None => {
                    let shard = Arc::new(Shard::new(partition));
                    shards.insert(partition, shard.clone());
                    drop(shards);
                    self.load(&shard);
                    shard
                }
            }
        };
        shard.ready().map(|()| shard)
    }

    /// Begins to load every partition, so that a restart does not wait for the first request. Partitions without
    /// records cost next to nothing.
    pub fn load_all(self: &Arc<Self>) {
        for partition in 0..self.log.partitions().unwrap_or(0) {
            let _ = self.shard_of_partition(partition);
        }
    }

    fn set_timer(&self, group_id: &ByteString, deadline: Option<i64>) {
        if self.timers.lock().set(group_id, deadline) {
            self.timer_set.notify_one();
        }
    }

    async fn run_timers(self: Arc<Self>) {
        let shutdown = self.tasks.shutdown().clone();
        loop {
            let now = self.clock.now_ms();
            let due = self.timers.lock().take_due(now);
            for group_id in due {
                self.tick_group(&group_id);
            }
            let next = self.timers.lock().next();
            let wait = next.map_or(Duration::from_secs(3600), |at| {
                Duration::from_millis(at.saturating_sub(self.clock.now_ms()).clamp(1, 3_600_000) as u64)
            });
            tokio::select! {
                () = shutdown.triggered() => return,
                () = self.timer_set.notified() => {}
                () = tokio::time::sleep(wait) => {}
            }
        }
    }
}

impl std::fmt::Debug for GroupCoordinator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("GroupCoordinator")
    }
}
