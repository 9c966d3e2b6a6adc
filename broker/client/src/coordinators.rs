//! Which broker coordinates which group or transactional id.

use std::collections::HashMap;

use aqueduct_protocol::codec::Message;
use aqueduct_protocol::messages::FindCoordinatorRequest;
use bytestring::ByteString;
use parking_lot::Mutex;
use tokio::time::Instant;

use crate::{Client, ClientError};

/// First version that asks for several keys at once.
const BATCHED: i16 = 4;

/// What is coordinated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum CoordinatorKind {
    Group,
    Transaction,
}

/// The coordinators found so far.
#[derive(Debug, Default)]
pub(crate) struct Coordinators {
    known: Mutex<HashMap<(CoordinatorKind, ByteString), i32>>,
}

impl Coordinators {
    /// The broker id of a coordinator; asks any broker if it is not known. Does not try again.
    pub(crate) async fn find(
        &self,
        client: &Client,
        kind: CoordinatorKind,
        key: &ByteString,
        deadline: Instant,
    ) -> Result<i32, ClientError> {
        let known = self.known.lock().get(&(kind, key.clone())).copied();
        if let Some(node) = known.filter(|node| client.metadata().brokers.contains_key(node)) {
            return Ok(node);
        }
        let connection = client.any_connection(deadline).await?;
        let version = connection.version_of::<FindCoordinatorRequest>(FindCoordinatorRequest::MAX_VERSION)?;
        let mut request = FindCoordinatorRequest {
            key_type: match kind {
                CoordinatorKind::Group => 0,
                CoordinatorKind::Transaction => 1,
            },
            ..FindCoordinatorRequest::default()
        };
        if version >= BATCHED {
            request.coordinator_keys = vec![key.clone()];
        } else {
            request.key = key.clone();
        }
        let within = client.config().request_timeout;
        let response = connection.call_version(&request, version, within).await?;
        let what = || format!("FindCoordinator {key}");
        let node = match response.coordinators.first() {
            Some(found) => {
                ClientError::check(found.error_code, found.error_message.as_ref(), what)?;
                found.node_id
            }
            None => {
                ClientError::check(response.error_code, response.error_message.as_ref(), what)?;
                response.node_id
            }
        };
        if !client.metadata().brokers.contains_key(&node) {
            client.request_metadata();
            return Err(ClientError::UnknownNode { node });
        }
        self.known.lock().insert((kind, key.clone()), node);
        Ok(node)
    }

    /// Forgets a coordinator: it moved, or cannot be reached.
    pub(crate) fn forget(&self, kind: CoordinatorKind, key: &ByteString) {
        self.known.lock().remove(&(kind, key.clone()));
    }
}
