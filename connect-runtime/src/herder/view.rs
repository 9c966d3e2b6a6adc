//! What a worker knows of its cluster: read by REST, written by the driver.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use crate::storage::status_state::Instance;

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
    /// Who runs what, by REST address; known to the leader only.
    pub(crate) owners: BTreeMap<Instance, String>,
}

/// The view that driver and REST share.
#[derive(Clone)]
pub(crate) struct SharedView(watch::Sender<Arc<ClusterView>>);

impl SharedView {
    /// Of a worker that has not joined yet.
    pub(crate) fn new() -> Self {
        Self(watch::Sender::new(Arc::new(ClusterView { generation: -1, ..ClusterView::default() })))
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
        let mut views = self.0.subscribe();
        let known = views.wait_for(|view| view.is_leader || view.leader_url.is_some());
        // Neither the time nor the sender's end matters: the view says what is known.
        let _ = tokio::time::timeout(within, known).await;
        self.load()
    }
}
