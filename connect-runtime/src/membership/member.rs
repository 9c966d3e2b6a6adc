//! A worker's membership: in the Connect group, or alone. What happens to it comes as events of the herder.

use std::collections::VecDeque;

use aqueduct_client::{Client, GroupConfig, GroupEvent, GroupMember};
use bytes::Bytes;
use tokio::sync::Notify;

use crate::config::worker_config::DistributedConfig;
use crate::herder::event::Event;

/// A membership.
pub(crate) enum Member {
    /// In the group.
    Group(Box<GroupMember>),
    /// A standalone worker: a group of one, without a coordinator.
    Alone(Alone),
}

/// What a coordinator would say to the only member there is.
#[derive(Default)]
pub(crate) struct Alone {
    generation: i32,
    joining: Option<(String, Bytes)>,
    assignment: Option<(String, Bytes)>,
    rejoin: bool,
    wake: Notify,
    events: VecDeque<Event>,
}

const ALONE: &str = "standalone";

impl Member {
    /// A member of the Connect group, not joined yet.
    pub(crate) fn of_group(client: &Client, config: &DistributedConfig) -> Self {
        Self::Group(Box::new(GroupMember::new(
            client,
            GroupConfig {
                group_id: config.group_id.as_str().into(),
                protocol_type: "connect".into(),
                group_instance_id: None,
                session_timeout: config.session_timeout,
                rebalance_timeout: config.rebalance_timeout,
                heartbeat_interval: config.heartbeat_interval,
            },
        )))
    }

    /// Joins with these protocols; the outcome comes as events.
    pub(crate) async fn join(&mut self, protocols: Vec<(&'static str, Bytes)>) {
        match self {
            Self::Group(member) => {
                let protocols = protocols.into_iter().map(|(name, metadata)| (name.into(), metadata));
                member.join(protocols.collect()).await;
            }
            Self::Alone(alone) => {
                alone.joining =
                    protocols.into_iter().next().map(|(name, metadata)| (name.to_owned(), metadata));
                alone.rejoin = false;
                if let Some((protocol, metadata)) = alone.joining.clone() {
                    alone.generation += 1;
                    alone
                        .events
                        .push_back(Event::Lead { protocol, members: vec![(ALONE.to_owned(), metadata)] });
                }
            }
        }
    }

    /// As the leader: hands the assignments out.
    pub(crate) async fn assign(&mut self, assignments: Vec<(String, Bytes)>) {
        match self {
            Self::Group(member) => {
                member.assign(assignments.into_iter().map(|(id, bytes)| (id.into(), bytes)).collect()).await;
            }
            Self::Alone(alone) => {
                alone.assignment = assignments.into_iter().next();
                if let (Some((protocol, _)), Some((_, assignment))) =
                    (alone.joining.clone(), alone.assignment.take())
                {
                    let (generation, member_id) = (alone.generation, ALONE.to_owned());
                    alone.events.push_back(Event::Assigned { generation, member_id, protocol, assignment });
                }
            }
        }
    }

    /// Asks for a rebalance.
    pub(crate) fn request_rejoin(&mut self, reason: &str) {
        match self {
            Self::Group(member) => member.request_rejoin(reason),
            Self::Alone(alone) => {
                if !alone.rejoin {
                    alone.rejoin = true;
                    alone.events.push_back(Event::Rejoin);
                    alone.wake.notify_one();
                }
            }
        }
    }

    /// What happens next. Cancel safe.
    pub(crate) async fn next_event(&mut self) -> Event {
        match self {
            Self::Group(member) => translated(member.next_event().await),
            Self::Alone(alone) => loop {
                if let Some(event) = alone.events.pop_front() {
                    return event;
                }
                alone.wake.notified().await;
            },
        }
    }

    /// Leaves the group, so that the others need not wait for the session time-out.
    pub(crate) async fn leave(self) {
        if let Self::Group(member) = self
            && let Err(error) = member.leave("the worker stops").await
        {
            tracing::warn!("leaving the Connect group: {error}");
        }
    }
}

fn translated(event: GroupEvent) -> Event {
    match event {
        GroupEvent::Rejoin { reason } => {
            tracing::info!("the Connect group rebalances: {reason}");
            Event::Rejoin
        }
        GroupEvent::Lead { protocol, members, .. } => Event::Lead {
            protocol: protocol.to_string(),
            members: members
                .into_iter()
                .map(|member| (member.member_id.to_string(), member.metadata))
                .collect(),
        },
        GroupEvent::Assigned { generation, member_id, protocol, assignment, .. } => Event::Assigned {
            generation,
            member_id: member_id.to_string(),
            protocol: protocol.to_string(),
            assignment,
        },
        GroupEvent::Lost { cause } => {
            tracing::warn!(
                "this worker is out of the Connect group: {cause}; it stops its work and joins again"
            );
            Event::Lost
        }
    }
}
