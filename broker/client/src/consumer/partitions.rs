//! The partitions that a consumer holds: positions, what is buffered of each, and what to fetch next. Decides
//! and does no I/O.

use std::collections::{BTreeMap, HashSet, VecDeque};
use std::ops::Bound;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::cursor::{Fetched, ReadRules};
use super::{CommittedOffset, ConsumeError, ConsumerRecord, StartAt};
use crate::TopicPartition;
use crate::metadata::ClusterMetadata;

#[derive(Debug, Default)]
pub(super) struct Partitions {
    held: BTreeMap<TopicPartition, Held>,
    /// Tells one holding of a partition, and one seek in it, from another.
    revisions: u64,
    /// The partition served last, for taking turns.
    last_served: Option<TopicPartition>,
}

#[derive(Debug)]
struct Held {
    revision: u64,
    position: Position,
    /// The next offset that the user has not got.
    consumed: Option<i64>,
    /// Epoch of the last record that the user got.
    consumed_epoch: Option<i32>,
    buffered: VecDeque<(Fetched, usize)>,
    buffered_bytes: usize,
    paused: bool,
    busy: bool,
    high_watermark: Option<i64>,
    error: Option<ConsumeError>,
    not_before: Option<Instant>,
    failures: u32,
    /// A replica that the leader wants to be fetched from instead, and until when to believe that (KIP-392).
    replica: Option<(i32, Instant)>,
}

/// Where to fetch next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Position {
    /// To be looked up.
    Unknown(Start),
    At(i64),
}

/// How to look a position up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Start {
    /// The group's committed offset, else by the reset policy.
    Committed,
    /// By the reset policy.
    Reset,
    /// As the user says.
    Seek(StartAt),
}

/// Which holding of which partition: answers to another are dropped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ticket {
    pub(super) partition: TopicPartition,
    revision: u64,
}

/// A partition to fetch.
#[derive(Clone, Debug)]
pub(super) struct ToFetch {
    pub(super) ticket: Ticket,
    pub(super) offset: i64,
    pub(super) leader_epoch: i32,
}

impl Partitions {
    /// Holds exactly these; positions of those held before stay.
    pub(super) fn replace(&mut self, partitions: Vec<TopicPartition>) {
        let wanted: HashSet<&TopicPartition> = partitions.iter().collect();
        self.held.retain(|partition, _| wanted.contains(partition));
        self.add(partitions);
    }

    /// Holds these too.
    pub(super) fn add(&mut self, partitions: impl IntoIterator<Item = TopicPartition>) {
        for partition in partitions {
            if !self.held.contains_key(&partition) {
                self.revisions += 1;
                self.held.insert(partition, Held::new(self.revisions));
            }
        }
    }

    /// Gives these up.
    pub(super) fn remove(&mut self, partitions: &[TopicPartition]) {
        for partition in partitions {
            self.held.remove(partition);
        }
    }

    pub(super) fn names(&self) -> Vec<TopicPartition> {
        self.held.keys().cloned().collect()
    }

    pub(super) fn is_held(&self, partition: &TopicPartition) -> bool {
        self.held.contains_key(partition)
    }

    /// Goes on elsewhere; false if the partition is not held.
    pub(super) fn seek(&mut self, partition: &TopicPartition, to: StartAt) -> bool {
        let Some(held) = self.held.get_mut(partition) else { return false };
        self.revisions += 1;
        let paused = held.paused;
        *held = Held::new(self.revisions);
        held.paused = paused;
        match to {
            StartAt::Offset(offset) => {
                held.position = Position::At(offset);
                held.consumed = Some(offset);
            }
            to => held.position = Position::Unknown(Start::Seek(to)),
        }
        true
    }

    pub(super) fn set_paused(&mut self, partitions: &[TopicPartition], paused: bool) {
        for partition in partitions {
            if let Some(held) = self.held.get_mut(partition) {
                held.paused = paused;
            }
        }
    }

    pub(super) fn paused(&self) -> Vec<TopicPartition> {
        self.held.iter().filter(|(_, held)| held.paused).map(|(partition, _)| partition.clone()).collect()
    }

    /// The next offset for the user, if it is known.
    pub(super) fn position(&self, partition: &TopicPartition) -> Option<i64> {
        self.held.get(partition)?.consumed
    }

    pub(super) fn high_watermark(&self, partition: &TopicPartition) -> Option<i64> {
        self.held.get(partition)?.high_watermark
    }

