//! What the log says, as an immutable snapshot that every request reads.

mod apply;
mod context;
mod inherit;
mod sharded;
mod snapshot;

pub use apply::{Recent, RecentRecord, Rejected};
pub use context::{Context, IdEntry};
pub use sharded::Sharded;
pub use snapshot::{Setting, Snapshot, Subject, Version};
