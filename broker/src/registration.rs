//! What a broker tells the cluster of itself when it starts, and what it finds missing of that.

use std::sync::Arc;

use aqueduct_log::{LogManager, TopicPartition};
use uuid::Uuid;

use crate::broker::Broker;
use crate::config::broker_config::BrokerConfig;
use crate::controller::configs::MIN_INSYNC_REPLICAS;
use crate::controller::{ControllerError, Plan};
use crate::metadata::image::{BrokerImage, MetadataImage, PartitionImage};
use crate::metadata::record::{BrokerEndpoint, ConfigResource, ConfigResourceKind, MetadataRecord};
use crate::net::listener::BoundListener;

/// Log directories that this broker had when it last registered and has not now, if partitions are missing, too. Whose
/// log lies there must not be made anew: an unmounted disk leaves a folder that looks like a new one.
pub(crate) fn missing_dirs(image: &MetadataImage, node: i32, logs: &LogManager) -> Vec<Uuid> {
    let complete = image.topics().all(|topic| {
        let here = |partition: &PartitionImage| partition.replicas.contains(&node);
        let is_there = |index: i32| logs.get(&TopicPartition::new(topic.name.clone(), index)).is_some();
        (0..).zip(&topic.partitions).all(|(index, partition)| !here(partition) || is_there(index))
    });
    let known = image.broker(node).filter(|_| !complete);
    let found = logs.dirs();
    let is_missing = |id: &Uuid| found.iter().all(|dir| dir.directory_id != *id);
    known.map_or(Vec::new(), |known| known.log_dirs.iter().copied().filter(is_missing).collect())
}

/// Tells the cluster where this broker is, if that changed, and that it started again. The first broker of a cluster
/// also gives it its `min.insync.replicas`, which from then on is changed for the cluster only, as in Kafka (KIP-966).
pub(crate) async fn register(broker: &Broker, bound: &[BoundListener]) -> Result<(), ControllerError> {
    let config = &broker.config;
    let endpoints: Vec<BrokerEndpoint> = bound.iter().map(|socket| advertise(config, socket)).collect();
    let (node, rack) = (config.node_id, config.rack.clone());
    let mut log_dirs: Vec<Uuid> = broker.replicas.logs().dirs().iter().map(|dir| dir.directory_id).collect();
    log_dirs.extend(broker.replicas.missing_dirs());
    log_dirs.retain(|id| !id.is_nil());
    log_dirs.sort_unstable();
    let cluster_id = broker.cluster_id.clone();
    broker
        .controller
        .write(|image| {
            let mut records = vec![MetadataRecord::BrokerRestarted { broker: node }];
            let known = image.broker(node);
            let same = |known: &Arc<BrokerImage>| {
                known.endpoints == endpoints && known.rack == rack && known.log_dirs == log_dirs
            };
            if !known.is_some_and(same) {
                records.push(MetadataRecord::RegisterBroker { broker: node, endpoints, rack, log_dirs });
            }
            let of_all = ConfigResource { kind: ConfigResourceKind::Broker, name: String::new() };
            if image.config(&of_all).is_none_or(|given| !given.contains_key(MIN_INSYNC_REPLICAS)) {
                let value = config.values.int(MIN_INSYNC_REPLICAS).to_string();
                let key = MIN_INSYNC_REPLICAS.to_owned();
                records.push(MetadataRecord::Config { resource: of_all, key, value: Some(value) });
            }
            if image.cluster_id().is_none() {
                records.push(MetadataRecord::ClusterId { id: cluster_id });
            }
            Plan { records, answer: () }
        })
        .await
}

fn advertise(config: &BrokerConfig, socket: &BoundListener) -> BrokerEndpoint {
    let advertised = config.advertised.iter().find(|listener| listener.name == socket.name);
    let listener = advertised.or_else(|| config.listeners.iter().find(|l| l.name == socket.name));
    let host = listener.map(|l| l.host.clone()).filter(|host| !host.is_empty() && host != "0.0.0.0");
    let port = listener.map_or(0, |l| l.port);
    BrokerEndpoint {
        listener: socket.name.clone(),
        host: host.unwrap_or_else(host_name),
        // Port 0 was chosen by the system.
        port: if port == 0 { socket.address.port() } else { port },
    }
}

/// The name of this machine, which is what Kafka advertises for a listener without a host.
fn host_name() -> String {
    let uname = rustix::system::uname();
    let name = uname.nodename().to_string_lossy().into_owned();
    if name.is_empty() { "localhost".to_owned() } else { name }
}
