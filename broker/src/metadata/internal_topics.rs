//! The names of topics that are not their users'.

pub use aqueduct_log::CLUSTER_METADATA_TOPIC;

/// Keeps groups and their offsets.
pub const OFFSETS_TOPIC: &str = "__consumer_offsets";
/// Keeps transactions in Kafka; not made here.
const TRANSACTIONS_TOPIC: &str = "__transaction_state";
/// Keeps share groups in Kafka; not made here.
const SHARE_GROUPS_TOPIC: &str = "__share_group_state";

/// Whether a topic of this name is one of the broker's own, which clients may not delete by
/// pattern and which Metadata marks.
#[must_use]
pub fn is_internal_topic(name: &str) -> bool {
    matches!(name, OFFSETS_TOPIC | TRANSACTIONS_TOPIC | SHARE_GROUPS_TOPIC)
}
