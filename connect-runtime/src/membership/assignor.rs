//! Which worker runs what. Pure: the leader's memory, the members' words and the configuration in; assignments out.
//!
//! Incremental and cooperative (KIP-415): work stays where it is unless a worker has more than its share; what moves is
//! revoked in one round and assigned in the next. Connectors and tasks are each spread by count, tasks of one connector
//! over different workers where that is possible. Work of a worker that left is held back for
//! `scheduled.rebalance.max.delay.ms`, for the case that it comes back. Differences from Apache: no back-off between
//! revoking rounds (a round is only asked for when it moves something), and the delay is 0 by default.

use std::collections::{BTreeMap, BTreeSet};

use super::work::Work;
use crate::id::{Instance, TaskId};

/// What the leader remembers from one round to the next. Lost with the leader: its successor assigns at once whatever
/// nobody owns.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct AssignorMemory {
    /// What each member had after the last round.
    last: BTreeMap<String, Held>,
    /// Work of members that left, and when it is to be given to others (milliseconds).
    lost: BTreeMap<Instance, i64>,
}

/// One round's outcome.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Round {
    /// For each member: new work and revoked work.
    pub(crate) members: BTreeMap<String, (Work, Work)>,
    /// Milliseconds until held-back work is due; 0 when there is none.
    pub(crate) delay_ms: i64,
    /// Held-back work: nobody runs it.
    pub(crate) held_back: Work,
}

type Held = BTreeSet<Instance>;

impl AssignorMemory {
    /// Assigns. `members` are the workers of the group with the work each does now; `configured` is all there is to do.
    pub(crate) fn assign(
        &mut self,
        members: &BTreeMap<String, Work>,
        configured: &Work,
        max_delay_ms: i64,
        now_ms: i64,
    ) -> Round {
        let configured: Held = configured.instances().collect();
        let mut rounds = Members::new(members, &configured);
        self.note_lost(&rounds, &configured, max_delay_ms, now_ms);
        let free: Vec<Instance> =
            configured.iter().filter(|unit| !rounds.owned.contains(unit)).cloned().collect();
        for unit in free {
            let held_back = self.lost.contains_key(&unit);
            if !held_back || rounds.takes_back(&unit, &configured) {
                self.lost.remove(&unit);
                rounds.give(unit);
            }
        }
        if self.lost.is_empty() {
            rounds.balance(&configured);
        }
        self.last = rounds.members.iter().map(|(id, member)| (id.clone(), member.after())).collect();
        let due = self.lost.values().min().map_or(0, |due| (due - now_ms).max(1));
        Round { members: rounds.outcome(), delay_ms: due, held_back: self.lost.keys().cloned().collect() }
    }

    /// Work that a member had and now nobody has, because the member left: held back until its time.
    fn note_lost(&mut self, rounds: &Members, configured: &Held, max_delay_ms: i64, now_ms: i64) {
        for (member, held) in &self.last {
            if rounds.members.contains_key(member) {
                continue;
            }
            for unit in held.iter().filter(|unit| !rounds.owned.contains(unit)) {
                self.lost.entry(unit.clone()).or_insert(now_ms.saturating_add(max_delay_ms));
            }
        }
        self.lost
            .retain(|unit, due| *due > now_ms && configured.contains(unit) && !rounds.owned.contains(unit));
    }
}

/// A member during a round.
#[derive(Default)]
struct Member {
    /// Owned before the round, and not revoked.
    kept: Held,
    given: Held,
    revoked: Held,
    /// It came with nothing: a new worker, or one that was gone and is back.
    came_empty: bool,
}

impl Member {
    fn after(&self) -> Held {
        self.kept.union(&self.given).cloned().collect()
    }

    fn load(&self, like: &Instance) -> usize {
        self.kept.iter().chain(&self.given).filter(|unit| same_kind(unit, like)).count()
    }

    fn load_of_connector(&self, like: &Instance) -> usize {
        self.kept
            .iter()
            .chain(&self.given)
            .filter(|u| same_kind(u, like) && u.connector() == like.connector())
            .count()
    }
}

struct Members {
    members: BTreeMap<String, Member>,
    owned: Held,
}

impl Members {
    /// Work that is no longer configured, or that two members claim, is revoked at once.
    fn new(members: &BTreeMap<String, Work>, configured: &Held) -> Self {
        let mut owned = Held::new();
        let mut read = BTreeMap::new();
        for (id, work) in members {
            let mut member = Member { came_empty: work.is_empty(), ..Member::default() };
            for unit in work.instances() {
                if configured.contains(&unit) && owned.insert(unit.clone()) {
                    member.kept.insert(unit);
                } else {
                    member.revoked.insert(unit);
                }
            }
            read.insert(id.clone(), member);
        }
        Self { members: read, owned }
    }

