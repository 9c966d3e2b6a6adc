//! Reading a partition of `__consumer_offsets` into its shard.

use std::sync::Arc;
use std::time::Instant;

use bytestring::ByteString;

use super::GroupCoordinator;
use super::shard::{Phase, Shard, ShardState};
use crate::group::GroupError;
use crate::group::classic::Group;
use crate::group::records::{self, CoordinatorRecord, Loaded};

impl GroupCoordinator {
    /// Loads a shard on a thread for blocking work. Requests meanwhile get COORDINATOR_LOAD_IN_PROGRESS.
    pub(super) fn load(self: &Arc<Self>, shard: &Arc<Shard>) {
        if self.log.size(shard.partition) == 0 {
            shard.lock().phase = Phase::Ready;
            return;
        }
        let (coordinator, shard) = (self.clone(), shard.clone());
        self.tasks.spawn(format!("load-offsets-{}", shard.partition), async move {
            let reader = (coordinator.clone(), shard.clone());
            let loaded = tokio::task::spawn_blocking(move || reader.0.read_shard(&reader.1)).await;
            if !matches!(loaded, Ok(Ok(()))) {
                tracing::error!(
                    partition = shard.partition,
                    "__consumer_offsets cannot be read: its groups are not available"
                );
                shard.lock().phase = Phase::Failed;
            }
        });
    }

    fn read_shard(&self, shard: &Shard) -> Result<(), GroupError> {
        let started = Instant::now();
        let now_ms = self.clock.now_ms();
        let mut state = Shard::new(shard.partition).into_state();
        let mut count = 0u64;
        self.log.replay(shard.partition, &mut |log_offset, record| {
            count += 1;
            take_in(&mut state, log_offset, record, shard.partition);
        })?;
        let stored = state.stored.clone();
        for (id, value) in stored {
            state.groups.insert(id.clone(), Group::from_record(id, value, now_ms));
        }
        let with_offsets: Vec<ByteString> = state.offsets.groups().cloned().collect();
        for id in with_offsets {
            state.group_or_new(&id, now_ms);
        }
        state.phase = Phase::Ready;
        let deadlines: Vec<_> = state.groups.values().map(|g| (g.id().clone(), g.next_deadline())).collect();
        let groups = deadlines.len();
        {
            let mut current = shard.lock();
            *current = state;
            // Topics may have been deleted in the moment before a crash, or while this was read.
            self.remove_offsets_of(shard, &mut current, |topic, id| match self.log.topic_id(topic) {
                None => true,
                Some(now) => !id.is_nil() && id != now,
            });
        }
        for (id, deadline) in deadlines {
            self.set_timer(&id, deadline);
        }
        tracing::info!(
            partition = shard.partition,
            records = count,
            groups,
            "loaded groups and offsets in {:?}",
            started.elapsed()
        );
        Ok(())
    }
}

fn take_in(state: &mut ShardState, log_offset: i64, record: CoordinatorRecord, partition: i32) {
    match records::load(record.key, record.value) {
        Ok(Loaded::Offset { group, at, committed: Some(committed) }) => {
            state.offsets.commit(&group, at, committed, log_offset);
        }
        Ok(Loaded::Offset { group, at, committed: None }) => state.offsets.remove(&group, &at, log_offset),
        Ok(Loaded::Group { group, value: Some(value) }) => drop(state.stored.insert(group, *value)),
        Ok(Loaded::Group { group, value: None }) => drop(state.stored.remove(&group)),
        Ok(Loaded::Unknown { record_type }) => {
            tracing::warn!(
                partition,
                log_offset,
                record_type,
                "__consumer_offsets: record of an unknown type skipped"
            );
        }
        Err(error) => {
            tracing::warn!(partition, log_offset, %error, "__consumer_offsets: record that cannot be read skipped");
        }
    }
}
