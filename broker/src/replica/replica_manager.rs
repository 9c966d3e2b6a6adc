//! Keeps the broker's logs as the metadata image says, and finds partitions for requests.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use aqueduct_log::{Durability, LogManager, ManagerError, TopicPartition, format_uuid};
use aqueduct_protocol::ErrorCode;
use aqueduct_service::Clock;
use arc_swap::ArcSwap;
use bytestring::ByteString;
use parking_lot::Mutex;
use uuid::Uuid;

use super::partition::Partition;
use super::topic::{Follows, Topic};
use crate::config::broker_config::BrokerConfig;
use crate::config::dynamic::DynamicSettings;
use crate::config::topic_config::TopicConfig;
use crate::metadata::image::{MetadataImage, TopicImage};
use crate::metadata::record::ConfigResource;
use crate::metrics::topic_metrics::TopicMetrics;

/// The topics of this broker. Readers never wait; changes come from one task, one image at a time.
pub struct ReplicaManager {
    node_id: i32,
    logs: Arc<LogManager>,
    clock: Arc<dyn Clock>,
    config: Arc<BrokerConfig>,
    /// Log directories that this broker had and that are not there, by `directory.id`.
    missing_dirs: Vec<Uuid>,
    table: ArcSwap<TopicTable>,
    /// How many partitions each topic had when this broker started.
    at_start: OnceLock<HashMap<Uuid, usize>>,
    /// What was counted for topics that are gone: totals only rise.
    removed: TopicMetrics,
}

/// Topics by name and id.
#[derive(Debug, Default, Clone)]
pub struct TopicTable {
    by_name: HashMap<ByteString, Arc<Topic>>,
    by_id: HashMap<Uuid, Arc<Topic>>,
}

impl TopicTable {
    /// A topic by name.
    #[must_use]
    pub fn by_name(&self, name: &str) -> Option<&Arc<Topic>> {
        self.by_name.get(name)
    }

    /// A topic by id.
    #[must_use]
    pub fn by_id(&self, id: Uuid) -> Option<&Arc<Topic>> {
        self.by_id.get(&id)
    }

    /// All topics.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Topic>> {
        self.by_name.values()
    }
}

