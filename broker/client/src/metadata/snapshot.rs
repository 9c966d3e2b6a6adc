//! An immutable picture of the cluster, made from one answer after the other.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use aqueduct_protocol::ErrorCode;
use aqueduct_protocol::messages::MetadataResponse;
use aqueduct_protocol::messages::metadata_response::MetadataResponseTopic;
use bytestring::ByteString;
use uuid::Uuid;

/// A cluster as its brokers describe it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ClusterMetadata {
    /// Counts the answers this was made from.
    pub version: u64,
    /// The cluster's id, if it has one.
    pub cluster_id: Option<ByteString>,
    /// Where administrative requests go: a broker id, −1 if none is known.
    pub controller: i32,
    /// The brokers by id.
    pub brokers: BTreeMap<i32, BrokerNode>,
    topics: HashMap<ByteString, Arc<TopicMetadata>>,
    names: HashMap<Uuid, ByteString>,
}

/// A broker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrokerNode {
    /// Its id.
    pub id: i32,
    /// `host:port` for connecting.
    pub address: Arc<str>,
    /// Its rack.
    pub rack: Option<ByteString>,
}

/// A topic that was asked about.
#[derive(Clone, Debug, PartialEq)]
pub struct TopicMetadata {
    /// Its name.
    pub name: ByteString,
    /// Its id; nil if the brokers are too old for ids.
    pub id: Uuid,
    /// Why there is nothing else to tell, if so.
    pub error: ErrorCode,
    /// Whether it is the brokers' own.
    pub internal: bool,
    /// Its partitions by number.
    pub partitions: Vec<PartitionMetadata>,
}

/// A partition of a topic.
#[derive(Clone, Debug, PartialEq)]
pub struct PartitionMetadata {
    /// Its number.
    pub partition: i32,
    /// The leader's broker id; −1 for none.
    pub leader: i32,
    /// The leader's epoch; −1 if unknown.
    pub leader_epoch: i32,
    /// Brokers with a replica.
    pub replicas: Vec<i32>,
    /// Of those, the ones in sync.
    pub in_sync_replicas: Vec<i32>,
}

impl TopicMetadata {
    /// The partition with this number.
    pub fn partition(&self, partition: i32) -> Option<&PartitionMetadata> {
        self.partitions.get(usize::try_from(partition).ok()?)
    }

    /// How many partitions there are.
    pub fn partition_count(&self) -> i32 {
        self.partitions.len() as i32
    }

    pub(crate) fn from_response(topic: &MetadataResponseTopic) -> TopicMetadata {
        let mut partitions: Vec<PartitionMetadata> = topic
            .partitions
            .iter()
            .map(|partition| PartitionMetadata {
                partition: partition.partition_index,
                leader: partition.leader_id,
                leader_epoch: partition.leader_epoch,
                replicas: partition.replica_nodes.clone(),
                in_sync_replicas: partition.isr_nodes.clone(),
            })
            .collect();
        partitions.sort_by_key(|partition| partition.partition);
        // A gap would shift what comes after it: tell only what is known for certain.
        let dense =
            partitions.iter().zip(0..).take_while(|(partition, index)| partition.partition == *index).count();
        partitions.truncate(dense);
        TopicMetadata {
            name: topic.name.clone().unwrap_or_default(),
            id: topic.topic_id,
            error: ErrorCode::from_code(topic.error_code),
            internal: topic.is_internal,
            partitions,
        }
    }
}

impl ClusterMetadata {
    /// What is known of a topic, if it was asked about.
    pub fn topic(&self, name: &str) -> Option<&Arc<TopicMetadata>> {
        self.topics.get(name)
    }

    /// The name of a topic id.
    pub fn topic_name(&self, id: Uuid) -> Option<&ByteString> {
        self.names.get(&id)
    }

    /// A partition of a topic that is there.
    pub fn partition(&self, topic: &str, partition: i32) -> Option<&PartitionMetadata> {
        self.topic(topic)?.partition(partition)
    }

