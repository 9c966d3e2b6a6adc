//! What runs on a worker, by name: connectors and their tasks.

use std::fmt;
use std::sync::Arc;

use serde::{Serialize, Serializer};

/// A task: its connector and its number from 0. Shown as `connector-0`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub(crate) struct TaskId {
    /// The connector's name, which its tasks may share.
    #[serde(serialize_with = "as_text")]
    pub(crate) connector: Arc<str>,
    /// The task's number.
    pub(crate) task: u32,
}

impl TaskId {
    /// The task of this number.
    pub(crate) fn new(connector: impl Into<Arc<str>>, task: u32) -> Self {
        Self { connector: connector.into(), task }
    }
}

fn as_text<S: Serializer>(text: &str, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(text)
}

impl fmt::Display for TaskId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.connector, self.task)
    }
}

/// A connector or one of its tasks.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Instance {
    /// The connector.
    Connector(String),
    /// A task.
    Task(TaskId),
}

impl Instance {
    /// The connector it belongs to.
    pub(crate) fn connector(&self) -> &str {
        match self {
            Self::Connector(name) => name,
            Self::Task(id) => &id.connector,
        }
    }
}

impl fmt::Display for Instance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connector(name) => f.write_str(name),
            Self::Task(id) => id.fmt(f),
        }
    }
}