impl ReplicaManager {
    /// A manager without topics; [`ReplicaManager::apply`] brings them. `missing_dirs` are the `directory.id`s of log
    /// directories that this broker had and that are not there: partitions without a log may have one there.
    #[must_use]
    pub fn new(
        config: Arc<BrokerConfig>,
        logs: Arc<LogManager>,
        missing_dirs: Vec<Uuid>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            node_id: config.node_id,
            logs,
            clock,
            config,
            missing_dirs,
            table: ArcSwap::default(),
            at_start: OnceLock::new(),
            removed: TopicMetrics::default(),
        }
    }

    /// The topics as they are now. A request takes this once.
    #[must_use]
    pub fn topics(&self) -> arc_swap::Guard<Arc<TopicTable>> {
        self.table.load()
    }

    /// A partition by the name of its topic.
    ///
    /// # Errors
    /// `UNKNOWN_TOPIC_OR_PARTITION`, or why the partition cannot be used.
    pub fn partition(&self, topic: &str, index: i32) -> Result<Arc<Partition>, ErrorCode> {
        let topics = self.topics();
        let topic = topics.by_name(topic).ok_or(ErrorCode::UnknownTopicOrPartition)?;
        topic.partition(index).cloned()
    }

    /// Log directories that this broker had and that are not there, by `directory.id`.
    #[must_use]
    pub fn missing_dirs(&self) -> &[Uuid] {
        &self.missing_dirs
    }

    /// The logs, for what concerns all of them.
    #[must_use]
    pub fn logs(&self) -> &Arc<LogManager> {
        &self.logs
    }

    /// Makes the logs what `image` says: new ones are made, removed topics' are deleted, settings
    /// and leader epochs are brought up to date. Gives the topics that were removed. Blocks on the disk.
    pub fn apply(&self, image: &MetadataImage) -> Vec<(ByteString, Uuid)> {
        let partitions_of = |topic: &Arc<TopicImage>| (topic.id, topic.partitions.len());
        self.at_start.get_or_init(|| image.topics().map(partitions_of).collect());
        let old = self.table.load_full();
        let mut next = TopicTable::default();
        let broker = DynamicSettings::of(image, self.node_id);
        for topic in image.topics() {
            let known = old.by_id(topic.id);
            let own = image.config(&ConfigResource::topic(&topic.name)).cloned();
            let follows = Follows { image: Arc::clone(topic), own, broker: broker.clone() };
            let served = match known {
                Some(known) if all_usable(known) && known.follows.lock().is_current(&follows) => {
                    Arc::clone(known)
                }
                Some(known) if known.partitions.len() == topic.partitions.len() && all_usable(known) => {
                    self.refresh(known, follows);
                    Arc::clone(known)
                }
                _ => Arc::new(self.open_topic(follows, known, image)),
            };
            next.by_id.insert(served.id, Arc::clone(&served));
            next.by_name.insert(served.name.clone(), served);
        }
        let gone: Vec<Arc<Topic>> = old.iter().filter(|t| next.by_id(t.id).is_none()).cloned().collect();
        self.table.store(Arc::new(next));
        for topic in &gone {
            self.delete_topic(topic);
        }
        gone.iter().map(|topic| (topic.name.clone(), topic.id)).collect()
    }

    /// Whether [`ReplicaManager::apply`] should be tried again: a log could not be made, for want
    /// of disk space for instance.
    #[must_use]
    pub fn has_unusable(&self) -> bool {
        self.topics().iter().any(|topic| !all_usable(topic))
    }

    /// Deletes the logs of topics that were removed before the last stop came in between, and
    /// names those that belong to no topic. Nothing else is ever deleted here.
    pub fn sweep(&self, image: &MetadataImage) {
        for log in self.logs.logs() {
            let partition = log.topic_partition();
            if image.topic_by_id(log.topic_id()).is_some() {
                continue;
            }
            if image.was_removed(log.topic_id()) {
                self.delete_log(partition, log.topic_id());
            } else {
                tracing::warn!(%partition, "log belongs to no topic of this cluster and is left alone");
            }
        }
        self.logs.delete_duplicates(|id| image.was_removed(id), self.clock.now_ms());
    }

    fn refresh(&self, known: &Arc<Topic>, follows: Follows) {
        let config = self.topic_config(&follows);
        let changed = **known.config.load() != config;
        for (partition, metadata) in known.partitions.iter().zip(&follows.image.partitions) {
            if let Ok(partition) = partition {
                partition.set_leader_epoch(metadata.leader_epoch);
                if changed {
                    partition.log().update_config(config.log.clone());
                }
            }
        }
        if changed {
            known.config.store(Arc::new(config));
        }
        *known.follows.lock() = follows;
    }

    fn open_topic(&self, follows: Follows, known: Option<&Arc<Topic>>, image: &MetadataImage) -> Topic {
        let config = self.topic_config(&follows);
        let topic = &follows.image;
        let mut partitions = Vec::with_capacity(topic.partitions.len());
        for (index, metadata) in (0..).zip(&topic.partitions) {
            let kept = known.and_then(|known| known.partition(index).ok());
            if let Some(kept) = kept {
                kept.set_leader_epoch(metadata.leader_epoch);
                kept.log().update_config(config.log.clone());
                partitions.push(Ok(Arc::clone(kept)));
            } else if metadata.replicas.contains(&self.node_id) {
                let opened = self.open_partition(topic, index, metadata.leader_epoch, &config, image);
                // Tried again and again: told once.
                let told = known.is_some_and(|known| known.partition(index).is_err());
                partitions.push(opened.map_err(|error| {
                    if !told {
                        tracing::error!(partition = %TopicPartition::new(topic.name.clone(), index), %error,
                            "partition cannot be used");
                    }
                    ErrorCode::KafkaStorageError
                }));
            } else {
                partitions.push(Err(ErrorCode::NotLeaderOrFollower));
            }
        }
        Topic {
            name: topic.name.clone(),
            id: topic.id,
            internal: topic.is_internal(),
            partitions,
            config: Arc::new(ArcSwap::from_pointee(config)),
            metrics: known.map_or_else(|| TopicMetrics::of(&topic.name), |known| Arc::clone(&known.metrics)),
            follows: Mutex::new(follows),
        }
    }

    fn open_partition(
        &self,
        topic: &TopicImage,
        index: i32,
        leader_epoch: i32,
        config: &TopicConfig,
        image: &MetadataImage,
    ) -> Result<Arc<Partition>, OpenError> {
        let name = TopicPartition::new(topic.name.clone(), index);
        let now = self.clock.now_ms();
        if self.logs.get(&name).is_none()
            && self.was_there(topic.id, index)
            && let Some(dirs) = self.unusable_dirs()
        {
            return Err(OpenError::Elsewhere { dirs });
        }
        let mut log = self.logs.get_or_create(&name, topic.id, config.log.clone(), now);
        if let Err(ManagerError::TopicIdMismatch { found, .. }) = &log
            && image.was_removed(*found)
        {
            self.delete_log(&name, *found);
            log = self.logs.get_or_create(&name, topic.id, config.log.clone(), now);
        }
        Ok(Arc::new(Partition::new(index, log?, leader_epoch, self.durability())))
    }

    /// Why log directories cannot be used in which logs of this broker may lie, if any cannot.
    fn unusable_dirs(&self) -> Option<String> {
        let missing = self
            .missing_dirs
            .iter()
            .map(|id| format!("none of log.dirs has directory.id {}", format_uuid(*id)));
        let reasons: Vec<_> = missing.chain(self.logs.offline_dirs()).collect();
        if reasons.is_empty() { None } else { Some(reasons.join("; ")) }
    }

    /// Whether a partition was there before this broker started: then it may have records.
    fn was_there(&self, topic: Uuid, index: i32) -> bool {
        let partitions = self.at_start.get().and_then(|topics| topics.get(&topic)).copied().unwrap_or(0);
        usize::try_from(index).is_ok_and(|index| index < partitions)
    }

    fn topic_config(&self, follows: &Follows) -> TopicConfig {
        let own = follows.own.as_deref();
        TopicConfig::resolve(own, &self.config, &follows.broker).unwrap_or_else(|error| {
            let topic = &follows.image.name;
            tracing::error!(%topic, %error, "stored settings are invalid, defaults are used");
            TopicConfig::resolve(None, &self.config, &DynamicSettings::default()).unwrap_or_default()
        })
    }

    fn durability(&self) -> Durability {
        self.config.durability
    }

    /// The counters of all topics that are gone.
    #[must_use]
    pub fn removed_metrics(&self) -> &TopicMetrics {
        &self.removed
    }

    fn delete_topic(&self, topic: &Topic) {
        self.removed.absorb(&topic.metrics);
        for index in 0..topic.partitions.len() {
            let index = i32::try_from(index).unwrap_or(i32::MAX);
            self.delete_log(&TopicPartition::new(topic.name.clone(), index), topic.id);
        }
        for partition in topic.partitions.iter().flatten() {
            // Fetches that wait for the topic are told that it is gone.
            crate::purgatory::waiters::Watched::waiters(&**partition).wake_all();
        }
    }

    /// Deletes a log of the topic `id`. A topic that was removed and made again within one image has its new log under
    /// the same name by now: that one stays.
    fn delete_log(&self, partition: &TopicPartition, id: Uuid) {
        let Some(log) = self.logs.get(partition) else { return };
        // A log that could not be opened does not know whose it is.
        if log.topic_id() != id && !log.topic_id().is_nil() {
            return;
        }
        match self.logs.delete(partition, self.clock.now_ms()) {
            Ok(()) | Err(ManagerError::Unknown { .. }) => {}
            Err(error) => tracing::error!(%partition, %error, "log was not deleted"),
        }
    }
}

