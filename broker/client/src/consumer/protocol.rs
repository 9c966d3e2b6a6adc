//! What members of a consumer group tell each other: subscriptions and assignments, in Kafka's bytes.

use std::collections::BTreeMap;

use aqueduct_protocol::codec::{Message, decode_versioned_leniently, encode_versioned};
use aqueduct_protocol::messages::consumer_protocol_assignment::TopicPartition as AssignedTopic;
pub(super) use aqueduct_protocol::messages::consumer_protocol_subscription::TopicPartition as OwnedTopic;
use aqueduct_protocol::messages::{ConsumerProtocolAssignment, ConsumerProtocolSubscription};
use bytes::Bytes;
use bytestring::ByteString;

use crate::TopicPartition;

/// The protocol type of consumer groups.
pub(super) const PROTOCOL_TYPE: &str = "consumer";

/// What a member wants and has.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Subscription {
    pub(super) topics: Vec<ByteString>,
    /// By topic, as the bytes have it: members may say that they own any number of partitions.
    pub(super) owned: Vec<OwnedTopic>,
    /// The generation in which it got what it owns; −1 if it does not tell.
    pub(super) generation: i32,
}

/// A member's metadata.
pub(super) fn encode_subscription(subscription: &Subscription, rack: &str) -> Bytes {
    let message = ConsumerProtocolSubscription {
        topics: subscription.topics.clone(),
        // Where sticky assignors before subscription version 2 look for the generation.
        user_data: (!subscription.owned.is_empty())
            .then(|| Bytes::copy_from_slice(&subscription.generation.to_be_bytes())),
        owned_partitions: subscription.owned.clone(),
        generation_id: subscription.generation,
        rack_id: (!rack.is_empty()).then(|| rack.into()),
    };
    // Names come from metadata, which have the protocol's own limits.
    encode_versioned(&message, ConsumerProtocolSubscription::MAX_VERSION).unwrap_or_default()
}

/// Reads a member's metadata; one that cannot be read wants nothing.
pub(super) fn decode_subscription(bytes: Bytes) -> Subscription {
    let Ok((version, message)) = decode_versioned_leniently::<ConsumerProtocolSubscription>(bytes) else {
        return Subscription { generation: -1, ..Subscription::default() };
    };
    let in_user_data = || {
        let bytes = message.user_data.as_ref()?.first_chunk::<4>()?;
        Some(i32::from_be_bytes(*bytes))
    };
    let generation = if version >= 2 { message.generation_id } else { in_user_data().unwrap_or(-1) };
    Subscription { topics: message.topics, owned: message.owned_partitions, generation }
}

/// The leader's word for a member.
pub(super) fn encode_assignment(partitions: &[TopicPartition]) -> Bytes {
    let assigned =
        by_topic(partitions).into_iter().map(|(topic, partitions)| AssignedTopic { topic, partitions });
    let message =
        ConsumerProtocolAssignment { assigned_partitions: assigned.collect(), ..Default::default() };
    encode_versioned(&message, ConsumerProtocolAssignment::MAX_VERSION).unwrap_or_default()
}

/// Reads the leader's word, partition by partition; empty bytes assign nothing.
pub(super) fn decode_assignment(bytes: Bytes) -> impl Iterator<Item = TopicPartition> {
    let assigned = match decode_versioned_leniently::<ConsumerProtocolAssignment>(bytes) {
        Ok((_, message)) => message.assigned_partitions,
        Err(_) => Vec::new(),
    };
    assigned.into_iter().flat_map(|AssignedTopic { topic, partitions }| {
        partitions.into_iter().map(move |partition| TopicPartition::new(topic.clone(), partition))
    })
}

/// What a member says that it owns.
pub(super) fn owned_topics(partitions: &[TopicPartition]) -> Vec<OwnedTopic> {
    let owned = by_topic(partitions).into_iter().map(|(topic, partitions)| OwnedTopic { topic, partitions });
    owned.collect()
}

fn by_topic(partitions: &[TopicPartition]) -> BTreeMap<ByteString, Vec<i32>> {
    let mut topics: BTreeMap<ByteString, Vec<i32>> = BTreeMap::new();
    for partition in partitions {
        topics.entry(partition.topic.clone()).or_default().push(partition.partition);
    }
    topics
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subscriptions_and_assignments_come_back() {
        let owned = vec![TopicPartition::new("a", 1), TopicPartition::new("b", 0)];
        let subscription =
            Subscription { topics: vec!["a".into(), "b".into()], owned: owned_topics(&owned), generation: 7 };
        assert_eq!(decode_subscription(encode_subscription(&subscription, "")), subscription);
        assert!(decode_assignment(encode_assignment(&owned)).eq(owned));
        assert_eq!(decode_assignment(Bytes::new()).count(), 0);
        assert_eq!(decode_subscription(Bytes::from_static(b"x")).generation, -1);
    }
}
