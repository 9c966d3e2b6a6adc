//! What a member is told when its coordinator does this or that.

use std::time::{Duration, Instant};

use aqueduct_protocol::ErrorCode;
use aqueduct_protocol::messages::join_group_response::JoinGroupResponseMember;
use aqueduct_protocol::messages::{HeartbeatResponse, JoinGroupRequest, JoinGroupResponse};
use bytes::Bytes;
use bytestring::ByteString;

use super::scripted::{Script, client};
use crate::{Client, GroupConfig, GroupEvent, GroupMember};

/// Lets the only member lead, unless the next answers say otherwise.
#[derive(Default)]
struct OneMember {
    generation: i32,
    /// Answers to joins after the first that was let in, in order; then they are let in again.
    joins: Vec<ErrorCode>,
    /// Every join is answered so.
    always: Option<ErrorCode>,
    heartbeat: Option<ErrorCode>,
}

impl Script for OneMember {
    fn join(&mut self, request: JoinGroupRequest) -> JoinGroupResponse {
        let refusal = match self.always {
            Some(code) if self.generation > 0 || code == ErrorCode::InconsistentGroupProtocol => Some(code),
            _ if self.generation > 0 && !self.joins.is_empty() => Some(self.joins.remove(0)),
            _ => None,
        };
        if let Some(code) = refusal {
            return JoinGroupResponse { error_code: code.code(), ..JoinGroupResponse::default() };
        }
        self.generation += 1;
        let id = ByteString::from("member");
        let member = JoinGroupResponseMember { member_id: id.clone(), ..JoinGroupResponseMember::default() };
        JoinGroupResponse {
            generation_id: self.generation,
            protocol_name: request.protocols.first().map(|protocol| protocol.name.clone()),
            leader: id.clone(),
            member_id: id,
            members: vec![member],
            ..JoinGroupResponse::default()
        }
    }

    fn heartbeat(&mut self) -> HeartbeatResponse {
        let error_code = self.heartbeat.map_or(0, ErrorCode::code);
        HeartbeatResponse { error_code, ..HeartbeatResponse::default() }
    }
}

fn member(client: &Client) -> GroupMember {
    let config = GroupConfig {
        group_id: "group".into(),
        protocol_type: "connect".into(),
        group_instance_id: None,
        session_timeout: Duration::from_millis(600),
        rebalance_timeout: Duration::from_secs(5),
        heartbeat_interval: Duration::from_millis(50),
    };
    GroupMember::new(client, config)
}

fn offer() -> Vec<(ByteString, Bytes)> {
    vec![("sessioned".into(), Bytes::from_static(b"work"))]
}

async fn event(member: &mut GroupMember) -> GroupEvent {
    tokio::time::timeout(Duration::from_secs(20), member.next_event()).await.expect("an event")
}

/// Joins, leads, and has its assignment.
async fn become_member(member: &mut GroupMember) {
    member.join(offer()).await;
    be_assigned(member).await;
}

async fn be_assigned(member: &mut GroupMember) {
    let told = event(member).await;
    assert!(matches!(told, GroupEvent::Lead { .. }), "{told:?}");
    member.assign(vec![("member".into(), Bytes::from_static(b"all"))]).await;
    let told = event(member).await;
    assert!(matches!(told, GroupEvent::Assigned { .. }), "{told:?}");
}

#[tokio::test]
async fn a_rejoin_that_is_asked_for_right_after_a_join_is_not_forgotten() {
    let client = client(OneMember::default()).await;
    let mut member = member(&client);
    member.join(offer()).await;
    // The background task has not taken the join up yet.
    member.request_rejoin("work has ended that the join still claims");
    be_assigned(&mut member).await;
    let told = event(&mut member).await;
    assert!(matches!(told, GroupEvent::Rejoin { .. }), "{told:?}");
}

#[tokio::test]
async fn a_member_that_the_coordinator_forgot_before_its_join_has_lost_its_work() {
    let joins = vec![ErrorCode::UnknownMemberId];
    let client = client(OneMember { joins, ..OneMember::default() }).await;
    let mut member = member(&client);
    become_member(&mut member).await;
    member.join(offer()).await;
    let told = event(&mut member).await;
    assert!(matches!(told, GroupEvent::Lost { .. }), "{told:?}");
    assert_eq!((member.generation(), member.member_id()), (-1, "".into()));
    become_member(&mut member).await;
}

#[tokio::test]
async fn a_member_that_cannot_join_again_for_a_session_has_lost_its_work() {
    let always = Some(ErrorCode::CoordinatorNotAvailable);
    let client = client(OneMember { always, ..OneMember::default() }).await;
    let mut member = member(&client);
    become_member(&mut member).await;
    member.join(offer()).await;
    let told = event(&mut member).await;
    assert!(matches!(told, GroupEvent::Lost { .. }), "{told:?}");
}

#[tokio::test]
async fn a_member_that_is_refused_and_tries_again_at_once_does_so_at_a_bearable_rate() {
    let always = Some(ErrorCode::InconsistentGroupProtocol);
    let client = client(OneMember { always, ..OneMember::default() }).await;
    let mut member = member(&client);
    let began = Instant::now();
    for _ in 0..4 {
        member.join(offer()).await;
        let told = event(&mut member).await;
        assert!(matches!(told, GroupEvent::Lost { .. }), "{told:?}");
    }
    // 100, 200 and 400 ms by default, spread by a fifth; the first comes at once or later.
    assert!(began.elapsed() >= Duration::from_millis(400), "{:?}", began.elapsed());
}
