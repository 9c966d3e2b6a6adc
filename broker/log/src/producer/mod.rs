//! What a partition knows of its idempotent and transactional producers.

mod snapshot;
mod states;

pub(crate) use snapshot::{read_snapshot, write_snapshot};
pub(crate) use states::{ProducerEntry, ProducerRefusal, ProducerStates, SequencedBatch, Verdict};
