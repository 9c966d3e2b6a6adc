//! The background task of a member: one step after the other, heartbeats in between.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use aqueduct_protocol::ErrorCode;
use aqueduct_protocol::codec::Request;
use aqueduct_protocol::messages::JoinGroupResponse;
use aqueduct_service::timer;
use bytes::Bytes;
use bytestring::ByteString;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Instant, sleep, sleep_until};

use super::leaving::Leaving;
use super::link::{Command, RejoinRequest, Status};
use super::requests;
use super::{GroupConfig, GroupEvent, JoinedMember};
use crate::client::patience;
use crate::coordinators::CoordinatorKind;
use crate::net::{Backoff, Lane, LaneGuard};
use crate::{Client, ClientError, Target};

/// What to do next.
enum Step {
    /// No member: wait to be told to join.
    Outside,
    Join(Vec<(ByteString, Bytes)>),
    /// Leader: wait for the assignments.
    Lead,
    Sync(Vec<(ByteString, Bytes)>),
    /// Heartbeats until something happens.
    Member,
    /// Heartbeats until the user joins again.
    AwaitJoin,
    Leave {
        reason: ByteString,
        reply: oneshot::Sender<Result<(), ClientError>>,
    },
    End,
}

/// What the user is to say next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Awaiting {
    Nothing,
    Assignments,
    Join,
}

pub(super) struct Membership {
    client: Client,
    config: GroupConfig,
    commands: mpsc::Receiver<Command>,
    events: mpsc::Sender<GroupEvent>,
    status: watch::Sender<Status>,
    rejoin: Arc<RejoinRequest>,
    active_until: watch::Receiver<Option<Instant>>,
    /// Joins and syncs wait for other members: on a connection of their own.
    lane: LaneGuard,
    protocol: ByteString,
    leader_id: ByteString,
    last_contact: Instant,
    /// Pauses between joins that were refused.
    refusals: Backoff,
}

type Answer<T> = Pin<Box<dyn Future<Output = Result<T, ClientError>> + Send>>;

impl Membership {
    pub(super) fn new(
        client: Client,
        config: GroupConfig,
        commands: mpsc::Receiver<Command>,
        events: mpsc::Sender<GroupEvent>,
        status: watch::Sender<Status>,
        rejoin: Arc<RejoinRequest>,
        active_until: watch::Receiver<Option<Instant>>,
    ) -> Membership {
        Membership {
            lane: client.dedicated_lane(),
            refusals: Backoff::new(client.config().retry_backoff, client.config().retry_backoff_max),
            client,
            config,
            commands,
            events,
            status,
            rejoin,
            active_until,
            protocol: ByteString::new(),
            leader_id: ByteString::new(),
            last_contact: Instant::now(),
        }
    }

    pub(super) async fn run(mut self) {
        let mut step = Step::Outside;
        loop {
            step = match step {
                Step::Outside => self.wait_outside().await,
                Step::Join(protocols) => self.join(protocols).await,
                Step::Lead => self.beat_until_told(Awaiting::Assignments).await,
                Step::Sync(assignments) => self.sync(assignments).await,
                Step::Member => self.beat_until_told(Awaiting::Nothing).await,
                Step::AwaitJoin => self.beat_until_told(Awaiting::Join).await,
                Step::Leave { reason, reply } => {
                    self.leave(reason, reply);
                    Step::End
                }
                Step::End => return,
            };
        }
    }

    async fn wait_outside(&mut self) -> Step {
        match self.commands.recv().await {
            Some(Command::Join(protocols)) => Step::Join(protocols),
            Some(Command::Assign(_)) => Step::Outside,
            Some(Command::Leave { reply, .. }) => {
                let _ = reply.send(Ok(()));
                Step::End
            }
            None => Step::End,
        }
    }

