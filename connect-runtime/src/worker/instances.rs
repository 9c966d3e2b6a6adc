//! What runs on this worker, by name. Setting, restarting and ending are calls that never wait: each instance has a
//! supervisor of its own.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use aqueduct_service::Tasks;
use parking_lot::Mutex;
use tokio::sync::watch;

use super::env::WorkerEnv;
use super::supervisor::{Wanted, supervise};
use crate::herder::spec::Spec;
use crate::id::Instance;

/// The connectors and tasks of a worker.
pub(crate) struct Instances {
    env: Arc<WorkerEnv>,
    tasks: Tasks,
    slots: Mutex<Slots>,
}

#[derive(Default)]
struct Slots {
    running: HashMap<Instance, Slot>,
    /// Told to end, and perhaps not ended yet.
    ending: HashMap<Instance, Ended>,
}

struct Slot {
    wanted: watch::Sender<Wanted>,
    ended: Ended,
}

/// Becomes true, or closes, when a supervisor has ended.
pub(crate) type Ended = watch::Receiver<bool>;

impl Instances {
    /// Nothing as yet. The group of tasks is the worker's own.
    pub(crate) fn new(env: Arc<WorkerEnv>, tasks: Tasks) -> Self {
        Self { env, tasks, slots: Mutex::default() }
    }

    /// Lets an instance run as told, or end. The same instance starts again only after it has ended.
    pub(crate) fn set(&self, instance: Instance, spec: Option<Spec>) {
        let mut slots = self.slots.lock();
        slots.ending.retain(|_, ended| !has_ended(ended));
        match (spec, slots.running.get(&instance)) {
            (Some(spec), Some(slot)) => slot.wanted.send_modify(|wanted| wanted.spec = Some(spec)),
            (Some(spec), None) => {
                let after = slots.ending.get(&instance).cloned();
                let slot = self.start(&instance, spec, after);
                slots.running.insert(instance, slot);
            }
            (None, _) => {
                if let Some(slot) = slots.running.remove(&instance) {
                    slot.wanted.send_modify(|wanted| wanted.spec = None);
                    slots.ending.insert(instance, slot.ended);
                }
            }
        }
    }

    fn start(&self, instance: &Instance, spec: Spec, after: Option<Ended>) -> Slot {
        let (wanted, receiver) = watch::channel(Wanted { spec: Some(spec), restarts: 0 });
        let (done, ended) = watch::channel(false);
        let (env, supervised) = (self.env.clone(), instance.clone());
        self.tasks.spawn(format!("{instance}"), async move {
            if let Some(after) = after {
                wait_for(after).await;
            }
            supervise(env, supervised, receiver).await;
            // Nobody may wait for it any more.
            let _ = done.send(true);
        });
        Slot { wanted, ended }
    }

    /// Starts an instance anew; `false` if it is not here.
    pub(crate) fn restart(&self, instance: &Instance) -> bool {
        let slots = self.slots.lock();
        let slot = slots.running.get(instance);
        if let Some(slot) = slot {
            slot.wanted.send_modify(|wanted| wanted.restarts += 1);
        }
        slot.is_some()
    }

    /// Waits until instances that were told to end have ended.
    pub(crate) fn ended(&self, instances: &[Instance]) -> impl Future<Output = ()> + Send + 'static {
        let slots = self.slots.lock();
        let waits: Vec<Ended> =
            instances.iter().filter_map(|instance| slots.ending.get(instance).cloned()).collect();
        async move {
            for ended in waits {
                wait_for(ended).await;
            }
        }
    }

    /// Ends everything, within a time.
    pub(crate) async fn stop_all(&self, within: Duration) {
        let all: Vec<Instance> = self.slots.lock().running.keys().cloned().collect();
        all.iter().for_each(|instance| self.set(instance.clone(), None));
        let ending: Vec<Instance> = self.slots.lock().ending.keys().cloned().collect();
        if tokio::time::timeout(within, self.ended(&ending)).await.is_err() {
            tracing::warn!("some connectors or tasks did not end within {within:?}");
        }
    }

    /// How many connectors and tasks there are.
    pub(crate) fn counts(&self) -> (usize, usize) {
        let slots = self.slots.lock();
        let connectors =
            slots.running.keys().filter(|instance| matches!(instance, Instance::Connector(_))).count();
        (connectors, slots.running.len() - connectors)
    }
}

fn has_ended(ended: &Ended) -> bool {
    *ended.borrow() || ended.has_changed().is_err()
}

async fn wait_for(mut ended: Ended) {
    // An error means that the supervisor is gone without a word: it has ended too.
    let _ = ended.wait_for(|ended| *ended).await;
}
