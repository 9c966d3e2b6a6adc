//! The runtime over a log in memory: what was answered is there after a restart.

use std::collections::BTreeMap;
use std::sync::Arc;

use aqueduct_service::{ManualClock, Shutdown, Tasks};
use bytes::Bytes;
use bytestring::ByteString;
use parking_lot::Mutex;
use tokio::sync::watch;
use uuid::Uuid;

use super::*;
use crate::group::classic::{GroupState, JoinRequest, Leaving, Protocol, SyncRequest};
use crate::group::offsets::CommittedOffset;
use crate::group::records::CoordinatorRecord;

/// A log that is durable at once.
#[derive(Default)]
struct MemoryLog {
    partitions: Mutex<BTreeMap<i32, Vec<(i64, CoordinatorRecord)>>>,
    /// What `size` says; 0 for the number of records.
    pretended_size: Mutex<u64>,
    /// Topics that were deleted.
    deleted: Mutex<Vec<String>>,
    /// Appends are durable once this is taken away and dropped.
    held: Mutex<Option<watch::Receiver<()>>>,
}

impl OffsetsLog for MemoryLog {
    fn partitions(&self) -> Option<i32> {
        Some(3)
    }

    fn append(&self, partition: i32, records: &[CoordinatorRecord]) -> Result<(i64, Durable), GroupError> {
        let mut partitions = self.partitions.lock();
        let log = partitions.entry(partition).or_default();
        let first = log.last().map_or(0, |(offset, _)| offset + 1);
        log.extend((first..).zip(records.iter().cloned()));
        let held = self.held.lock().clone();
        let durable = async move {
            if let Some(mut held) = held {
                let _ = held.changed().await;
            }
            Ok(())
        };
        Ok((first, Box::pin(durable)))
    }

    fn topic_id(&self, name: &str) -> Option<Uuid> {
        (!self.deleted.lock().iter().any(|deleted| deleted == name)).then(Uuid::nil)
    }

    fn replay(&self, partition: i32, each: &mut dyn FnMut(i64, CoordinatorRecord)) -> Result<(), GroupError> {
        let records = self.partitions.lock().get(&partition).cloned().unwrap_or_default();
        records.into_iter().for_each(|(offset, record)| each(offset, record));
        Ok(())
    }

    fn size(&self, partition: i32) -> u64 {
        let pretended = *self.pretended_size.lock();
        let count = self.partitions.lock().get(&partition).map_or(0, Vec::len) as u64;
        if pretended > 0 && count > 0 { pretended } else { count }
    }

    fn trim(&self, partition: i32, before: i64) {
        self.partitions.lock().entry(partition).or_default().retain(|(offset, _)| *offset >= before);
    }
}

struct World {
    log: Arc<MemoryLog>,
    clock: ManualClock,
    coordinator: Arc<GroupCoordinator>,
}

impl World {
    async fn new(log: Arc<MemoryLog>, clock: ManualClock) -> Self {
        let limits = GroupLimits { initial_rebalance_delay_ms: 0, ..GroupLimits::default() };
        let tasks = Tasks::new("test", Shutdown::new());
        let coordinator = GroupCoordinator::start(log.clone(), limits, Arc::new(clock.clone()), tasks);
        coordinator.load_all();
        let world = Self { log, clock, coordinator };
        while world.coordinator.list().1.is_some() {
            tokio::task::yield_now().await;
        }
        world
    }

    async fn fresh() -> Self {
        Self::new(Arc::default(), ManualClock::at(1_000)).await
    }

    async fn restart(self) -> Self {
        Self::new(self.log, self.clock).await
    }

    async fn commit(
        &self,
        group: &str,
        member: &str,
        generation: i32,
        offset: i64,
    ) -> Result<(), GroupError> {
        let commit = OffsetCommit {
            member_id: member.into(),
            instance_id: None,
            generation,
            unknown_group: GroupError::IllegalGeneration,
            offsets: vec![((ByteString::from("t"), 0), committed(offset, self.clock.now_ms()))],
        };
        self.coordinator.commit(&group.into(), commit).await.pop().expect("one outcome")
    }

    fn offset(&self, group: &str) -> Option<i64> {
        let fetched = self.coordinator.fetch(&group.into(), Some(&[("t".into(), 0)])).unwrap();
        fetched[0].1.as_ref().map(|committed| committed.offset)
    }

    /// A stable group of one member; gives its id.
    async fn join(&self, group: &str) -> ByteString {
        let join = JoinRequest {
            member_id: ByteString::new(),
            new_member_id: "m".into(),
            instance_id: None,
            client_id: "c".into(),
            client_host: "/127.0.0.1".into(),
            session_timeout_ms: 10_000,
            rebalance_timeout_ms: 10_000,
            protocol_type: "connect".into(),
            protocols: vec![Protocol { name: "sessioned".into(), metadata: Bytes::from_static(b"x") }],
            require_known_member_id: false,
            knows_skip_assignment: true,
        };
        let joined = self.coordinator.join(&group.into(), join).unwrap().await.unwrap();
        let sync = SyncRequest {
            member_id: joined.member_id.clone(),
            instance_id: None,
            generation: joined.generation,
            protocol_type: None,
            protocol: None,
            assignments: vec![(joined.member_id.clone(), Bytes::from_static(b"work"))],
        };
        let synced = self.coordinator.sync(&group.into(), sync).unwrap().await.unwrap();
        assert_eq!(&synced.assignment[..], b"work");
        joined.member_id
    }
}

