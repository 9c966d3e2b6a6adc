//! The work itself: connector instances and tasks, each a future of its own under a supervisor that starts, pauses,
//! restarts and stops it.

pub(crate) mod acknowledgements;
pub(crate) mod backoff;
mod commit;
pub(crate) mod connector;
pub(crate) mod control;
pub(crate) mod conversion;
pub(crate) mod env;
pub(crate) mod instances;
mod kept_consumer;
pub(crate) mod sink;
pub(crate) mod sink_batches;
mod sink_commit;
pub(crate) mod sink_progress;
mod sink_put;
mod sink_trouble;
pub(crate) mod source;
mod source_commit;
pub(crate) mod source_sender;
pub(crate) mod supervisor;
pub(crate) mod task_metrics;
pub(crate) mod topic_creation;
pub(crate) mod topic_lookup;
