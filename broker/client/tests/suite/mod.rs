//! The parts of the suite, and the cluster they run against.

mod admin;
mod cluster;
mod compacted;
mod consume;
mod group;
mod produce;
mod restart;
