//! What a worker knows of its cluster: read by REST, written by the driver.

use std::collections::BTreeMap;

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
