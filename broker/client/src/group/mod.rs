//! Membership in a classic group (JoinGroup, SyncGroup, Heartbeat) of any protocol type.

mod config;
mod event;
mod leaving;
mod link;
mod member;
mod membership;
#[cfg(test)]
mod membership_tests;
mod requests;
#[cfg(test)]
mod scripted;

pub use config::GroupConfig;
pub use event::{GroupEvent, JoinedMember};
pub use member::GroupMember;
