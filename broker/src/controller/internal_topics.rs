//! Topics that the broker makes for itself, with the settings they need.

use std::collections::BTreeMap;

use aqueduct_config::Parsed;

use super::topics::NewTopic;
use crate::metadata::internal_topics::OFFSETS_TOPIC;

/// `__consumer_offsets` as the broker's settings want it. Whatever creates it first, a group or somebody who asks for
/// its metadata: with other settings committed offsets would go with old segments.
pub fn offsets_topic(values: &Parsed) -> NewTopic {
    let configs = BTreeMap::from([
        ("cleanup.policy".to_owned(), "compact".to_owned()),
        ("compression.type".to_owned(), "producer".to_owned()),
        ("segment.bytes".to_owned(), values.int("offsets.topic.segment.bytes").to_string()),
    ]);
    NewTopic {
        name: OFFSETS_TOPIC.into(),
        partitions: i32::try_from(values.int("offsets.topic.num.partitions")).unwrap_or(i32::MAX),
        replication_factor: i16::try_from(values.int("offsets.topic.replication.factor")).unwrap_or(i16::MAX),
        configs,
        ..NewTopic::default()
    }
}
