//! Consumer groups: who is a member, who reads what, and how far each group has come.
//!
//! [`classic`] is the pure machine of one group, [`offsets`] the pure table of committed offsets, [`records`] their
//! form in `__consumer_offsets`, and [`coordinator`] the thin runtime that waits, persists and answers.

pub mod classic;
pub mod coordinator;
pub mod limits;
pub mod offsets;
pub mod records;

mod error;
mod partition;
mod timers;

pub use error::GroupError;
