//! What the integration tests share: real processes of ours, real servers beside them, and waiting for conditions.
//!
//! Everything here is blocking: a test reads as the story of what its user does.

pub mod aqueduct;
pub mod database;
pub mod debian_database;
pub mod doorkeeper;
pub mod kafka;
pub mod kafka_connection;
pub mod load;
pub mod ports;
pub mod power;
pub mod process;
pub mod recorded;
pub mod rest;
pub mod search;
pub mod skip;
pub mod soon;
pub mod wait;
