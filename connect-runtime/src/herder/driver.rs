//! Carries out what the herder decides. Nothing here waits for a plug-in or for a topic: whatever takes time runs in a
//! task of its own and comes back as an event.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use aqueduct_service::{Clock, Shutdown, SystemClock, Tasks};
use rand::RngCore;
use tokio::sync::mpsc;

use super::event::{Action, Event};
use super::state::HerderState;
use super::view::SharedView;
use crate::config::worker_config::{DistributedConfig, Mode};
use crate::id::Instance;
use crate::membership::member::Member;
use crate::membership::protocol::Version;
use crate::rest::loggers::parse_level;
use crate::storage::config_records::{ConfigRecord, SessionKey};
use crate::storage::config_state::ConfigEvent;
use crate::storage::config_store::ConfigEvents;
use crate::storage::status_records::{State, Status};
use crate::worker::env::WorkerEnv;
use crate::worker::instances::Instances;

/// The herder's loop.
pub(crate) struct Driver {
    pub(crate) state: HerderState,
    pub(crate) env: Arc<WorkerEnv>,
    pub(crate) instances: Arc<Instances>,
    pub(crate) view: SharedView,
    pub(crate) member: Member,
    pub(crate) config_events: ConfigEvents,
    pub(crate) tasks: Tasks,
}

/// How often the age of the session key is looked at.
const KEY_CHECK: Duration = Duration::from_secs(30);
/// How long after a connector's deletion late statuses of its tasks are swept.
const SWEEP_AFTER: Duration = Duration::from_secs(3);

impl Driver {
    /// Joins, and acts on events until shutdown; gives the membership back, to be left when all work has ended.
    pub(crate) async fn run(mut self, shutdown: Shutdown) -> Member {
        let (internal, mut internal_events) = mpsc::unbounded_channel();
        // Due times are of a clock that nobody sets.
        let began = Instant::now();
        let mut wake_at: Option<i64> = None;
        let mut key_check = tokio::time::interval(KEY_CHECK);
        let join = self.state.join(&self.env.configs.state());
        self.carry_out(join, &internal, &mut wake_at).await;
        loop {
            let event = tokio::select! {
                () = shutdown.triggered() => return self.member,
                Some(event) = self.config_events.recv() => self.config_events_from(event),
                Some(event) = internal_events.recv() => event,
                event = self.member.next_event() => event,
                () = wake(wake_at, began) => {
                    wake_at = None;
                    Event::Wake
                }
                _ = key_check.tick() => {
                    self.check_session_key();
                    self.report_counts();
                    continue;
                }
            };
            let config = self.env.configs.state();
            let statuses = self.env.statuses.state();
            tracing::debug!(?event, "herder");
            if matches!(event, Event::Assigned { .. }) {
                metrics::counter!("kafka_connect_worker_rebalance_metrics_completed_rebalances_total")
                    .increment(1);
            }
            let actions = self.state.on_event(event, &config, &statuses, now_ms(began));
            self.publish_view();
            for action in actions {
                self.carry_out(action, &internal, &mut wake_at).await;
            }
        }
    }

    /// An event with those that came while others were dealt with: what follows from all is worked out once.
    fn config_events_from(&mut self, first: ConfigEvent) -> Event {
        let mut events = vec![first];
        while let Ok(more) = self.config_events.try_recv() {
            events.push(more);
        }
        Event::Config(events)
    }

    fn publish_view(&self) {
        let view = self.state.view();
        self.env.generation.store(view.generation, Ordering::Relaxed);
        self.view.publish(view);
        metrics::gauge!("kafka_connect_worker_rebalance_metrics_epoch").set(f64::from(view.generation));
    }

    fn report_counts(&self) {
        let (connectors, tasks) = self.instances.counts();
        metrics::gauge!("kafka_connect_worker_metrics_connector_count").set(connectors as f64);
        metrics::gauge!("kafka_connect_worker_metrics_task_count").set(tasks as f64);
    }

