//! Membership with opaque metadata, as a Connect worker has it.

use std::time::Duration;

use aqueduct_client::{Client, GroupConfig, GroupEvent, GroupMember};
use bytes::Bytes;
use bytestring::ByteString;

use super::cluster::{client, unique};

fn member(client: &Client, group: &ByteString) -> GroupMember {
    let config = GroupConfig {
        group_id: group.clone(),
        protocol_type: "connect".into(),
        group_instance_id: None,
        session_timeout: Duration::from_secs(10),
        rebalance_timeout: Duration::from_secs(10),
        heartbeat_interval: Duration::from_millis(100),
    };
    GroupMember::new(client, config)
}

fn offer(metadata: &'static str) -> Vec<(ByteString, Bytes)> {
    vec![("sessioned".into(), metadata.into()), ("default".into(), metadata.into())]
}

async fn event(member: &mut GroupMember) -> GroupEvent {
    tokio::time::timeout(Duration::from_secs(20), member.next_event()).await.unwrap()
}

/// As the leader gives every member its metadata back; gives the number of members.
async fn lead(member: &mut GroupMember, event: GroupEvent) -> usize {
    let GroupEvent::Lead { members, protocol, .. } = event else { panic!("{event:?}") };
    assert_eq!(protocol, "sessioned");
    let count = members.len();
    member.assign(members.into_iter().map(|member| (member.member_id, member.metadata)).collect()).await;
    count
}

fn assigned(event: GroupEvent) -> Bytes {
    let GroupEvent::Assigned { assignment, .. } = event else { panic!("{event:?}") };
    assignment
}

#[tokio::test]
async fn members_of_any_protocol_type_are_led_and_rebalanced() {
    let Some(client) = client().await else { return };
    let group: ByteString = unique("connect").into();
    let mut first = member(&client, &group);
    first.join(offer("one")).await;
    let told = event(&mut first).await;
    assert_eq!(lead(&mut first, told).await, 1);
    assert_eq!(assigned(event(&mut first).await), "one");
    let generation = first.generation();

    let mut second = member(&client, &group);
    second.join(offer("two")).await;
    assert!(matches!(event(&mut first).await, GroupEvent::Rejoin { .. }));
    first.join(offer("one again")).await;
    let told = event(&mut first).await;
    assert_eq!(lead(&mut first, told).await, 2);
    assert_eq!(assigned(event(&mut first).await), "one again");
    assert_eq!(assigned(event(&mut second).await), "two");
    assert!(first.generation() > generation);
    assert_eq!(first.generation(), second.generation());

    second.request_rejoin("a new connector");
    assert!(matches!(event(&mut second).await, GroupEvent::Rejoin { .. }));
    second.join(offer("two again")).await;
    assert!(matches!(event(&mut first).await, GroupEvent::Rejoin { .. }));
    first.leave("done").await.unwrap();
    let told = event(&mut second).await;
    assert_eq!(lead(&mut second, told).await, 1);
    assert_eq!(assigned(event(&mut second).await), "two again");

    let described = client.admin().describe_groups(vec![group.clone()]).await.unwrap();
    let described = described[0].1.as_ref().unwrap();
    assert_eq!((described.state.as_ref(), described.members.len()), ("Stable", 1));
    second.leave("done").await.unwrap();
    assert!(client.admin().list_groups().await.unwrap().iter().any(|listed| listed.group_id == group));
    let deleted = client.admin().delete_groups(vec![group]).await.unwrap();
    deleted[0].1.as_ref().unwrap();
}

#[tokio::test]
async fn offsets_of_a_group_without_members_are_set_listed_and_deleted() {
    let Some(client) = client().await else { return };
    let admin = client.admin();
    let group: ByteString = unique("offsets").into();
    let topic = unique("topic");
    let created = aqueduct_client::admin::NewTopic {
        partitions: 1,
        replication_factor: 1,
        ..aqueduct_client::admin::NewTopic::new(topic.clone())
    };
    admin.create_topics(vec![created], false).await.unwrap();
    let partition = aqueduct_client::TopicPartition::new(topic, 0);
    let set = admin.alter_group_offsets(&group, vec![(partition.clone(), 42.into())]).await.unwrap();
    set[0].1.as_ref().unwrap();
    let listed = admin.list_group_offsets(&group, None).await.unwrap();
    assert_eq!(listed[0].1.offset, 42);
    let deleted = admin.delete_group_offsets(&group, vec![partition]).await.unwrap();
    deleted[0].1.as_ref().unwrap();
    assert!(admin.list_group_offsets(&group, None).await.unwrap().is_empty());
}
