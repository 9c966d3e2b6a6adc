//! `range`: each topic on its own, in consecutive ranges; the first members get one more where it does not
//! come out even.

use std::collections::BTreeMap;

use bytestring::ByteString;

use super::{Assignments, Member, wants};
use crate::TopicPartition;

pub(super) fn assign(members: &[Member], topics: &BTreeMap<ByteString, i32>) -> Assignments {
    let mut assignments = Assignments::new();
    for (topic, count) in topics {
        let takers: Vec<&Member> = members.iter().filter(|member| wants(member, topic)).collect();
        if takers.is_empty() {
            continue;
        }
        let (each, extra) = (*count / takers.len() as i32, *count as usize % takers.len());
        let mut next = 0;
        for (index, member) in takers.into_iter().enumerate() {
            let length = each + i32::from(index < extra);
            let range = (next..next + length).map(|partition| TopicPartition::new(topic.clone(), partition));
            assignments.entry(member.id.clone()).or_default().extend(range);
            next += length;
        }
    }
    assignments
}

#[cfg(test)]
mod tests {
    use super::super::samples::{member, shown, topics};
    use crate::config::PartitionAssignor;

    #[test]
    fn each_topic_is_cut_into_ranges() {
        let members = vec![member("m2", &["a", "b"], &[], -1), member("m1", &["a"], &[], -1)];
        let found = super::super::assign(PartitionAssignor::Range, members, &topics(&[("a", 3), ("b", 2)]));
        assert_eq!(shown(&found), ["m1: a-0 a-1", "m2: a-2 b-0 b-1"]);
    }
}