    async fn carry_out(
        &mut self,
        action: Action,
        internal: &mpsc::UnboundedSender<Event>,
        wake_at: &mut Option<i64>,
    ) {
        match action {
            Action::Join(protocols) => self.member.join(protocols).await,
            Action::Assign(assignments) => self.member.assign(assignments).await,
            Action::RequestRejoin(reason) => self.member.request_rejoin(reason),
            Action::ReadConfig => self.read_config(internal.clone()),
            Action::Set(instance, spec) => self.instances.set(instance, spec),
            Action::TellWhenStopped(number, instances) => {
                let ended = self.instances.ended(&instances);
                let internal = internal.clone();
                self.tasks.spawn("awaiting the end of revoked work", async move {
                    ended.await;
                    // The loop is gone only at shutdown.
                    let _ = internal.send(Event::Stopped(number, instances));
                });
            }
            Action::Restart(instance) => drop(self.instances.restart(&instance)),
            Action::Unassigned(instances) => {
                instances.iter().for_each(|instance| self.note_unassigned(instance))
            }
            Action::RemoveStatuses(name) => self.remove_statuses(name),
            Action::WakeAt(at) => *wake_at = Some(at),
            Action::CheckSessionKey => self.check_session_key(),
            Action::SetLogger(logger, level) => {
                if let (Some(loggers), Some(level)) =
                    (aqueduct_service::telemetry::loggers(), parse_level(&level))
                    && let Err(error) = loggers.set(&logger, level)
                {
                    tracing::warn!(logger, "level of the whole cluster not set: {error}");
                }
            }
        }
    }

    fn distributed(&self) -> Option<&DistributedConfig> {
        match &self.env.config.mode {
            Mode::Distributed(config) => Some(config),
            Mode::Standalone { .. } => None,
        }
    }

    fn read_config(&self, internal: mpsc::UnboundedSender<Event>) {
        let within = self.distributed().map_or(Duration::from_secs(3), |config| config.sync_timeout);
        let configs = self.env.configs.clone();
        self.tasks.spawn("reading the config topic to its end", async move {
            let read = tokio::time::timeout(within, configs.read_to_end()).await;
            let in_time = matches!(read, Ok(Ok(())));
            let _ = internal.send(Event::ConfigRead(in_time));
        });
    }

    /// The worker that ran it is gone; its name stays in the status.
    fn note_unassigned(&self, instance: &Instance) {
        let Some(old) = self.env.statuses.latest(instance) else { return };
        if old.state != State::Unassigned {
            let status = Status {
                trace: None,
                ..Status::of(State::Unassigned, &old.worker_id, self.env.generation())
            };
            self.env.statuses.put_safe(instance.clone(), status);
        }
    }

    /// Removes the statuses of a deleted connector, or of tasks that a connector no longer has: once at once, and once
    /// more for words that were on their way.
    fn remove_statuses(&self, name: String) {
        let env = self.env.clone();
        let shutdown = self.tasks.shutdown().clone();
        self.tasks.spawn(format!("removing statuses of {name}"), async move {
            for wait in [Duration::ZERO, SWEEP_AFTER] {
                if !wait.is_zero() && !shutdown.sleep(wait).await {
                    return;
                }
                let removed = match env.configs.state().connector(&name) {
                    None => env.statuses.remove(&name).await,
                    Some(entry) => {
                        let gone = env.statuses.state().tasks_from(&name, entry.tasks.len() as u32);
                        if gone.is_empty() { Ok(()) } else { env.statuses.remove_instances(&gone).await }
                    }
                };
                if let Err(error) = removed {
                    tracing::warn!("statuses of {name} were not removed: {error}");
                }
            }
        });
    }

    /// The leader makes a key if there is none or it is old.
    fn check_session_key(&self) {
        let Some(config) = self.distributed().filter(|config| config.protocol == Version::Sessioned) else {
            return;
        };
        if !self.state.view().is_leader {
            return;
        }
        let now_ms = SystemClock.now_ms();
        let ttl_ms = config.key_ttl.as_millis() as i64;
        let fresh = |key: &SessionKey| ttl_ms == 0 || now_ms - key.created_ms < ttl_ms;
        if self.env.configs.state().session_key.as_ref().is_some_and(fresh) {
            return;
        }
        let mut key = vec![0; config.key_size];
        rand::rng().fill_bytes(&mut key);
        let record = ConfigRecord::SessionKey(SessionKey {
            key,
            algorithm: super::signing::ALGORITHM.to_owned(),
            created_ms: now_ms,
        });
        let configs = self.env.configs.clone();
        self.tasks.spawn("renewing the session key", async move {
            if let Err(error) = configs.write(&[record]).await {
                tracing::warn!("the session key was not renewed: {error}");
            }
        });
    }
}

fn now_ms(began: Instant) -> i64 {
    began.elapsed().as_millis() as i64
}

async fn wake(at: Option<i64>, began: Instant) {
    match at {
        Some(at) => {
            let left = (at - now_ms(began)).max(0) as u64;
            tokio::time::sleep(Duration::from_millis(left)).await;
        }
        None => std::future::pending().await,
    }
}