    async fn join(&mut self, protocols: Vec<(ByteString, Bytes)>) -> Step {
        let config = self.client.config();
        let mut backoff = Backoff::new(config.retry_backoff, config.retry_backoff_max);
        let mut failing_since: Option<Instant> = None;
        loop {
            let request = requests::join(&self.config, &self.status.borrow(), &protocols);
            let within = patience(self.client.config(), self.config.rebalance_timeout);
            let asked = self.ask(request, self.lane.lane(), within);
            let answer = match self.unless_told(asked).await {
                Ok(answer) => answer,
                Err(step) => return step,
            };
            let code = match &answer {
                Ok(answer) => ErrorCode::from_code(answer.error_code),
                Err(error) if error.is_retriable() => ErrorCode::CoordinatorNotAvailable,
                Err(error) => return self.refused(error.clone()).await,
            };
            match code {
                ErrorCode::None => {
                    if let Ok(answer) = answer {
                        return self.joined(answer);
                    }
                }
                ErrorCode::MemberIdRequired => {
                    if let Ok(answer) = answer {
                        self.set_status(-1, answer.member_id);
                    }
                    continue;
                }
                ErrorCode::UnknownMemberId => {
                    let was_member = self.is_member();
                    self.set_status(-1, ByteString::new());
                    // What it had may be somebody else's by now.
                    if was_member {
                        return self.lost(self.broker_error("JoinGroup", ErrorCode::UnknownMemberId));
                    }
                }
                ErrorCode::IllegalGeneration | ErrorCode::RebalanceInProgress => {}
                code if code.is_retriable() => {
                    self.client.learn_from(&Target::Group(self.config.group_id.clone()), code);
                }
                code => return self.refused(self.broker_error("JoinGroup", code)).await,
            }
            let since = *failing_since.get_or_insert_with(Instant::now);
            if self.is_member() && since.elapsed() >= self.config.session_timeout {
                let what = format!("the session of group {}", self.config.group_id);
                return self.lost(ClientError::Timeout { what, after: self.config.session_timeout });
            }
            tracing::debug!(group = %self.config.group_id, "join is tried again: {code}");
            if let Err(step) = self.unless_told(Box::pin(sleep(backoff.next()))).await {
                return step;
            }
        }
    }

    fn joined(&mut self, answer: JoinGroupResponse) -> Step {
        self.last_contact = Instant::now();
        self.refusals.reset();
        self.set_status(answer.generation_id, answer.member_id.clone());
        self.protocol = answer.protocol_name.unwrap_or_default();
        self.leader_id = answer.leader;
        if self.leader_id != answer.member_id {
            return Step::Sync(Vec::new());
        }
        let members = answer.members.into_iter().map(|member| JoinedMember {
            member_id: member.member_id,
            group_instance_id: member.group_instance_id,
            metadata: member.metadata,
        });
        self.tell(GroupEvent::Lead {
            generation: answer.generation_id,
            protocol: self.protocol.clone(),
            members: members.collect(),
            skip_assignment: answer.skip_assignment,
        });
        Step::Lead
    }

    async fn sync(&mut self, assignments: Vec<(ByteString, Bytes)>) -> Step {
        let status = self.status.borrow().clone();
        let request = requests::sync(&self.config, &status, &self.protocol, assignments);
        let within = patience(self.client.config(), self.config.rebalance_timeout);
        let asked = self.ask(request, self.lane.lane(), within);
        let answer = match self.unless_told(asked).await {
            Ok(answer) => answer,
            Err(step) => return step,
        };
        let answer = match answer {
            Ok(answer) => answer,
            Err(error) if error.is_retriable() => {
                return self.must_rejoin(format!("SyncGroup failed: {error}"));
            }
            Err(error) => return self.lost(error),
        };
        match ErrorCode::from_code(answer.error_code) {
            ErrorCode::None => {
                self.last_contact = Instant::now();
                self.tell(GroupEvent::Assigned {
                    generation: status.generation,
                    member_id: status.member_id,
                    protocol: self.protocol.clone(),
                    leader_id: self.leader_id.clone(),
                    assignment: answer.assignment,
                });
                Step::Member
            }
            code @ ErrorCode::UnknownMemberId => {
                self.set_status(-1, ByteString::new());
                self.lost(self.broker_error("SyncGroup", code))
            }
            code @ (ErrorCode::RebalanceInProgress | ErrorCode::IllegalGeneration) => {
                self.must_rejoin(code.message().to_owned())
            }
            code if code.is_retriable() => {
                self.client.learn_from(&Target::Group(self.config.group_id.clone()), code);
                self.must_rejoin(code.message().to_owned())
            }
            code => self.lost(self.broker_error("SyncGroup", code)),
        }
    }

