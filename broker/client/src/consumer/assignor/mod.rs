//! How a group's leader spreads partitions over its members. Pure functions of the members and the topics.

mod cooperative_sticky;
mod range;
mod round_robin;

use std::collections::BTreeMap;

use bytestring::ByteString;

use super::protocol::Subscription;
use crate::TopicPartition;
use crate::config::PartitionAssignor;

/// A member as an assignor sees it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Member {
    pub(super) id: ByteString,
    pub(super) instance_id: Option<ByteString>,
    pub(super) subscription: Subscription,
}

/// What each member gets.
pub(super) type Assignments = BTreeMap<ByteString, Vec<TopicPartition>>;

/// Spreads the partitions of `topics` (with their counts) over the members that want them.
pub(super) fn assign(
    assignor: PartitionAssignor,
    mut members: Vec<Member>,
    topics: &BTreeMap<ByteString, i32>,
) -> Assignments {
    // Kafka's order: static members by their names, then the others by their ids.
    members.sort_by(|a, b| {
        let key =
            |member: &Member| (member.instance_id.is_none(), member.instance_id.clone(), member.id.clone());
        key(a).cmp(&key(b))
    });
    let mut assignments = match assignor {
        PartitionAssignor::Range => range::assign(&members, topics),
        PartitionAssignor::RoundRobin => round_robin::assign(&members, topics),
        PartitionAssignor::CooperativeSticky => cooperative_sticky::assign(&members, topics),
    };
    for member in members {
        assignments.entry(member.id).or_default();
    }
    assignments
}

/// Whether a member wants a topic.
fn wants(member: &Member, topic: &ByteString) -> bool {
    member.subscription.topics.contains(topic)
}

#[cfg(test)]
pub(super) mod samples {
    use super::super::protocol::owned_topics;
    use super::*;

    pub(in super::super) fn member(
        id: &str,
        topics: &[&str],
        owned: &[(&str, i32)],
        generation: i32,
    ) -> Member {
        let topics = topics.iter().map(|topic| ByteString::from(*topic)).collect();
        let owned: Vec<TopicPartition> =
            owned.iter().map(|(topic, partition)| TopicPartition::new(*topic, *partition)).collect();
        let owned = owned_topics(&owned);
        Member { id: id.into(), instance_id: None, subscription: Subscription { topics, owned, generation } }
    }

    pub(in super::super) fn shown(assignments: &Assignments) -> Vec<String> {
        let show = |(member, partitions): (&ByteString, &Vec<TopicPartition>)| {
            let partitions: Vec<String> = partitions.iter().map(ToString::to_string).collect();
            format!("{member}: {}", partitions.join(" "))
        };
        assignments.iter().map(show).collect()
    }

    pub(in super::super) fn topics(counts: &[(&str, i32)]) -> BTreeMap<ByteString, i32> {
        counts.iter().map(|(topic, count)| (ByteString::from(*topic), *count)).collect()
    }
}
