//! The sink against a real OpenSearch, and against a scripted server for faults a real one cannot be made to show.
//!
//! `AQUEDUCT_SEARCH_HOME` is the folder of an installed engine (`tests/peers/search.sh install`).

#![allow(clippy::unwrap_used)]

mod against_engine;
mod faults;
mod scripted;
mod sink;
