//! The immutable image of the cluster that the metadata log adds up to.
//!
//! An image is never changed: applying records makes a new one that shares what did not change.
//! Whoever holds one sees one moment of the cluster.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;

use bytestring::ByteString;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::internal_topics::is_internal_topic;
use super::record::{BrokerEndpoint, ConfigResource, MetadataRecord};

/// The cluster as of one offset of the metadata log.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MetadataImage {
    /// Index of the last record batch that this image contains.
    pub offset: u64,
    brokers: Arc<BTreeMap<i32, Arc<BrokerImage>>>,
    topics: Arc<BTreeMap<ByteString, Arc<TopicImage>>>,
    topic_names: Arc<HashMap<Uuid, ByteString>>,
    configs: Arc<BTreeMap<ConfigResource, Arc<BTreeMap<String, String>>>>,
    next_producer_id: i64,
    removed_topics: Arc<VecDeque<Uuid>>,
    cluster_id: Option<ByteString>,
}

/// How many removed topics are remembered, so that their logs are deleted even if the broker
/// stopped in between.
const REMEMBERED_REMOVALS: usize = 1000;

/// A registered broker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BrokerImage {
    /// Node id.
    pub id: i32,
    /// Where its listeners are reached.
    pub endpoints: Vec<BrokerEndpoint>,
    /// `broker.rack`.
    pub rack: Option<String>,
    /// `directory.id` of each of its log directories.
    #[serde(default)]
    pub log_dirs: Vec<Uuid>,
}

impl BrokerImage {
    /// Host and port for clients that came in through `listener`; the first endpoint if the
    /// broker has no such listener.
    #[must_use]
    pub fn endpoint(&self, listener: &str) -> Option<&BrokerEndpoint> {
        self.endpoints.iter().find(|e| e.listener == listener).or_else(|| self.endpoints.first())
    }
}

/// A topic and its partitions, whose indexes count up from 0 without a gap.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TopicImage {
    /// Name.
    pub name: ByteString,
    /// Id.
    pub id: Uuid,
    /// Partitions by index.
    pub partitions: Vec<PartitionImage>,
}

impl TopicImage {
    /// Whether the topic is one of the broker's own.
    #[must_use]
    pub fn is_internal(&self) -> bool {
        is_internal_topic(&self.name)
    }
}

/// Assignment and leadership of one partition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartitionImage {
    /// Assigned replicas; the first is the preferred leader.
    pub replicas: Vec<i32>,
    /// Replicas in sync.
    pub isr: Vec<i32>,
    /// Leader, or -1.
    pub leader: i32,
    /// Leader epoch.
    pub leader_epoch: i32,
}

impl MetadataImage {
    /// All brokers, by id.
    pub fn brokers(&self) -> impl Iterator<Item = &Arc<BrokerImage>> {
        self.brokers.values()
    }

    /// A broker by id.
    #[must_use]
    pub fn broker(&self, id: i32) -> Option<&Arc<BrokerImage>> {
        self.brokers.get(&id)
    }

    /// The cluster's id; `None` before the first broker registered.
    #[must_use]
    pub fn cluster_id(&self) -> Option<&ByteString> {
        self.cluster_id.as_ref()
    }

    /// All topics, by name.
    pub fn topics(&self) -> impl Iterator<Item = &Arc<TopicImage>> {
        self.topics.values()
    }

    /// Topics from `name` on (inclusive), by name.
    pub fn topics_from(&self, name: &str) -> impl Iterator<Item = &Arc<TopicImage>> {
        self.topics.range(ByteString::from(name)..).map(|(_, topic)| topic)
    }

    /// Number of topics.
    #[must_use]
    pub fn topic_count(&self) -> usize {
        self.topics.len()
    }

    /// A topic by name.
    #[must_use]
    pub fn topic(&self, name: &str) -> Option<&Arc<TopicImage>> {
        self.topics.get(name)
    }

    /// A topic by id.
    #[must_use]
    pub fn topic_by_id(&self, id: Uuid) -> Option<&Arc<TopicImage>> {
        self.topic_names.get(&id).and_then(|name| self.topics.get(name))
    }

    /// Whether a topic of this id was removed, as far back as is remembered.
    #[must_use]
    pub fn was_removed(&self, id: Uuid) -> bool {
        self.removed_topics.contains(&id)
    }

    /// The settings stored for a resource; `None` when it has none of its own.
    #[must_use]
    pub fn config(&self, resource: &ConfigResource) -> Option<&Arc<BTreeMap<String, String>>> {
        self.configs.get(resource)
    }