    /// Takes an error that waits for the user.
    pub(super) fn take_error(&mut self, partition: Option<&TopicPartition>) -> Option<ConsumeError> {
        match partition {
            Some(partition) => self.held.get_mut(partition)?.error.take(),
            None => self.held.values_mut().find_map(|held| held.error.take()),
        }
    }

    /// What to commit for all that the user got.
    pub(super) fn consumed(&self) -> Vec<(TopicPartition, CommittedOffset)> {
        let committed = |(partition, held): (&TopicPartition, &Held)| {
            let offset = held.consumed?;
            let committed =
                CommittedOffset { offset, leader_epoch: held.consumed_epoch, ..CommittedOffset::default() };
            Some((partition.clone(), committed))
        };
        self.held.iter().filter_map(committed).collect()
    }

    /// Takes records in turns; at most `max`.
    pub(super) fn take_records(
        &mut self,
        max: usize,
        rules: ReadRules,
    ) -> Result<Vec<ConsumerRecord>, ConsumeError> {
        let mut records = Vec::new();
        for partition in self.turn_order() {
            if records.len() >= max {
                break;
            }
            let Some(held) = self.held.get_mut(&partition).filter(|held| !held.paused) else { continue };
            let before = records.len();
            if let Err(error) = held.take_records(&partition, max, rules, &mut records)
                && held.error.is_none()
            {
                held.error = Some(error);
            }
            if records.len() > before {
                self.last_served = Some(partition);
            }
        }
        match records.is_empty() {
            true => self.take_error(None).map_or(Ok(records), Err),
            false => Ok(records),
        }
    }

    fn turn_order(&self) -> Vec<TopicPartition> {
        let ready = |(partition, held): (&TopicPartition, &Held)| {
            (!held.buffered.is_empty() && !held.paused).then(|| partition.clone())
        };
        let Some(last) = &self.last_served else { return self.held.iter().filter_map(ready).collect() };
        let after = self.held.range((Bound::Excluded(last), Bound::Unbounded));
        after.chain(self.held.range(..=last)).filter_map(ready).collect()
    }

    /// What to fetch from which broker now, and when to look again. Brokers in `busy` have a fetch already.
    pub(super) fn plan(
        &mut self,
        metadata: &ClusterMetadata,
        busy: &HashSet<i32>,
        now: Instant,
        budget: usize,
        per_partition: usize,
    ) -> (BTreeMap<i32, Vec<ToFetch>>, Option<Instant>) {
        let mut fetches: BTreeMap<i32, Vec<ToFetch>> = BTreeMap::new();
        let mut look_again: Option<Instant> = None;
        let buffered: usize = self.held.values().map(|held| held.buffered_bytes).sum();
        for (partition, held) in &mut self.held {
            let Position::At(offset) = held.position else { continue };
            let sated = buffered >= budget || held.buffered_bytes >= per_partition;
            if held.busy || held.paused || held.error.is_some() || sated {
                continue;
            }
            if let Some(not_before) = held.not_before.filter(|not_before| *not_before > now) {
                look_again = look_again.into_iter().chain([not_before]).min();
                continue;
            }
            let known = metadata.partition(&partition.topic, partition.partition);
            let Some(known) = known.filter(|known| known.leader >= 0) else {
                let retry = now + Duration::from_millis(200);
                look_again = look_again.into_iter().chain([retry]).min();
                continue;
            };
            let replica =
                held.replica.filter(|(node, until)| *until > now && metadata.brokers.contains_key(node));
            let node = replica.map_or(known.leader, |(node, _)| node);
            if busy.contains(&node) {
                continue;
            }
            held.busy = true;
            let ticket = Ticket { partition: partition.clone(), revision: held.revision };
            let leader_epoch = known.leader_epoch;
            fetches.entry(node).or_default().push(ToFetch { ticket, offset, leader_epoch });
        }
        (fetches, look_again)
    }

    /// The partitions whose position is to be looked up now, and when to look again.
    pub(super) fn unresolved(&mut self, now: Instant) -> (Vec<(Ticket, Start)>, Option<Instant>) {
        let mut found = Vec::new();
        let mut look_again: Option<Instant> = None;
        for (partition, held) in &mut self.held {
            let Position::Unknown(start) = held.position else { continue };
            match held.not_before {
                Some(not_before) if not_before > now => {
                    look_again = look_again.into_iter().chain([not_before]).min();
                }
                _ if held.busy || held.error.is_some() => {}
                _ => {
                    held.busy = true;
                    let ticket = Ticket { partition: partition.clone(), revision: held.revision };
                    found.push((ticket, start));
                }
            }
        }
        (found, look_again)
    }

