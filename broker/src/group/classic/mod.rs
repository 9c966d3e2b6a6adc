//! One group of the classic protocol (KIP-62, static members KIP-345, cooperative KIP-429) as a pure machine.
//!
//! Requests and the passing of time go in, answers and what is to be persisted come out as [`Action`]s. The machine
//! knows no clock, no log and no connection; a waiting answer is a [`Waiter`] number.

mod group;
mod heartbeat;
mod join;
mod leave;
mod member;
mod rebalance;
mod snapshot;
mod sync;
#[cfg(test)]
mod tests;

pub use group::{Action, Group, GroupState, Waiter};
pub use join::{JoinAnswer, JoinRequest, JoinedMember};
pub use leave::Leaving;
pub use member::{Member, Protocol};
pub use sync::{SyncAnswer, SyncRequest};
