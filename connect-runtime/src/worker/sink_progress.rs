//! How far a sink has come in each partition: what may be committed is what lies before the first record whose outcome
//! is open. Pure.

use std::collections::{BTreeSet, HashMap, VecDeque};

use aqueduct_client::TopicPartition;

/// Progress in all partitions a task holds.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    partitions: HashMap<TopicPartition, Partition>,
}

#[derive(Debug, Default)]
struct Partition {
    /// Batches with records of this partition, oldest first.
    spans: VecDeque<Span>,
    /// What may be committed.
    durable: Option<i64>,
    /// What is committed.
    committed: Option<i64>,
}

#[derive(Debug)]
struct Span {
    batch: u64,
    /// The offset after the last record.
    next: i64,
    open: bool,
}

impl Progress {
    /// The task now holds a partition.
    pub(crate) fn add(&mut self, partition: TopicPartition) {
        self.partitions.insert(partition, Partition::default());
    }

    /// The task no longer holds a partition: later words about it do not count.
    pub(crate) fn remove(&mut self, partition: &TopicPartition) {
        self.partitions.remove(partition);
    }

    /// Whether the task holds a partition.
    pub(crate) fn holds(&self, partition: &TopicPartition) -> bool {
        self.partitions.contains_key(partition)
    }

    /// How many partitions it holds.
    pub(crate) fn len(&self) -> usize {
        self.partitions.len()
    }

    /// A batch was read: for each of its partitions the offset after the last record.
    pub(crate) fn begin(&mut self, batch: u64, ends: impl IntoIterator<Item = (TopicPartition, i64)>) {
        for (partition, next) in ends {
            self.partitions.entry(partition).or_default().spans.push_back(Span { batch, next, open: true });
        }
    }

    /// Every record of a batch is durable or was left out for good.
    pub(crate) fn complete(&mut self, batch: u64) {
        for partition in self.partitions.values_mut() {
            if let Some(span) = partition.spans.iter_mut().find(|span| span.batch == batch) {
                span.open = false;
            }
            while let Some(span) = partition.spans.pop_front_if(|span| !span.open) {
                partition.durable = Some(span.next);
            }
        }
    }

    /// Offsets that may be committed and are not.
    pub(crate) fn due(&self) -> Vec<(TopicPartition, i64)> {
        let due = self.partitions.iter().filter_map(|(name, partition)| {
            let durable = partition.durable.filter(|durable| partition.committed != Some(*durable))?;
            Some((name.clone(), durable))
        });
        due.collect()
    }

    /// The offset after the last record that was read.
    pub(crate) fn position(&self, name: &TopicPartition) -> Option<i64> {
        let partition = self.partitions.get(name)?;
        partition.spans.back().map(|span| span.next).or(partition.durable)
    }

    /// A commit worked.
    pub(crate) fn committed(&mut self, offsets: &[(TopicPartition, i64)]) {
        for (name, offset) in offsets {
            if let Some(partition) = self.partitions.get_mut(name) {
                partition.committed = Some(*offset);
            }
        }
    }

    /// Batches that are open in any of these partitions.
    pub(crate) fn open_in(&self, names: &[TopicPartition]) -> BTreeSet<u64> {
        let held = names.iter().filter_map(|name| self.partitions.get(name));
        held.flat_map(|partition| partition.spans.iter().filter(|span| span.open).map(|span| span.batch))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tp(partition: i32) -> TopicPartition {
        TopicPartition::new("t", partition)
    }

    #[test]
    fn nothing_after_an_open_record_is_committed() {
        let mut progress = Progress::default();
        progress.add(tp(0));
        progress.add(tp(1));
        progress.begin(1, [(tp(0), 10), (tp(1), 5)]);
        progress.begin(2, [(tp(0), 20)]);
        progress.complete(2);
        assert!(progress.due().is_empty());
        progress.complete(1);
        let mut due = progress.due();
        due.sort();
        assert_eq!(due, [(tp(0), 20), (tp(1), 5)]);
        progress.committed(&due);
        assert!(progress.due().is_empty());
    }

    #[test]
    fn a_partition_that_was_given_up_is_not_committed() {
        let mut progress = Progress::default();
        progress.add(tp(0));
        progress.begin(1, [(tp(0), 10)]);
        assert_eq!(progress.open_in(&[tp(0)]).len(), 1);
        progress.remove(&tp(0));
        progress.complete(1);
        assert!(progress.due().is_empty());
        progress.add(tp(0));
        assert!(progress.due().is_empty(), "a partition that comes back starts anew");
    }
}