    /// Resources that have settings of their own.
    pub fn config_resources(&self) -> impl Iterator<Item = &ConfigResource> {
        self.configs.keys()
    }

    /// First producer id that no broker was given.
    #[must_use]
    pub fn next_producer_id(&self) -> i64 {
        self.next_producer_id
    }

    /// The image after `records`, which are those of log index `offset`.
    #[must_use]
    pub fn apply(&self, offset: u64, records: &[MetadataRecord]) -> Self {
        let mut next = self.clone();
        next.offset = offset;
        next.extend(records);
        next
    }

    /// Applies records in place, for whoever decides about several things one after the other on
    /// a copy of its own.
    pub(crate) fn extend(&mut self, records: &[MetadataRecord]) {
        for record in records {
            self.apply_record(record);
        }
    }

    fn apply_record(&mut self, record: &MetadataRecord) {
        match record {
            MetadataRecord::RegisterBroker { broker, endpoints, rack, log_dirs } => {
                let image = BrokerImage {
                    id: *broker,
                    endpoints: endpoints.clone(),
                    rack: rack.clone(),
                    log_dirs: log_dirs.clone(),
                };
                Arc::make_mut(&mut self.brokers).insert(*broker, Arc::new(image));
            }
            MetadataRecord::ClusterId { id } => self.cluster_id = Some(id.clone()),
            MetadataRecord::BrokerRestarted { broker } => self.bump_leader_epochs(*broker),
            MetadataRecord::Topic { name, id } => {
                let topic = TopicImage { name: name.clone(), id: *id, partitions: Vec::new() };
                Arc::make_mut(&mut self.topics).insert(name.clone(), Arc::new(topic));
                Arc::make_mut(&mut self.topic_names).insert(*id, name.clone());
            }
            MetadataRecord::Partition { topic, index, replicas, isr, leader, leader_epoch } => {
                let partition = PartitionImage {
                    replicas: replicas.clone(),
                    isr: isr.clone(),
                    leader: *leader,
                    leader_epoch: *leader_epoch,
                };
                self.apply_partition(*topic, *index, partition);
            }
            MetadataRecord::RemoveTopic { topic } => {
                if let Some(name) = Arc::make_mut(&mut self.topic_names).remove(topic) {
                    Arc::make_mut(&mut self.topics).remove(&name);
                    Arc::make_mut(&mut self.configs).remove(&ConfigResource::topic(&name));
                    let removed = Arc::make_mut(&mut self.removed_topics);
                    removed.push_back(*topic);
                    if removed.len() > REMEMBERED_REMOVALS {
                        removed.pop_front();
                    }
                }
            }
            MetadataRecord::Config { resource, key, value } => {
                self.apply_config(resource, key, value.as_deref());
            }
            MetadataRecord::ProducerIds { next_producer_id } => {
                self.next_producer_id = *next_producer_id;
            }
        }
    }

    fn apply_partition(&mut self, topic: Uuid, index: i32, partition: PartitionImage) {
        let Some(name) = self.topic_names.get(&topic).cloned() else { return };
        let Some(image) = Arc::make_mut(&mut self.topics).get_mut(&name) else { return };
        let partitions = &mut Arc::make_mut(image).partitions;
        match usize::try_from(index) {
            Ok(at) if at < partitions.len() => partitions[at] = partition,
            Ok(at) if at == partitions.len() => partitions.push(partition),
            _ => tracing::error!(topic = %name, index, "metadata record for a partition out of order"),
        }
    }

    fn bump_leader_epochs(&mut self, broker: i32) {
        for topic in Arc::make_mut(&mut self.topics).values_mut() {
            if topic.partitions.iter().any(|p| p.leader == broker) {
                for partition in &mut Arc::make_mut(topic).partitions {
                    if partition.leader == broker {
                        partition.leader_epoch += 1;
                    }
                }
            }
        }
    }

    fn apply_config(&mut self, resource: &ConfigResource, key: &str, value: Option<&str>) {
        let configs = Arc::make_mut(&mut self.configs);
        if let Some(value) = value {
            let entries = configs.entry(resource.clone()).or_default();
            Arc::make_mut(entries).insert(key.to_owned(), value.to_owned());
        } else if let Some(entries) = configs.get_mut(resource) {
            Arc::make_mut(entries).remove(key);
            if entries.is_empty() {
                configs.remove(resource);
            }
        }
    }
}

