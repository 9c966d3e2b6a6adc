//! The connections of a client, by address and purpose; made when they are needed, made again when they broke.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use aqueduct_service::Tasks;
use parking_lot::Mutex;
use tokio::time::{Instant, timeout_at};

use super::{Backoff, Connection};
use crate::ClientError;
use crate::config::ClientConfig;

/// What a connection is for. Answers come in order, so calls that wait for something to happen (long
/// polls, joins of a group) must not stand before others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Lane {
    /// Everything that is answered at once.
    Shared,
    /// Produce, which waits for replicas.
    Produce,
    /// Changes to the cluster, which wait until they are in force.
    Admin,
    /// Calls of one user that may wait; see [`Pool::dedicated`].
    Dedicated(u64),
}

#[derive(Debug)]
pub(crate) struct Pool {
    config: Arc<ClientConfig>,
    tasks: Tasks,
    slots: Mutex<Slots>,
    next_lane: AtomicU64,
}

/// By address and purpose.
type Slots = HashMap<(Arc<str>, Lane), Arc<Slot>>;

/// One connection at a time; whoever finds it broken makes the next, the others wait for that.
#[derive(Debug)]
struct Slot {
    open: Mutex<Option<Arc<Connection>>>,
    opening: tokio::sync::Mutex<Attempts>,
}

#[derive(Debug)]
struct Attempts {
    backoff: Backoff,
    not_before: Option<Instant>,
}

impl Pool {
    pub(crate) fn new(config: Arc<ClientConfig>, tasks: Tasks) -> Pool {
        Pool { config, tasks, slots: Mutex::default(), next_lane: AtomicU64::new(0) }
    }

    /// A lane that nobody else uses; its connections close when the guard is dropped.
    pub(crate) fn dedicated(self: &Arc<Pool>) -> LaneGuard {
        LaneGuard {
            pool: self.clone(),
            lane: Lane::Dedicated(self.next_lane.fetch_add(1, Ordering::Relaxed)),
        }
    }

    /// An open connection to this address, made if there is none; waits at most until `deadline`.
    pub(crate) async fn connection(
        &self,
        address: &str,
        lane: Lane,
        deadline: Instant,
    ) -> Result<Arc<Connection>, ClientError> {
        let slot = self.slot(address, lane);
        if let Some(connection) = slot.usable() {
            return Ok(connection);
        }
        let asked = Instant::now();
        let late =
            || ClientError::Timeout { what: format!("connecting to {address}"), after: asked.elapsed() };
        timeout_at(deadline, self.open(&slot, address)).await.unwrap_or_else(|_| Err(late()))
    }

    /// Whether there is a usable connection to this address already.
    pub(crate) fn is_connected(&self, address: &str) -> bool {
        let key = (Arc::from(address), Lane::Shared);
        self.slots.lock().get(&key).is_some_and(|slot| slot.usable().is_some())
    }

    fn slot(&self, address: &str, lane: Lane) -> Arc<Slot> {
        let mut slots = self.slots.lock();
        let slot = slots.entry((Arc::from(address), lane)).or_insert_with(|| {
            let backoff = Backoff::new(self.config.reconnect_backoff, self.config.reconnect_backoff_max);
            let attempts = Attempts { backoff, not_before: None };
            Arc::new(Slot { open: Mutex::default(), opening: tokio::sync::Mutex::new(attempts) })
        });
        slot.clone()
    }

    async fn open(&self, slot: &Slot, address: &str) -> Result<Arc<Connection>, ClientError> {
        let mut attempts = slot.opening.lock().await;
        if let Some(connection) = slot.usable() {
            return Ok(connection);
        }
        if let Some(not_before) = attempts.not_before {
            tokio::time::sleep_until(not_before).await;
        }
        // Counts as failed if it is cancelled half-way.
        attempts.not_before = Some(Instant::now() + attempts.backoff.next());
        let connection = Arc::new(Connection::open(address, &self.config, &self.tasks).await?);
        attempts.backoff.reset();
        attempts.not_before = None;
        *slot.open.lock() = Some(connection.clone());
        Ok(connection)
    }

    /// Closes everything.
    pub(crate) fn close(&self) {
        self.slots.lock().clear();
    }

    fn close_lane(&self, lane: Lane) {
        self.slots.lock().retain(|(_, slot_lane), _| *slot_lane != lane);
    }
}

impl Slot {
    fn usable(&self) -> Option<Arc<Connection>> {
        self.open.lock().as_ref().filter(|connection| !connection.is_closed()).cloned()
    }
}

/// The right to a lane of one's own.
#[derive(Debug)]
pub(crate) struct LaneGuard {
    pool: Arc<Pool>,
    lane: Lane,
}

impl LaneGuard {
    pub(crate) fn lane(&self) -> Lane {
        self.lane
    }
}

impl Drop for LaneGuard {
    fn drop(&mut self) {
        self.pool.close_lane(self.lane);
    }
}
