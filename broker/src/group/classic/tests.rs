//! The life of groups, step by step.

use bytes::Bytes;
use bytestring::ByteString;

use super::*;
use crate::group::GroupError;
use crate::group::limits::GroupLimits;

fn limits(delay: i32) -> GroupLimits {
    GroupLimits { initial_rebalance_delay_ms: delay, ..GroupLimits::default() }
}

fn group() -> Group {
    Group::new("g".into(), 0)
}

fn request(member: &str, new_id: &str, metadata: &'static str) -> JoinRequest {
    JoinRequest {
        member_id: member.into(),
        new_member_id: new_id.into(),
        instance_id: None,
        client_id: "c".into(),
        client_host: "/127.0.0.1".into(),
        session_timeout_ms: 10_000,
        rebalance_timeout_ms: 60_000,
        protocol_type: "consumer".into(),
        protocols: vec![Protocol { name: "range".into(), metadata: Bytes::from_static(metadata.as_bytes()) }],
        require_known_member_id: false,
        knows_skip_assignment: true,
    }
}

fn sync(member: &str, generation: i32, assignments: &[(&str, &'static str)]) -> SyncRequest {
    SyncRequest {
        member_id: member.into(),
        instance_id: None,
        generation,
        protocol_type: Some("consumer".into()),
        protocol: Some("range".into()),
        assignments: assignments
            .iter()
            .map(|(m, a)| (ByteString::from(*m), Bytes::from_static(a.as_bytes())))
            .collect(),
    }
}

fn joined(actions: &[Action], waiter: Waiter) -> &JoinAnswer {
    let found = actions.iter().find_map(|action| match action {
        Action::AnswerJoin(w, answer) if *w == waiter => Some(answer),
        _ => None,
    });
    found.unwrap_or_else(|| panic!("no join answer for {waiter} in {actions:?}"))
}

fn synced(actions: &[Action], waiter: Waiter) -> &SyncAnswer {
    let found = actions.iter().find_map(|action| match action {
        Action::AnswerSync(w, answer) if *w == waiter => Some(answer),
        _ => None,
    });
    found.unwrap_or_else(|| panic!("no sync answer for {waiter} in {actions:?}"))
}

/// A stable group of the members `a` (leader) and `b` in generation 2.
fn stable() -> Group {
    let l = limits(0);
    let mut g = group();
    let first = g.join(request("", "a", "A"), 1, &l, 0);
    assert_eq!(joined(&first, 1).generation, 1);
    let waiting = g.join(request("", "b", "B"), 2, &l, 1);
    assert!(waiting.is_empty(), "b waits for a: {waiting:?}");
    let both = g.join(request("a", "", "A"), 3, &l, 2);
    assert_eq!((joined(&both, 2).generation, joined(&both, 3).generation), (2, 2));
    assert_eq!(joined(&both, 3).members.len(), 2);
    assert!(joined(&both, 2).members.is_empty());
    assert!(g.sync(sync("b", 2, &[]), 4, &l, 3).is_empty());
    let stored = g.sync(sync("a", 2, &[("a", "pa"), ("b", "pb")]), 5, &l, 4);
    assert!(matches!(&stored[..], [Action::Store { generation: 2, .. }]));
    let done = g.stored(2, Ok(()), &l, 5);
    assert_eq!(&synced(&done, 4).assignment[..], b"pb");
    assert_eq!(&synced(&done, 5).assignment[..], b"pa");
    assert_eq!(g.state(), GroupState::Stable);
    g
}

#[test]
fn members_join_sync_and_are_stable() {
    let mut g = stable();
    assert_eq!(g.heartbeat(&"a".into(), None, 2, 10), Ok(()));
    assert_eq!(g.heartbeat(&"a".into(), None, 1, 10), Err(GroupError::IllegalGeneration));
    assert_eq!(g.heartbeat(&"x".into(), None, 2, 10), Err(GroupError::UnknownMember));
}

#[test]
fn the_initial_delay_gathers_members_into_one_generation() {
    let l = limits(3_000);
    let mut g = group();
    assert!(g.join(request("", "a", "A"), 1, &l, 0).is_empty());
    assert!(g.join(request("", "b", "B"), 2, &l, 1_000).is_empty());
    assert_eq!(g.next_deadline(), Some(3_000));
    assert!(g.tick(&l, 3_000).is_empty(), "somebody came: another delay");
    let done = g.tick(&l, 6_000);
    assert_eq!((joined(&done, 1).generation, joined(&done, 2).generation), (1, 1));
}

#[test]
fn a_new_member_is_told_its_id_first() {
    let l = limits(0);
    let mut g = group();
    let first = JoinRequest { require_known_member_id: true, ..request("", "a", "A") };
    let answer = g.join(first, 1, &l, 0);
    assert_eq!(joined(&answer, 1).error, Some(GroupError::MemberIdRequired));
    assert_eq!(&*joined(&answer, 1).member_id, "a");
    let second = g.join(request("a", "", "A"), 2, &l, 1);
    assert_eq!((joined(&second, 2).generation, joined(&second, 2).error), (1, None));
    let unknown = g.join(request("z", "", "A"), 3, &l, 1);
    assert_eq!(joined(&unknown, 3).error, Some(GroupError::UnknownMember));
}

#[test]
fn a_silent_member_is_removed_and_the_others_rebalance() {
    let l = limits(0);
    let mut g = stable();
    assert_eq!(g.heartbeat(&"a".into(), None, 2, 9_000), Ok(()));
    assert!(g.tick(&l, 10_010).is_empty());
    assert_eq!(g.state(), GroupState::PreparingRebalance);
    assert_eq!(g.heartbeat(&"a".into(), None, 2, 10_020), Err(GroupError::RebalanceInProgress));
    let again = g.join(request("a", "", "A"), 7, &l, 10_030);
    assert_eq!((joined(&again, 7).generation, joined(&again, 7).members.len()), (3, 1));
}

#[test]
fn who_does_not_rejoin_in_time_is_left_behind() {
    let l = limits(0);
    let mut g = stable();
    assert!(g.join(request("", "c", "C"), 8, &l, 100).is_empty());
    for now in [9_000, 18_000, 27_000, 36_000, 45_000, 54_000, 60_000] {
        for member in ["a", "b"] {
            assert_eq!(g.heartbeat(&member.into(), None, 2, now), Err(GroupError::RebalanceInProgress));
        }
    }
    let done = g.tick(&l, 60_100);
    assert_eq!((joined(&done, 8).generation, joined(&done, 8).members.len()), (3, 1));
    assert_eq!(g.heartbeat(&"a".into(), None, 3, 60_101), Err(GroupError::UnknownMember));
}

#[test]
fn a_failed_store_is_told_and_leads_to_another_rebalance() {
    let l = limits(0);
    let mut g = group();
    g.join(request("", "a", "A"), 1, &l, 0);
    g.sync(sync("a", 1, &[("a", "p")]), 2, &l, 1);
    let failed = g.stored(1, Err(GroupError::NotAvailable), &l, 2);
    assert_eq!(synced(&failed, 2).error, Some(GroupError::NotAvailable));
    assert_eq!(g.state(), GroupState::PreparingRebalance);
}

#[test]
fn the_last_to_leave_empties_the_group_and_that_is_stored() {
    let l = limits(0);
    let mut g = stable();
    let leaving = |id: &str| Leaving { member_id: id.into(), instance_id: None };
    assert!(g.leave(&leaving("b"), &l, 10).unwrap().is_empty());
    assert_eq!(g.leave(&leaving("b"), &l, 10), Err(GroupError::UnknownMember));
    let last = g.leave(&leaving("a"), &l, 11).unwrap();
    assert!(matches!(&last[..], [Action::Store { generation: 3, .. }]));
    assert_eq!(g.state(), GroupState::Empty);
    assert_eq!(g.check_commit(&ByteString::new(), None, -1, 12), Ok(()));
}

#[test]
fn a_static_member_comes_back_without_a_rebalance_and_fences_its_old_self() {
    let l = limits(0);
    let mut g = group();
    let fixed = |member: &str, new_id: &str| JoinRequest {
        instance_id: Some("i".into()),
        ..request(member, new_id, "A")
    };
    g.join(fixed("", "i-1"), 1, &l, 0);
    let first = SyncRequest { instance_id: Some("i".into()), ..sync("i-1", 1, &[("i-1", "p")]) };
    g.sync(first, 2, &l, 1);
    g.stored(1, Ok(()), &l, 2);
    // What it says about itself has changed, as it does when a client starts again without the partitions it owned.
    let mut changed = fixed("", "i-2");
    changed.protocols[0].metadata = Bytes::from_static(b"A2");
    let back = g.join(changed, 3, &l, 3);
    assert_eq!((joined(&back, 3).generation, g.state()), (1, GroupState::Stable));
    assert_eq!((&*joined(&back, 3).member_id, &*joined(&back, 3).leader), ("i-2", "i-2"));
    assert_eq!((joined(&back, 3).skip_assignment, joined(&back, 3).members.len()), (true, 1));
    let instance = ByteString::from("i");
    assert_eq!(g.heartbeat(&"i-1".into(), Some(&instance), 1, 4), Err(GroupError::FencedInstanceId));
    let again = g.sync(SyncRequest { instance_id: Some("i".into()), ..sync("i-2", 1, &[]) }, 4, &l, 5);
    assert_eq!(&synced(&again, 4).assignment[..], b"p");
}

#[test]
fn a_static_leader_whose_client_cannot_skip_the_assignment_is_told_that_another_leads() {
    let l = limits(0);
    let mut g = group();
    let fixed = |new_id: &str| JoinRequest {
        instance_id: Some("i".into()),
        knows_skip_assignment: false,
        ..request("", new_id, "A")
    };
    g.join(fixed("i-1"), 1, &l, 0);
    g.sync(SyncRequest { instance_id: Some("i".into()), ..sync("i-1", 1, &[("i-1", "p")]) }, 2, &l, 1);
    g.stored(1, Ok(()), &l, 2);
    let back = g.join(fixed("i-2"), 3, &l, 3);
    let answer = joined(&back, 3);
    assert_eq!((&*answer.leader, answer.skip_assignment, answer.members.len()), ("i-1", false, 0));
}

#[test]
fn an_id_that_was_given_out_cannot_take_the_place_of_a_static_member() {
    let l = limits(0);
    let mut g = group();
    g.join(JoinRequest { instance_id: Some("i".into()), ..request("", "i-1", "A") }, 1, &l, 0);
    g.join(JoinRequest { require_known_member_id: true, ..request("", "x", "A") }, 2, &l, 1);
    let refused = g.join(JoinRequest { instance_id: Some("i".into()), ..request("x", "", "A") }, 3, &l, 2);
    assert_eq!(joined(&refused, 3).error, Some(GroupError::UnknownMember));
    assert_eq!(g.heartbeat(&"i-1".into(), Some(&"i".into()), 1, 3), Ok(()));
}

#[test]
fn who_waited_long_for_its_assignment_has_a_whole_session_to_join_again() {
    let l = limits(0);
    let mut g = stable();
    let waiting = g.join(request("", "c", "C"), 6, &l, 10);
    assert!(waiting.is_empty());
    g.join(request("b", "", "B"), 7, &l, 11);
    let done = g.join(request("a", "", "A"), 8, &l, 12);
    let generation = joined(&done, 8).generation;
    assert!(g.sync(sync("b", generation, &[]), 9, &l, 13).is_empty());
    assert!(g.sync(sync("c", generation, &[]), 10, &l, 13).is_empty());
    // The leader lives and does not assign; the sessions of the others end while they wait.
    for now in [9_000, 18_000, 27_000] {
        assert_eq!(g.heartbeat(&"a".into(), None, generation, now), Ok(()));
        assert!(g.tick(&l, now).is_empty());
    }
    let gone = g.leave(&Leaving { member_id: "a".into(), instance_id: None }, &l, 28_000).unwrap();
    assert_eq!(synced(&gone, 9).error, Some(GroupError::RebalanceInProgress));
    assert!(g.tick(&l, 28_001).is_empty());
    g.join(request("b", "", "B"), 11, &l, 30_000);
    let next = g.join(request("c", "", "C"), 12, &l, 37_000);
    assert_eq!(joined(&next, 12).error, None, "c is still a member");
}

#[test]
fn protocols_that_fit_nobody_are_refused() {
    let l = limits(0);
    let mut g = stable();
    let mut other = request("", "c", "C");
    other.protocols[0].name = "sticky".into();
    assert_eq!(joined(&g.join(other, 9, &l, 5), 9).error, Some(GroupError::InconsistentProtocol));
    let connect = JoinRequest { protocol_type: "connect".into(), ..request("", "c", "C") };
    assert_eq!(joined(&g.join(connect, 10, &l, 5), 10).error, Some(GroupError::InconsistentProtocol));
}

#[test]
fn a_group_is_bounded_in_members_and_bytes() {
    let l = GroupLimits { max_size: 1, max_bytes: 100, ..limits(0) };
    let mut g = group();
    let mut big = request("", "a", "A");
    big.protocols[0].metadata = Bytes::from(vec![0; 200]);
    assert_eq!(joined(&g.join(big, 1, &l, 0), 1).error, Some(GroupError::GroupMaxSizeReached));
    assert_eq!(joined(&g.join(request("", "a", "A"), 2, &l, 0), 2).error, None);
    assert_eq!(
        joined(&g.join(request("", "b", "B"), 3, &l, 0), 3).error,
        Some(GroupError::GroupMaxSizeReached)
    );
}

#[test]
fn a_group_read_from_its_record_goes_on_where_it_was() {
    let g = stable();
    let mut loaded = Group::from_record("g".into(), g.to_record(), 1_000_000);
    assert_eq!((loaded.state(), loaded.generation()), (GroupState::Stable, 2));
    assert_eq!(loaded.heartbeat(&"b".into(), None, 2, 1_000_001), Ok(()));
    assert_eq!(loaded.to_record(), Group::from_record("g".into(), loaded.to_record(), 5).to_record());
}
