//! `roundrobin`: all partitions in turn over all members, passing over those that do not want the topic.

use std::collections::BTreeMap;

use bytestring::ByteString;

use super::{Assignments, Member, wants};
use crate::TopicPartition;

pub(super) fn assign(members: &[Member], topics: &BTreeMap<ByteString, i32>) -> Assignments {
    let mut assignments = Assignments::new();
    let mut next = 0;
    for (topic, count) in topics {
        for partition in 0..*count {
            let turn = (0..members.len()).map(|step| (next + step) % members.len());
            let Some(taker) = turn.into_iter().find(|index| wants(&members[*index], topic)) else { break };
            let partition = TopicPartition::new(topic.clone(), partition);
            assignments.entry(members[taker].id.clone()).or_default().push(partition);
            next = (taker + 1) % members.len();
        }
    }
    assignments
}

#[cfg(test)]
mod tests {
    use super::super::samples::{member, shown, topics};
    use crate::config::PartitionAssignor;

    #[test]
    fn partitions_go_round() {
        let members = vec![member("m1", &["a", "b"], &[], -1), member("m2", &["a", "b"], &[], -1)];
        let found =
            super::super::assign(PartitionAssignor::RoundRobin, members, &topics(&[("a", 3), ("b", 3)]));
        assert_eq!(shown(&found), ["m1: a-0 a-2 b-1", "m2: a-1 b-0 b-2"]);
        let members = vec![member("m1", &["a"], &[], -1), member("m2", &["b"], &[], -1)];
        let found =
            super::super::assign(PartitionAssignor::RoundRobin, members, &topics(&[("a", 2), ("b", 1)]));
        assert_eq!(shown(&found), ["m1: a-0 a-1", "m2: b-0"]);
    }
}
