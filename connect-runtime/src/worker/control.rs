//! The line between a supervisor and what it supervises: stop, pause, and what is said of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use aqueduct_plugin_api::ConnectError;
use aqueduct_service::Shutdown;
use tokio::sync::watch;

use super::env::WorkerEnv;
use crate::id::Instance;
use crate::storage::config_records::TargetState;
use crate::storage::status_records::{State, Status};

/// What an attempt is told.
pub(crate) struct Control {
    /// Raised when it is to end.
    pub(crate) stop: Shutdown,
    /// Run or pause.
    pub(crate) target: watch::Receiver<TargetState>,
    /// Where it says how it does.
    pub(crate) reporter: Reporter,
}

impl Control {
    /// Whether it is to pause.
    pub(crate) fn is_paused(&self) -> bool {
        *self.target.borrow() != TargetState::Started
    }

    /// Waits until the target state changes. For ever if the supervisor is gone, which also raises the stop signal.
    pub(crate) async fn target_changed(&mut self) {
        if self.target.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

/// Writes the statuses of one instance.
#[derive(Clone)]
pub(crate) struct Reporter {
    env: Arc<WorkerEnv>,
    instance: Instance,
    /// Whether anything was said in this attempt.
    spoken: Arc<AtomicBool>,
    /// Whether anything was said in any attempt.
    claimed: Arc<AtomicBool>,
}

impl Reporter {
    /// The reporter of an instance.
    pub(crate) fn new(env: Arc<WorkerEnv>, instance: Instance) -> Self {
        Self { env, instance, spoken: Arc::default(), claimed: Arc::default() }
    }

    /// For the next attempt: nothing was said in it.
    pub(crate) fn for_attempt(&self) -> Self {
        Self { spoken: Arc::default(), ..self.clone() }
    }

    /// It takes long to start; said only if nothing else was.
    pub(crate) fn still_starting(&self, since: Duration) {
        if !self.spoken.load(Ordering::Relaxed) {
            let trace = format!("It has been starting for {} s and has not returned yet.", since.as_secs());
            self.put(State::Unassigned, Some(trace), false);
        }
    }

    /// It works.
    pub(crate) fn running(&self) {
        self.put(State::Running, None, false);
    }

    /// It works, but its other side gives or takes nothing at the moment: the trace tells why, and what happens next.
    pub(crate) fn troubled(&self, trace: String) {
        self.put(State::Running, Some(trace), false);
    }

    /// It rests.
    pub(crate) fn paused(&self) {
        self.put(State::Paused, None, false);
    }

    /// It has no tasks (connectors only).
    pub(crate) fn stopped(&self) {
        self.put(State::Stopped, None, false);
    }

    /// It starts again.
    pub(crate) fn restarting(&self) {
        self.put(State::Restarting, None, false);
    }

    /// It failed; `next` is what happens now. As the first word of a new owner it replaces whatever a former one said,
    /// in whatever generation: those of a group that was emptied begin anew.
    pub(crate) fn failed(&self, error: &ConnectError, next: Option<&str>) {
        let mut trace = error.trace();
        if let Some(next) = next {
            trace.push_str(next);
            trace.push('\n');
        }
        self.put(State::Failed, Some(trace), self.claimed.load(Ordering::Relaxed));
    }

    /// Nobody runs it any more, unless somebody else has said otherwise already.
    pub(crate) fn unassigned(&self) {
        self.put(State::Unassigned, None, true);
    }

    /// Statuses of connectors that were deleted meanwhile are not written.
    fn put(&self, state: State, trace: Option<String>, safe: bool) {
        self.spoken.store(true, Ordering::Relaxed);
        self.claimed.store(true, Ordering::Relaxed);
        let config = self.env.configs.state();
        let Some(entry) = config.connector(self.instance.connector()) else { return };
        if let Instance::Task(id) = &self.instance
            && entry.tasks.len() <= id.task as usize
        {
            return;
        }
        let version = self.env.catalog.of_config(&entry.config).map(|plugin| plugin.version.clone());
        let status =
            Status { trace, version, ..Status::of(state, &self.env.worker_id, self.env.generation()) };
        match safe {
            true => self.env.statuses.put_safe(self.instance.clone(), status),
            false => self.env.statuses.put(self.instance.clone(), status),
        }
    }
}
