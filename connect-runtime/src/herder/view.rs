//! What a worker knows of its cluster: read by REST, written by the driver.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use crate::id::Instance;

/// The cluster as this worker sees it.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct ClusterView {
    /// Whether this worker leads.
    pub(crate) is_leader: bool,
    /// The leader's REST address, ending in `/`; `None` while it is not known.
    pub(crate) leader_url: Option<String>,
    /// The group's generation; −1 before the first.
    pub(crate) generation: i32,
    /// Whether the worker has ever had an assignment: it is ready.
    pub(crate) joined: bool,
    /// What runs here.
    pub(crate) assigned: Vec<Instance>,
    /// Whether requests between workers are not signed: the protocol in use does without.
    pub(crate) unsigned: bool,
    /// Who runs what, by REST address; known to the leader only.
    pub(crate) owners: BTreeMap<Instance, String>,
    /// The offset of the config topic that the last round was made from; −1 where this worker does not lead.
    pub(crate) round_offset: i64,
    /// What workers told in that round to run though it is not configured any more: they are about to end it.
    pub(crate) lingering: BTreeSet<Instance>,
}

impl ClusterView {
    /// This worker does not lead (any more).
    pub(crate) fn forget_round(&mut self) {
        self.owners.clear();
        self.round_offset = -1;
        self.lingering.clear();
    }

    /// Whether no worker runs tasks of a connector that has none since this offset of the config topic.
    pub(crate) fn has_no_tasks_since(&self, connector: &str, offset: i64) -> bool {
        self.round_offset >= offset && self.lingering.iter().all(|instance| instance.connector() != connector)
    }
}

/// The view that driver and REST share.
#[derive(Clone)]
pub(crate) struct SharedView(watch::Sender<Arc<ClusterView>>);

impl SharedView {
    /// Of a worker that has not joined yet.
    pub(crate) fn new() -> Self {
        let view = ClusterView { generation: -1, round_offset: -1, ..ClusterView::default() };
        Self(watch::Sender::new(Arc::new(view)))
    }

    /// The view now.
    pub(crate) fn load(&self) -> Arc<ClusterView> {
        self.0.borrow().clone()
    }

    /// Shows what has changed.
    pub(crate) fn publish(&self, view: &ClusterView) {
        self.0.send_if_modified(|shown| {
            let changed = **shown != *view;
            if changed {
                *shown = Arc::new(view.clone());
            }
            changed
        });
    }

    /// The view as soon as a leader is known, or as it is after this time: at start, and while the worker finds its way
    /// back into the group, requests wait like that instead of failing.
    pub(crate) async fn with_leader(&self, within: Duration) -> Arc<ClusterView> {
        self.when(within, |view| view.is_leader || view.leader_url.is_some()).await
    }

    /// The view as soon as it is so, or as it is after this time.
    pub(crate) async fn when(
        &self,
        within: Duration,
        is_so: impl Fn(&ClusterView) -> bool,
    ) -> Arc<ClusterView> {
        let mut views = self.0.subscribe();
        let reached = views.wait_for(|view| is_so(view));
        // Neither the time nor the sender's end matters: the view says what is known.
        drop(tokio::time::timeout(within, reached).await);
        self.load()
    }
}
