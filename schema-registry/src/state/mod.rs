//! What the log says, as an immutable snapshot that every request reads.

mod apply;
mod context;
mod inherit;
mod mode;
mod sharded;
mod snapshot;

pub use apply::{Recent, RecentRecord, Rejected};
pub use context::{Context, IdEntry};
pub use mode::Mode;
pub use sharded::Sharded;
pub use snapshot::{Referrers, Setting, Snapshot, Subject, Version};