    /// Whether a member that came empty takes lost work before its time: as long as that leaves it within its share.
    fn takes_back(&self, unit: &Instance, configured: &Held) -> bool {
        let all = configured.iter().filter(|other| same_kind(other, unit)).count();
        let share = all.div_ceil(self.members.len().max(1));
        self.members.values().any(|member| member.came_empty && member.load(unit) < share)
    }

    /// To the member with the least of its kind, then with the least of its connector.
    fn give(&mut self, unit: Instance) {
        let least = self
            .members
            .iter_mut()
            .min_by_key(|(id, member)| (member.load(&unit), member.load_of_connector(&unit), (*id).clone()));
        if let Some((_, member)) = least {
            member.given.insert(unit);
        }
    }

    /// Revokes from members that have more than their share, and no more than others have room for.
    fn balance(&mut self, configured: &Held) {
        for like in [Instance::Connector(String::new()), Instance::Task(TaskId::new("", 0))] {
            let all = configured.iter().filter(|unit| same_kind(unit, &like)).count();
            let (floor, mut with_one_more) =
                (all / self.members.len().max(1), all % self.members.len().max(1));
            let mut by_load: Vec<&mut Member> = self.members.values_mut().collect();
            by_load.sort_by_key(|member| std::cmp::Reverse(member.load(&like)));
            for member in by_load {
                let allowed = if with_one_more > 0 { floor + 1 } else { floor };
                with_one_more = with_one_more.saturating_sub(1);
                let surplus = member.load(&like).saturating_sub(allowed);
                for _ in 0..surplus {
                    member.revoke_one(&like);
                }
            }
        }
    }

    fn outcome(self) -> BTreeMap<String, (Work, Work)> {
        self.members
            .into_iter()
            .map(|(id, member)| {
                (id, (member.given.into_iter().collect(), member.revoked.into_iter().collect()))
            })
            .collect()
    }
}

impl Member {
    /// Gives up one kept unit: one of the connector it has most of.
    fn revoke_one(&mut self, like: &Instance) {
        let most = self
            .kept
            .iter()
            .filter(|unit| same_kind(unit, like))
            .max_by_key(|unit| (self.load_of_connector(unit), (*unit).clone()))
            .cloned();
        if let Some(unit) = most {
            self.kept.remove(&unit);
            self.revoked.insert(unit);
        }
    }
}