    /// Heartbeats until the user says something, the group wants something, or the membership ends. While
    /// the user is awaited a rebalance is no news.
    async fn beat_until_told(&mut self, awaiting: Awaiting) -> Step {
        let waiting = awaiting != Awaiting::Nothing;
        let mut beat: Option<Answer<ErrorCode>> = None;
        let mut next_beat = Instant::now() + self.config.heartbeat_interval;
        loop {
            if !waiting && let Some(reason) = self.rejoin.take() {
                return self.must_rejoin(reason);
            }
            let session_end = self.last_contact + self.config.session_timeout;
            let rejoin = self.rejoin.clone();
            let pending = beat.is_some();
            // After the coordinator forgot the member there is nothing to keep alive.
            let is_member = self.is_member();
            tokio::select! {
                command = self.commands.recv() => match command {
                    Some(Command::Join(protocols)) => return Step::Join(protocols),
                    Some(Command::Assign(assignments)) if awaiting == Awaiting::Assignments => return Step::Sync(assignments),
                    Some(Command::Assign(_)) => {}
                    Some(Command::Leave { reason, reply }) => return Step::Leave { reason, reply },
                    None => return Step::End,
                },
                () = rejoin.wake.notified(), if !waiting => {}
                () = sleep_until(next_beat), if !pending && is_member => {
                    next_beat = Instant::now() + self.config.heartbeat_interval;
                    beat = Some(self.heartbeat());
                }
                code = poll_beat(&mut beat), if pending => {
                    beat = None;
                    if let Some(step) = self.heard(code, waiting) {
                        return step;
                    }
                }
                () = activity_end(self.active_until.clone()), if is_member => {
                    let what = format!("a sign of life of the member of group {}", self.config.group_id);
                    // A static member's place is kept for its session time-out (KIP-345).
                    if self.config.group_instance_id.is_none() {
                        self.leave("consumer poll timeout has expired.".into(), oneshot::channel().0);
                    }
                    let after = self.config.rebalance_timeout;
                    return self.lost(ClientError::Timeout { what, after });
                }
                () = sleep_until(session_end), if is_member => {
                    let after = self.config.session_timeout;
                    // The member id stays: a coordinator that was away may know it still, and would wait for it.
                    let what = format!("the session of group {}", self.config.group_id);
                    return self.lost(ClientError::Timeout { what, after });
                }
            }
        }
    }

    fn heartbeat(&self) -> Answer<ErrorCode> {
        let request = requests::heartbeat(&self.config, &self.status.borrow());
        let within = self.client.config().request_timeout.min(self.config.session_timeout);
        let asked = self.ask(request, Lane::Shared, within);
        Box::pin(async move { Ok(ErrorCode::from_code(asked.await?.error_code)) })
    }

    fn heard(&mut self, code: Result<ErrorCode, ClientError>, waiting: bool) -> Option<Step> {
        match code {
            Ok(ErrorCode::None) => self.last_contact = Instant::now(),
            Ok(code @ ErrorCode::RebalanceInProgress) => {
                self.last_contact = Instant::now();
                if !waiting {
                    return Some(self.must_rejoin(code.message().to_owned()));
                }
            }
            Ok(code @ (ErrorCode::NotCoordinator | ErrorCode::CoordinatorNotAvailable)) => {
                self.client.learn_from(&Target::Group(self.config.group_id.clone()), code);
            }
            Ok(code @ ErrorCode::IllegalGeneration) => {
                let member_id = self.status.borrow().member_id.clone();
                self.set_status(-1, member_id);
                return Some(self.lost(self.broker_error("Heartbeat", code)));
            }
            Ok(code) if !code.is_retriable() => {
                self.set_status(-1, ByteString::new());
                return Some(self.lost(self.broker_error("Heartbeat", code)));
            }
            // The session's end decides.
            Ok(_) => {}
            Err(error) => tracing::debug!(group = %self.config.group_id, "heartbeat: {error}"),
        }
        None
    }

