//! `cooperative-sticky`: as balanced as can be with as few moves as can be; a partition that moves is first only
//! taken from its owner, and given to the new one in the rebalance after (KIP-429).

use std::collections::{BTreeMap, HashMap};

use bytestring::ByteString;

use super::super::protocol::OwnedTopic;
use super::{Assignments, Member, wants};
use crate::TopicPartition;

pub(super) fn assign(members: &[Member], topics: &BTreeMap<ByteString, i32>) -> Assignments {
    let owners = owners(members, topics);
    let mut plan: Vec<Vec<TopicPartition>> = vec![Vec::new(); members.len()];
    let mut free = Vec::new();
    for (topic, count) in topics {
        for partition in (0..*count).map(|partition| TopicPartition::new(topic.clone(), partition)) {
            match owners.get(&partition) {
                Some(Claim::By(owner)) => plan[*owner].push(partition),
                _ => free.push(partition),
            }
        }
    }
    for partition in free {
        if let Some(taker) = least_loaded(members, &plan, &partition.topic) {
            plan[taker].push(partition);
        }
    }
    balance(members, &mut plan);
    let mut assignments = Assignments::new();
    for (index, (member, mut partitions)) in members.iter().zip(plan).enumerate() {
        // Somebody else has it still: it comes in the next round.
        partitions.retain(|partition| match owners.get(partition) {
            Some(Claim::By(owner)) => *owner == index,
            Some(Claim::Disputed) => false,
            None => true,
        });
        partitions.sort();
        assignments.insert(member.id.clone(), partitions);
    }
    assignments
}

/// Who owns a partition at present.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Claim {
    By(usize),
    /// Two members of one generation say that they do: neither keeps it.
    Disputed,
}

/// The owner of each partition: the claim of the latest generation counts.
fn owners(members: &[Member], topics: &BTreeMap<ByteString, i32>) -> HashMap<TopicPartition, Claim> {
    let mut claims: HashMap<TopicPartition, (i32, Claim)> = HashMap::new();
    for (index, member) in members.iter().enumerate() {
        let generation = member.subscription.generation;
        for OwnedTopic { topic, partitions } in &member.subscription.owned {
            let count = topics.get(topic).copied().unwrap_or(0);
            if !wants(member, topic) {
                continue;
            }
            for partition in partitions.iter().filter(|partition| (0..count).contains(*partition)) {
                let claim = claims
                    .entry(TopicPartition::new(topic.clone(), *partition))
                    .or_insert((generation, Claim::By(index)));
                if generation > claim.0 {
                    *claim = (generation, Claim::By(index));
                } else if generation == claim.0 && claim.1 != Claim::By(index) {
                    claim.1 = Claim::Disputed;
                }
            }
        }
    }
    claims.into_iter().map(|(partition, (_, claim))| (partition, claim)).collect()
}

fn least_loaded(members: &[Member], plan: &[Vec<TopicPartition>], topic: &ByteString) -> Option<usize> {
    (0..members.len()).filter(|index| wants(&members[*index], topic)).min_by_key(|index| plan[*index].len())
}

/// Moves partitions from members with more to members with at least two less, until there is none such.
/// Every move makes the sum of squares smaller, so it ends.
fn balance(members: &[Member], plan: &mut [Vec<TopicPartition>]) {
    loop {
        let mut fullest: Vec<usize> = (0..members.len()).collect();
        fullest.sort_by_key(|index| std::cmp::Reverse(plan[*index].len()));
        let mv = fullest.into_iter().find_map(|from| {
            plan[from].iter().enumerate().rev().find_map(|(at, partition)| {
                let to = least_loaded(members, plan, &partition.topic)?;
                (plan[to].len() + 1 < plan[from].len()).then_some((from, at, to))
            })
        });
        let Some((from, at, to)) = mv else { return };
        let partition = plan[from].remove(at);
        plan[to].push(partition);
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{member, shown, topics};
    use crate::config::PartitionAssignor;

    fn assign(members: Vec<super::Member>, counts: &[(&str, i32)]) -> Vec<String> {
        shown(&super::super::assign(PartitionAssignor::CooperativeSticky, members, &topics(counts)))
    }

    #[test]
    fn a_newcomer_gets_what_moves_in_the_second_round() {
        let old = member("m1", &["a"], &[("a", 0), ("a", 1), ("a", 2), ("a", 3)], 1);
        let new = member("m2", &["a"], &[], -1);
        assert_eq!(assign(vec![old, new.clone()], &[("a", 4)]), ["m1: a-0 a-1", "m2: "]);
        let old = member("m1", &["a"], &[("a", 0), ("a", 1)], 2);
        assert_eq!(assign(vec![old, new], &[("a", 4)]), ["m1: a-0 a-1", "m2: a-2 a-3"]);
    }

    #[test]
    fn nothing_moves_without_need() {
        let one = member("m1", &["a", "b"], &[("a", 1), ("b", 0)], 3);
        let two = member("m2", &["a", "b"], &[("a", 0)], 3);
        assert_eq!(assign(vec![one, two], &[("a", 2), ("b", 2)]), ["m1: a-1 b-0", "m2: a-0 b-1"]);
    }

    #[test]
    fn the_claim_of_the_later_generation_counts() {
        let stale = member("m1", &["a"], &[("a", 0)], 1);
        let fresh = member("m2", &["a"], &[("a", 0)], 2);
        assert_eq!(assign(vec![stale, fresh], &[("a", 1)]), ["m1: ", "m2: a-0"]);
    }
}