fn same_kind(a: &Instance, b: &Instance) -> bool {
    matches!(
        (a, b),
        (Instance::Connector(_), Instance::Connector(_)) | (Instance::Task(_), Instance::Task(_))
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A cluster whose workers do as they are told.
    #[derive(Default)]
    struct Cluster {
        memory: AssignorMemory,
        workers: BTreeMap<String, Work>,
        configured: Work,
    }

    impl Cluster {
        fn with(connectors: &[(&str, u32)]) -> Self {
            let mut cluster = Self::default();
            connectors.iter().for_each(|(name, tasks)| cluster.configure(name, *tasks));
            cluster
        }

        fn configure(&mut self, name: &str, tasks: u32) {
            self.configured.connectors.push(name.to_owned());
            self.configured.tasks.extend((0..tasks).map(|n| TaskId::new(name, n)));
        }

        fn join(&mut self, id: &str) {
            self.workers.insert(id.to_owned(), Work::default());
        }

        /// One round; gives how many units moved away from a worker.
        fn round(&mut self, delay: i64, now: i64) -> (Round, usize) {
            let round = self.memory.assign(&self.workers, &self.configured, delay, now);
            let mut revoked = 0;
            for (id, (assigned, gone)) in &round.members {
                revoked += gone.connectors.len() + gone.tasks.len();
                let work = self.workers.get_mut(id).unwrap();
                work.connectors.retain(|c| !gone.connectors.contains(c));
                work.tasks.retain(|t| !gone.tasks.contains(t));
                work.connectors.extend(assigned.connectors.clone());
                work.tasks.extend(assigned.tasks.clone());
            }
            (round, revoked)
        }

        /// Rounds until nothing is revoked any more.
        fn settle(&mut self) {
            for _ in 0..10 {
                if self.round(0, 0).1 == 0 {
                    return;
                }
            }
            panic!("it never settles");
        }

        fn loads(&self) -> Vec<usize> {
            self.workers.values().map(|work| work.tasks.len()).collect()
        }

        fn running(&self) -> Held {
            self.workers.values().flat_map(Work::instances).collect()
        }
    }

    #[test]
    fn a_new_connector_moves_nothing() {
        let mut cluster = Cluster::with(&[("a", 4)]);
        cluster.join("w1");
        cluster.join("w2");
        cluster.settle();
        cluster.configure("b", 2);
        let (_, revoked) = cluster.round(0, 0);
        assert_eq!(revoked, 0);
        assert_eq!(cluster.loads(), [3, 3]);
    }

    #[test]
    fn a_new_worker_gets_its_share_in_two_rounds_and_no_more_moves_than_that() {
        let mut cluster = Cluster::with(&[("a", 9)]);
        cluster.join("w1");
        cluster.join("w2");
        cluster.settle();
        cluster.join("w3");
        let (_, revoked) = cluster.round(0, 0);
        assert_eq!(revoked, 3, "nine tasks on three workers: three move");
        let (_, revoked) = cluster.round(0, 0);
        assert_eq!(revoked, 0);
        assert_eq!(cluster.loads(), [3, 3, 3]);
    }

    #[test]
    fn tasks_of_a_departed_worker_run_again_in_the_next_round_by_default() {
        let mut cluster = Cluster::with(&[("a", 4)]);
        cluster.join("w1");
        cluster.join("w2");
        cluster.settle();
        cluster.workers.remove("w2");
        let (round, _) = cluster.round(0, 1000);
        assert_eq!(round.delay_ms, 0);
        assert_eq!(cluster.loads(), [4]);
    }

    #[test]
    fn a_delay_holds_lost_work_back_until_its_time_or_until_an_empty_worker_comes() {
        let mut cluster = Cluster::with(&[("a", 4)]);
        cluster.join("w1");
        cluster.join("w2");
        cluster.settle();
        cluster.workers.remove("w2");
        let (round, revoked) = cluster.round(500, 1000);
        assert_eq!((round.delay_ms, round.held_back.tasks.len(), revoked), (500, 2, 0));
        assert_eq!(cluster.loads(), [2]);
        assert_eq!(cluster.round(500, 1400).0.delay_ms, 100, "the time does not start anew");
        let waiting = (cluster.memory.clone(), cluster.workers.clone());
        assert_eq!(cluster.round(500, 1500).0.delay_ms, 0);
        assert_eq!(cluster.loads(), [4]);
        (cluster.memory, cluster.workers) = waiting;
        cluster.join("w2-again");
        let (round, _) = cluster.round(500, 1450);
        assert_eq!(round.delay_ms, 0);
        assert_eq!(cluster.loads(), [2, 2]);
    }

    #[test]
    fn what_is_no_longer_configured_or_claimed_twice_is_revoked() {
        let mut cluster = Cluster::with(&[("a", 1)]);
        let both = cluster.configured.clone();
        cluster.workers.insert("w1".to_owned(), both.clone());
        cluster.workers.insert("w2".to_owned(), both);
        let (round, _) = cluster.round(0, 0);
        assert!(!round.members["w2"].1.is_empty() && round.members["w1"].1.is_empty());
        cluster.configured = Work::default();
        cluster.round(0, 0);
        assert!(cluster.running().is_empty());
    }

    #[test]
    fn tasks_of_one_connector_are_spread() {
        let mut cluster = Cluster::with(&[("a", 2), ("b", 2)]);
        cluster.join("w1");
        cluster.join("w2");
        cluster.settle();
        for work in cluster.workers.values() {
            let of_a = work.tasks.iter().filter(|id| *id.connector == *"a").count();
            assert_eq!(of_a, 1);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// Whatever joins, leaves and is configured: in the end everything runs exactly once, in balance.
        #[test]
        fn settles_to_everything_once_in_balance(steps in proptest::collection::vec((0u8..4, 0u8..5, 0u32..6), 1..20)) {
            let mut cluster = Cluster::default();
            cluster.join("w0");
            for (step, which, tasks) in steps {
                match step {
                    0 => cluster.join(&format!("w{which}")),
                    1 if cluster.workers.len() > 1 => drop(cluster.workers.pop_first()),
                    2 => {
                        let name = format!("c{which}");
                        cluster.configured.connectors.retain(|c| *c != name);
                        cluster.configured.tasks.retain(|t| *t.connector != *name);
                        cluster.configure(&name, tasks);
                    }
                    _ => drop(cluster.round(0, 0)),
                }
            }
            cluster.settle();
            let all: Vec<Instance> = cluster.workers.values().flat_map(Work::instances).collect();
            prop_assert_eq!(all.len(), cluster.running().len(), "nothing runs twice");
            prop_assert_eq!(cluster.running(), cluster.configured.instances().collect::<Held>());
            let loads = cluster.loads();
            prop_assert!(loads.iter().max().unwrap() - loads.iter().min().unwrap() <= 1, "{:?}", loads);
        }
    }
}
