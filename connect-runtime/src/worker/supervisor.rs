//! One instance over its life: attempts to run it, one after the other, until it is told to end.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use aqueduct_plugin_api::{ConnectError, ConnectorKind, ErrorClass};
use aqueduct_service::Shutdown;
use aqueduct_service::tasks::panic_text;
use futures_util::FutureExt;
use tokio::sync::watch;

use super::backoff::Failures;
use super::control::{Control, Reporter};
use super::env::WorkerEnv;
use super::kept_consumer::KeptConsumer;
use super::{connector, sink, source};
use crate::herder::spec::Spec;
use crate::id::Instance;
use crate::storage::config_records::TargetState;

/// What a supervisor is told. The latest word counts.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    /// How to run; `None` to end.
    pub(crate) spec: Option<Spec>,
    /// Grows with every request to restart.
    pub(crate) restarts: u64,
}

/// A start that takes longer shows in the status.
const SLOW_START: Duration = Duration::from_secs(3);

/// The part of `task.shutdown.graceful.timeout.ms` that leaving a group may take; the rest is the task's.
const LEAVE_PART: f64 = 0.2;

/// How an attempt came to its end.
enum End {
    /// It was told to.
    Told,
    /// It failed.
    Failed(ConnectError),
    /// Code of ours panicked: what it worked with is not to be trusted.
    Panicked(ConnectError),
}

/// Runs an instance until it is told to end.
pub(crate) async fn supervise(env: Arc<WorkerEnv>, instance: Instance, mut wanted: watch::Receiver<Wanted>) {
    let reporter = Reporter::new(env.clone(), instance.clone());
    let mut failures = Failures::default();
    let mut kept = KeptConsumer::default();
    let leave_within = env.config.graceful_stop.mul_f64(LEAVE_PART);
    let mut before: Option<Spec> = None;
    loop {
        let current = wanted.borrow_and_update().clone();
        let Some(spec) = current.spec.clone() else { break };
        if before.replace(spec.clone()).is_some_and(|before| !is_same_work(&before, &spec)) {
            kept.close(leave_within).await;
        }
        if wanted.has_changed().is_err() {
            break;
        }
        let began = Instant::now();
        let restarts = current.restarts;
        let ended = attempt(&env, &instance, &spec, restarts, &mut wanted, &reporter, &mut kept).await;
        let error = match ended {
            End::Told => {
                failures.forget();
                continue;
            }
            End::Failed(error) => error,
            End::Panicked(error) => {
                kept.close(leave_within).await;
                error
            }
        };
        tracing::error!("{instance} failed: {error}");
        let restart = env.config.restart;
        let may_restart = restart.enabled && error.class != ErrorClass::Config;
        let wait =
            may_restart.then(|| failures.wait_after(error.class, began.elapsed(), restart, rand::random()));
        reporter.failed(&error, what_next(restart.enabled, wait).as_deref());
        if wait.is_none() {
            // Nobody knows when it runs again: its partitions are for others.
            kept.close(leave_within).await;
        }
        tokio::select! {
            never = kept.stay() => match never {},
            () = intervention(&mut wanted, &spec, current.restarts) => failures.forget(),
            () = tokio::time::sleep(wait.unwrap_or_default()), if wait.is_some() => {}
        }
        if wanted.borrow().spec.is_some() {
            tracing::info!("{instance} starts again");
            reporter.restarting();
        }
    }
    kept.close(leave_within).await;
    reporter.unassigned();
}

/// What happens next to what failed, as its status says it. Where nothing starts by itself, as in Apache's, users know.
fn what_next(restarts: bool, wait: Option<Duration>) -> Option<String> {
    match wait {
        Some(wait) => Some(format!("It starts again by itself in {:.0} s.", wait.as_secs_f64().ceil())),
        None if restarts => {
            Some("It starts again when its configuration is changed or a restart is asked for.".to_owned())
        }
        None => None,
    }
}

