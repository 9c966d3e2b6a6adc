//! Names of connectors' tasks.

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