    /// A position was looked up.
    pub(super) fn resolved(&mut self, ticket: &Ticket, offset: i64) {
        if let Some(held) = self.current(ticket) {
            held.settle();
            held.position = Position::At(offset);
            if held.buffered.is_empty() {
                held.consumed = Some(offset);
            }
        }
    }

    /// A piece was fetched.
    pub(super) fn fetched(&mut self, ticket: &Ticket, piece: Option<(Fetched, usize)>, high_watermark: i64) {
        let partition = ticket.partition.clone();
        let Some(held) = self.current(ticket) else { return };
        held.settle();
        held.high_watermark = Some(high_watermark);
        let Some((fetched, bytes)) = piece else { return };
        match fetched.end_offset() {
            Ok(end) => {
                held.position = Position::At(end);
                held.buffered_bytes += bytes;
                held.buffered.push_back((fetched, bytes));
            }
            Err(source) => {
                let offset = fetched.next_offset();
                held.error = Some(ConsumeError::CorruptBatch { partition, offset, source: Arc::new(source) });
            }
        }
    }

    /// The leader wants the partition to be fetched from a replica, until then.
    pub(super) fn redirected(&mut self, ticket: &Ticket, replica: i32, until: Instant) {
        if let Some(held) = self.current(ticket) {
            held.settle();
            held.replica = Some((replica, until));
        }
    }

    /// Goes back to the leader; false if the fetch was from there already.
    pub(super) fn back_to_leader(&mut self, ticket: &Ticket) -> bool {
        self.current(ticket).is_some_and(|held| {
            let redirected = held.replica.take().is_some();
            held.busy &= !redirected;
            redirected
        })
    }

    /// Looking up or fetching failed: again after a while.
    pub(super) fn failed(&mut self, ticket: &Ticket, now: Instant, wait: impl Fn(u32) -> Duration) {
        if let Some(held) = self.current(ticket) {
            held.busy = false;
            held.failures += 1;
            held.replica = None;
            held.not_before = Some(now + wait(held.failures));
        }
    }

    /// Something the user has to know.
    pub(super) fn told(&mut self, ticket: &Ticket, error: ConsumeError) {
        if let Some(held) = self.current(ticket) {
            held.busy = false;
            held.error = Some(error);
        }
    }

    /// The position is not in the partition (any more).
    pub(super) fn out_of_range(&mut self, ticket: &Ticket) {
        if let Some(held) = self.current(ticket) {
            held.settle();
            // What is buffered is still good; the next position is not.
            held.position = Position::Unknown(Start::Reset);
        }
    }

    /// Sets everything free that an answer said nothing about.
    pub(super) fn release(&mut self, ticket: &Ticket) {
        if let Some(held) = self.current(ticket) {
            held.busy = false;
        }
    }

    fn current(&mut self, ticket: &Ticket) -> Option<&mut Held> {
        self.held.get_mut(&ticket.partition).filter(|held| held.revision == ticket.revision)
    }
}

impl Held {
    fn new(revision: u64) -> Held {
        Held {
            revision,
            position: Position::Unknown(Start::Committed),
            consumed: None,
            consumed_epoch: None,
            buffered: VecDeque::new(),
            buffered_bytes: 0,
            paused: false,
            busy: false,
            high_watermark: None,
            error: None,
            not_before: None,
            failures: 0,
            replica: None,
        }
    }

    fn settle(&mut self) {
        self.busy = false;
        self.failures = 0;
        self.not_before = None;
    }

    fn take_records(
        &mut self,
        partition: &TopicPartition,
        max: usize,
        rules: ReadRules,
        records: &mut Vec<ConsumerRecord>,
    ) -> Result<(), ConsumeError> {
        while let Some((fetched, bytes)) = self.buffered.front_mut() {
            let before = records.len();
            let taken = fetched.take(partition, rules, max, records);
            self.consumed = Some(fetched.next_offset());
            if let Some(last) = records[before..].last() {
                self.consumed_epoch = (last.leader_epoch >= 0).then_some(last.leader_epoch);
            }
            match taken {
                Ok(true) => {
                    self.buffered_bytes -= *bytes;
                    self.buffered.pop_front();
                }
                Ok(false) => return Ok(()),
                Err(source) => {
                    let offset = fetched.next_offset();
                    return Err(ConsumeError::CorruptBatch { partition: partition.clone(), offset, source });
                }
            }
            if records.len() >= max {
                return Ok(());
            }
        }
        Ok(())
    }
}