/// Why a partition of this broker has no log.
#[derive(Debug, thiserror::Error)]
enum OpenError {
    /// Made anew it would be empty, and what it has would seem to be gone (Kafka does not make it either).
    #[error("its log may be in a log directory that is offline: {dirs}")]
    Elsewhere {
        /// The log directories that are offline, with their reasons.
        dirs: String,
    },
    #[error(transparent)]
    Log(#[from] ManagerError),
}

fn all_usable(topic: &Topic) -> bool {
    topic.partitions.iter().all(Result::is_ok)
}

#[cfg(test)]
mod tests {
    use aqueduct_config::Properties;
    use aqueduct_log::ManagerConfig;
    use aqueduct_log::fs::PosixFs;
    use aqueduct_service::ManualClock;

    use super::*;
    use crate::metadata::record::MetadataRecord;

    fn manager(folder: &std::path::Path) -> ReplicaManager {
        let config = BrokerConfig::from_properties(&Properties::default()).expect("defaults are valid");
        let settings = ManagerConfig::new(folder.to_owned(), "cluster", 1);
        let logs = LogManager::open(Arc::new(PosixFs), settings, &|_| Default::default(), 0);
        ReplicaManager::new(
            Arc::new(config),
            logs.expect("opens"),
            Vec::new(),
            Arc::new(ManualClock::at(1_000)),
        )
    }

    fn topic(name: &'static str, id: u128, partitions: i32) -> Vec<MetadataRecord> {
        let id = Uuid::from_u128(id);
        let partition = |index| MetadataRecord::Partition {
            topic: id,
            index,
            replicas: vec![1],
            isr: vec![1],
            leader: 1,
            leader_epoch: 0,
        };
        let mut records = vec![MetadataRecord::Topic { name: name.into(), id }];
        records.extend((0..partitions).map(partition));
        records
    }

    #[test]
    fn a_topic_that_is_removed_and_made_again_within_one_image_keeps_its_new_log() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let replicas = manager(folder.path());
        let first = MetadataImage::default().apply(1, &topic("t", 1, 2));
        replicas.apply(&first);
        let old = replicas.partition("t", 0).expect("served");
        let mut records = vec![MetadataRecord::RemoveTopic { topic: Uuid::from_u128(1) }];
        records.extend(topic("t", 2, 1));
        replicas.apply(&first.apply(2, &records));
        let new = replicas.partition("t", 0).expect("served");
        assert_eq!(new.log().topic_id(), Uuid::from_u128(2));
        assert_eq!(new.log().offline_reason(), None);
        assert!(old.log().offline_reason().is_some(), "the old log is closed");
        assert!(replicas.logs().get(&TopicPartition::new("t", 1)).is_none(), "and its other partition gone");
    }
}