fn committed(offset: i64, at: i64) -> CommittedOffset {
    CommittedOffset {
        offset,
        leader_epoch: -1,
        metadata: ByteString::new(),
        commit_timestamp: at,
        expire_timestamp: None,
        topic_id: Uuid::nil(),
    }
}

#[tokio::test]
async fn offsets_and_members_are_there_after_a_restart() {
    let world = World::fresh().await;
    let member = world.join("g").await;
    assert_eq!(world.commit("g", &member, 1, 42).await, Ok(()));
    assert_eq!(world.commit("g", &member, 7, 43).await, Err(GroupError::IllegalGeneration));
    assert_eq!(world.commit("tool", "", -1, 5).await, Ok(()));
    let world = world.restart().await;
    assert_eq!((world.offset("g"), world.offset("tool")), (Some(42), Some(5)));
    assert_eq!(world.coordinator.heartbeat(&"g".into(), &member, None, 1), Ok(()));
    assert_eq!(world.coordinator.describe(&"g".into()).unwrap().state, GroupState::Stable);
    assert_eq!(world.coordinator.describe(&"tool".into()).unwrap().state, GroupState::Empty);
}

#[tokio::test]
async fn a_deleted_group_stays_deleted() {
    let world = World::fresh().await;
    let member = world.join("g").await;
    world.commit("g", &member, 1, 42).await.unwrap();
    let refused = world.coordinator.delete(&"g".into()).map(drop);
    assert_eq!(refused, Err(GroupError::NonEmptyGroup));
    let leaving = Leaving { member_id: member, instance_id: None };
    assert_eq!(world.coordinator.leave(&"g".into(), &[leaving]), Ok(vec![Ok(())]));
    world.coordinator.delete(&"g".into()).unwrap().await.unwrap();
    assert_eq!(world.offset("g"), None);
    let world = world.restart().await;
    assert_eq!(world.offset("g"), None);
    assert_eq!(world.coordinator.describe(&"g".into()).unwrap_err(), GroupError::GroupIdNotFound);
}

#[tokio::test]
async fn lapsed_offsets_go_and_their_group_with_them() {
    let world = World::fresh().await;
    world.commit("g", "", -1, 42).await.unwrap();
    world.clock.advance(GroupLimits::default().offsets_retention_ms - 1);
    world.coordinator.clean().await;
    assert_eq!(world.offset("g"), Some(42));
    world.clock.advance(1);
    world.coordinator.clean().await;
    assert_eq!(world.coordinator.list().0, []);
    assert_eq!(world.restart().await.offset("g"), None);
}

#[tokio::test]
async fn a_grown_partition_is_rewritten_and_nothing_is_lost() {
    let world = World::fresh().await;
    let member = world.join("g").await;
    for offset in 0..100 {
        world.commit("g", &member, 1, offset).await.unwrap();
    }
    *world.log.pretended_size.lock() = 1 << 30;
    world.coordinator.clean().await;
    let kept: usize = world.log.partitions.lock().values().map(Vec::len).sum();
    assert_eq!(kept, 2, "one group, one offset");
    let world = world.restart().await;
    assert_eq!(world.offset("g"), Some(99));
    assert_eq!(world.coordinator.heartbeat(&"g".into(), &member, None, 1), Ok(()));
}

