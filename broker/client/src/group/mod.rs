//! Membership in a classic group (JoinGroup, SyncGroup, Heartbeat) of any protocol type.

mod config;
mod event;
mod member;

pub use config::GroupConfig;
pub use event::{GroupEvent, JoinedMember};
pub use member::GroupMember;
