//! The sink against real engines, and against a scripted server for faults a real one cannot be made to show.
//!
//! `AQUEDUCT_SEARCH_ENGINES_HOME` is a folder of engines, each installed by
//! `tests/peers/search.sh install FOLDER/ENGINE ENGINE`; `AQUEDUCT_SEARCH_ENGINES` names those to test, all by default.

#![allow(clippy::unwrap_used)]

mod against_engine;
mod faults;
mod scripted;
mod sink;
