//! The broker's settings and those of topics: Kafka's keys, types, defaults and checks.
//!
//! Every key is a row of a table; each row says whether the broker acts on it. A key that is given
//! and not acted upon is named in a warning at start.

pub mod broker_config;
pub mod broker_keys;
pub mod dynamic;
pub mod key_row;
pub mod reference;
pub mod topic_config;
pub mod topic_keys;