    /// Leaves, in the background: whoever asked for it need not wait for a coordinator that is away.
    fn leave(&mut self, reason: ByteString, reply: oneshot::Sender<Result<(), ClientError>>) {
        let member_id = self.status.borrow().member_id.clone();
        self.set_status(-1, ByteString::new());
        if member_id.is_empty() {
            let _ = reply.send(Ok(()));
            return;
        }
        let (client, config) = (self.client.clone(), self.config.clone());
        let leaving = Leaving { client, config, member_id, reason };
        self.client.spawn(format!("leaving group {}", self.config.group_id), leaving.run(reply));
    }

    /// A request to the coordinator, as a future that borrows nothing.
    fn ask<R>(&self, request: R, lane: Lane, within: std::time::Duration) -> Answer<R::Response>
    where
        R: Request + Send + Sync + 'static,
        R::Response: Send,
    {
        let client = self.client.clone();
        let group = self.config.group_id.clone();
        Box::pin(async move {
            let kind = CoordinatorKind::Group;
            let outcome = async {
                let deadline = Instant::now() + client.config().request_timeout.min(within);
                let node = client.coordinator(kind, &group, deadline).await?;
                let connection = client.node_connection(node, lane, deadline).await?;
                connection.call(&request, within).await
            }
            .await;
            if outcome.as_ref().is_err_and(|error| error.code().is_none()) {
                client.forget_coordinator(kind, &group);
            }
            outcome
        })
    }

    /// Waits for something, unless the user leaves or joins anew: then what to do instead.
    async fn unless_told<T>(&mut self, work: Pin<Box<dyn Future<Output = T> + Send>>) -> Result<T, Step> {
        tokio::pin!(work);
        loop {
            tokio::select! {
                done = &mut work => return Ok(done),
                command = self.commands.recv() => match command {
                    Some(Command::Join(protocols)) => return Err(Step::Join(protocols)),
                    Some(Command::Assign(_)) => {}
                    Some(Command::Leave { reason, reply }) => return Err(Step::Leave { reason, reply }),
                    None => return Err(Step::End),
                },
            }
        }
    }

    fn must_rejoin(&mut self, reason: String) -> Step {
        tracing::info!(group = %self.config.group_id, "rebalance: {reason}");
        self.tell(GroupEvent::Rejoin { reason });
        Step::AwaitJoin
    }

    fn lost(&mut self, cause: ClientError) -> Step {
        tracing::warn!(group = %self.config.group_id, "membership lost: {cause}");
        let member_id = self.status.borrow().member_id.clone();
        self.set_status(-1, member_id);
        self.tell(GroupEvent::Lost { cause });
        Step::Outside
    }

    /// The group does not take this member at all: told after a pause, for whoever tries again at once.
    async fn refused(&mut self, cause: ClientError) -> Step {
        let pause = self.refusals.next();
        match self.unless_told(Box::pin(sleep(pause))).await {
            Ok(()) => self.lost(cause),
            Err(step) => step,
        }
    }

    /// Whether there is a generation in which it may have something assigned.
    fn is_member(&self) -> bool {
        self.status.borrow().generation >= 0
    }

    fn tell(&self, event: GroupEvent) {
        if self.events.try_send(event).is_err() {
            tracing::error!(group = %self.config.group_id, "a group event was not taken up in time");
        }
    }

    fn set_status(&self, generation: i32, member_id: ByteString) {
        self.status.send_replace(Status { generation, member_id });
    }

    fn broker_error(&self, api: &str, code: ErrorCode) -> ClientError {
        ClientError::Broker { what: format!("{api} {}", self.config.group_id), code, message: None }
    }
}

/// Ends when the user's time is up, however often it is put off.
async fn activity_end(mut until: watch::Receiver<Option<Instant>>) {
    loop {
        let end = *until.borrow_and_update();
        tokio::select! {
            changed = until.changed() => if changed.is_err() {
                std::future::pending::<()>().await;
            },
            () = timer::until(end) => return,
        }
    }
}

async fn poll_beat(beat: &mut Option<Answer<ErrorCode>>) -> Result<ErrorCode, ClientError> {
    match beat {
        Some(beat) => beat.as_mut().await,
        None => std::future::pending().await,
    }
}