/// The image as a snapshot stores it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ImageSnapshot {
    offset: u64,
    brokers: Vec<BrokerImage>,
    topics: Vec<TopicImage>,
    configs: Vec<(ConfigResource, BTreeMap<String, String>)>,
    next_producer_id: i64,
    #[serde(default)]
    removed_topics: VecDeque<Uuid>,
    #[serde(default)]
    cluster_id: Option<ByteString>,
}

impl From<&MetadataImage> for ImageSnapshot {
    fn from(image: &MetadataImage) -> Self {
        Self {
            offset: image.offset,
            brokers: image.brokers.values().map(|b| (**b).clone()).collect(),
            topics: image.topics.values().map(|t| (**t).clone()).collect(),
            configs: image.configs.iter().map(|(r, c)| (r.clone(), (**c).clone())).collect(),
            next_producer_id: image.next_producer_id,
            removed_topics: (*image.removed_topics).clone(),
            cluster_id: image.cluster_id.clone(),
        }
    }
}

impl From<ImageSnapshot> for MetadataImage {
    fn from(snapshot: ImageSnapshot) -> Self {
        let names = snapshot.topics.iter().map(|t| (t.id, t.name.clone())).collect();
        Self {
            offset: snapshot.offset,
            brokers: Arc::new(snapshot.brokers.into_iter().map(|b| (b.id, Arc::new(b))).collect()),
            topics: Arc::new(snapshot.topics.into_iter().map(|t| (t.name.clone(), Arc::new(t))).collect()),
            topic_names: Arc::new(names),
            configs: Arc::new(snapshot.configs.into_iter().map(|(r, c)| (r, Arc::new(c))).collect()),
            next_producer_id: snapshot.next_producer_id,
            removed_topics: Arc::new(snapshot.removed_topics),
            cluster_id: snapshot.cluster_id,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn topic_records(name: &str, id: Uuid, partitions: i32) -> Vec<MetadataRecord> {
        let mut records = vec![MetadataRecord::Topic { name: name.into(), id }];
        records.extend((0..partitions).map(|index| MetadataRecord::Partition {
            topic: id,
            index,
            replicas: vec![1],
            isr: vec![1],
            leader: 1,
            leader_epoch: 0,
        }));
        records
    }

    #[test]
    fn a_topic_is_found_by_name_and_id_until_it_is_removed() {
        let id = Uuid::from_u128(7);
        let image = MetadataImage::default().apply(1, &topic_records("orders", id, 3));
        assert_eq!(image.topic("orders").map(|t| t.partitions.len()), Some(3));
        assert_eq!(image.topic_by_id(id).map(|t| t.name.clone()), Some("orders".into()));
        let removed = image.apply(2, &[MetadataRecord::RemoveTopic { topic: id }]);
        assert!(removed.topic("orders").is_none() && removed.topic_by_id(id).is_none());
        assert_eq!(image.topic_count(), 1, "an image that somebody holds does not change");
    }

    #[test]
    fn a_restart_of_the_leader_raises_the_leader_epoch() {
        let image = MetadataImage::default()
            .apply(1, &topic_records("t", Uuid::from_u128(1), 1))
            .apply(2, &[MetadataRecord::BrokerRestarted { broker: 1 }])
            .apply(3, &[MetadataRecord::BrokerRestarted { broker: 2 }]);
        assert_eq!(image.topic("t").map(|t| t.partitions[0].leader_epoch), Some(1));
    }

    #[test]
    fn settings_of_a_topic_go_with_it() {
        let id = Uuid::from_u128(1);
        let resource = ConfigResource::topic("t");
        let set = MetadataRecord::Config {
            resource: resource.clone(),
            key: "retention.ms".to_owned(),
            value: Some("5".to_owned()),
        };
        let image = MetadataImage::default().apply(1, &topic_records("t", id, 1)).apply(2, &[set]);
        assert!(image.config(&resource).is_some());
        assert!(image.apply(3, &[MetadataRecord::RemoveTopic { topic: id }]).config(&resource).is_none());
    }

    #[test]
    fn a_snapshot_restores_the_image() {
        let image = MetadataImage::default()
            .apply(1, &topic_records("a", Uuid::from_u128(1), 2))
            .apply(2, &[MetadataRecord::ProducerIds { next_producer_id: 1000 }]);
        let bytes = serde_json::to_vec(&ImageSnapshot::from(&image)).expect("serialises");
        let back: ImageSnapshot = serde_json::from_slice(&bytes).expect("parses");
        assert_eq!(MetadataImage::from(back), image);
    }
}
