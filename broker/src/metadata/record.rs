//! The records of the metadata log: facts, not commands.
//!
//! The controller decides and validates before it writes; applying a record never fails and never
//! depends on the version of the code that decided. The names follow KRaft's records.

use bytestring::ByteString;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// One fact about the cluster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum MetadataRecord {
    /// A broker joined, or came back with other endpoints or log directories.
    RegisterBroker {
        /// Node id of the broker.
        broker: i32,
        /// Where clients reach it, the first being the preferred one.
        endpoints: Vec<BrokerEndpoint>,
        /// `broker.rack`.
        rack: Option<String>,
        /// `directory.id` of each log directory that it has, those included that are missing while partitions are.
        #[serde(default)]
        log_dirs: Vec<Uuid>,
    },
    /// The cluster's id, once.
    ClusterId {
        /// `cluster.id` of every `meta.properties`.
        id: ByteString,
    },
    /// A broker started again: every partition that it leads gets the next leader epoch, so that
    /// clients and followers notice a log that came back shorter (KIP-320).
    BrokerRestarted {
        /// Node id of the broker.
        broker: i32,
    },
    /// A topic exists from here on.
    Topic {
        /// Its name.
        name: ByteString,
        /// Its id (KIP-516), never used again.
        id: Uuid,
    },
    /// A partition of an existing topic.
    Partition {
        /// The topic it belongs to.
        topic: Uuid,
        /// Index; always the next one of its topic.
        index: i32,
        /// Assigned replicas; the first is the preferred leader.
        replicas: Vec<i32>,
        /// Replicas in sync.
        isr: Vec<i32>,
        /// Leader, or -1.
        leader: i32,
        /// Leader epoch.
        leader_epoch: i32,
    },
    /// A topic, its partitions and its settings are gone.
    RemoveTopic {
        /// The topic's id.
        topic: Uuid,
    },
    /// A setting of a resource was set, or removed.
    Config {
        /// What the setting belongs to.
        resource: ConfigResource,
        /// Key, in Kafka's spelling.
        key: String,
        /// Value, or `None` to go back to the default.
        value: Option<String>,
    },
    /// Producer ids below this one are given out.
    ProducerIds {
        /// First id that nobody has.
        next_producer_id: i64,
    },
}

/// Where one listener of a broker is reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BrokerEndpoint {
    /// Listener name, upper case.
    pub listener: String,
    /// Host name or address that clients are told.
    pub host: String,
    /// Port that clients are told.
    pub port: u16,
}

/// Something that has settings.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ConfigResource {
    /// Topic, broker or group.
    pub kind: ConfigResourceKind,
    /// Name; a broker's id in decimal, empty for the cluster-wide broker default.
    pub name: String,
}

impl ConfigResource {
    /// The settings of a topic.
    #[must_use]
    pub fn topic(name: &str) -> Self {
        Self { kind: ConfigResourceKind::Topic, name: name.to_owned() }
    }
}

/// The kinds of resource whose settings are stored, with Kafka's codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum ConfigResourceKind {
    /// Code 2.
    Topic,
    /// Code 4.
    Broker,
    /// Code 32.
    Group,
}

impl ConfigResourceKind {
    /// The kind for a code of the protocol, if its settings are stored.
    #[must_use]
    pub fn from_code(code: i8) -> Option<Self> {
        match code {
            2 => Some(Self::Topic),
            4 => Some(Self::Broker),
            32 => Some(Self::Group),
            _ => None,
        }
    }

    /// The protocol's code.
    #[must_use]
    pub fn code(self) -> i8 {
        match self {
            Self::Topic => 2,
            Self::Broker => 4,
            Self::Group => 32,
        }
    }
}