#[tokio::test]
async fn commits_come_between_the_parts_of_a_rewrite_and_are_not_taken_back() {
    let world = World::fresh().await;
    let groups: Vec<String> = (0..9_000).map(|number| format!("g{number}")).collect();
    let mut expected: BTreeMap<String, i64> = BTreeMap::new();
    for group in &groups {
        world.commit(group, "", -1, 1).await.unwrap();
        expected.insert(group.clone(), 1);
    }
    // Commits that stay on their way while everything is written anew: of keys that are there, and of a new one.
    let (release, held) = watch::channel(());
    *world.log.held.lock() = Some(held);
    let mut on_their_way = Vec::new();
    for group in ["g1", "g8999", "new before"] {
        let commit = OffsetCommit {
            member_id: ByteString::new(),
            instance_id: None,
            generation: -1,
            unknown_group: GroupError::GroupIdNotFound,
            offsets: vec![(("t".into(), 0), committed(2, 1_000))],
        };
        on_their_way.push(world.coordinator.commit(&group.into(), commit));
        expected.insert(group.to_owned(), 2);
    }
    *world.log.held.lock() = None;
    *world.log.pretended_size.lock() = 1 << 30;
    let mut cleaning = Box::pin(world.coordinator.clean());
    let mut round = 0;
    loop {
        tokio::select! {
            biased;
            () = &mut cleaning => break,
            () = tokio::task::yield_now() => {}
        }
        round += 1;
        let group =
            if round % 10 == 0 { format!("new {round}") } else { groups[round * 377 % 9_000].clone() };
        world.commit(&group, "", -1, 3).await.unwrap();
        expected.insert(group, 3);
    }
    drop(cleaning);
    drop(release);
    for commit in on_their_way {
        assert_eq!(commit.await, [Ok(())]);
    }
    let partitions = world.log.partitions.lock().clone();
    let offset = |record: &CoordinatorRecord| record.value.as_ref().map(|value| value[9]);
    let between = |log: &Vec<(i64, CoordinatorRecord)>| {
        log.windows(2).any(|two| (offset(&two[0].1), offset(&two[1].1)) == (Some(3), Some(1)))
    };
    assert!(partitions.values().any(between), "a commit is followed by a part of the rewrite");
    let world = world.restart().await;
    for (group, offset) in expected {
        assert_eq!(world.offset(&group), Some(offset), "{group}");
    }
}

#[tokio::test]
async fn an_offset_with_too_long_a_text_is_refused_and_the_others_kept() {
    let world = World::fresh().await;
    let long = CommittedOffset { metadata: "x".repeat(5_000).into(), ..committed(1, 0) };
    let commit = OffsetCommit {
        member_id: ByteString::new(),
        instance_id: None,
        generation: -1,
        unknown_group: GroupError::GroupIdNotFound,
        offsets: vec![(("a".into(), 0), long), (("t".into(), 0), committed(2, 0))],
    };
    let outcomes = world.coordinator.commit(&"g".into(), commit).await;
    assert_eq!(outcomes, [Err(GroupError::OffsetMetadataTooLarge), Ok(())]);
    assert_eq!(world.offset("g"), Some(2));
}

#[tokio::test]
async fn offsets_of_a_deleted_topic_go_and_do_not_come_back() {
    let world = World::fresh().await;
    world.commit("g", "", -1, 42).await.unwrap();
    world.coordinator.topics_deleted(&[("other".into(), Uuid::nil())]);
    assert_eq!(world.offset("g"), Some(42));
    world.coordinator.topics_deleted(&[("t".into(), Uuid::nil())]);
    assert_eq!(world.offset("g"), None);
    assert_eq!(world.restart().await.offset("g"), None);
}

#[tokio::test]
async fn a_topic_that_was_deleted_just_before_a_crash_leaves_no_offsets() {
    let world = World::fresh().await;
    world.commit("g", "", -1, 42).await.unwrap();
    world.log.deleted.lock().push("t".to_owned());
    let world = world.restart().await;
    assert_eq!(world.offset("g"), None);
    world.log.deleted.lock().clear();
    assert_eq!(world.restart().await.offset("g"), None, "a topic of that name is another one");
}

#[tokio::test]
async fn a_commit_on_its_way_is_deleted_with_the_others() {
    let world = World::fresh().await;
    world.commit("g", "", -1, 42).await.unwrap();
    let (release, held) = watch::channel(());
    *world.log.held.lock() = Some(held);
    let commit = OffsetCommit {
        member_id: ByteString::new(),
        instance_id: None,
        generation: -1,
        unknown_group: GroupError::GroupIdNotFound,
        offsets: vec![(("t".into(), 0), committed(43, 1_000))],
    };
    let commit = world.coordinator.commit(&"g".into(), commit);
    let deleted = world.coordinator.delete_offsets(&"g".into(), vec![("t".into(), 0)]).unwrap();
    drop(release);
    assert_eq!((commit.await, deleted.await), (vec![Ok(())], vec![Ok(())]));
    assert_eq!(world.offset("g"), None);
    assert_eq!(world.restart().await.offset("g"), None);
}

#[tokio::test]
async fn a_restart_does_not_keep_offsets_of_an_unused_group_alive() {
    let world = World::fresh().await;
    world.commit("g", "", -1, 42).await.unwrap();
    world.clock.advance(GroupLimits::default().offsets_retention_ms - 1);
    let world = world.restart().await;
    assert_eq!(world.offset("g"), Some(42));
    world.clock.advance(1);
    world.coordinator.clean().await;
    assert_eq!(world.offset("g"), None);
}

#[tokio::test]
async fn groups_go_with_the_topic_that_keeps_them() {
    let world = World::fresh().await;
    world.commit("g", "", -1, 42).await.unwrap();
    world.log.partitions.lock().clear();
    world.coordinator.topics_deleted(&[("__consumer_offsets".into(), Uuid::nil())]);
    assert_eq!(world.offset("g"), None);
    assert_eq!(world.coordinator.list().0, []);
    world.commit("g", "", -1, 7).await.unwrap();
    assert_eq!(world.offset("g"), Some(7));
}
