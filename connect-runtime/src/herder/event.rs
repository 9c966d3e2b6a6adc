//! What happens to a herder, and what it does about it.

use bytes::Bytes;

use super::spec::Spec;
use crate::id::Instance;
use crate::storage::config_state::ConfigEvent;

/// What happened.
#[derive(Debug)]
pub(crate) enum Event {
    /// The config topic changed something; the snapshot shows it already.
    Config(Vec<ConfigEvent>),
    /// The group rebalances.
    Rejoin,
    /// This worker leads a new generation: its members with their metadata.
    Lead {
        /// The protocol in use.
        protocol: String,
        /// Member ids and subscriptions.
        members: Vec<(String, Bytes)>,
    },
    /// The config topic was read to its end, as asked; `false` if that took too long.
    ConfigRead(bool),
    /// This worker has an assignment.
    Assigned {
        /// The generation.
        generation: i32,
        /// Its member id.
        member_id: String,
        /// The protocol in use.
        protocol: String,
        /// The leader's bytes.
        assignment: Bytes,
    },
    /// The membership is over; others may have the work already.
    Lost,
    /// The instances of a [`Action::TellWhenStopped`] have ended.
    Stopped(u64, Vec<Instance>),
    /// A time that was asked for has come.
    Wake,
}

/// What to do about it.
#[derive(Debug, PartialEq)]
pub(crate) enum Action {
    /// Join the group with these protocols and metadata.
    Join(Vec<(&'static str, Bytes)>),
    /// Give the members their assignments.
    Assign(Vec<(String, Bytes)>),
    /// Read the config topic to its end, then tell.
    ReadConfig,
    /// Ask for a rebalance.
    RequestRejoin(&'static str),
    /// Let an instance run so, or end (`None`).
    Set(Instance, Option<Spec>),
    /// Tell when these have ended, with this number.
    TellWhenStopped(u64, Vec<Instance>),
    /// Start an instance anew.
    Restart(Instance),
    /// Note that nobody runs these.
    Unassigned(Vec<Instance>),
    /// Forget the statuses of a deleted connector, or of tasks that a connector no longer has.
    RemoveStatuses(String),
    /// Wake the herder at this time (ms).
    WakeAt(i64),
    /// There is a new session key, or none yet: see to it.
    CheckSessionKey,
    /// Set a log level.
    SetLogger(String, String),
}