/// Waits for a word that makes a failed instance start anew, or end. That it is to pause or to resume does not: it
/// stays failed, as in Apache's.
async fn intervention(wanted: &mut watch::Receiver<Wanted>, failed: &Spec, restarts: u64) {
    loop {
        // A closed channel is a word too; the caller finds it closed.
        if wanted.changed().await.is_err() {
            return;
        }
        let now = wanted.borrow_and_update().clone();
        let paused_or_resumed = now.restarts == restarts
            && now
                .spec
                .as_ref()
                .is_some_and(|spec| spec.target != TargetState::Stopped && is_same_work(spec, failed));
        if !paused_or_resumed {
            return;
        }
    }
}

/// One attempt: ends when it fails, or when something else is wanted. Pausing and resuming a task does not end it.
async fn attempt(
    env: &Arc<WorkerEnv>,
    instance: &Instance,
    spec: &Spec,
    restarts: u64,
    wanted: &mut watch::Receiver<Wanted>,
    reporter: &Reporter,
    kept: &mut KeptConsumer,
) -> End {
    let stop = Shutdown::new();
    let (target, target_receiver) = watch::channel(spec.target);
    let reporter = reporter.for_attempt();
    let control = Control { stop: stop.clone(), target: target_receiver, reporter: reporter.clone() };
    let running =
        AssertUnwindSafe(run(env.clone(), instance.clone(), spec.clone(), control, kept)).catch_unwind();
    tokio::pin!(running);
    let slow = tokio::time::sleep(SLOW_START);
    tokio::pin!(slow);
    let mut slow_told = false;
    let told = loop {
        tokio::select! {
            ended = &mut running => return judge(ended, wanted).await,
            () = &mut slow, if !slow_told => {
                slow_told = true;
                reporter.still_starting(SLOW_START);
            }
            changed = wanted.changed() => {
                let now = wanted.borrow_and_update().clone();
                if changed.is_err() || !only_target_differs(instance, spec, restarts, &now) {
                    break now;
                }
                target.send_replace(now.spec.map_or(TargetState::Started, |spec| spec.target));
            }
        }
    };
    if told.restarts != restarts {
        reporter.restarting();
    }
    stop.trigger();
    if tokio::time::timeout(env.config.graceful_stop, running).await.is_err() {
        tracing::warn!("{instance} did not end within {:?} and is abandoned", env.config.graceful_stop);
    }
    // What was marked as seen is looked at again by the caller.
    wanted.mark_changed();
    End::Told
}

/// Whether a running task can go on and just pause or resume.
fn only_target_differs(instance: &Instance, running: &Spec, restarts: u64, now: &Wanted) -> bool {
    let Some(spec) = &now.spec else { return false };
    is_same_work(spec, running) && now.restarts == restarts && matches!(instance, Instance::Task(_))
}

/// Whether two specs differ in their target state at most.
fn is_same_work(a: &Spec, b: &Spec) -> bool {
    a.revision == b.revision && a.connector == b.connector && a.task == b.task
}

type Ended = Result<Result<(), ConnectError>, Box<dyn std::any::Any + Send>>;

async fn judge(ended: Ended, wanted: &mut watch::Receiver<Wanted>) -> End {
    match ended {
        Ok(Err(error)) => End::Failed(error),
        Err(panic) => End::Panicked(ConnectError::fatal(format!("it panicked: {}", panic_text(&*panic)))),
        Ok(Ok(())) => {
            // It has nothing more to do: wait for the next word. A closed channel is a word too.
            let _ = wanted.changed().await;
            wanted.mark_changed();
            End::Told
        }
    }
}

async fn run(
    env: Arc<WorkerEnv>,
    instance: Instance,
    spec: Spec,
    control: Control,
    kept: &mut KeptConsumer,
) -> Result<(), ConnectError> {
    let plugin = env.catalog.of_config(&spec.connector).cloned().ok_or_else(|| {
        let class = spec.connector.get("connector.class").map_or("", String::as_str);
        ConnectError::config(env.catalog.not_found(class))
    })?;
    match instance {
        Instance::Connector(name) => connector::run(env, name, plugin, spec, control).await,
        Instance::Task(id) => match plugin.class.kind {
            ConnectorKind::Source => source::run(env, id, plugin, spec, control).await,
            ConnectorKind::Sink => sink::run(env, id, plugin, spec, control, kept).await,
        },
    }
}
