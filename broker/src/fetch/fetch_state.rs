//! The partitions that a fetch, or a fetch session, asks for.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use aqueduct_protocol::ErrorCode;
use aqueduct_protocol::messages::FetchRequest;
use aqueduct_protocol::messages::fetch_request::{FetchPartition, FetchTopic};
use bytestring::ByteString;
use uuid::Uuid;

use crate::replica::partition::Partition;
use crate::replica::replica_manager::TopicTable;
use crate::replica::topic::Topic;

/// How a request names a topic: by id from version 13 on, by name before.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum TopicKey {
    /// By name.
    Name(ByteString),
    /// By id.
    Id(Uuid),
}

impl TopicKey {
    pub(crate) fn new(name: &ByteString, id: Uuid, version: i16) -> Self {
        // A name that is kept in a session must not keep the request's frame in memory.
        if version >= 13 { Self::Id(id) } else { Self::Name(ByteString::from(&**name)) }
    }
}

/// One partition of a fetch.
#[derive(Debug, Clone)]
pub(crate) struct FetchItem {
    pub(crate) topic: TopicKey,
    pub(crate) index: i32,
    pub(crate) offset: i64,
    pub(crate) max_bytes: u32,
    pub(crate) current_leader_epoch: i32,
    pub(crate) last_fetched_epoch: i32,
    /// What it stands for here.
    pub(crate) target: Result<(Arc<Topic>, Arc<Partition>), ErrorCode>,
    /// What the client of a session was last told.
    pub(crate) told: Option<Told>,
}

/// What a client of a session knows of a partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) high_watermark: i64,
    pub(crate) log_start_offset: i64,
}

/// The partitions, in the order in which they are read.
#[derive(Debug, Default)]
pub(crate) struct FetchState {
    items: Vec<FetchItem>,
    places: HashMap<(TopicKey, i32), usize>,
    /// Where the next fetch starts to read, so that every partition gets its turn.
    first: usize,
    /// The topics by which `target`s were found.
    resolved: Option<Arc<TopicTable>>,
}

impl FetchState {
    /// What a full fetch request asks for.
    pub(crate) fn of(request: &FetchRequest, version: i16, session: bool) -> Self {
        let mut state = Self::default();
        // Places are kept only where they are needed.
        let keeps_places = session || repeats(request);
        for topic in &request.topics {
            let key = TopicKey::new(&topic.topic, topic.topic_id, version);
            for partition in &topic.partitions {
                if keeps_places {
                    state.put(&key, partition);
                } else {
                    state.items.push(FetchItem::new(key.clone(), partition));
                }
            }
        }
        state
    }

    /// Adds and changes what an incremental request names, and removes what it forgets.
    pub(crate) fn update(&mut self, request: &FetchRequest, version: i16) {
        for topic in &request.topics {
            let key = TopicKey::new(&topic.topic, topic.topic_id, version);
            for partition in &topic.partitions {
                self.put(&key, partition);
            }
        }
        let mut forgot = false;
        for topic in &request.forgotten_topics_data {
            let key = TopicKey::new(&topic.topic, topic.topic_id, version);
            for index in &topic.partitions {
                if let Some(place) = self.places.remove(&(key.clone(), *index)) {
                    self.items[place].index = -1;
                    forgot = true;
                }
            }
        }
        if forgot {
            self.items.retain(|item| item.index >= 0);
            self.places.clear();
            for (place, item) in self.items.iter().enumerate() {
                self.places.insert((item.topic.clone(), item.index), place);
            }
            self.first = 0;
        }
    }

    fn put(&mut self, topic: &TopicKey, partition: &FetchPartition) {
        let key = (topic.clone(), partition.partition);
        if let Some(place) = self.places.get(&key) {
            self.items[*place].change(partition);
        } else {
            self.places.insert(key, self.items.len());
            self.items.push(FetchItem::new(topic.clone(), partition));
            self.resolved = None;
        }
    }

    /// Looks the partitions up, unless that was done with the same topics before.
    pub(crate) fn resolve(&mut self, topics: &Arc<TopicTable>) {
        if self.resolved.as_ref().is_some_and(|known| Arc::ptr_eq(known, topics)) {
            return;
        }
        for item in &mut self.items {
            item.target = find(topics, &item.topic, item.index);
        }
        self.resolved = Some(Arc::clone(topics));
    }

    /// Lets go of what was looked up, so that a session that nobody uses holds no deleted log open.
    pub(crate) fn release(&mut self) {
        if self.resolved.take().is_some() {
            for item in &mut self.items {
                item.target = Err(ErrorCode::UnknownTopicOrPartition);
            }
        }
    }

    /// The partitions in reading order, with their places.
    pub(crate) fn in_turn(&self) -> impl Iterator<Item = (usize, &FetchItem)> {
        let (before, from) = self.items.split_at(self.first.min(self.items.len()));
        let offset = before.len();
        from.iter().enumerate().map(move |(at, item)| (at + offset, item)).chain(before.iter().enumerate())
    }

    /// The partition at a place.
    pub(crate) fn item_mut(&mut self, place: usize) -> &mut FetchItem {
        &mut self.items[place]
    }

    /// Lets the next fetch start behind `place`.
    pub(crate) fn turn_after(&mut self, place: usize) {
        self.first = if place + 1 < self.items.len() { place + 1 } else { 0 };
    }

    /// The partitions that can have more to read.
    pub(crate) fn partitions(&self) -> Vec<Arc<Partition>> {
        let targets = self.items.iter().filter_map(|item| item.target.as_ref().ok());
        targets.map(|(_, partition)| Arc::clone(partition)).collect()
    }

    pub(crate) fn len(&self) -> usize {
        self.items.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.items.is_empty()
    }
}

impl FetchItem {
    fn new(topic: TopicKey, partition: &FetchPartition) -> Self {
        let mut item = Self {
            topic,
            index: partition.partition,
            offset: 0,
            max_bytes: 0,
            current_leader_epoch: -1,
            last_fetched_epoch: -1,
            target: Err(ErrorCode::UnknownTopicOrPartition),
            told: None,
        };
        item.change(partition);
        item
    }

    fn change(&mut self, partition: &FetchPartition) {
        self.offset = partition.fetch_offset;
        self.max_bytes = u32::try_from(partition.partition_max_bytes).unwrap_or(0);
        self.current_leader_epoch = partition.current_leader_epoch;
        self.last_fetched_epoch = partition.last_fetched_epoch;
    }
}

/// Whether a partition may stand twice in a request: then the last of them counts, at the place of the first.
fn repeats(request: &FetchRequest) -> bool {
    let mut seen = HashSet::new();
    let again = request.topics.len() > 1
        && request.topics.iter().any(|topic| !seen.insert((&topic.topic, topic.topic_id)));
    let in_order = |topic: &FetchTopic| topic.partitions.is_sorted_by(|a, b| a.partition < b.partition);
    again || !request.topics.iter().all(in_order)
}

fn find(topics: &TopicTable, key: &TopicKey, index: i32) -> Result<(Arc<Topic>, Arc<Partition>), ErrorCode> {
    let topic = match key {
        TopicKey::Name(name) => topics.by_name(name).ok_or(ErrorCode::UnknownTopicOrPartition)?,
        TopicKey::Id(id) => topics.by_id(*id).ok_or(ErrorCode::UnknownTopicId)?,
    };
    let partition = topic.partition(index)?;
    Ok((Arc::clone(topic), Arc::clone(partition)))
}
