//! Work: the connectors and tasks that the group spreads over its workers.

use std::collections::HashSet;
use std::hash::Hash;

use crate::id::{Instance, TaskId};

/// Connectors and tasks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Work {
    /// Connector instances.
    pub(crate) connectors: Vec<String>,
    /// Tasks.
    pub(crate) tasks: Vec<TaskId>,
}

impl Work {
    /// Whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.connectors.is_empty() && self.tasks.is_empty()
    }

    /// Its instances: connectors first.
    pub(crate) fn instances(&self) -> impl Iterator<Item = Instance> + '_ {
        let connectors = self.connectors.iter().cloned().map(Instance::Connector);
        connectors.chain(self.tasks.iter().cloned().map(Instance::Task))
    }

    /// What remains of it when this is taken away.
    pub(crate) fn without(&self, gone: &Work) -> Work {
        Work {
            connectors: those_not_in(&gone.connectors, &self.connectors),
            tasks: those_not_in(&gone.tasks, &self.tasks),
        }
    }

    /// It and what of the other it lacks.
    pub(crate) fn with(&self, more: &Work) -> Work {
        let mut all = self.clone();
        all.connectors.extend(those_not_in(&self.connectors, &more.connectors));
        all.tasks.extend(those_not_in(&self.tasks, &more.tasks));
        all
    }
}

impl FromIterator<Instance> for Work {
    fn from_iter<I: IntoIterator<Item = Instance>>(instances: I) -> Work {
        let mut work = Work::default();
        for instance in instances {
            match instance {
                Instance::Connector(name) => work.connectors.push(name),
                Instance::Task(id) => work.tasks.push(id),
            }
        }
        work
    }
}

/// In the order in which they stand.
fn those_not_in<T: Clone + Eq + Hash>(others: &[T], of: &[T]) -> Vec<T> {
    let others: HashSet<&T> = others.iter().collect();
    of.iter().filter(|item| !others.contains(item)).cloned().collect()
}
