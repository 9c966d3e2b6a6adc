//! Leaving a group: told to the coordinator, and told again while it is away. A member that goes without a word would
//! keep the others waiting for its session time-out, which begins anew where a coordinator starts again.

use std::time::Duration;

use aqueduct_protocol::messages::LeaveGroupRequest;
use aqueduct_protocol::messages::leave_group_request::MemberIdentity;
use bytestring::ByteString;
use tokio::sync::oneshot;
use tokio::time::Instant;

use super::GroupConfig;
use crate::coordinators::CoordinatorKind;
use crate::net::Backoff;
use crate::{Client, ClientError, Target};

/// First version of LeaveGroup that names members in a list.
const LEAVE_BATCHED: i16 = 3;
/// How long a coordinator that is away is told again: longer than most are.
const TELL_FOR: Duration = Duration::from_secs(600);

/// A member on its way out.
pub(super) struct Leaving {
    pub(super) client: Client,
    pub(super) config: GroupConfig,
    pub(super) member_id: ByteString,
    pub(super) reason: ByteString,
}

impl Leaving {
    /// Tells the coordinator until it has heard it, or the client is closed. `reply` gets the outcome of the first
    /// attempt.
    pub(super) async fn run(self, reply: oneshot::Sender<Result<(), ClientError>>) {
        let config = self.client.config();
        let mut backoff = Backoff::new(config.retry_backoff, config.retry_backoff_max);
        let shutdown = self.client.shutdown().clone();
        let mut reply = Some(reply);
        let until = Instant::now() + TELL_FOR;
        loop {
            let told = self.tell().await;
            if let Err(error) = &told {
                tracing::debug!(group = %self.config.group_id, "leaving: {error}");
                self.client.forget_coordinator(CoordinatorKind::Group, &self.config.group_id);
            }
            let again = told.as_ref().is_err_and(ClientError::is_retriable) && Instant::now() < until;
            if let Some(reply) = reply.take() {
                // Whoever left need not wait for the outcome.
                let _ = reply.send(told);
            }
            if !again || !shutdown.sleep(backoff.next()).await {
                return;
            }
        }
    }

    async fn tell(&self) -> Result<(), ClientError> {
        let within = self.client.config().request_timeout;
        let target = Target::Group(self.config.group_id.clone());
        let connection = self.client.connection_for(&target, Instant::now() + within).await?;
        let version = connection.version_of::<LeaveGroupRequest>(i16::MAX)?;
        let mut request =
            LeaveGroupRequest { group_id: self.config.group_id.clone(), ..LeaveGroupRequest::default() };
        if version >= LEAVE_BATCHED {
            request.members = vec![MemberIdentity {
                member_id: self.member_id.clone(),
                group_instance_id: self.config.group_instance_id.clone(),
                reason: Some(self.reason.clone()),
                ..MemberIdentity::default()
            }];
        } else {
            request.member_id = self.member_id.clone();
        }
        let answer = connection.call_version(&request, version, within).await?;
        let what = || format!("LeaveGroup {}", self.config.group_id);
        ClientError::check(answer.error_code, None, what)?;
        let member = answer.members.first().map_or(0, |member| member.error_code);
        ClientError::check(member, None, what)
    }
}
