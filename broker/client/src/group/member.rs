//! A member of a group as its user holds it.

use std::sync::Arc;
use std::time::Duration;

use aqueduct_service::Tasks;
use bytes::Bytes;
use bytestring::ByteString;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::Instant;

use super::link::{Command, RejoinRequest, Status};
use super::membership::Membership;
use super::{GroupConfig, GroupEvent};
use crate::{Client, ClientError};

/// Events and commands that can be under way at once: a member has at most one of each kind.
const QUEUE: usize = 16;

/// A membership. Dropping it ends the background task without leaving: the coordinator notices after the session
/// time-out.
///
/// The order of calls: `join`, then for every [`GroupEvent`] what its text says. At most one join is under way.
#[derive(Debug)]
pub struct GroupMember {
    commands: mpsc::Sender<Command>,
    events: mpsc::Receiver<GroupEvent>,
    status: watch::Receiver<Status>,
    rejoin: Arc<RejoinRequest>,
    active_until: watch::Sender<Option<Instant>>,
    tasks: Tasks,
}

impl GroupMember {
    /// A member that has not joined yet.
    pub fn new(client: &Client, config: GroupConfig) -> GroupMember {
        let (commands, command_receiver) = mpsc::channel(QUEUE);
        let (event_sender, events) = mpsc::channel(QUEUE);
        let (status_sender, status) = watch::channel(Status::default());
        let rejoin = Arc::new(RejoinRequest::default());
        let (active_until, activity) = watch::channel(None);
        let tasks = Tasks::new(format!("member of {}", config.group_id), client.shutdown().child());
        let membership = Membership::new(
            client.clone(),
            config,
            command_receiver,
            event_sender,
            status_sender,
            rejoin.clone(),
            activity,
        );
        let shutdown = tasks.shutdown().clone();
        tasks.spawn("membership", async move {
            tokio::select! {
                () = shutdown.triggered() => {}
                () = membership.run() => {}
            }
        });
        GroupMember { commands, events, status, rejoin, active_until, tasks }
    }

    /// Joins (again), offering these protocols with metadata in order of preference. The outcome comes as an
    /// event: `Lead`, then `Assigned`, or `Assigned` alone, or `Rejoin`, or `Lost`. Retriable faults are retried
    /// for as long as it takes.
    pub async fn join(&mut self, protocols: Vec<(ByteString, Bytes)>) {
        // What was asked for before is answered by this join. Not so what is asked for from here on, even before the
        // background task takes the join up: it may rest on something that these protocols do not know of.
        self.rejoin.take();
        // Refused only when the client is closed, which `next_event` tells.
        let _ = self.commands.send(Command::Join(protocols)).await;
    }

    /// As the leader: gives each member its assignment. Members left out get empty bytes.
    pub async fn assign(&mut self, assignments: Vec<(ByteString, Bytes)>) {
        let _ = self.commands.send(Command::Assign(assignments)).await;
    }

    /// The next event. Cancel safe. Waits for ever while nothing was asked for. Once the client is closed it
    /// gives `Lost` each time.
    pub async fn next_event(&mut self) -> GroupEvent {
        self.events.recv().await.unwrap_or(GroupEvent::Lost { cause: ClientError::Closed })
    }

    /// Asks for a rebalance: an event `Rejoin` follows. While a join is under way it is remembered until that is
    /// done.
    pub fn request_rejoin(&self, reason: impl Into<String>) {
        self.rejoin.ask(reason);
    }

    /// Lets the membership end by itself at this time, unless it is put off again: the user's sign of life
    /// (`max.poll.interval.ms`). The group is left, and `Lost` follows.
    pub fn set_active_until(&self, until: Option<Instant>) {
        self.active_until.send_replace(until);
    }

    /// The generation, −1 while there is none.
    pub fn generation(&self) -> i32 {
        self.status.borrow().generation
    }

    /// The member id, empty while there is none.
    pub fn member_id(&self) -> ByteString {
        self.status.borrow().member_id.clone()
    }

    /// Leaves the group, so that the others need not wait for the session time-out, and ends the background task. For a
    /// static member it removes the instance from the group.
    pub async fn leave(self, reason: &str) -> Result<(), ClientError> {
        let (reply, done) = oneshot::channel();
        let command = Command::Leave { reason: reason.into(), reply };
        let left = match self.commands.send(command).await {
            Ok(()) => done.await.unwrap_or(Err(ClientError::Closed)),
            Err(_) => Err(ClientError::Closed),
        };
        self.tasks.stop(Duration::from_secs(1)).await;
        left
    }

    /// Generation and member id, to be watched.
    pub(crate) fn status(&self) -> watch::Receiver<Status> {
        self.status.clone()
    }
}

impl Drop for GroupMember {
    fn drop(&mut self) {
        self.tasks.shutdown().trigger();
    }
}
