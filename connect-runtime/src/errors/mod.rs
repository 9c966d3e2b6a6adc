//! What happens to records that cannot be handled: tried again, logged, sent to the dead letter queue, skipped; or the
//! task fails.

pub(crate) mod dead_letter;
pub(crate) mod policy;
pub(crate) mod report;
