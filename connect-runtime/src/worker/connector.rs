//! A connector instance: started, asked for task configurations, told when to stop. Every call has a deadline.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use aqueduct_plugin_abi::CatalogEntry;
use aqueduct_plugin_api::{ConfigMap, ConnectError, Connector, ConnectorContext, ConnectorHost, Plugin};
use parking_lot::Mutex;
use tokio::sync::Notify;

use super::control::Control;
use super::env::WorkerEnv;
use super::task_metrics::plugin_metrics;
use crate::config::connector_keys::TASKS_MAX;
use crate::herder::error::HerderError;
use crate::herder::spec::Spec;
use crate::herder::task_configs::TaskConfigPublisher;
use crate::storage::config_records::TargetState;

/// Waits between tries to publish task configurations.
const PUBLISH_BACKOFF: Duration = Duration::from_millis(250);
const PUBLISH_BACKOFF_MAX: Duration = Duration::from_secs(3);

/// Runs a connector until it is to stop. A paused or stopped connector is not started at all.
pub(crate) async fn run(
    env: Arc<WorkerEnv>,
    name: String,
    plugin: CatalogEntry,
    spec: Spec,
    control: Control,
) -> Result<(), ConnectError> {
    match spec.target {
        TargetState::Started => {}
        TargetState::Paused => {
            control.reporter.paused();
            control.stop.triggered().await;
            return Ok(());
        }
        TargetState::Stopped => {
            control.reporter.stopped();
            control.stop.triggered().await;
            return Ok(());
        }
    }
    let config = env.resolve(&spec.connector).await?;
    let deadline = env.config.plugin_call_timeout;
    let class = &plugin.class.class;
    let library = within(deadline, "be opened", async { env.catalog.open(&plugin).await }).await?;
    let mut connector = library
        .connector(class)
        .ok_or_else(|| ConnectError::fatal(format!("the plug-in makes no instance of {class}")))?;
    let host = Arc::new(Host::default());
    let context = ConnectorContext {
        connector: name.clone(),
        host: host.clone(),
        offsets: env.offsets.reader(&name),
        metrics: plugin_metrics(&name, None),
    };
    tokio::select! {
        started = within(deadline, "start", connector.start(context, &config)) => started?,
        () = control.stop.triggered() => return Ok(()),
    }
    control.reporter.running();
    let outcome = serve(&env, &name, &config, connector.as_mut(), &host, &control).await;
    if tokio::time::timeout(env.config.graceful_stop, connector.stop()).await.is_err() {
        tracing::warn!("connector {name} did not stop within {:?}", env.config.graceful_stop);
    }
    outcome
}

/// Publishes task configurations at first and whenever the connector asks for it.
async fn serve(
    env: &Arc<WorkerEnv>,
    name: &str,
    config: &ConfigMap,
    connector: &mut dyn Connector,
    host: &Host,
    control: &Control,
) -> Result<(), ConnectError> {
    let mut backoff = PUBLISH_BACKOFF;
    let mut due = true;
    loop {
        if let Some(error) = host.error.lock().take() {
            return Err(error);
        }
        if due {
            let published = tokio::select! {
                published = publish(env, name, config, connector) => published?,
                () = control.stop.triggered() => return Ok(()),
            };
            match published {
                Ok(()) => (due, backoff) = (false, PUBLISH_BACKOFF),
                Err(error) => {
                    tracing::warn!("task configurations of {name} are not published: {error}; trying again");
                    if !control.stop.sleep(backoff).await {
                        return Ok(());
                    }
                    backoff = (backoff * 2).min(PUBLISH_BACKOFF_MAX);
                }
            }
            continue;
        }
        tokio::select! {
            () = control.stop.triggered() => return Ok(()),
            () = host.wake.notified() => due = true,
        }
    }
}

/// The outer error fails the connector, the inner one is worth another try.
async fn publish(
    env: &Arc<WorkerEnv>,
    name: &str,
    config: &ConfigMap,
    connector: &mut dyn Connector,
) -> Result<Result<(), HerderError>, ConnectError> {
    let max = config.get(TASKS_MAX).and_then(|text| text.trim().parse::<usize>().ok()).unwrap_or(1).max(1);
    let asked =
        within(env.config.plugin_call_timeout, "give task configurations", connector.task_configs(max)).await;
    let tasks = match asked {
        Ok(tasks) => tasks,
        Err(error) if error.class == aqueduct_plugin_api::ErrorClass::Retriable => {
            return Ok(Err(HerderError::Internal(error.to_string())));
        }
        Err(error) => return Err(error),
    };
    let enforced =
        config.get("tasks.max.enforce").is_none_or(|text| !text.trim().eq_ignore_ascii_case("false"));
    if tasks.len() > max && enforced {
        return Err(ConnectError::fatal(format!(
            "The connector {name} has generated {} tasks, which is greater than {max}, the maximum number of tasks it is \
             configured to create.",
            tasks.len()
        )));
    }
    Ok(env.task_configs.publish(name, config, tasks).await)
}

/// A call of a plug-in with a deadline.
pub(crate) async fn within<T>(
    deadline: Duration,
    what: &str,
    call: impl Future<Output = Result<T, ConnectError>>,
) -> Result<T, ConnectError> {
    tokio::time::timeout(deadline, call).await.unwrap_or_else(|_| {
        Err(ConnectError::fatal(format!("the connector did not {what} within {} ms", deadline.as_millis())))
    })
}

/// What a connector may ask of the worker.
#[derive(Default)]
struct Host {
    wake: Notify,
    error: Mutex<Option<ConnectError>>,
}

impl ConnectorHost for Host {
    fn request_task_reconfiguration(&self) {
        self.wake.notify_one();
    }

    fn raise_error(&self, error: ConnectError) {
        *self.error.lock() = Some(error);
        self.wake.notify_one();
    }
}