    /// The next picture, from an answer about `wanted` topics. Topics not in the answer are forgotten, and a
    /// leader older than the one known is not believed (KIP-320): brokers learn of changes at different times.
    pub(super) fn updated(&self, response: &MetadataResponse) -> ClusterMetadata {
        let brokers = response.brokers.iter().map(|broker| {
            let host = if broker.host.contains(':') {
                format!("[{}]", broker.host)
            } else {
                broker.host.to_string()
            };
            let address = format!("{host}:{}", broker.port).into();
            (broker.node_id, BrokerNode { id: broker.node_id, address, rack: broker.rack.clone() })
        });
        let mut next = ClusterMetadata {
            version: self.version + 1,
            cluster_id: response.cluster_id.clone(),
            controller: response.controller_id,
            brokers: brokers.collect(),
            ..ClusterMetadata::default()
        };
        for topic in &response.topics {
            let mut fresh = TopicMetadata::from_response(topic);
            if let Some(known) = self.topic(&fresh.name).filter(|known| known.id == fresh.id) {
                for (partition, known) in fresh.partitions.iter_mut().zip(&known.partitions) {
                    if partition.leader_epoch >= 0 && partition.leader_epoch < known.leader_epoch {
                        *partition = known.clone();
                    }
                }
            }
            if !fresh.id.is_nil() {
                next.names.insert(fresh.id, fresh.name.clone());
            }
            next.topics.insert(fresh.name.clone(), Arc::new(fresh));
        }
        next
    }

    /// The same with a leader that a broker named in an answer (KIP-951).
    pub(super) fn with_leader(
        &self,
        topic: &str,
        partition: i32,
        leader: i32,
        leader_epoch: i32,
    ) -> Option<ClusterMetadata> {
        let known = self.topic(topic)?;
        let current = known.partition(partition)?;
        if leader_epoch <= current.leader_epoch || !self.brokers.contains_key(&leader) {
            return None;
        }
        let mut changed = TopicMetadata::clone(known);
        let entry = &mut changed.partitions[partition as usize];
        entry.leader = leader;
        entry.leader_epoch = leader_epoch;
        let mut next = self.clone();
        next.version += 1;
        next.topics.insert(known.name.clone(), Arc::new(changed));
        Some(next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aqueduct_protocol::messages::metadata_response::{MetadataResponseBroker, MetadataResponsePartition};

    fn answer(leader_id: i32, leader_epoch: i32) -> MetadataResponse {
        let partition = MetadataResponsePartition { leader_id, leader_epoch, ..Default::default() };
        let topic = MetadataResponseTopic {
            name: Some("t".into()),
            partitions: vec![partition],
            ..Default::default()
        };
        let broker =
            |node_id| MetadataResponseBroker { node_id, host: "h".into(), port: 1, ..Default::default() };
        MetadataResponse { topics: vec![topic], brokers: vec![broker(1), broker(2)], ..Default::default() }
    }

    #[test]
    fn an_older_leader_is_not_believed() {
        let first = ClusterMetadata::default().updated(&answer(1, 5));
        assert_eq!(first.updated(&answer(2, 4)).partition("t", 0).unwrap().leader, 1);
        assert_eq!(first.updated(&answer(2, 6)).partition("t", 0).unwrap().leader, 2);
        assert_eq!(first.with_leader("t", 0, 2, 6).unwrap().partition("t", 0).unwrap().leader, 2);
        assert!(first.with_leader("t", 0, 2, 5).is_none());
        assert!(first.with_leader("t", 0, 9, 6).is_none());
    }

    #[test]
    fn partitions_are_told_only_up_to_a_gap() {
        let mut answer = answer(1, 1);
        answer.topics[0]
            .partitions
            .push(MetadataResponsePartition { partition_index: 2, ..Default::default() });
        assert_eq!(ClusterMetadata::default().updated(&answer).topic("t").unwrap().partition_count(), 1);
    }
}
