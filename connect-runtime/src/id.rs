//! Names of connectors' tasks.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A task: its connector and its number from 0. Shown as `connector-0`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) struct TaskId {
    /// The connector's name.
    pub(crate) connector: String,
    /// The task's number.
    pub(crate) task: u32,
}

impl TaskId {
    /// The task of this number.
    pub(crate) fn new(connector: impl Into<String>, task: u32) -> Self {
        Self { connector: connector.into(), task }
    }
}

impl fmt::Display for TaskId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.connector, self.task)
    }
}
