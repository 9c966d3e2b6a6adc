//! A topic as this broker serves it: settings, partitions, counters.

use std::collections::BTreeMap;
use std::sync::Arc;

use aqueduct_protocol::ErrorCode;
use arc_swap::ArcSwap;
use bytestring::ByteString;
use parking_lot::Mutex;
use uuid::Uuid;

use super::partition::Partition;
use crate::config::dynamic::DynamicSettings;
use crate::config::topic_config::TopicConfig;
use crate::metadata::image::TopicImage;
use crate::metrics::topic_metrics::TopicMetrics;

/// A topic with its partitions resolved.
#[derive(Debug)]
pub struct Topic {
    /// Name.
    pub name: ByteString,
    /// Id.
    pub id: Uuid,
    /// Whether it is one of the broker's own.
    pub internal: bool,
    /// Its partitions by index; an error stands for one whose log is not usable.
    pub partitions: Vec<Result<Arc<Partition>, ErrorCode>>,
    /// Settings in force.
    pub config: Arc<ArcSwap<TopicConfig>>,
    /// Its counters.
    pub metrics: Arc<TopicMetrics>,
    pub(super) follows: Mutex<Follows>,
}

/// The metadata that a topic was last brought up to date with; compared by identity.
#[derive(Debug, Clone)]
pub(super) struct Follows {
    pub(super) image: Arc<TopicImage>,
    pub(super) own: Option<Arc<BTreeMap<String, String>>>,
    /// The broker's settings that are changed at run time.
    pub(super) broker: DynamicSettings,
}

impl Follows {
    /// Whether nothing about the topic changed since.
    pub(super) fn is_current(&self, other: &Self) -> bool {
        let same_settings = match (&self.own, &other.own) {
            (None, None) => true,
            (Some(mine), Some(theirs)) => Arc::ptr_eq(mine, theirs),
            _ => false,
        };
        same_settings && self.broker.is_same(&other.broker) && Arc::ptr_eq(&self.image, &other.image)
    }
}

impl Topic {
    /// A partition by index.
    ///
    /// # Errors
    /// `UNKNOWN_TOPIC_OR_PARTITION`, or why the partition cannot be used.
    pub fn partition(&self, index: i32) -> Result<&Arc<Partition>, ErrorCode> {
        let found = usize::try_from(index).ok().and_then(|at| self.partitions.get(at));
        match found {
            Some(Ok(partition)) => Ok(partition),
            Some(Err(code)) => Err(*code),
            None => Err(ErrorCode::UnknownTopicOrPartition),
        }
    }
}
