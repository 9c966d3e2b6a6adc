//! Membership in a classic group (JoinGroup, SyncGroup, Heartbeat) of any protocol type.

mod config;
mod event;
mod member;
mod membership;

pub use config::GroupConfig;
pub use event::{GroupEvent, JoinedMember};
pub use member::GroupMember;
